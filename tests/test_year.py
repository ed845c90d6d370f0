"""A year of the bundled plan, played on its days: every question is answered at every date.

What was promised, what became of it, was the promise changed, and by whom? All expected values are
written by hand; the service is asked over HTTP, and the same is asked of a mirror.
"""

import copy
import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.serving import serving
from tests.year import FRONT, NEXT, PLAN, STEPS, Mirror, Office

Row = dict[str, Any]
Version = TypeVar("Version")

NEWEST = len(STEPS)
RETRACTED = "/v1/observations/xxjyj-clean-school-compliance-share-2023-summary"

# --- the year, played once --------------------------------------------------------------------

QUESTIONS = (
    "/v1/targets",
    "/v1/indicators?include=observations",
    "/v1/tasks?include=targets,deliverables&limit=1000",
    "/v1/changes?material=true",
    "/v1/releases",
    "/v1/indicators/xxjyj-new-school-places/history?vintages=all",
)
"""What somebody asks on each day."""


@dataclass
class Year:
    """The service after the year, and what was seen of it meanwhile."""

    client: httpx.Client
    mirror: Mirror
    mirrored: dict[int, Mirror] = field(default_factory=dict)
    """The mirror as it was after each release."""
    requests: dict[int, tuple[int, int]] = field(default_factory=dict)
    """How many the mirror needed to follow each release, and on the quiet day after it."""
    said: dict[int, dict[str, Any]] = field(default_factory=dict)
    """What the service said to each question after each release."""

    def look(self, number: int) -> None:
        """Ask everything on the day, and let the mirror follow."""
        before = self.mirror.asked
        self.mirror.follow()
        followed = self.mirror.asked
        self.mirror.follow()
        self.requests[number] = (followed - before, self.mirror.asked - followed)
        kept = copy.deepcopy(self.mirror.kept)
        self.mirrored[number] = dataclasses.replace(self.mirror, kept=kept)
        self.said[number] = {question: self.get(question)["data"] for question in QUESTIONS}

    def get(self, path: str, status: int = 200, **params: Any) -> Row:
        """The whole answer."""
        joined = httpx.QueryParams(httpx.URL(path).params).merge(params)
        answer = self.client.get(path, params=joined)
        assert answer.status_code == status, (str(answer.url), answer.text)
        return dict(answer.json())

    def rows(self, name: str, **params: Any) -> list[Row]:
        """A whole list."""
        told = self.get(f"/v1/{name}", limit=1000, **params)
        rows = list(told["data"])
        while following := told["links"]["next"]:
            told = self.get(following)
            rows += told["data"]
        return rows


@contextmanager
def played(office: Office) -> Iterator[Year]:
    """The year, played by commands on their days, with the service asked after each."""
    with ExitStack() as running:
        year: Year | None = None
        for number, (day, step) in enumerate(STEPS.items(), 1):
            step(office, day)
            if year is None:
                client = running.enter_context(serving(office.url))
                year = Year(client, Mirror(client))
            year.look(number)
        assert year
        yield year


def moments() -> Iterator[tuple[dict[str, Any], int]]:
    """Every way to ask for a state, and the release that it is: 0 is before the first."""
    for number, day in enumerate(STEPS, 1):
        eve = date.fromisoformat(day) - timedelta(days=1)
        yield {"as_of": str(eve)}, number - 1
        yield {"as_of": day}, number
        yield {"release": number}, number


MOMENTS = [(params, number) for params, number in moments() if number > 0]


def at(versions: Mapping[int, Version], number: int) -> Version | None:
    """The version that a release shows, of versions by the release that began them."""
    begun = [start for start in versions if start <= number]
    return versions[max(begun)] if begun else None


# --- what was published when ------------------------------------------------------------------


