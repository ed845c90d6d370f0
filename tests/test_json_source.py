"""JSON with lines: the same values as the standard library, the right line, one kind of error."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.publish.anchor import at
from app.publish.complaint import Complaint, JsonPath
from app.publish.json_source import MAX_DEPTH, NotJson, Source, parse_source, read_source
from app.publish.plan_file import plan_schema
from app.publish.reading import validated
from app.publish.validate import Known, complaints_of, introduce

HAN = re.compile(r"[一-鿿]")

CHARACTERS = st.characters(exclude_categories=["Cs"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS, max_size=6)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(CHARACTERS, max_size=3), inner, max_size=4)
    ),
    max_leaves=15,
)
BLANKS = st.sampled_from(["", "", " ", "\n", "\t", "\r\n", " \n\n  "])


class Printer:
    """Prints JSON with blanks between all tokens, and notes the line of every key and item."""

    def __init__(self, draw: st.DrawFn):
        self.draw = draw
        self.pieces: list[str] = []
        self.line = 1
        self.lines: dict[JsonPath, int] = {}

    def put(self, text: str) -> None:
        self.pieces.append(text)
        self.line += text.count("\n")

    def blank(self) -> None:
        self.put(self.draw(BLANKS))

    def scalar(self, value: Any) -> None:
        self.put(json.dumps(value, ensure_ascii=self.draw(st.booleans())))

    def value(self, value: Any, path: JsonPath = ()) -> None:
        self.lines.setdefault(path, self.line)
        if not isinstance(value, dict | list):
            self.scalar(value)
            return
        self.put("{" if isinstance(value, dict) else "[")
        inner: Iterator[tuple[str | int, Any]]
        inner = iter(value.items()) if isinstance(value, dict) else enumerate(value)
        for number, (key, item) in enumerate(inner):
            self.put("," if number else "")
            self.blank()
            self.lines[(*path, key)] = self.line
            if isinstance(key, str):
                self.scalar(key)
                self.blank()
                self.put(":")
                self.blank()
            self.value(item, (*path, key))
            self.blank()
        self.blank()
        self.put("}" if isinstance(value, dict) else "]")


@st.composite
def printed(draw: st.DrawFn) -> tuple[str, dict[JsonPath, int]]:
    """A JSON text, and the line of each of its places."""
    printer = Printer(draw)
    printer.blank()
    printer.value(draw(VALUES))
    printer.blank()
    return "".join(printer.pieces), printer.lines


@given(printed())
@settings(max_examples=200, deadline=None)
def test_values_are_those_of_the_standard_library(made: tuple[str, dict[JsonPath, int]]) -> None:
    text, lines = made
    source = parse_source(text)
    # repr tells 1 from 1.0 and from True, which == does not
    assert repr(source.value) == repr(json.loads(text))
    assert source.lines == lines
    assert source.repeated == []


@given(VALUES, st.sampled_from([None, 0, 1, 4, "\t"]))
@settings(max_examples=100, deadline=None)
def test_what_the_standard_library_prints_is_read(value: Any, indent: int | str | None) -> None:
    text = json.dumps(value, indent=indent)
    assert repr(parse_source(text).value) == repr(value)


def test_the_lines_of_a_small_file() -> None:
    text = '\n{"a": 1,\n\n "b": [\n  {"c":\n   null},\n  2\n ]\n}\n'
    assert parse_source(text).lines == {
        (): 2,
        ("a",): 2,
        ("b",): 4,
        ("b", 0): 5,
        ("b", 0, "c"): 5,
        ("b", 1): 7,
    }


def test_a_place_that_is_not_there_has_the_line_of_what_is_around_it() -> None:
    source = parse_source('{\n"a": [\n{"b": 1}]}')
    assert source.line(("a", 0, "missing")) == 3
    assert source.line(("a", 5, "b")) == 2
    assert source.line(("x", "y")) == 1


@pytest.mark.parametrize(
    "text",
    [
        '"\\ud842\\udfb7"',
        '"𠮷\\u0041\\/\\b\\f\\n\\r\\t\\"\\\\"',
        '"\x7f\u2028\u00a0"',
        "-0",
        "-0.0",
        "1E+2",
        "0.1e-7",
        "1e308",
        "123456789012345678901234567890",
        " \r\n\tnull\r\n",
        "{}",
        "[]",
        '{"": {"": []}}',
        "[" * MAX_DEPTH + "]" * MAX_DEPTH,
    ],
)
def test_less_common_json_is_read(text: str) -> None:
    assert repr(parse_source(text).value) == repr(json.loads(text))


# --- what is not JSON -------------------------------------------------------------------------

NOT_JSON: dict[str, tuple[str, int]] = {
    "nothing": ("", 1),
    "only blanks": ("\n\n", 3),
    "a comma before the end of an object": ('{"a": 1,\n}', 2),
    "a comma before the end of a list": ("[1,\n2,\n]", 3),
    "a comma first": ("[\n,1]", 2),
    "two commas": ("[1,\n,2]", 2),
    "no comma between items": ("[1\n2]", 2),
    "no comma between keys": ('{"a": 1\n\n"b": 2}', 3),
    "no colon": ('{\n"a" 1}', 2),
    "an equals sign": ('{"a"\n= 1}', 2),
    "no value": ('{"a":\n}', 2),
    "a key without quotes": ("{\na: 1}", 2),
    "a number as key": ("{1: 1}", 1),
    "single quotes": ("{\n'a': 1}", 2),
    "curly quotes": ("{“a”: 1}", 1),
    "full-width colon": ('{\n"a"：1}', 2),
    "NaN": ('{\n"a": NaN}', 2),
    "Infinity": ("[\n\nInfinity]", 3),
    "-Infinity": ("[-Infinity]", 1),
    "a number too large for a float": ("[1,\n1e999]", 2),
    "a number too small for a float": ("[\n-1e999]", 2),
    "a number with too many digits": ("[\n" + "1" * 5000 + "]", 2),
    "a leading zero": ("[\n01]", 2),
    "a leading plus": ("[+1]", 1),
    "a leading point": ("[.5]", 1),
    "a trailing point": ("[5.]", 1),
    "an empty exponent": ("[5e]", 1),
    "a hexadecimal number": ("[0x10]", 1),
    "full-width digits": ("[\n６０]", 2),
    "True": ("[True]", 1),
    "None": ("\n[None]", 2),
    "nul": ("nul", 1),
    "a string without end": ('{\n"a": "b', 2),
    "a tab in a string": ('["a",\n"a\tb"]', 2),
    "a NUL in a string": ('["\x00"]', 1),
    "an unknown escape": ('[\n"\\x41"]', 2),
    "a short escape": ('["\\u12"]', 1),
    "an escape that ends the file": ('["\\', 1),
    "half a surrogate pair": ('[\n"\\ud842"]', 2),
    "the other half": ('["\\udfb7"]', 1),
    "the halves swapped": ('["\\udfb7\\ud842"]', 1),
    "half a surrogate pair in a key": ('{\n"\\ud842": 1}', 2),
    "text after the end": ("{}\n\n{}", 3),
    "a bracket after the end": ("[1]]", 1),
    "the wrong bracket": ('{"a": [1\n}', 2),
    "a list that does not end": ("[1,\n2", 2),
    "an object that does not end": ('{"a": 1\n', 2),
    "a comment": ('{\n// a\n"a": 1}', 2),
    "a form feed": ("[1,\f2]", 1),
    "a blank that JSON does not know": ("[1,\n\u00a02]", 2),
    "deep lists": ("[" * 10_000, 1),
    "deep lists in lines": ("[\n" * 10_000 + "]" * 10_000, MAX_DEPTH + 2),
    "deep objects": ('{"a":' * 10_000, 1),
    "one too deep": ("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), 1),
}


def refused(text: str) -> Complaint:
    with pytest.raises(NotJson) as caught:
        parse_source(text)
    return caught.value.complaint


@pytest.mark.parametrize(("text", "line"), NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_refused_with_its_line(text: str, line: int) -> None:
    complaint = refused(text)
    assert (complaint.path, complaint.line) == ((), line)
    assert complaint.en.startswith("is not JSON: ")
    assert complaint.zh.startswith("不是JSON：")


def test_a_string_that_runs_over_the_end_of_its_line_is_shown_on_its_line() -> None:
    """A closing quote was forgotten on line 2; line 3 is innocent."""
    assert refused('{\n"a": "b,\n"c": 1}').line == 2


@pytest.mark.parametrize("escape", ["\\u+123", "\\u 123", "\\u1_23", "\\u123 "])
def test_an_escape_has_four_hexadecimal_digits(escape: str) -> None:
    with pytest.raises(ValueError, match="escape"):
        json.loads(f'"{escape}"')
    refused(f'"{escape}"')


def test_a_full_width_digit_in_a_number_is_not_called_too_long() -> None:
    complaint = refused('{"value": 6０}')
    assert "too long" not in complaint.en
    assert "过长" not in complaint.zh


@pytest.mark.parametrize(
    ("text", "column", "found"),
    [
        ('{"a": 1,\n  "b" 2}', 7, 'found "2}"'),
        ('{"a":\n   NaN}', 4, 'found "NaN}"'),
        ("[1,", 4, "the file ends"),
    ],
)
def test_the_column_and_what_stands_there_are_told(text: str, column: int, found: str) -> None:
    complaint = refused(text)
    assert f"in column {column}, {found}" in complaint.en
    assert f"第{column}列" in complaint.zh


def acceptable(text: str) -> tuple[bool, Any]:
    """Whether the standard library reads it, without the three things that JSON has not."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        value = json.loads(text, parse_constant=refuse)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:  # UnicodeEncodeError, half a pair, is one
        return False, None
    return True, value


