"""Invented plans and results: each follows from the seed, its issuer's number and its year."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property, lru_cache
from random import Random
from typing import Any

from app.models.choices import Measure, ObservationStatus, Outcome, Unit
from app.publish.periods import observation_code, read_period
from app.publish.result_file import result_text_en, result_text_zh
from app.publish.rows import Row, indicator_code
from app.publish.text import sha256
from app.publish.wording import figure_zh
from benchmarks import national_words as words

FIRST_YEAR, YEARS = 2014, 10
"""Each issuer has one plan a year."""

AREAS = len(words.CHAPTERS)
TASKS = sum(chapter.tasks for chapter in words.CHAPTERS)
TARGETS = 43
PARTICIPATIONS = 3 * TASKS
DELIVERABLES = 10
ERRATA = 5
RESULTS = 100
"""Rows of every plan."""

MASKED, UNQUANTIFIED, IMPLIED = 3, 1, 2
"""Targets of every plan without a printed number; all others are stated."""

ISSUED = 6
"""Documents of every plan that were issued."""

BY_SOURCE = {"summary": 39, "briefing": 36, "yearbook": 25}
"""How many of a plan's promises each source has a result for."""

RUNS = ((10,), (7, 3), (6, 4), (5, 5), (4, 3, 3), (3, 3, 4))
"""How one place of a plan is filled over the years: for how long with the same indicator."""

MOST_ISSUERS = len(words.SYLLABLES) * (len(words.SYLLABLES) - 1)
"""Every city has two different rare characters of its own."""

HAN = "零一二三四五六七八九十"


def han(number: int) -> str:
    """1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    head = (HAN[tens] if tens > 1 else "") + ("十" if tens else "")
    return head + (HAN[ones] if ones else "")


@cache
def _cities(seed: int) -> list[tuple[str, str]]:
    """All cities, in Chinese and English."""
    pairs = list(itertools.permutations(words.SYLLABLES, 2))
    Random(f"{seed}").shuffle(pairs)
    return [(a[0] + b[0], (a[1] + b[1]).capitalize()) for a, b in pairs]


@dataclass(frozen=True)
class Run:
    """An indicator over the years in which plans promise something on it."""

    thing: words.Thing
    scale: words.Scale
    task: int
    years: range
    start: float

    @property
    def slug(self) -> str:
        """The end of its code."""
        return f"{self.thing.slug}-{self.scale.slug}"

    @property
    def unit(self) -> Unit:
        """The unit of its figures."""
        return self.scale.unit or self.thing.unit

    def promised(self, year: int) -> float:
        """What the plan of a year promises."""
        passed = year - self.years.start
        if self.scale.measure in (Measure.SHARE, Measure.RANK):
            value = self.start + passed * self.scale.step
            rank = self.scale.measure == Measure.RANK
            return float(max(1, round(value))) if rank else min(round(value, 1), 99.5)
        value = round(self.start * (1 + self.scale.step) ** passed)
        return float(value * (10_000 if self.unit == Unit.CNY else 1))

    def reached(self, random: Random, year: int, half: bool) -> float:
        """What came of it, by the end of the year or half way."""
        promised = self.promised(year)
        if self.scale.measure == Measure.SHARE:
            value = promised + random.gauss(-4 if half else 0.8, 2.5)
            return round(min(100.0, max(0.0, value)), 1)
        if self.scale.measure == Measure.RANK:
            return float(max(1, round(promised + random.gauss(0, 2))))
        part = random.gauss(0.5, 0.08) if half else random.gauss(1.03, 0.07)
        return float(round(max(0.0, promised * part)))


@dataclass(frozen=True)
class Issuer:
    """An education bureau: what stays the same in all its plans."""

    seed: int
    number: int

    @property
    def code(self) -> str:
        """Its code as a body."""
        return f"jyj{self.number:04}"

    @property
    def city(self) -> tuple[str, str]:
        """Its city in Chinese and in English."""
        return _cities(self.seed)[self.number]

    def random(self, purpose: object) -> Random:
        """Chance that depends on seed, issuer and purpose only."""
        return Random(f"{self.seed} {self.number} {purpose}")

    @cached_property
    def topics(self) -> list[words.Topic]:
        """What its tasks are about, in order."""
        random = self.random("topics")
        return [
            topic
            for chapter in words.CHAPTERS
            for topic in random.sample(chapter.topics, chapter.tasks)
        ]

    @cached_property
    def runs(self) -> list[Run]:
        """Its indicators, place by place."""
        random = self.random("runs")
        single = set(random.sample(range(TASKS), 2 * TASKS - TARGETS))
        return [
            run
            for task, topic in enumerate(self.topics)
            for run in _runs_of(random, task, topic, 1 if task in single else 2)
        ]

    def promises(self, year: int) -> list[Run]:
        """The indicators on which the plan of a year promises something, by task."""
        return [run for run in self.runs if year in run.years]


def _runs_of(random: Random, task: int, topic: words.Topic, places: int) -> Iterator[Run]:
    pairs = list(itertools.product(topic.things, words.SCALES))
    random.shuffle(pairs)
    fresh = iter(pairs)
    for _ in range(places):
        year = FIRST_YEAR
        for length in random.choice(RUNS):
            thing, scale = next(fresh)
            start = float(random.randint(scale.low, scale.high))
            yield Run(thing, scale, task, range(year, year + length), start)
            year += length


@lru_cache(maxsize=64)
def issuer(seed: int, number: int) -> Issuer:
    """One of the issuers, from 0."""
    return Issuer(seed, number)


# --- the text, and where things stand in it ---------------------------------------------------


@dataclass
class _Text:
    """A text that is being written."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> int:
        """Write on; gives back where it begins."""
        start = self.length
        self.pieces.append(text)
        self.length += len(text)
        return start

    def sentence(self, text: str, quote: str) -> Row:
        """Write a sentence; gives back the anchors of a quote in it."""
        start = self.add(text)
        place = start + text.index(quote)
        return {
            "at": [place, place + len(quote)],
            "passage": [start, self.length],
            "sha256": sha256(text),
        }