def check_that_each_step_is_a_release_of_its_day(year: Year) -> None:
    releases = year.rows("releases", sort="number")
    assert [(row["number"], row["time"][:10], row["cause"]) for row in releases] == [
        (1, "2023-02-10", "first_publication"),
        (2, "2024-02-01", "new_data"),
        (3, "2024-02-20", "correction"),
        (4, "2024-03-01", "retraction"),
        (5, "2024-03-15", "better_source"),
        (6, "2024-04-01", "issuer_change"),
        (7, "2024-05-01", "new_plan"),
        (8, "2025-01-20", "new_data"),
        (9, "2025-03-01", "revision"),
    ]
    assert [(row["added"], row["removed"]) for row in releases[1:]] == [
        (6, 0), (0, 0), (0, 1), (0, 1), (0, 0), (19, 0), (5, 0), (0, 0),
    ]  # fmt: skip
    assert {row["number"]: (row["note_zh"], row["note_en"], row["by"]) for row in releases} == {
        **dict.fromkeys(range(1, 10), (None, None, None)),
        3: ("录入时抄错，原件为61.8%。", "Copying error: it says 61.8%.", None),
        4: ("局方收回了这一数字。", "The bureau took the figure back.", None),
        6: ("发文单位改了第16项的数字。", None, "XX市教育局办公室"),
    }


def check_that_each_moment_is_of_its_release(year: Year) -> None:
    for params, number in MOMENTS:
        assert year.get("/v1/plans", **params)["meta"]["release"] == number


def check_that_before_the_first_day_there_is_nothing(year: Year) -> None:
    for name in ("plans", "targets", "observations", "changes", "releases"):
        told = year.get(f"/v1/{name}", as_of="2023-02-09")
        assert told["data"] == []
        assert told["meta"]["note_en"].startswith("The moment asked for is before release 1")
    for path in (f"/v1/plans/{PLAN}", f"/v1/plans/{PLAN}/diff/{NEXT}", RETRACTED):
        year.get(path, 404, as_of="2023-02-09")


# --- what was promised ------------------------------------------------------------------------

PROMISED: dict[str, dict[int, tuple[float | None, str, str, str]]] = {
    "xxjyj-2023-public-kindergarten-share": {1: (60, "达到60%", "reach 60%", "firm")},
    "xxjyj-2023-grade-two-kindergarten-share": {1: (78, "不低于78%", "at least 78%", "firm")},
    "xxjyj-2023-counties-passing-balance-review": {1: (12, "力争12个", "aim for 12", "strive")},
    "xxjyj-2023-joint-shortage-majors": {
        1: (30, "30个", "30", "firm"),
        6: (20, "20个", "20", "firm"),
    },
    "xxjyj-2023-new-school-places": {
        1: (None, "XX个（数字在原文中被隐去）", "XX (number masked in the source)", "firm"),
        5: (12000, "1.2万个", "12,000", "firm"),
    },
    "xxjyj-2024-public-kindergarten-share": {7: (60, "力争60%", "aim for 60%", "strive")},
    "xxjyj-2024-grade-two-kindergarten-share": {7: (80, "不低于80%", "at least 80%", "firm")},
    "xxjyj-2024-subject-teaching-teams": {7: (80, "80个", "80", "firm")},
    "xxjyj-2024-new-school-places": {7: (15000, "1.5万个", "15,000", "firm")},
}
"""Figure, text in both languages and firmness, by the release since which it was so."""


def assert_promised(targets: Mapping[str, Row], number: int) -> None:
    assert Counter(row["plan"] for row in targets.values()) == (
        {PLAN: 27} if number < 7 else {PLAN: 27, NEXT: 6}
    )
    names = ("value", "value_text_zh", "value_text_en", "commitment")
    for code, versions in PROMISED.items():
        row = targets.get(code)
        said = row and tuple(row[name] for name in names)
        assert said == at(versions, number), (code, number)


def check_what_was_promised(year: Year) -> None:
    for params, number in MOMENTS:
        rows = year.rows("targets", **params)
        assert_promised({row["code"]: row for row in rows}, number)


# --- what became of it ------------------------------------------------------------------------

Became = tuple[str, str | None, str | None, float | None]
NO_RESULT: Became = ("no_result", None, None, None)