SEEDS = [
    '{"a": [1, -2.5e3, "x\\u0041\\n"], "b": {"c": null, "d": [true, false]}}',
    '[\n  {"quote": "达到60%", "at": [25, 30]},\n  {"𠮷": "\\ud842\\udfb7"}\n]\n',
]
ALPHABET = [*"{}[],:\"\\ \n\t\r01289-+.eEuntrfalsbd'/_x\x00０“\ufeff𠮷"]


@given(
    st.sampled_from(SEEDS) | VALUES.map(lambda value: json.dumps(value, indent=1)),
    st.sampled_from(["delete", "insert", "replace"]),
    st.integers(0, 10**6),
    st.sampled_from(ALPHABET),
)
@example('"\\ud842\\udfb7"', "delete", 3, " ")
@settings(max_examples=600, deadline=None)
def test_a_mutated_text_is_read_like_the_standard_library_or_is_not_json(
    text: str, kind: str, place: int, character: str
) -> None:
    place %= len(text)
    behind = place if kind == "insert" else place + 1
    mutated = text[:place] + ("" if kind == "delete" else character) + text[behind:]
    sound, value = acceptable(mutated)
    if sound:
        assert repr(parse_source(mutated).value) == repr(value)
    else:
        assert refused(mutated).line in range(1, mutated.count("\n") + 2)


