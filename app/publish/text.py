"""The normalised body of a document: one string of code points that offsets and hashes refer to."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

MAX_BYTES = 64 * 1024 * 1024
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What the libraries raise for a file that is damaged, encrypted or no DOCX at all."""


class TextProblem(Exception):
    """A text that cannot be read; one sentence in each language says why."""

    def __init__(self, en: str, zh: str):
        super().__init__(en)
        self.en = en
        self.zh = zh


@dataclass(frozen=True)
class Body:
    """A normalised body."""

    text: str

    @property
    def sha256(self) -> str:
        """SHA-256 of its UTF-8."""
        return sha256(self.text)


def sha256(text: str) -> str:
    """SHA-256 of the UTF-8 of a text, lower-case hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_body(path: Path, page: bool = False) -> Body:
    """The normalised body of a plain-text or DOCX file.

    Lines, or paragraphs, are joined without a separator and nothing else is changed. With `page`
    the file is the text of a preview page: only its numbered lines count (see `body_of_page`).
    Raises TextProblem.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise TextProblem(
            f"{path} cannot be read: {error.strerror}", f"{path} 无法读取：{error.strerror}"
        ) from None
    if data is None:
        raise TextProblem(f"{path} is larger than 64 MB", f"{path} 超过64 MB")
    if data.startswith(b"PK\x03\x04"):
        return _held(path, _docx_text(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextProblem(
            f"{path} is neither DOCX nor UTF-8 text: byte at offset {error.start}",
            f"{path} 既不是DOCX也不是UTF-8文本：偏移{error.start}处的字节有误",
        ) from None
    return _held(path, body_of_page(text) if page else "".join(lines_of(text)))


def _held(path: Path, text: str) -> Body:
    if not text:
        raise TextProblem(f"{path} holds no text", f"{path} 没有文本")
    return Body(text)


def lines_of(text: str) -> list[str]:
    """The lines of a text: its line ends are taken away, and nothing that only looks like one."""
    return re.split(r"\r\n|\n|\r", text)


def body_of_page(text: str) -> str:
    """The body from the text of a preview page.

    The preview cuts the document into pieces and puts a running counter before each: the lines that
    start with `1、`, `2、` … in this order are taken, the counter is dropped, and they are joined.
    """
    pieces: list[str] = []
    for line in lines_of(text):
        marker = f"{len(pieces) + 1}、"
        if line.startswith(marker):
            pieces.append(line.removeprefix(marker))
    return "".join(pieces)


def _docx_text(path: Path) -> str:
    """All words of the main part in the order of the file, without what a fallback repeats."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo("word/document.xml")
            if info.file_size > MAX_BYTES:
                raise TextProblem(f"{path} unpacks to more than 64 MB", f"{path} 解压后超过64 MB")
            root = ElementTree.fromstring(archive.read(info))
    except DAMAGE as error:
        raise TextProblem(f"{path} is no DOCX: {error}", f"{path} 不是DOCX：{error}") from None
    return "".join(_words(root))


def _words(element: ElementTree.Element) -> Iterator[str]:
    """The text below an element; `mc:Fallback` holds the same once more, for older programs."""
    waiting = [element]
    while waiting:
        part = waiting.pop()
        if part.tag == f"{WORD}t":
            yield part.text or ""
        elif part.tag != FALLBACK:
            waiting += reversed(part)