BECAME: dict[str, dict[int, Became]] = {
    "xxjyj-2023-public-kindergarten-share": {
        1: NO_RESULT,
        2: (
            "met",
            None,
            "61.2 >= 60: met (due 2023-12-31); no result (due 2025-12-31)",
            61.2,
        ),
        3: (
            "met",
            None,
            "61.8 >= 60: met (due 2023-12-31); no result (due 2025-12-31)",
            61.8,
        ),
    },
    "xxjyj-2023-grade-two-kindergarten-share": {
        1: NO_RESULT,
        2: (
            "not_assessable",
            "readings_differ",
            "77.5 >= 78: not_met (due 2023-12-31); no result (due 2025-12-31)",
            77.5,
        ),
    },
    "xxjyj-2023-counties-passing-balance-review": {
        1: NO_RESULT,
        2: ("not_assessable", "readings_differ", "3 >= 12: not_met; 3 >= 1: met", 3),
    },
    "xxjyj-2023-clean-school-compliance-share": {
        1: NO_RESULT,
        2: ("met", None, "82.5 >= 80", 82.5),
        4: NO_RESULT,
    },
    "xxjyj-2023-joint-shortage-majors": {
        1: NO_RESULT,
        2: ("not_met", None, "24 >= 30", 24),
        6: ("met", None, "24 >= 20", 24),
    },
    "xxjyj-2023-new-school-places": {
        1: ("not_assessable", "redacted", None, None),
        5: ("met", None, "12500 >= 12000", 12500),
    },
    "xxjyj-2024-public-kindergarten-share": {7: NO_RESULT, 8: ("met", None, "60.4 >= 60", 60.4)},
    "xxjyj-2024-grade-two-kindergarten-share": {7: NO_RESULT, 8: ("met", None, "80.3 >= 80", 80.3)},
    "xxjyj-2024-subject-teaching-teams": {7: NO_RESULT, 8: ("not_met", None, "76 >= 80", 76)},
    "xxjyj-2024-new-school-places": {7: NO_RESULT, 8: ("met", None, "15000 >= 15000", 15000)},
    "xxjyj-2024-digital-campus-share": {
        7: NO_RESULT,
        8: ("not_assessable", "provisional", "48 >= 50", 48),
        9: ("met", None, "50 >= 50", 50),
    },
    "xxjyj-2024-clean-school-compliance-share": {7: NO_RESULT},
}
"""Attainment, reason, rule and the figure that it rests on, by the release since when."""

COUNTS: dict[int, dict[str, int]] = {
    1: {"no_result": 17, "not_assessable": 10},
    2: {"no_result": 12, "not_assessable": 12, "met": 2, "not_met": 1},
    4: {"no_result": 13, "not_assessable": 12, "met": 1, "not_met": 1},
    5: {"no_result": 13, "not_assessable": 11, "met": 2, "not_met": 1},
    6: {"no_result": 13, "not_assessable": 11, "met": 3},
    7: {"no_result": 19, "not_assessable": 11, "met": 3},
    8: {"no_result": 14, "not_assessable": 12, "met": 6, "not_met": 1},
    9: {"no_result": 14, "not_assessable": 11, "met": 7, "not_met": 1},
}
"""How many of all promises, the other ones included."""


def result_code(target: str) -> str:
    """The code of the year's result that answers a promise."""
    issuer, promised, slug = target.split("-", 2)
    return f"{issuer}-{slug}-{promised}-summary"


def assert_became(targets: Mapping[str, Row], number: int) -> None:
    names = ("attainment", "attainment_reason", "attainment_rule", "observation_value")
    for code, versions in BECAME.items():
        expected = at(versions, number)
        if expected is None:
            assert code not in targets
            continue
        row = targets[code]
        assert tuple(row[name] for name in names) == expected, (code, number)
        rests_on = None if expected[3] is None else result_code(code)
        assert row["observation"] == rests_on
        assert row["observation_period"] == (rests_on and str(row["year"]))
    counted = Counter(row["attainment"] for row in targets.values())
    assert counted == at(COUNTS, number)


def check_what_became_of_it(year: Year) -> None:
    for params, number in MOMENTS:
        told = year.get("/v1/targets", limit=1000, facets="attainment", **params)
        assert_became({row["code"]: row for row in told["data"]}, number)
        facet = {entry["value"]: entry["count"] for entry in told["meta"]["facets"]["attainment"]}
        assert facet == at(COUNTS, number)