def test_every_mutation_of_a_short_text() -> None:
    """The same without chance: each character deleted, replaced and preceded by each other."""
    text = SEEDS[0]
    for place in range(len(text)):
        before, after = text[:place], text[place + 1 :]
        compare_with_the_standard_library(before + after)
        for character in ALPHABET:
            compare_with_the_standard_library(before + character + text[place:])
            compare_with_the_standard_library(before + character + after)


def compare_with_the_standard_library(text: str) -> None:
    sound, value = acceptable(text)
    if sound:
        assert repr(parse_source(text).value) == repr(value), text
    else:
        refused(text)


@given(st.text(st.sampled_from(ALPHABET), max_size=30))
@settings(max_examples=200, deadline=None)
def test_rubbish_is_not_json(text: str) -> None:
    compare_with_the_standard_library(text)


# --- repeated keys ----------------------------------------------------------------------------


def test_a_repeated_key_is_reported_with_both_lines() -> None:
    source = parse_source('{\n"a": 1,\n"b": {"c": 1,\n"d": 2,\n"c": 3},\n"a": 4}')
    assert source.value == {"a": 4, "b": {"c": 3, "d": 2}}
    inner, outer = source.repeated
    assert (inner.path, inner.line) == (("b", "c"), 5)
    assert inner.en.endswith("first on line 3")
    assert inner.zh.endswith("首次出现在第3行")
    assert (outer.path, outer.line) == (("a",), 6)
    assert outer.en.endswith("first on line 2")


