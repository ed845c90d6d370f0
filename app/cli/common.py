"""What the commands share: exit codes, languages, how refusals are told."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.db import absolute, checker_engine, closing, told, writer_engine
from app.publish.complaint import Language, Refused
from app.publish.text import Body, read_body
from app.settings import hide_password, read_settings

if TYPE_CHECKING:
    from app.models.choices import Cause
    from app.publish.writer import Orders, Outcome

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

OK, REFUSED, USAGE, DATABASE, NETWORK = 0, 1, 2, 3, 4
"""Exit codes: done · the data are refused · wrong call or setting · the database · the port."""

LONGEST = 1000
"""Characters of a note."""


class Stop(Exception):
    """The command ends here, with a sentence in each language and an exit code."""

    def __init__(self, en: str, zh: str, code: int):
        super().__init__(en)
        self.en = en
        self.zh = zh
        self.code = code

    def told(self, language: Language) -> str:
        """The sentence in one language."""
        return self.zh if language == "zh" else self.en


def fail(sentence: str, code: int) -> int:
    """Tell why a command ends, and give back its exit code."""
    print(f"yaodian: {sentence}", file=sys.stderr)
    return code


def visible_line(text: str) -> str:
    """A note or an office's name: one line that people can see."""
    if len(text) > LONGEST or not text.isprintable():
        raise argparse.ArgumentTypeError(f"must be one visible line, at most {LONGEST} characters")
    return text


def add_texts(parser: argparse.ArgumentParser, meaning: str, required: bool = False) -> None:
    """The options that name a document at hand."""
    parser.add_argument("--text", type=Path, metavar="TEXT", required=required, help=meaning)
    parser.add_argument(
        "--page", action="store_true", help="TEXT is the text of a preview page: join its pieces"
    )


def add_language(parser: argparse.ArgumentParser) -> None:
    """The option for the language of messages, which may also stand before the command."""
    parser.add_argument(
        "--lang",
        choices=("en", "zh"),
        default=argparse.SUPPRESS,
        help="language of messages (en)",
    )


def progress(language: Language) -> Callable[[str, str], None]:
    """Tells on standard error what is being done."""

    def show(en: str, zh: str) -> None:
        print(zh if language == "zh" else en, file=sys.stderr, flush=True)

    return show


def bodies(parsed: argparse.Namespace) -> list[Body]:
    """The document at hand, if one is named."""
    if parsed.page and not parsed.text:
        raise Stop(
            "--page says what --text is: give --text too",
            "--page说明--text是何种文本：请一并给出--text",
            USAGE,
        )
    return [read_body(parsed.text, parsed.page)] if parsed.text else []


def refuse(refused: Refused, language: Language) -> int:
    """Tell everything that is wrong with what was given."""
    lines = refused.told(language)
    for line in lines:
        print(line, file=sys.stderr)
    count = len(lines)
    ending = (
        f"共{count}处错误；未作任何改动"
        if language == "zh"
        else (f"{count} error{'s' if count > 1 else ''}; nothing was changed")
    )
    return fail(ending, REFUSED)


def add_orders(parser: argparse.ArgumentParser, causes: "Sequence[Cause]" = ()) -> None:
    """The options that say how something is to be published, and why."""
    parser.add_argument("--dry-run", action="store_true", help="only show what would change")
    if causes:
        parser.add_argument(
            "--cause",
            choices=[str(cause) for cause in causes],
            help="why; needed where something that is published changes",
        )
    parser.add_argument(
        "--note",
        type=visible_line,
        action="append",
        default=[],
        help="what readers should know of the release; a second time for the other language",
    )
    parser.add_argument("--by", type=visible_line, help="the office that publishes")
    add_language(parser)


def orders_of(parsed: argparse.Namespace) -> "Orders":
    """How something is to be published."""
    from app.models.choices import Cause
    from app.publish.writer import Orders

    notes: dict[str, str] = {}
    for note in parsed.note:
        language = "note_zh" if re.search("[\u4e00-\u9fff]", note) else "note_en"
        if language in notes:
            raise Stop(
                "two notes in one language: give one in Chinese, one in English",
                "两条--note为同一语言：请中文、英文各写一条",
                USAGE,
            )
        notes[language] = note
    cause = getattr(parsed, "cause", None)
    return Orders(
        cause=Cause(cause) if cause else None, by=parsed.by, dry_run=parsed.dry_run, **notes
    )


def published(
    parsed: argparse.Namespace, orders: "Orders", publish: "Callable[[sa.Engine], Outcome]"
) -> int:
    """Publish to the database of the settings, and tell what was done."""
    from app.publish.prepare import migrate, require_tables
    from app.publish.report import names_of, told_outcome
    from app.publish.writer import CauseProblem

    settings, language = read_settings(), parsed.lang
    url = settings.writer_url
    try:
        if orders.dry_run:
            with told(url), closing(checker_engine(url)) as engine:
                require_tables(engine, url)
        with told(url), closing(writer_engine(url, settings.lock_seconds)) as engine:
            migrate(engine, url)
            outcome = publish(engine)
    except CauseProblem as error:
        raise Stop(error.en, error.zh, USAGE) from None
    with told(url), closing(checker_engine(url)) as engine, engine.begin() as connection:
        names = names_of(connection, outcome)
    for line in told_outcome(outcome, language, names):
        print(line)
    if outcome.releases:
        print(hide_password(absolute(url)))
    return OK


def written_anew(path: Path, content: bytes) -> None:
    """Write a file that people will edit, never over one that is there, and print its name."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise already_there(path) from None
    except OSError as error:
        raise not_written(path, error) from None
    print(path)


def already_there(path: Path) -> Stop:
    """No file is written over another."""
    return Stop(
        f"{path} is there already: nothing was written", f"{path}已存在：未写入任何内容", REFUSED
    )


def not_written(path: Path, error: OSError) -> Stop:
    """A file that cannot be written."""
    return Stop(
        f"{path} cannot be written: {error.strerror}",
        f"{path}无法写入：{error.strerror}",
        REFUSED,
    )