LATEST: dict[str, dict[int, tuple[str, float | None, str]]] = {
    "xxjyj-public-kindergarten-share": {
        1: (f"{PLAN}-public-kindergarten-share", None, "no_result"),
        2: (f"{PLAN}-public-kindergarten-share", 61.2, "met"),
        3: (f"{PLAN}-public-kindergarten-share", 61.8, "met"),
        7: (f"{NEXT}-public-kindergarten-share", 61.8, "no_result"),
        8: (f"{NEXT}-public-kindergarten-share", 60.4, "met"),
    },
    "xxjyj-clean-school-compliance-share": {
        1: (f"{PLAN}-clean-school-compliance-share", None, "no_result"),
        2: (f"{PLAN}-clean-school-compliance-share", 82.5, "met"),
        4: (f"{PLAN}-clean-school-compliance-share", None, "no_result"),
        7: (f"{NEXT}-clean-school-compliance-share", None, "no_result"),
    },
}
"""The promise that an indicator shows, its latest result and what became of that promise."""


def check_what_indicators_show(year: Year) -> None:
    """The newest plan's promise and the latest result."""
    for params, number in MOMENTS:
        for code, versions in LATEST.items():
            row = year.get(f"/v1/indicators/{code}", **params)["data"]
            shown = tuple(row[name] for name in ("target", "latest_value", "attainment"))
            assert shown == at(versions, number), (code, number)


def check_the_fate_of_documents(year: Year) -> None:
    """It stays what it was when the plan's file is imported again."""
    for params, number in MOMENTS:
        told = year.get("/v1/deliverables", facets="outcome", plan=PLAN, **params)
        facet = {entry["value"]: entry["count"] for entry in told["meta"]["facets"]["outcome"]}
        fates = {row["code"]: row for row in told["data"]}
        standard = fates[f"{PLAN}-curriculum-quality-standard"]
        shown = [standard[name] for name in ("outcome", "issued_on", "issued_number")]
        if number == 1:
            assert facet == {"no_result": 12}
            assert shown == ["no_result", None, None]
        else:
            assert facet == {"no_result": 10, "issued": 1, "not_issued": 1}
            assert shown == ["issued", "2023-06-15", "教基〔2023〕18号"]
            assert fates[f"{PLAN}-teacher-exit-measures"]["outcome"] == "not_issued"


# --- was the promise changed, and by whom -----------------------------------------------------

Figure = tuple[str, str, float | None, str, int, int | None, str | None]

TIME_LINES: dict[str, list[Figure]] = {
    "xxjyj-public-kindergarten-share": [
        ("target", "2023", 60, "first_publication", 1, None, None),
        ("actual", "2023", 61.2, "new_data", 2, 3, None),
        ("actual", "2023", 61.8, "correction", 3, None, None),
        ("target", "2024", 60, "new_plan", 7, None, None),
        ("actual", "2024", 60.4, "new_data", 8, None, None),
    ],
    "xxjyj-clean-school-compliance-share": [
        ("target", "2023", 80, "first_publication", 1, None, None),
        ("actual", "2023", 82.5, "new_data", 2, 4, "retraction"),
        ("target", "2024", 80, "new_plan", 7, None, None),
    ],
    "xxjyj-joint-shortage-majors": [
        ("target", "2023", 30, "first_publication", 1, 6, None),
        ("target", "2023", 20, "issuer_change", 6, None, None),
        ("actual", "2023", 24, "new_data", 2, None, None),
    ],
    "xxjyj-new-school-places": [
        ("target", "2023", None, "first_publication", 1, 5, None),
        ("target", "2023", 12000, "better_source", 5, None, None),
        ("actual", "2023", 12500, "new_data", 2, None, None),
        ("target", "2024", 15000, "new_plan", 7, None, None),
        ("actual", "2024", 15000, "new_data", 8, None, None),
    ],
    "xxjyj-digital-campus-share": [
        ("target", "2024", 50, "new_plan", 7, None, None),
        ("actual", "2024", 48, "new_data", 8, 9, None),
        ("actual", "2024", 50, "revision", 9, None, None),
    ],
}
"""Series, period, figure, why, from which release, up to which, and why it is gone."""


def known_at(figures: list[Figure], number: int) -> Iterator[Figure]:
    """A time line as far as a release knows it."""
    for *said, start, end, ended_by in figures:
        if start <= number:
            gone = end is not None and end <= number
            yield (*said, start, end if gone else None, ended_by if gone else None)


def figure_of(row: Row) -> Figure:
    names = ("series", "period", "value", "cause", "release_from", "release_to", "ended_by")
    return tuple(row[name] for name in names)


def check_that_time_lines_tell_who_changed_what(year: Year) -> None:
    for code in TIME_LINES:
        check_time_line(year, code)