def test_a_key_that_is_repeated_by_an_escape_is_reported() -> None:
    (complaint,) = parse_source('{"a": 1, "\\u0061": 2}').repeated
    assert complaint.path == ("a",)


def test_the_same_key_in_several_objects_is_not_repeated() -> None:
    assert parse_source('[{"a": {"a": 1}}, {"a": 2}]').repeated == []


def test_a_key_that_stands_three_times_names_the_first_line() -> None:
    source = parse_source('{"a": 1,\n"a": 2,\n"a": 3}')
    assert [complaint.line for complaint in source.repeated] == [2, 3]
    assert all(complaint.en.endswith("first on line 1") for complaint in source.repeated)


def test_lines_are_those_of_the_value_that_counts() -> None:
    """The second "a" wins, and what is wrong in it stands on line 3."""
    source = parse_source('{"a": [1],\n"a": [\n2]}')
    assert source.value == {"a": [2]}
    assert source.lines[("a", 0)] == 3


# --- files ------------------------------------------------------------------------------------


def of_bytes(folder: Path, data: bytes) -> Complaint:
    path = folder / "plan.json"
    path.write_bytes(data)
    with pytest.raises(NotJson) as caught:
        read_source(path)
    return caught.value.complaint


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b'{"a":\n "\xff"}', 2, "byte 0xff at offset 8"),
        (b'["a",\n"b",\n"\xe8\xbe"]', 3, "byte 0xe8 at offset 12"),
        ("{}".encode("utf-16"), 1, "byte 0xff at offset 0"),
        ('["达"]'.encode("gb18030"), 1, "byte 0xb4 at offset 2"),
        (b'["\xed\xa0\x80"]', 1, "byte 0xed at offset 2"),
    ],
    ids=["a stray byte", "half a character", "UTF-16", "GB 18030", "an encoded surrogate"],
)
def test_what_is_not_utf_8_is_refused_with_its_byte(
    data: bytes, line: int, reason: str, tmp_path: Path
) -> None:
    complaint = of_bytes(tmp_path, data)
    assert complaint.line == line
    assert complaint.en == f"is not UTF-8: {reason}"
    assert complaint.zh.startswith("不是UTF-8编码")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b"\xef\xbb\xbf\n[1]")
    source = read_source(path)
    assert (source.value, source.lines[()]) == ([1], 2)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    with path.open("wb") as sparse:
        sparse.truncate(32 * 2**20 + 1)
    with pytest.raises(NotJson, match="is larger than 32 MB"):
        read_source(path)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotJson, match="cannot be read: "):
        read_source(tmp_path / name)


# --- what the models refuse is told in both languages -------------------------------------------

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    5,
    2.5,
    1e15 + 2,
    10**400,
    "",
    " a ",
    "a",
    "a--b",
    "甲\n乙",
    "\x00",
    "{x}",
    "2023-02-30",
    "2023-01-01T00:00:00",
    "²²²²",
    "甲" * 3000,
    [],
    [1],
    [2, 1],
    [0, 1, 2],
    [None],
    [True, 5],
    [-1, 2],
    [0, 10**9],
    ["a", "b"],
    [[1, 2]],
    [{}],
    {},
    {"a": 1},
]
MISSING = object()


@pytest.fixture(scope="module")
def raw_seed(seed: Path) -> Any:
    return json.loads(seed.read_text(encoding="utf-8"))


@pytest.fixture
def small(raw_seed: Any) -> Any:
    """The seed with one item in every list: each kind of place once.

    Task 7, the first of area 3, has all the lists that a task can have.
    """
    return reduced({**raw_seed, "areas": raw_seed["areas"][2:]})


