"""Small invented plans: a text is made first, then the plan file is anchored in it."""

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.publish.anchor import find_anchors, written
from app.publish.text import Body

HAN = "零一二三四五六七八九十"


def han(number: int) -> str:
    """1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return HAN[ones]
    return (HAN[tens] if tens > 1 else "") + "十" + (HAN[ones] if ones else "")


def target(indicator: str, value: float = 60, **more: Any) -> dict[str, Any]:
    """A promise on an indicator, in the words "X达到60%"."""
    return {"indicator": indicator, "value": value, "quote": f"{indicator}达到{value}%", **more}


def task(
    number: int,
    targets: Sequence[dict[str, Any]] = (),
    bodies: Mapping[str, str] | None = None,
    deliverables: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    """A task with promises, bodies (code → role) and documents to be issued."""
    return {
        "number": number,
        "title_zh": f"推进任务{han(number)}",
        "title_en": f"Task {number}",
        "summary_zh": f"任务{number}的摘要。",
        "summary_en": f"Summary of task {number}.",
        "targets": list(targets),
        "deliverables": [
            {
                "code": code,
                "verb_zh": "出台",
                "title_zh": f"{code}方案",
                "title_en": f"Scheme {code}",
                "quote": f"出台{code}方案",
            }
            for code in deliverables
        ],
        "participations": [
            {"body": code, "role": role, "quote": f"由{code}参加{role}"[:20]}
            for code, role in (bodies or {}).items()
        ],
        **more,
    }


def indicator(code: str, **more: Any) -> dict[str, Any]:
    """A share in percent."""
    return {
        "code": code,
        "name_zh": f"指标{code}",
        "name_en": f"Indicator {code}",
        "definition_zh": "甲÷乙×100",
        "definition_en": "A ÷ B × 100",
        "population_zh": "全体",
        "population_en": "All",
        "unit": "percent",
        "kind": "outcome",
        "measure": "share",
        "desired_direction": "increase",
        **more,
    }


def body(code: str, **more: Any) -> dict[str, Any]:
    """A body."""
    return {
        "code": code,
        "name_zh": f"主体{code}",
        "name_en": f"Body {code}",
        "kind": "schools",
        **more,
    }


def plan(
    code: str,
    tasks: Sequence[dict[str, Any]],
    bodies: Sequence[dict[str, Any]] = (),
    indicators: Sequence[dict[str, Any]] = (),
    issuer: str = "aa",
    year: int = 2024,
    **more: Any,
) -> dict[str, Any]:
    """A plan file with one area; its anchors are not filled in yet."""
    return {
        "document": {
            "code": f"{code}-doc",
            "title_zh": f"计划{code}",
            "publisher": "发布者",
            "copy": "original",
            "rights_zh": "公开。",
            "rights_en": "Public.",
        },
        "plan": {
            "code": code,
            "year": year,
            "issuer": issuer,
            "title_zh": f"计划{code}",
            "title_en": f"Plan {code}",
            **more,
        },
        "bodies": list(bodies),
        "indicators": list(indicators),
        "areas": [
            {
                "number": 1,
                "title_zh": "开展行动",
                "title_en": "Action",
                "summary_zh": "领域摘要。",
                "summary_en": "Summary of the area.",
                "tasks": list(tasks),
            }
        ],
    }


def text_of(raw: dict[str, Any]) -> str:
    """A text that says what a plan file says."""
    pieces = [raw["plan"]["title_zh"]]
    for area in raw["areas"]:
        pieces.append(f"{han(area['number'])}、{area['title_zh']}")
        for item in area["tasks"]:
            pieces.append(f"({han(item['number'])}){item['title_zh']}。")
            for name in ("targets", "deliverables", "participations"):
                pieces += [f"我们{part['quote']}。" for part in item.get(name, ())]
            pieces += [f"此处印有{part['printed_zh']}。" for part in item.get("errata", ())]
    return "".join(pieces)


def anchored(raw: dict[str, Any], text: str | None = None) -> dict[str, Any]:
    """A copy of a plan file with its anchors filled in from its text."""
    found = find_anchors(raw, Body(text or text_of(raw)))
    assert found.complaints == []
    return written(copy.deepcopy(raw), found)


def saved(path: Path, raw: Any) -> Path:
    """A plan file on disk."""
    path.write_text(json.dumps(raw, ensure_ascii=False, indent=1), encoding="utf-8")
    return path