def check_time_line(year: Year, code: str) -> None:
    for params, number in MOMENTS:
        expected = list(known_at(TIME_LINES[code], number))
        path = f"/v1/indicators/{code}/history"
        if not expected:
            year.get(path, 404, **params)
            continue
        told = year.get(path, vintages="all", **params)
        assert [figure_of(row) for row in told["data"]] == expected, number
        versions = Counter(cause for *_, cause, _, _, _ in expected)
        versions += Counter(ended_by for *_, ended_by in expected if ended_by)
        assert {cause: n for cause, n in told["meta"]["versions"].items() if n} == versions
        changed = 1 if code == "xxjyj-joint-shortage-majors" and number >= 6 else 0
        assert told["meta"]["versions"]["issuer_change"] == changed
        current = year.get(path, **params)
        assert current["meta"]["versions"] == told["meta"]["versions"]
        assert [figure_of(row) for row in current["data"]] == [f for f in expected if f[5] is None]


def check_all_time_lines_in_one_request(year: Year) -> None:
    told = year.get("/v1/history", indicator=list(TIME_LINES), vintages="all")
    assert [(row["indicator"], figure_of(row)) for row in told["data"]] == [
        (code, figure) for code, figures in TIME_LINES.items() for figure in figures
    ]
    assert told["meta"]["versions"] == {
        "first_publication": 4, "new_plan": 4, "new_data": 7, "revision": 1, "issuer_change": 1,
        "better_source": 1, "correction": 1, "retraction": 1, "editorial": 0,
    }  # fmt: skip


CHANGED: list[tuple[Any, ...]] = [
    (9, "revision", "xxjyj-digital-campus-share-2024-summary", "value", 48, 50),
    (9, "revision", "xxjyj-digital-campus-share-2024-summary", "value_status",
     "provisional", "measured"),
    (6, "issuer_change", "xxjyj-2023-joint-shortage-majors", "value", 30, 20),
    (5, "better_source", "xxjyj-2023-new-school-places", "value", None, 12000),
    (5, "better_source", "xxjyj-2023-new-school-places", "value_status", "redacted", "stated"),
    (3, "correction", "xxjyj-public-kindergarten-share-2023-summary", "value", 61.2, 61.8),
    (2, "new_data", "xxjyj-2023-curriculum-quality-standard", "outcome", "no_result", "issued"),
    (2, "new_data", "xxjyj-2023-teacher-exit-measures", "outcome", "no_result", "not_issued"),
]  # fmt: skip
"""All that changed in promises, results and fates; the newest first."""

CAME: dict[int, int] = {1: 39, 2: 45, 7: 51, 8: 56}
"""How many promises, results and documents to be issued were ever added: 27 and 12 at first."""


def change_of(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("release", "cause", "code", "field", "before", "after"))


def check_what_changed_and_why(year: Year) -> None:
    for params, number in MOMENTS:
        rows = year.rows("changes", material="true", action="changed", **params)
        assert [change_of(row) for row in rows] == [c for c in CHANGED if c[0] <= number]
        added = year.get("/v1/changes", material="true", action="added", **params)
        assert added["meta"]["total"] == at(CAME, number)
        removed = year.rows("changes", material="true", action="removed", **params)
        assert [(row["release"], row["cause"], row["code"]) for row in removed] == (
            [(4, "retraction", RETRACTED.rsplit("/", 1)[1])] if number >= 4 else []
        )


def check_what_the_issuer_changed(year: Year) -> None:
    for params, number in MOMENTS:
        rows = year.rows("changes", cause="issuer_change", material="true", **params)
        if number < 6:
            assert rows == []
            continue
        (row,) = rows
        assert change_of(row) == CHANGED[2]
        assert (row["plan"], row["by"]) == (PLAN, "XX市教育局办公室")
        assert row["note_zh"] == "发文单位改了第16项的数字。"


# --- a better copy ----------------------------------------------------------------------------

OFFSETS = ("source_start", "source_end", "quote_start", "quote_end")


