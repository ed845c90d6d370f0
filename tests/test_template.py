"""The workbook to fill in: what stands in it, and the way from there through LibreOffice."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.models.choices import Measure, ObservationStatus, Outcome, Unit
from app.publish.complaint import Refused
from app.publish.result_columns import IndicatorKnown, KnownResults
from app.publish.result_file import read_results, read_tables
from app.publish.template import (
    TemplateDocument,
    TemplatePlan,
    TemplatePromise,
    write_template,
)

PLAN = TemplatePlan(
    "xx-2023",
    "XX市教育局2023年工作要点",
    [
        TemplatePromise("xx-share", "公办幼儿园在园幼儿占比", "达到60%", "%", "2023"),
        TemplatePromise("xx-places", "新增学位", "XX个（数字在原文中被隐去）", "个", "2023"),
        TemplatePromise("xx-schools", "新改扩建中小学数", "不少于3所", "所", "2025"),
    ],
    [
        TemplateDocument("xx-2023-plan", "某方案", "出台某方案"),
        TemplateDocument("xx-2023-rules", "=1+1", "制定某办法"),
    ],
)
KNOWN = KnownResults(
    {
        "xx-share": IndicatorKnown("公办幼儿园在园幼儿占比", Unit.PERCENT, Measure.SHARE),
        "xx-places": IndicatorKnown("新增学位", Unit.PLACE, Measure.INCREMENT),
        "xx-schools": IndicatorKnown("新改扩建中小学数", Unit.SCHOOL, Measure.FLOW),
    },
    {"xx-2023-plan": "某方案", "xx-2023-rules": "某办法"},
)
TODAY = date(2024, 6, 1)
ORDER = {
    "结果": "name_zh promise unit period value value_status source source_title source_date quote "
    "source_url note_zh note_en indicator",
    "文件": "title_zh quote outcome issued_on issued_number issued_title_zh issued_url code",
}
COLUMNS = {
    (sheet, name): "ABCDEFGHIJKLMN"[place]
    for sheet, names in ORDER.items()
    for place, name in enumerate(names.split())
}


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    write_template(tmp_path / "blank.xlsx", PLAN)
    return tmp_path / "blank.xlsx"


def filled(blank: Path, cells: dict[tuple[str, str, int], Any], name: str = "filled.xlsx") -> Path:
    """The workbook with values by sheet, field and row, as a spreadsheet program stores them."""
    book = openpyxl.load_workbook(blank)
    for (sheet, field, row), value in cells.items():
        cell = book[sheet][f"{COLUMNS[sheet, field]}{row}"]
        if isinstance(value, tuple):
            cell.value, cell.number_format = value
        else:
            cell.value = value
    path = blank.with_name(name)
    book.save(path)
    return path


FILLED: dict[tuple[str, str, int], Any] = {
    ("结果", "value", 2): (0.618, "0.0%"),
    ("结果", "source", 2): "summary",
    ("结果", "source_title", 2): "2023年工作总结",
    ("结果", "source_date", 2): date(2024, 1, 30),
    ("结果", "quote", 2): "占比61.8%",
    ("结果", "period", 3): "2023年上半年",
    ("结果", "value", 3): (1200, "#,##0"),
    ("结果", "value_status", 3): "初步数",
    ("结果", "source", 3): "bureau",
    ("结果", "source_title", 3): "统计快报，“上半年”",
    ("结果", "source_url", 3): "https://example.org/a,b;c",
    ("文件", "outcome", 2): "已印发",
    ("文件", "issued_on", 2): date(2023, 6, 1),
    ("文件", "issued_number", 2): "某教〔2023〕12号",
}

READ = [
    ("xx-share-2023-summary", 61.8, "measured", "2023", date(2024, 1, 30), None, "占比61.8%"),
    ("xx-places-2023-h1-bureau", 1200.0, "provisional", "2023-H1", None,
     "https://example.org/a,b;c", None),
]  # fmt: skip
FATE = {
    "code": "xx-2023-plan",
    "outcome": Outcome.ISSUED,
    "issued_on": date(2023, 6, 1),
    "issued_title_zh": None,
    "issued_number": "某教〔2023〕12号",
    "issued_url": None,
}


def observations(path: Path) -> list[tuple[Any, ...]]:
    names = ("code", "value", "value_status", "period", "source_date", "source_url", "quote")
    return [
        tuple(row[name] for name in names)
        for row in read_results(read_tables(path), KNOWN, TODAY).observations
    ]


# --- the workbook -----------------------------------------------------------------------------


def texts(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_line_per_promise_and_per_document(blank: Path) -> None:
    book = openpyxl.load_workbook(blank)
    assert book.sheetnames == ["说明", "结果", "文件"]
    header, *lines = texts(book["结果"])
    assert header == [
        "指标名称", "承诺", "单位", "所属期", "结果数值", "数值状态", "来源简称", "来源标题",
        "来源日期", "引文", "来源网址", "说明", "说明（英文）", "指标代码",
    ]  # fmt: skip
    assert [[*line[:4], line[-1]] for line in lines] == [
        ["公办幼儿园在园幼儿占比", "达到60%", "%", "2023", "xx-share"],
        ["新增学位", "XX个（数字在原文中被隐去）", "个", "2023", "xx-places"],
        ["新改扩建中小学数", "不少于3所", "所", "2025", "xx-schools"],
    ]
    assert {cell for line in lines for cell in line[4:-1]} == {None}
    header, *lines = texts(book["文件"])
    assert header == [
        "文件名称", "计划原文", "结果", "印发日期", "文号", "印发标题", "网址", "文件代码",
    ]  # fmt: skip
    assert lines == [
        ["某方案", "出台某方案", None, None, None, None, None, "xx-2023-plan"],
        ["=1+1", "制定某办法", None, None, None, None, None, "xx-2023-rules"],
    ]
    assert book["文件"]["A3"].data_type == "s", "text, even where it looks like a formula"


def test_grey_is_there_to_compare_with_and_white_to_be_filled_in(blank: Path) -> None:
    book = openpyxl.load_workbook(blank)
    for sheet, grey in (("结果", "ABCN"), ("文件", "ABH")):
        for cell in book[sheet][2]:
            is_grey = cell.fill.fill_type == "solid"
            assert is_grey == (cell.column_letter in grey), cell.coordinate
        assert book[sheet].freeze_panes == "B2"
        assert not book[sheet].protection.sheet, "lines can be added"


def test_text_stays_text_and_lists_are_offered(blank: Path) -> None:
    book = openpyxl.load_workbook(blank)
    row = {cell.column_letter: cell.number_format for cell in book["结果"][2]}
    assert row["D"] == "@", "2023-05 must not become a date"
    assert (row["E"], row["I"]) == ("General", "yyyy-mm-dd")
    below = book["结果"].column_dimensions
    assert below["D"].number_format == "@", "also in lines that are added"
    lists = {
        str(each.sqref): each.formula1
        for sheet in ("结果", "文件")
        for each in book[sheet].data_validations.dataValidation
        if each.type == "list"
    }
    assert lists == {
        "F2:F2000": '"' + ",".join(status.zh for status in ObservationStatus) + '"',
        "C2:C2000": '"' + ",".join(outcome.zh for outcome in Outcome) + '"',
    }
    for sheet in ("结果", "文件"):
        for each in book[sheet].data_validations.dataValidation:
            assert len(each.prompt) <= 255, "what Excel allows"
            assert len(each.promptTitle) <= 32


def test_the_guide_speaks_both_languages(blank: Path) -> None:
    lines = [row[0] for row in texts(openpyxl.load_workbook(blank)["说明"])]
    assert lines[0] == "XX市教育局2023年工作要点（xx-2023）"
    assert "如何填写" in lines[1:]
    assert "How to fill it in" in lines[2:]
    whole = "\n".join(lines)
    for command in ("yaodian observe", "--dry-run", "--lang zh", "yaodian retract", "--cause"):
        assert command in whole
    for hint in ("56.13%", "38.5亿元", "约82%", "撤回之后请把该行从表中删去", "Copying error."):
        assert hint in whole
    for choice in (*ObservationStatus, *Outcome):
        assert choice.zh in whole
        assert choice.en in whole


def test_what_is_printed_says_what_it_is(blank: Path) -> None:
    book = openpyxl.load_workbook(blank)
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9, "A4"
        assert sheet.oddHeader.left.text == "XX市教育局2023年工作要点（xx-2023）"
        assert (sheet.oddHeader.right.text, sheet.oddFooter.center.text) == (
            "&A",
            "第 &P 页，共 &N 页",
        )
    results = book["结果"]
    assert [each.id for each in results.col_breaks.brk] == [10], "behind the quote"
    assert results.print_title_cols == "$A:$A"


def test_the_same_plan_gives_the_same_bytes(blank: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.test_template import PLAN; "
        "from app.publish.template import write_template; write_template(Path(sys.argv[1]), PLAN)"
    )
    for seed in ("1", "2"):
        again = tmp_path / f"{seed}.xlsx"
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"Etc/GMT+{seed}"}
        subprocess.run(
            [sys.executable, "-c", program, str(again)],
            check=True,
            env=environment,
            cwd=Path(__file__).resolve().parents[1],
        )
        assert again.read_bytes() == blank.read_bytes()
    with zipfile.ZipFile(blank) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_plan_without_promises_and_documents(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx", TemplatePlan("xx-2024", "甲", [], []))
    with pytest.raises(Refused) as caught:
        read_results(read_tables(tmp_path / "t.xlsx"), KNOWN, TODAY)
    assert caught.value.told("en") == [f"{tmp_path / 't.xlsx'}: nothing is filled in"]


# --- the file ---------------------------------------------------------------------------------


def test_no_file_is_overwritten(blank: Path) -> None:
    before = blank.read_bytes()
    with pytest.raises(FileExistsError):
        write_template(blank, TemplatePlan("xx-2024", "甲", [], []))
    assert blank.read_bytes() == before
    assert list(blank.parent.iterdir()) == [blank]


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").symlink_to(tmp_path / "elsewhere.xlsx")
    with pytest.raises(FileExistsError):
        write_template(tmp_path / "t.xlsx", PLAN)
    assert not (tmp_path / "elsewhere.xlsx").exists()


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_template(tmp_path / "t.xlsx", PLAN)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        write_template(tmp_path / "none" / "t.xlsx", PLAN)


def test_the_file_has_the_usual_mode(blank: Path, tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    assert blank.stat().st_mode == usual.stat().st_mode


# --- read again -------------------------------------------------------------------------------


def test_what_nobody_filled_in_is_refused(blank: Path) -> None:
    with pytest.raises(Refused) as caught:
        read_results(read_tables(blank), KNOWN, TODAY)
    assert caught.value.told("zh") == [f"{blank}: 没有填写任何内容"]


def test_what_is_filled_in_is_read(blank: Path) -> None:
    path = filled(blank, FILLED)
    assert observations(path) == READ
    assert read_results(read_tables(path), KNOWN, TODAY).fates == [FATE]


def test_added_lines_are_read(blank: Path) -> None:
    more: dict[tuple[str, str, int], Any] = {
        ("结果", name, 6): value
        for name, value in (
            ("indicator", "xx-share"), ("period", "2022"), ("value", 58.5), ("source", "summary"),
            ("source_title", "2022年工作总结"),
        )
    }  # fmt: skip
    codes = [row[0] for row in observations(filled(blank, {**FILLED, **more}))]
    assert codes == ["xx-share-2023-summary", "xx-places-2023-h1-bureau", "xx-share-2022-summary"]


MISTAKES: dict[tuple[str, str, int], Any] = {
    **FILLED,
    ("结果", "value", 2): 0.618,
    ("结果", "period", 3): "2023年13月",
    ("结果", "period", 4): "2023",
    ("结果", "value", 4): "=1+2",
    ("结果", "source", 4): "教育局",
    ("结果", "source_title", 4): "年报",
    ("文件", "outcome", 3): "已经印发",
}
TOLD = [
    "工作表“结果”E2（结果数值）: 可能是61.8%，也可能是0.618%：请带上百分号填写；值为 0.618",
    "工作表“结果”D3（所属期）: 不是所属期；值为 \"2023年13月\"；可用：2023、2023-H1、2023-Q3、"
    "2023-05、2022-2023、2023-12-31、2023-01-01/2023-06-30",
    "工作表“结果”E4（结果数值）: 是公式：请复制后选择性粘贴为数值；值为 \"=1+2\"",
    "工作表“结果”G4（来源简称）: 必须是以单词开头的简称：小写字母和数字，各部分以单个连字符相连，"
    "如summary、bulletin-2024；值为 \"教育局\"",
    "工作表“文件”C3（结果）: 不在可用值之中；值为 \"已经印发\"；可用：已印发 (issued)、"
    "以其他形式印发 (issued_otherwise)、未印发 (not_issued)、本服务未收录结果 (no_result)；"
    "您要的可能是“已印发”",
]  # fmt: skip


def told(path: Path) -> list[str]:
    with pytest.raises(Refused) as caught:
        read_results(read_tables(path), KNOWN, TODAY)
    return [line.removeprefix(f"{path}: ") for line in caught.value.told("zh")]


def test_five_mistakes_are_told_in_chinese(blank: Path) -> None:
    assert told(filled(blank, MISTAKES)) == TOLD


# --- through LibreOffice ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> Sequence[str]:
    """How LibreOffice is called, with a profile of its own."""
    program = shutil.which("soffice")
    if program is None:
        reason = "LibreOffice (soffice) is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    profile = tmp_path_factory.mktemp("libreoffice") / "profile"
    return (program, f"-env:UserInstallation={profile.as_uri()}", "--headless")


def saved(soffice: Sequence[str], path: Path, form: str) -> Path:
    """The folder with what LibreOffice saves of a workbook in another form."""
    folder = path.parent / "saved"
    subprocess.run(
        [*soffice, "--convert-to", form, "--outdir", str(folder), str(path)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
    )
    return folder


CSV = (
    "csv:Text - txt - csv (StarCalc):{delimiter},34,{encoding},1,,0,false,true,false,false,false,-1"
)
"""All sheets, as they are shown; 76 is UTF-8, 85 GB18030."""


def test_what_libreoffice_saves_is_read(soffice: Sequence[str], blank: Path) -> None:
    path = filled(blank, FILLED)
    again = saved(soffice, path, "xlsx") / path.name
    assert observations(again) == READ
    assert read_results(read_tables(again), KNOWN, TODAY).fates == [FATE]
    assert (
        told(saved(soffice, filled(blank, MISTAKES, "wrong.xlsx"), "xlsx") / "wrong.xlsx") == TOLD
    )


@pytest.mark.parametrize(("delimiter", "encoding"), [(44, 76), (59, 85), (9, 65535)])
def test_csv_that_libreoffice_saves_is_read(
    delimiter: int, encoding: int, soffice: Sequence[str], blank: Path
) -> None:
    path = filled(blank, FILLED)
    folder = saved(soffice, path, CSV.format(delimiter=delimiter, encoding=encoding))
    assert observations(folder / "filled-结果.csv") == READ
    assert read_results(read_tables(folder / "filled-文件.csv"), KNOWN, TODAY).fates == [FATE]
    (line,) = told(folder / "filled-说明.csv")
    assert line.startswith("没有结果表或文件表")