# --- plans ------------------------------------------------------------------------------------


def plan_code(of: Issuer, year: int) -> str:
    """The code of a plan."""
    return f"{of.code}-{year}"


def plan_file(of: Issuer, year: int) -> tuple[dict[str, Any], str]:
    """A plan file with its anchors, and the text that it is anchored in."""
    return _Planner(of, year).file()


class _Planner:
    def __init__(self, of: Issuer, year: int):
        self.of = of
        self.year = year
        self.plan = plan_code(of, year)
        self.random = of.random(year)
        self.city_zh, self.city_en = of.city
        self.title_zh = f"{self.city_zh}市教育局{year}年工作要点"
        self.title_en = f"Key Work Points {year} of the Education Bureau of {self.city_en} City"
        self.text = _Text()
        self.promises = of.promises(year)
        self.statuses = self._statuses()
        self.named = set(self.random.sample(range(TASKS), self.random.choice((0, 0, 1))))
        self.announcing = set(self.random.sample(range(TASKS), DELIVERABLES))
        self.misprinted = set(self.random.sample(range(TASKS), ERRATA - MASKED))
        self.errata = itertools.count(1)

    def _statuses(self) -> dict[str, str]:
        """By slug: what the text says of the figure, where it does not print it."""
        shares = [run for run in self.promises if run.scale.measure == Measure.SHARE]
        implied = {run.slug for run in self.random.sample(shares, IMPLIED)}
        others = [run.slug for run in self.promises if run.slug not in implied]
        hidden = self.random.sample(others, MASKED + UNQUANTIFIED)
        return {
            **dict.fromkeys(implied, "implied"),
            **dict.fromkeys(hidden[:MASKED], "redacted"),
            **dict.fromkeys(hidden[MASKED:], "unquantified"),
        }

    def file(self) -> tuple[dict[str, Any], str]:
        self.text.add(f"{self.title_zh}全市教育系统要坚持教育优先发展，办好人民满意的教育。")
        areas = list(self._areas())
        text = "".join(self.text.pieces)
        raw = {
            "document": self._document(text),
            "plan": self._plan(),
            "bodies": list(self._bodies()),
            "indicators": [
                self._indicator(run) for run in self.promises if run.years.start == self.year
            ],
            "areas": areas,
        }
        return raw, text

    def _document(self, text: str) -> Row:
        third = self.random.random() < 0.2
        return {
            "code": f"{self.plan}-doc",
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "publisher": "文档分享网站" if third else f"{self.city_zh}市教育局",
            "copy": "third_party" if third else "original",
            "file_name": f"{self.title_zh}.docx",
            "page_count": 1 + len(text) // 500,
            "body_characters": len(text),
            "body_sha256": sha256(text),
            "rights_zh": "虚构的文件，只用于测试；摘要均为自行撰写。",
            "rights_en": "An invented document, for tests only; the summaries are our own.",
            "relations": [self._original()] if third else [],
        }

    def _original(self) -> Row:
        return {
            "relation": "likely-original",
            "url": f"https://{self.of.code}.example/{self.year}/plan",
            "basis_zh": "开头各段逐字相同；未取得原件全文比对。",
            "basis_en": "The opening paragraphs are word for word the same; the whole original was "
            "not at hand for comparison.",
        }

    def _plan(self) -> Row:
        last = plan_code(self.of, self.year - 1) if self.year > FIRST_YEAR else None
        return {
            "code": self.plan,
            "year": self.year,
            "issuer": self.of.code,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "continues": last,
        }

    def _bodies(self) -> Iterator[Row]:
        """What the first plan of an issuer defines; the very first one defines the classes too."""
        if self.year > FIRST_YEAR:
            return
        yield {
            "code": self.of.code,
            "name_zh": f"{self.city_zh}市教育局",
            "name_en": f"Education Bureau of {self.city_en} City",
            "kind": "government",
            "level": "city",
        }
        for slug, zh, en, kind in words.INSTITUTIONS:
            yield {
                "code": f"{self.of.code}-{slug}",
                "name_zh": f"{self.city_zh}市{zh}",
                "name_en": f"{self.city_en} {en}",
                "kind": str(kind),
                "level": "city",
                "parent": self.of.code,
            }
        if self.of.number == 0:
            for code, zh, en, kind in words.CLASSES:
                yield {"code": code, "name_zh": zh, "name_en": en, "kind": str(kind)}

    def _indicator(self, run: Run) -> Row:
        scale, thing = run.scale, run.thing
        name_en = scale.name_en.format(e=thing.en)
        leaves_open = self.random.random() < 0.4
        return {
            "code": run.slug,
            "name_zh": scale.name_zh.format(o=thing.zh),
            "name_en": name_en,
            "definition_zh": scale.definition_zh.format(o=thing.zh),
            "definition_en": scale.definition_en.format(e=thing.en),
            "population_zh": f"{self.city_zh}市各区县（市）",
            "population_en": f"All districts and counties of {self.city_en} City",
            "open_zh": "原文未说明统计时点，也未说明由谁认定。" if leaves_open else None,
            "open_en": "The text leaves open when it is measured and who decides."
            if leaves_open
            else None,
            "unit": str(run.unit),
            "kind": str(scale.kind),
            "measure": str(scale.measure),
            "desired_direction": str(scale.direction),
        }

    # --- areas and tasks ---

    def _areas(self) -> Iterator[Row]:
        task = 0
        for number, chapter in enumerate(words.CHAPTERS, 1):
            zh, en = self.random.choice(words.CHAPTER_TITLES)
            title_zh = zh.format(c=chapter.zh)
            start = self.text.add(f"{han(number)}、{title_zh}。")
            tasks = [self._task(place, han(number)) for place in range(task, task + chapter.tasks)]
            topics = self.of.topics[task : task + chapter.tasks]
            task += chapter.tasks
            yield {
                "number": number,
                "title_zh": title_zh,
                "title_en": en.format(e=chapter.en),
                "summary_zh": f"共{chapter.tasks}项任务：{'；'.join(t.zh for t in topics)}。",
                "summary_en": f"{chapter.tasks} tasks: {'; '.join(t.en for t in topics)}.",
                "section_zh": han(number),
                "at": [start, self.text.length],
                "tasks": tasks,
            }

    def _task(self, place: int, area: str) -> Row:
        topic = self.of.topics[place]
        zh, en = self.random.choice(words.TITLES)
        title_zh, marker = zh.format(t=topic.zh), f"({han(place + 1)})"
        pieces = len(self.text.pieces)
        start = self.text.add(f"{marker}{title_zh}。")
        summary = self._summary(topic, place)
        promises = [run for run in self.promises if run.task == place]
        led = self.random.random() < 0.25
        lists = {
            "targets": [self._target(run) for run in promises],
            "deliverables": [self._deliverable(topic)] if place in self.announcing else [],
            "participations": list(self._participations(led)),
            "errata": [],
        }
        lists["errata"] = list(self._errata(place, lists["targets"]))
        last = f"{plan_code(self.of, self.year - 1)}-t{place + 1}"
        continued = self.year > FIRST_YEAR and self.random.random() < 0.8
        return {
            "number": place + 1,
            "title_zh": title_zh,
            "title_en": en.format(e=topic.en),
            "summary_zh": "；".join(zh for zh, _ in summary) + "。",
            "summary_en": ". ".join(en for _, en in summary) + ".",
            "responsibility_stated": led,
            "continues": last if continued else None,
            "section_zh": f"{area}、{marker}",
            "at": [start, self.text.length],
            "sha256": sha256("".join(self.text.pieces[pieces:])),
            **lists,
        }

    def _summary(self, topic: words.Topic, place: int) -> list[tuple[str, str]]:
        clauses = self.random.sample(words.CLAUSES, self.random.choice((4, 5, 5, 6)))
        if self.random.random() < 0.05:
            clauses.append(words.PLACES_CLAUSE)
        if place in self.named:
            clauses.append(words.PROGRAMME_CLAUSE)
        thing = self.random.choice(topic.things)
        name = self.random.sample(words.SYLLABLES, 3)
        return [
            (
                zh.format(t=topic.zh, o=thing.zh, n="".join(one[0] for one in name)),
                en.format(e=topic.en, p=thing.en, n="".join(one[1] for one in name).capitalize()),
            )
            for zh, en in clauses
        ]

    # --- what a task holds ---

    def _target(self, run: Run) -> Row:
        status = self.statuses.get(run.slug, "stated")
        value = run.promised(self.year) if status == "stated" else None
        hedged = status == "stated" and self.random.random() < 0.15
        # A place in a ranking has no floor.
        floor = status == "stated" and run.scale.measure != Measure.RANK
        floor = floor and self.random.random() < 0.25
        quote = ("力争" if hedged else "") + self._promise(run, status) + ("以上" if floor else "")
        anchors = self.text.sentence(f"{self._manner()}，{quote}。", quote)
        return {
            "indicator": run.slug,
            "value": 100.0 if status == "implied" else value,
            "value_status": status,
            "met_if": "at_most" if run.scale.measure == Measure.RANK else "at_least",
            "floor_stated": floor,
            "commitment": "strive" if hedged else "firm",
            "quote": quote,
            **anchors,
            **self._remarks(status),
        }

    def _promise(self, run: Run, status: str) -> str:
        if status == "unquantified":
            return f"{run.thing.zh}建设走在全省前列"
        if status == "implied":
            return f"{run.thing.zh}实现全部达标"
        printed = figure_zh(run.promised(self.year), run.unit)
        figure = f"XX{run.unit.zh}" if status == "redacted" else printed
        return run.scale.promise_zh.format(o=run.thing.zh, v=figure)

    def _manner(self) -> str:
        return self.random.choice(("加大工作力度", "统筹各方资源", "对照年度目标", "加快建设进度"))

    def _remarks(self, status: str) -> Row:
        if status == "implied":
            return {
                "note_zh": "原文写“全部”，没有印数字。",
                "note_en": 'The text says "all" and prints no number.',
            }
        chance = self.random.random()
        if chance < 0.05:
            return {"due": f"{self.year + 1}-12-31", "due_basis": "stated"}
        if chance < 0.15:
            return {
                "note_zh": "原文未说明是当年新增还是累计。",
                "note_en": "Whether only those of the year or all so far are counted is not said.",
            }
        if chance < 0.18 and status == "stated":
            return {
                "alternative_due": f"{self.year + 2}-12-31",
                "alternative_zh": "同一句先提到三年行动计划，也可能是三年后的目标。",
                "alternative_en": "The sentence begins with a three-year plan; the figure may be "
                "meant for its end.",
            }
        return {}

    def _deliverable(self, topic: words.Topic) -> Row:
        end, verb, zh, en = self.random.choice(words.DELIVERABLES)
        title = zh.format(t=topic.zh)
        return {
            "code": f"{topic.slug}-{end}",
            "verb_zh": verb,
            "title_zh": title,
            "title_en": en.format(e=topic.en),
            "quote": f"{verb}{title}",
            **self.text.sentence(f"{verb}{title}，明确目标、责任和时限。", f"{verb}{title}"),
        }

    def _participations(self, led: bool) -> Iterator[Row]:
        bodies: list[tuple[str, str, str, str]] = []
        if led:
            slug, zh, _, _ = self.random.choice(words.INSTITUTIONS)
            name = f"{self.city_zh}市{zh}"
            bodies.append((f"{self.of.code}-{slug}", name, *words.LEADING))
        for code, zh, _, _ in self.random.sample(words.CLASSES, 3 - len(bodies)):
            bodies.append((code, zh, *self.random.choice(words.ROLES)))
        for code, name, role, phrase in bodies:
            quote = phrase.format(b=name)
            yield {
                "body": code,
                "role": role,
                "stated": role == "lead" or self.random.random() < 0.7,
                "quote": quote,
                **self.text.sentence(f"{quote}，形成工作合力。", quote),
            }

    def _errata(self, place: int, targets: Sequence[Row]) -> Iterator[Row]:
        for target in targets:
            if target["value_status"] == "redacted":
                yield {
                    "number": next(self.errata),
                    "kind": "masked_number",
                    "printed_zh": target["quote"],
                    "certainty": "unknown",
                    "reason_zh": "数字在原文中被“XX”代替。",
                    "reason_en": 'The number is replaced by "XX" in the source.',
                    **{name: target[name] for name in ("at", "passage", "sha256")},
                }
        if place in self.misprinted:
            printed, reading, zh, en = self.random.choice(words.MISPRINTS)
            yield {
                "number": next(self.errata),
                "kind": "wrong_character",
                "printed_zh": printed,
                "reading_zh": reading,
                "certainty": "near_certain",
                "reason_zh": zh,
                "reason_en": en,
                **self.text.sentence(f"各地各校要做到{printed}。", printed),
            }