def check_that_the_better_copy_drowns_nothing(year: Year) -> None:
    """All offsets move; what is material is the one figure that the copy corrects."""
    rows = year.rows("changes", cause="better_source")
    assert [change_of(row) for row in rows if row["material"]] == CHANGED[3:5]
    moved = [row for row in rows if row["field"] in OFFSETS]
    assert len(moved) > 500
    assert {row["after"] - row["before"] for row in moved} == {FRONT, FRONT + 3}
    # What stands before the mask moves by the line in front, what stands behind it by more.
    assert {row["field"] for row in rows} - set(OFFSETS) - {None} == {
        "value", "value_status", "value_text_zh", "value_text_en", "note_zh", "note_en", "quote",
        "source_sha256", "publisher", "file_name", "body_sha256", "body_characters",
    }  # fmt: skip
    gone = [(row["action"], row["resource"], row["code"]) for row in rows if row["field"] is None]
    assert gone == [("removed", "errata", f"{PLAN}-e24")]


# --- plan against plan ------------------------------------------------------------------------

DIFFERENT = [
    ("tasks", "kept", "t3", "t3", None, None, False),
    ("tasks", "kept", "t7", "t7", None, None, False),
    ("tasks", "kept", "t15", "t15", None, None, False),
    ("tasks", "kept", "t22", "t22", None, None, False),
    ("tasks", "kept", "t24", "t24", None, None, True),  # it breaks off in the copy of 2023
    ("tasks", "added", None, "t25", None, None, True),
    ("targets", "kept", "clean-school-compliance-share", "clean-school-compliance-share",
     None, "same", False),
    ("targets", "changed", "public-kindergarten-share", "public-kindergarten-share",
     "commitment alternative_due", "less", False),
    ("targets", "changed", "grade-two-kindergarten-share", "grade-two-kindergarten-share",
     "value alternative_due", "more", False),
    ("targets", "changed", "subject-teaching-teams", "subject-teaching-teams",
     "value", "less", False),
    ("targets", "changed", "new-school-places", "new-school-places", "value", "more", False),
    ("targets", "added", None, "digital-campus-share", None, None, True),
]  # fmt: skip
"""What is in the plan of 2024: resource, result, codes without the plan, fields, ambition, open."""

MISSING = (
    "The text of Key Work Points 2023 of the Education Bureau of XX City that was read is "
    "incomplete: what counts as added may have stood in the missing part."
)


def check_the_next_plan_against_the_last(year: Year) -> None:
    path = f"/v1/plans/{PLAN}/diff/{NEXT}"
    for params, number in MOMENTS:
        if number < 7:
            year.get(path, 404, **params)
            continue
        told = year.get(path, **params)
        found = [diff_row(row) for row in told["data"]]
        assert [row for row in found if row[1] != "dropped"] == DIFFERENT
        dropped = [row for row in found if row[1] == "dropped"]
        assert Counter(row[0] for row in dropped) == {"tasks": 24 - 5, "targets": 27 - 5}
        assert {row[3:] for row in dropped} == {(None, None, None, False)}
        assert "inclusive-kindergarten-share" in [row[2] for row in dropped]
        assert told["meta"]["note_en"] == MISSING


def diff_row(row: Row) -> tuple[Any, ...]:
    before = row["before"] and row["before"].removeprefix(f"{PLAN}-")
    after = row["after"] and row["after"].removeprefix(f"{NEXT}-")
    rest = (row["changed_fields"], row["ambition"], row["open"])
    return (row["resource"], row["result"], before, after, *rest)


def check_that_before_and_after_stand_side_by_side(year: Year) -> None:
    rows = year.get(f"/v1/plans/{PLAN}/diff/{NEXT}")["data"]
    shown = {
        row["indicator"]: (row["before_text_en"], row["after_text_en"], row["changes"])
        for row in rows
        if row["result"] == "changed"
    }
    due = {"field": "alternative_due", "before": "2025-12-31", "after": None}
    assert shown == {
        "xxjyj-public-kindergarten-share": (
            "reach 60%",
            "aim for 60%",
            [{"field": "commitment", "before": "firm", "after": "strive"}, due],
        ),
        "xxjyj-grade-two-kindergarten-share": (
            "at least 78%",
            "at least 80%",
            [{"field": "value", "before": 78, "after": 80}, due],
        ),
        "xxjyj-subject-teaching-teams": (
            "100", "80", [{"field": "value", "before": 100, "after": 80}],
        ),
        "xxjyj-new-school-places": (
            "12,000", "15,000", [{"field": "value", "before": 12000, "after": 15000}],
        ),
    }  # fmt: skip