def reduced(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {key: reduced(value) for key, value in raw.items()}
    if isinstance(raw, list) and raw and isinstance(raw[0], dict):
        return [reduced(raw[0])]
    return raw


def places(raw: Any, path: JsonPath = ()) -> Iterator[JsonPath]:
    """Every key and item below a value."""
    inner: Any = ()
    if isinstance(raw, dict):
        inner = raw.items()
    elif isinstance(raw, list):
        inner = enumerate(raw)
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def known_keys(schema: Any, node: Any, raw: Any, path: JsonPath = ()) -> Iterator[JsonPath]:
    """Every key that the schema allows in the objects of a file, there or not."""
    node = schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
    if isinstance(raw, dict):
        for key, inner in node.get("properties", {}).items():
            yield (*path, key)
            yield from known_keys(schema, inner, raw.get(key), (*path, key))
    elif isinstance(raw, list) and "items" in node:
        for number, item in enumerate(raw):
            yield from known_keys(schema, node["items"], item, (*path, number))


def changed(raw: Any, path: JsonPath, value: Any) -> Any:
    """The value with one place replaced, removed or added."""
    holder, key = at(raw, path[:-1]), path[-1]
    if value is MISSING:
        del holder[key]
    else:
        holder[key] = value
    return raw


def assert_told(raw: Any) -> None:
    """The models and the checks after them refuse or accept, and every message is ours."""
    source = Source(raw, {(): 1}, [])
    file, complaints = validated(source)
    assert (file is None) == bool(complaints)
    known = Known()
    introduce(raw, known)
    for complaint in complaints + complaints_of(raw, known):
        assert HAN.search(complaint.zh), complaint
        assert not HAN.search(complaint.en), complaint
        assert not re.search(r"\{\w+\}", complaint.en + complaint.zh), complaint
        for language in ("en", "zh"):
            told = complaint.told("plan.json", language)
            assert told.startswith("plan.json")
            assert "\n" not in told


def test_every_odd_value_in_every_kind_of_place_is_told(small: Any) -> None:
    raw, schema = small, plan_schema()
    everywhere = dict.fromkeys([*places(raw), *known_keys(schema, schema, raw)])
    assert ("areas", 0, "tasks", 0, "targets", 0, "alternative_due") in everywhere
    for path in everywhere:
        holder = at(raw, path[:-1])
        before = copy.copy(holder)
        there = path[-1] in holder if isinstance(holder, dict) else True
        for value in [*ODD, MISSING] if there else ODD:
            assert_told(changed(raw, path, value))
            restore(holder, before)


def restore(holder: Any, before: Any) -> None:
    holder.clear()
    if isinstance(holder, dict):
        holder.update(before)
    else:
        holder.extend(before)


def test_an_unknown_key_in_every_kind_of_object_is_told_with_the_allowed_ones(
    small: Any,
) -> None:
    objects = [(), *(path for path in places(small) if isinstance(at(small, path), dict))]
    for path in objects:
        holder = at(small, path)
        key = next(iter(holder)) + "x"
        holder[key] = 1
        _, (complaint,) = validated(Source(small, {}, []))
        assert complaint.path == (*path, key)
        assert complaint.nearest == key[:-1]
        assert complaint.nearest in complaint.allowed
        del holder[key]


@pytest.mark.parametrize("raw", [None, 5, "a", [], [{}], {}, True, 2.5], ids=str)
def test_a_file_that_is_no_plan_is_told(raw: Any) -> None:
    assert_told(raw)
    assert validated(Source(raw, {}, []))[1] != []


VALUES_OF_OTHER_TYPES = st.sampled_from([*ODD, MISSING]) | VALUES


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), VALUES_OF_OTHER_TYPES, st.booleans()),
        min_size=1,
        max_size=4,
    )
)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_random_damage_to_the_seed_is_told(
    raw_seed: Any, damage: list[tuple[int, Any, bool]]
) -> None:
    raw = copy.deepcopy(raw_seed)
    for number, value, add in damage:
        every = list(places(raw))
        path = every[number % len(every)]
        if add and isinstance(at(raw, path[:-1]), dict):
            path = (*path[:-1], f"{path[-1]}s")
        if value is not MISSING or path in every:
            changed(raw, path, value)
    assert_told(raw)