# --- what came of them ------------------------------------------------------------------------


def results_of(of: Issuer, year: int) -> list[Row]:
    """The results that answer the plan of a year."""
    return list(_Results(of, year).rows())


class _Results:
    def __init__(self, of: Issuer, year: int):
        self.of = of
        self.year = year
        self.random = of.random(f"{year} results")
        self.promises = of.promises(year)
        self.final = {run: run.reached(self.random, year, half=False) for run in self.promises}

    def rows(self) -> Iterator[Row]:
        for source in words.SOURCES:
            for run in self.random.sample(self.promises, BY_SOURCE[source.name]):
                yield self._row(run, source)

    def _figure(self, run: Run, half: bool) -> float:
        """The figure of a source: two of them agree as a rule on the whole year, not always."""
        if half or self.random.random() < 0.05:
            return run.reached(self.random, self.year, half)
        return self.final[run]

    def _row(self, run: Run, source: words.Source) -> Row:
        year, half = self.year, source.half
        period = read_period(f"{year}-H1" if half else f"{year}")
        assert period is not None
        indicator = indicator_code(self.of.code, run.slug)
        status = self._status(half)
        value = None if status == ObservationStatus.REDACTED else self._figure(run, half)
        noted = self.random.random() < 0.05
        return {
            "code": observation_code(indicator, period, source.name),
            "indicator": indicator,
            "period": period.text,
            "period_start": period.start,
            "period_end": period.end,
            "value": value,
            "value_status": status,
            "value_text_zh": result_text_zh(value, status, run.unit),
            "value_text_en": result_text_en(value, status, run.unit),
            "source": source.name,
            "source_title": source.title_zh.format(c=self.of.city[0], y=year),
            "source_url": f"https://{self.of.code}.example/{year}/{source.name}",
            "source_date": date(year + source.years, 1, 1) + timedelta(days=source.days),
            "quote": None if value is None else f"{run.thing.zh}{figure_zh(value, run.unit)}",
            "note_zh": "统计口径与上年不同。" if noted else None,
            "note_en": "Not counted as in the year before." if noted else None,
        }

    def _status(self, half: bool) -> ObservationStatus:
        if self.random.random() < 0.01:
            return ObservationStatus.REDACTED
        if half:
            return ObservationStatus.PROVISIONAL
        estimated = self.random.random() < 0.03
        return ObservationStatus.ESTIMATED if estimated else ObservationStatus.MEASURED


def fates_of(of: Issuer, year: int, announced: Sequence[Row]) -> dict[str, Row]:
    """The documents of a plan as they read once it is known what became of them, by code."""
    random = of.random(f"{year} documents")
    ordered = sorted(announced, key=lambda row: str(row["code"]))
    fates = {row["code"]: {**row, "outcome": Outcome.NOT_ISSUED} for row in ordered}
    for row in random.sample(ordered, ISSUED):
        day = date(year, 3, 1) + timedelta(days=random.randrange(270))
        fates[row["code"]] |= {
            "outcome": Outcome.ISSUED,
            "issued_on": day,
            "issued_title_zh": f"{of.city[0]}市教育局关于印发{row['title_zh']}的通知",
            "issued_number": f"{of.city[0][0]}教〔{year}〕{random.randint(1, 200)}号",
            "issued_url": f"https://{of.code}.example/{year}/documents/{row['code']}",
        }
    return fates