# --- a withdrawn result -----------------------------------------------------------------------


def check_the_withdrawn_result(year: Year) -> None:
    for params, number in MOMENTS:
        told = year.get(RETRACTED, {1: 404, 2: 200, 3: 200}.get(number, 410), **params)
        if number == 1:
            assert told["errors"][0]["reason"] == "not_yet"
        elif number < 4:
            assert told["data"]["value"] == 82.5
        else:
            assert (told["cause"], told["last_release"]) == ("retraction", 3)
            assert told["detail"] == (
                "Withdrawn in release 4 (2024-03-01): The bureau took the figure back."
            )
            assert told["detail_zh"] == "已在第4版（2024-03-01）撤回：局方收回了这一数字。"
            assert year.get(told["last_version"])["data"]["value"] == 82.5


# --- what was said ----------------------------------------------------------------------------


def check_what_was_said_on_each_day(year: Year) -> None:
    """It is said of that day for ever."""
    for params, number in MOMENTS:
        for question, answer in year.said[number].items():
            assert year.get(question, **params)["data"] == answer, (question, params)


# --- the same from a mirror -------------------------------------------------------------------


def check_what_the_mirror_asked(year: Year) -> None:
    """One request on a quiet day."""
    assert {quiet for _, quiet in year.requests.values()} == {1}
    # A look at the releases, the lists that this one names, and the changes.
    assert year.rows("releases", number=3)[0]["resources"] == "indicators observations targets"
    assert year.requests[3] == (1 + 3 + 1, 1)


def check_that_the_mirror_has_the_rows_of_the_service(year: Year) -> None:
    mirror = year.mirror
    assert mirror.seen == NEWEST
    for name, key in mirror.keys.items():
        rows = year.rows(name)
        if key is None:
            assert sorted(map(repr, mirror.kept[name].values())) == sorted(map(repr, rows))
        else:
            assert mirror.kept[name] == {row[key]: row for row in rows}, name


def check_that_the_mirror_had_the_rows_of_each_release(year: Year) -> None:
    lists = [name for name, key in year.mirror.keys.items() if key == "code"]
    assert len(lists) == 11
    for number, mirror in year.mirrored.items():
        for name in lists:
            rows = year.rows(name, release=number)
            assert mirror.kept[name] == {row["code"]: row for row in rows}, (name, number)


def check_that_the_mirror_answers_for_itself(year: Year) -> None:
    for number, mirror in year.mirrored.items():
        targets = mirror.kept["targets"]
        assert_promised(targets, number)
        # Judged anew from promises and results alone: the same as by hand, and as by the service.
        assert_became({c: {**row, **mirror.became(c)} for c, row in targets.items()}, number)
        for row in year.rows("targets", release=number):
            own = mirror.became(row["code"])
            assert own == {name: row[name] for name in own}, (row["code"], number)
        changes = [
            change_of(row)
            for row in mirror.kept["changes"].values()
            if row["material"] and row["action"] == "changed"
        ]
        assert sorted(changes, key=repr) == sorted(
            (change for change in CHANGED if change[0] <= number), key=repr
        )


# --- the test ---------------------------------------------------------------------------------

CHECKS = (
    check_that_each_step_is_a_release_of_its_day,
    check_that_each_moment_is_of_its_release,
    check_that_before_the_first_day_there_is_nothing,
    check_what_was_promised,
    check_what_became_of_it,
    check_what_indicators_show,
    check_the_fate_of_documents,
    check_that_time_lines_tell_who_changed_what,
    check_all_time_lines_in_one_request,
    check_what_changed_and_why,
    check_what_the_issuer_changed,
    check_that_the_better_copy_drowns_nothing,
    check_the_next_plan_against_the_last,
    check_that_before_and_after_stand_side_by_side,
    check_the_withdrawn_result,
    check_what_was_said_on_each_day,
    check_what_the_mirror_asked,
    check_that_the_mirror_has_the_rows_of_the_service,
    check_that_the_mirror_had_the_rows_of_each_release,
    check_that_the_mirror_answers_for_itself,
)


def test_a_year_is_told_at_every_date(empty_url: str, tmp_path: Path, seed: Path) -> None:
    with played(Office(empty_url, tmp_path, seed)) as year:
        for check in CHECKS:
            check(year)
