"""The command: settings, databases and ports that are wrong, and the service from end to end."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app import __version__
from app.cli import main
from app.db import writer_engine
from app.models import RELEASES
from app.publish.prepare import prepare
from app.settings import Settings, hide_password
from tests.plans import saved
from tests.started import STOPPED, started

Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence on stderr, where there is nothing else."""
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("yaodian: ")
        return line.removeprefix("yaodian: ")


Run = Callable[..., Done]

COMMANDS = {
    "serve": ["serve", "--port", "0"],
    "import": ["import", "SEED"],
    "dry run": ["import", "SEED", "--dry-run"],
    "migrate": ["migrate"],
    "check": ["check"],
    "observe": ["observe", "RESULTS"],
    "retract": ["retract", "xxjyj-none", "--note", "Reason"],
    "takedown": ["takedown", "targets/xxjyj-none", "--note", "Reason"],
    "template": ["observe", "--template", "--plan", "xxjyj-2023", "new.xlsx"],
    "new plan": ["plan", "new", "xxjyj-2024", "--from", "xxjyj-2023", "--output", "new.json"],
}
READING = ["check", "dry run", "template", "new plan"]
WRITING = [name for name in COMMANDS if name not in READING]

RESULTS = """indicator,period,value,source,source_title
xxjyj-public-kindergarten-share,2023,61.8%,summary,总结
"""
"""A table of results on the bundled plan."""


def arguments_of(command: str, folder: Path, seed: Path) -> list[str]:
    """A command with the files that it takes."""
    table = folder / "results.csv"
    table.write_text(RESULTS, encoding="utf-8")
    files = {"SEED": str(seed), "RESULTS": str(table)}
    return [files.get(part, part) for part in COMMANDS[command]]


every_command = pytest.mark.parametrize("command", COMMANDS)
every_writing_command = pytest.mark.parametrize("command", WRITING)
permission_test = pytest.mark.xdist_group("permissions")
"""All that shares the one slow fixture `permissions` runs in one process."""


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of its own and no settings; the default database would be made in the folder."""
    for name in [name for name in os.environ if name.startswith("YAODIAN_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: Capture, tmp_path: Path, seed: Path) -> Run:
    """A command in this process, with settings; a `serve` that gets to serving ends with 0."""
    monkeypatch.setattr("app.serve.serve", lambda *_: print("serving"))

    def call(command: str, **variables: str) -> Done:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(f"YAODIAN_{name}", value)
            code = main(arguments_of(command, tmp_path, seed))
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return call


@pytest.fixture(scope="module")
def published_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the bundled plan, to be copied."""
    path = tmp_path_factory.mktemp("published") / "published.db"
    prepare(Settings(database_url=f"sqlite:///{path}"), lambda _en, _zh: None)
    return path


def releases_of(url: str) -> int:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        count = connection.scalar(sa.select(sa.func.count()).select_from(RELEASES))
    engine.dispose()
    return count or 0


def execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


# --- the small commands -----------------------------------------------------------------------


def test_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"yaodian {__version__}\n"


def test_schema_is_the_one_beside_the_data(seed: Path) -> None:
    """Byte for byte, as a user would write it: `make schema` has been run."""
    command = [sys.executable, "-m", "app", "schema"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == seed.with_name("plan.schema.json").read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["publish"],
        ["serve", "--port", "70000"],
        ["serve", "--port", "-1"],
        ["serve", "--port", "8０"],
        ["serve", "--port", "http"],
        ["import"],
        ["import", "a.json", "--cause", "because"],
        ["import", "a.json", "--cause", "new_data"],
        ["anchor", "a.json"],
        ["anchor", "--text", "a.txt"],
        ["anchor", "a.json", "b.json", "--text", "a.txt"],
        ["check", "--lang", "de"],
        ["observe", "a.csv", "--cause", "new_plan"],
        ["observe", "a.csv", "b.csv"],
        ["retract", "--note", "Reason"],
        ["retract", "a-b", "--cause", "retraction"],
        ["retract", "a-b", "--note", "a\nb"],
        ["takedown", "--note", "Reason"],
        ["plan"],
        ["plan", "new", "aa-2024"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_told_with_the_usage(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("usage: yaodian")


# --- settings ---------------------------------------------------------------------------------


@every_command
def test_an_unknown_setting_is_refused_with_the_nearest_name(command: str, run: Run) -> None:
    done = run(command, DATABSE_URL="sqlite:///x.db")
    assert done.code == 2
    assert done.sentence == (
        "there is no setting YAODIAN_DATABSE_URL; did you mean YAODIAN_DATABASE_URL?"
    )
    assert list(Path.cwd().iterdir()) == []


def test_an_unknown_setting_that_resembles_none_is_refused(run: Run) -> None:
    done = run("check", COLOUR="red")
    assert (done.code, done.sentence) == (2, "there is no setting YAODIAN_COLOUR")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "x.db"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "postgresql://localhost/x"),
        ("ADMIN_DATABASE_URL", "oracle://localhost/x"),
        ("READER_THREADS", "0"),
        ("READER_THREADS", "65"),
        ("READER_THREADS", "many"),
        ("READER_THREADS", "1.5"),
        ("READER_THREADS", ""),
        ("LOCK_SECONDS", "-1"),
        ("LOCK_SECONDS", "3601"),
        ("LOCK_SECONDS", "nan"),
        ("LOCK_SECONDS", "soon"),
    ],
)
def test_a_bad_setting_is_refused_with_its_name_and_value(name: str, value: str, run: Run) -> None:
    for command in COMMANDS:
        done = run(command, **{name: value})
        assert done.code == 2
        assert done.sentence.startswith(f"YAODIAN_{name}={value!r}: ")
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://user@localhost:port/x", "postgresql+psycopg://user@localhost:/x:y"],
)
def test_an_address_that_cannot_be_taken_apart_is_refused(url: str, run: Run) -> None:
    done = run("check", DATABASE_URL=url)
    assert done.code in (2, 3)
    assert url in done.sentence


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite:///file::memory:?uri=true"])
def test_a_database_in_memory_is_refused(url: str, run: Run) -> None:
    """Readers have connections of their own and would look for a file of that name."""
    assert run("serve", DATABASE_URL=url).code == 2


@pytest.mark.parametrize("name", ["DATABASE_URL", "ADMIN_DATABASE_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:secret@127.0.0.1:PORT/x",
        "postgresql+psycopg://:secret@127.0.0.1:PORT/x",
        "postgresql+psycopg://user:se/cret:secret@127.0.0.1:PORT/x",
        "mysql://user:secret@127.0.0.1:PORT/x",
    ],
)
def test_a_password_is_never_printed(url: str, name: str, run: Run, closed_port: int) -> None:
    for command in WRITING:
        done = run(command, **{name: url.replace("PORT", str(closed_port))})
        assert done.code in (2, 3)
        assert "secret" not in done.sentence
        assert ":***@127.0.0.1" in done.sentence


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:top@secret@localhost/x",
        "postgresql+psycopg://user:top@secret@localhost/x",
        "postgresql+psycopg://localhost/x?user=user&password=secret",
        "postgresql+psycopg://localhost/x?password=secret&user=user",
        "postgresql+psycopg://localhost/x?sslpassword=secret",
    ],
)
def test_a_password_is_hidden_wherever_it_stands(url: str) -> None:
    assert "secret" not in hide_password(url)
    assert "localhost/x" in hide_password(url)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///var/yaodian.db",
        "postgresql+psycopg://user@localhost:5432/x",
        "postgresql+psycopg:///x",
    ],
)
def test_an_address_without_a_password_is_shown_whole(url: str) -> None:
    assert hide_password(url) == url


# --- databases that cannot be used --------------------------------------------------------------


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is ours but answers nobody."""
    with socket.socket() as mine:
        mine.bind(("127.0.0.1", 0))
        yield mine.getsockname()[1]


def no_database(path: Path, _whole: Path) -> None:
    path.write_text("This is a text file, and it is longer than a SQLite header. " * 100)


def another_programs(path: Path, _whole: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE invoices (number INTEGER)")
    connection.close()


def of_a_newer_version(path: Path, whole: Path) -> None:
    shutil.copy(whole, path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def cut_in_half(path: Path, whole: Path) -> None:
    data = whole.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def cut_in_the_header(path: Path, whole: Path) -> None:
    path.write_bytes(whole.read_bytes()[:60])


def overwritten(path: Path, whole: Path) -> None:
    """The header stands, all else is rubbish."""
    data = whole.read_bytes()
    path.write_bytes(data[:100] + b"\xa5" * (len(data) - 100))


def a_folder(path: Path, _whole: Path) -> None:
    path.mkdir()


BROKEN: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "no database": (no_database, "is a file, but not a database"),
    "another program's": (another_programs, "is another program's database: it has a table invo"),
    "newer": (of_a_newer_version, "was written by a newer version of Yaodian"),
    "cut in half": (cut_in_half, "is damaged"),
    "cut in the header": (cut_in_the_header, "is damaged"),
    "overwritten": (overwritten, "is damaged"),
    "a folder": (a_folder, ""),
}


@every_command
@pytest.mark.parametrize(("make", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_one_sentence(
    make: Callable[[Path, Path], None],
    reason: str,
    command: str,
    run: Run,
    tmp_path: Path,
    migrated_file: Path,
) -> None:
    path = tmp_path / "broken.db"
    make(path, migrated_file)
    before = path.read_bytes() if path.is_file() else None
    done = run(command, DATABASE_URL=f"sqlite:///{path}")
    assert done.code == 3
    assert f"sqlite:///{path} {reason}" in done.sentence
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (["CREATE TABLE invoices (number INTEGER)"], "is another program's database"),
        (
            [
                "CREATE TABLE alembic_version (version_num VARCHAR(32))",
                "INSERT INTO alembic_version VALUES ('9999')",
            ],
            "was written by a newer version of Yaodian",
        ),
    ],
    ids=["another program's", "newer"],
)
def test_a_database_of_others_is_one_sentence_and_is_not_touched(
    statements: list[str], reason: str, run: Run, empty_url: str
) -> None:
    execute(empty_url, *statements)
    for command in COMMANDS:
        done = run(command, DATABASE_URL=empty_url)
        assert done.code == 3
        assert f"{empty_url} {reason}" in done.sentence
    engine = sa.create_engine(empty_url)
    assert len(sa.inspect(engine).get_table_names()) == 1
    engine.dispose()


@every_command
def test_another_programs_database_with_two_heads_is_one_sentence(
    command: str, run: Run, tmp_path: Path
) -> None:
    """Programs that use Alembic with branches keep a row for each."""
    url = f"sqlite:///{tmp_path / 'branches.db'}"
    execute(
        url,
        "CREATE TABLE alembic_version (version_num VARCHAR(32))",
        "INSERT INTO alembic_version VALUES ('1a'), ('2b')",
    )
    done = run(command, DATABASE_URL=url)
    assert done.code == 3
    assert url in done.sentence


@pytest.mark.parametrize("command", READING)
def test_a_missing_file_is_one_sentence_and_is_not_made(
    command: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "missing" / "yaodian.db"
    done = run(command, DATABASE_URL=f"sqlite:///{path}")
    assert done.code == 3
    assert f"sqlite:///{path} cannot be opened" in done.sentence
    assert not path.parent.exists()


def test_a_database_without_tables_is_one_sentence_and_is_not_touched(
    run: Run, empty_url: str
) -> None:
    execute(empty_url)
    for command in READING:
        done = run(command, DATABASE_URL=empty_url)
        assert done.code == 3
        assert done.sentence.startswith(f"{empty_url} lacks the tables of this version: run ")


@every_writing_command
@pytest.mark.parametrize("inside", ["x.db", "deeper/x.db"])
def test_a_file_in_place_of_the_folder_is_one_sentence(
    inside: str, command: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    url = f"sqlite:///{tmp_path / 'file' / inside}"
    done = run(command, DATABASE_URL=url)
    assert done.code == 3
    assert url in done.sentence


def test_a_damaged_page_is_found_by_the_check(
    run: Run, tmp_path: Path, published_file: Path
) -> None:
    """The schema reads well; the table of targets does not."""
    path = tmp_path / "damaged.db"
    shutil.copy(published_file, path)
    connection = sqlite3.connect(path)
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    (page,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'target'"
    ).fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
    done = run("check", DATABASE_URL=f"sqlite:///{path}")
    assert done.code == 3
    assert f"sqlite:///{path} is damaged" in done.sentence


@every_command
def test_a_server_that_does_not_answer_is_one_sentence(
    command: str, run: Run, closed_port: int
) -> None:
    url = f"postgresql+psycopg://user@127.0.0.1:{closed_port}/x"
    done = run(command, DATABASE_URL=url)
    assert (done.code, done.sentence) == (3, f"nothing answers at {url}")


@every_command
def test_a_wrong_name_of_a_database_is_one_sentence(
    command: str, run: Run, postgresql: str
) -> None:
    url = f"{postgresql}/nosuchdatabase"
    done = run(command, DATABASE_URL=url)
    assert done.code == 3
    assert url in done.sentence
    assert "does not exist" in done.sentence


@every_writing_command
def test_writing_commands_name_the_address_for_writing(
    command: str, run: Run, closed_port: int, tmp_path: Path
) -> None:
    admin = f"postgresql+psycopg://admin@127.0.0.1:{closed_port}/x"
    reader = f"sqlite:///{tmp_path / 'other.db'}"
    done = run(command, DATABASE_URL=reader, ADMIN_DATABASE_URL=admin)
    assert (done.code, done.sentence) == (3, f"nothing answers at {admin}")
    assert not (tmp_path / "other.db").exists()


@every_command
def test_a_missing_driver_is_one_sentence(
    command: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    done = run(command, DATABASE_URL="postgresql+psycopg://user@127.0.0.1:1/x")
    assert done.code in (2, 3)
    assert "psycopg" in done.sentence


def test_who_prepares_a_file_waits_for_who_does_so_at_the_same_time(tmp_path: Path) -> None:
    """What two services met that started at once, one time in hundreds: exit 3 at a new file."""
    from app.db import let_readers_go_on

    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE release (number INTEGER)")
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    release.start()
    engine = writer_engine(f"sqlite:///{path}", lock_seconds=10)
    try:
        let_readers_go_on(engine)
    finally:
        release.join()
        other.close()
        engine.dispose()


def test_a_database_that_another_process_writes_is_one_sentence(run: Run, url: str) -> None:
    engine = writer_engine(url, lock_seconds=10)
    with engine.begin():
        for command in WRITING:
            done = run(command, DATABASE_URL=url, LOCK_SECONDS="0.05")
            assert done.code == 3
            assert f"another process is writing to {url}" in done.sentence
    engine.dispose()


# --- permissions ------------------------------------------------------------------------------


def role_on(url: str, *rights: str) -> str:
    """The address of a database for a new role with these rights; the server is thrown away."""
    role = f"r{uuid4().hex}"
    statements = [right.format(role=role) for right in rights]
    execute(url, f"CREATE ROLE {role} LOGIN", *statements)
    return url.replace("postgres@", f"{role}@")


@pytest.mark.parametrize(
    ("right", "reason"),
    [
        ("REVOKE CREATE ON SCHEMA public FROM PUBLIC", "does not allow this user to do that"),
        ("ALTER ROLE {role} SET default_transaction_read_only = on", "is read-only for this user"),
    ],
    ids=["may not create", "may not write"],
)
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_a_role_without_rights_is_one_sentence(
    right: str, reason: str, run: Run, empty_url: str
) -> None:
    url = role_on(empty_url, right)
    for command in WRITING:
        done = run(command, DATABASE_URL=url)
        assert done.code == 3
        assert f"{url} {reason}" in done.sentence


@pytest.mark.parametrize("new_url", ["postgresql"], indirect=True)
def test_a_prepared_server_is_served_to_a_role_that_only_reads(run: Run, url: str) -> None:
    assert run("import", DATABASE_URL=url).code == 0
    reader = role_on(url, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    assert run("serve", DATABASE_URL=reader) == Done(0, "serving\n", "")
    assert run("check", DATABASE_URL=reader) == Done(0, "the database is sound\n", "")


PROBE = """
import contextlib, io, json, os, sys
import app.serve
from app.cli import main
app.serve.serve = lambda *_: print("serving")
done = {}
for name, (url, arguments) in json.load(sys.stdin).items():
    os.environ["YAODIAN_DATABASE_URL"] = url
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except Exception as error:
            code = f"{type(error).__name__}: {error}"
    done[name] = [code, out.getvalue(), err.getvalue()]
json.dump(done, sys.stdout)
"""
"""Runs several commands in one process, which has lost root's right to pass over permissions."""


def bound() -> list[str]:
    """What to write before a command so that permissions bind it, even where tests run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@dataclass(frozen=True)
class Permissions:
    """Commands that were run where permissions stand in their way, all in one process."""

    folder: Path
    before: dict[Path, bytes]
    results: dict[str, Done]

    def url(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}"


@pytest.fixture(scope="module")
def permissions(
    tmp_path_factory: pytest.TempPathFactory, published_file: Path, migrated_file: Path, seed: Path
) -> Permissions:
    folder = tmp_path_factory.mktemp("permissions")
    unreadable = folder / "unreadable.db"
    shutil.copy(published_file, unreadable)
    unreadable.chmod(0)
    probe = subprocess.run([*bound(), "cat", str(unreadable)], capture_output=True, check=False)
    if b"Permission denied" not in probe.stderr:
        reason = f"permissions cannot be made to bind this user: {probe.stderr.decode()}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)

    raw = json.loads(seed.read_text(encoding="utf-8"))
    raw["areas"][0]["title_en"] = "Another title"
    edited = saved(folder / "edited.json", raw)
    text = folder / "text"
    text.write_text("甲", encoding="utf-8")
    locked = folder / "locked"
    locked.mkdir()
    shutil.copy(published_file, locked / "published.db")
    shutil.copy(migrated_file, locked / "migrated.db")
    (locked / "empty.db").touch()
    (locked / "plan.json").write_text('{"document": {}}')
    before = {path: path.read_bytes() for path in locked.iterdir()}
    for path in before:
        path.chmod(0o444)
    locked.chmod(0o555)

    commands = {name: arguments_of(name, folder, seed) for name in COMMANDS}
    correct = ["import", str(edited), "--cause", "correction"]
    cases = {
        "correct published": ("locked/published.db", correct),
        "anchor": ("x.db", ["anchor", str(locked / "plan.json"), "--text", str(text)]),
    }
    shutil.copy(published_file, folder / "read-only.db")
    (folder / "read-only.db").chmod(0o444)
    cases["correct read-only"] = ("read-only.db", correct)
    for name, command in commands.items():
        cases[f"{name} read-only"] = ("read-only.db", command)
        cases[f"{name} published"] = ("locked/published.db", command)
        cases[f"{name} unreadable"] = ("unreadable.db", command)
    for name in WRITING:
        for file in ("migrated", "empty", "absent", "deeper/absent"):
            cases[f"{name} {file}"] = (f"locked/{file}.db", commands[name])
    done = subprocess.run(
        [*bound(), sys.executable, "-c", PROBE],
        input=json.dumps(
            {
                name: (f"sqlite:///{folder / file}", command)
                for name, (file, command) in cases.items()
            }
        ),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results = {name: Done(*result) for name, result in json.loads(done.stdout).items()}
    return Permissions(folder, before, results)


@pytest.mark.parametrize(
    ("case", "file"),
    [
        *((f"{command} published", "locked/published") for command in COMMANDS),
        ("correct published", "locked/published"),
        ("correct read-only", "read-only"),
        *((f"{command} migrated", "locked/migrated") for command in WRITING),
        *((f"{command} empty", "locked/empty") for command in WRITING),
    ],
)
@permission_test
def test_a_read_only_database_is_one_sentence(
    case: str, file: str, permissions: Permissions
) -> None:
    """In a locked folder SQLite cannot even read: WAL mode wants a file beside it."""
    done = permissions.results[case]
    # an import says what it reads and writes before it finds that it cannot
    *progress, sentence = done.err.splitlines()
    assert (done.code, done.out) == (3, "")
    assert f"{permissions.url(file)}.db is read-only for this user" in sentence
    assert all(line.startswith(("reading ", "comparing ", "writing ")) for line in progress)


@permission_test
def test_a_read_only_file_is_served_and_checked_where_nothing_has_to_be_written(
    permissions: Permissions,
) -> None:
    """In a folder that is open; as a prepared server is, for a role that only reads."""
    results = permissions.results
    assert results["serve read-only"] == Done(0, "serving\n", "")
    assert results["check read-only"] == Done(0, "the database is sound\n", "")
    assert results["migrate read-only"] == Done(0, "", "")
    assert results["import read-only"].out == "nothing changes; no release is made\n"
    assert results["template read-only"] == Done(0, "new.xlsx\n", "")
    assert (results["new plan read-only"].code, results["new plan read-only"].out) == (
        0, "new.json\n",
    )  # fmt: skip


@every_writing_command
@permission_test
def test_a_read_only_folder_is_one_sentence(command: str, permissions: Permissions) -> None:
    done = permissions.results[f"{command} absent"]
    assert done.code == 3
    assert f"{permissions.url('locked/absent.db')} cannot be opened" in done.sentence


@every_writing_command
@permission_test
def test_a_folder_that_cannot_be_made_is_one_sentence(
    command: str, permissions: Permissions
) -> None:
    done = permissions.results[f"{command} deeper/absent"]
    assert done.code == 3
    assert permissions.url("locked/deeper/absent.db") in done.sentence


@every_command
@permission_test
def test_an_unreadable_file_is_one_sentence(command: str, permissions: Permissions) -> None:
    done = permissions.results[f"{command} unreadable"]
    assert done.code == 3
    assert f"{permissions.url('unreadable.db')} cannot be opened" in done.sentence


@permission_test
def test_a_plan_file_that_cannot_be_replaced_is_one_sentence(permissions: Permissions) -> None:
    done = permissions.results["anchor"]
    assert done.code == 1
    assert str(permissions.folder / "locked" / "plan.json") in done.sentence


@permission_test
def test_what_is_read_only_stays_as_it_was(permissions: Permissions) -> None:
    locked = permissions.folder / "locked"
    assert {path: path.read_bytes() for path in locked.iterdir()} == permissions.before


# --- a sound database ---------------------------------------------------------------------------


def test_a_sound_database_is_found_sound(
    published_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("YAODIAN_DATABASE_URL", published_url)
    assert main(["check"]) == 0
    assert capsys.readouterr() == ("the database is sound\n", "")
    assert main(["check", "--lang", "zh"]) == 0
    assert capsys.readouterr() == ("数据库无误\n", "")


def test_a_database_without_a_release_is_sound(run: Run, url: str) -> None:
    assert run("check", DATABASE_URL=url) == Done(0, "the database is sound\n", "")


def test_passages_are_proved_against_the_text(
    published_url: str, page_text: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("YAODIAN_DATABASE_URL", published_url)
    assert main(["check", "--text", str(page_text), "--page"]) == 0
    # the same file without joining its pieces is another body, which no document has
    assert main(["check", "--text", str(page_text)]) == 1
    assert "no document has a body with SHA-256" in capsys.readouterr().err


def test_an_unsound_database_is_refused_with_its_findings(
    run: Run, tmp_path: Path, published_file: Path
) -> None:
    path = tmp_path / "unsound.db"
    shutil.copy(published_file, path)
    url = f"sqlite:///{path}"
    execute(url, "UPDATE target SET value_text_zh = '达到61%' WHERE value_text_zh = '达到60%'")
    done = run("check", DATABASE_URL=url)
    assert (done.code, done.out) == (1, "")
    *findings, ending = done.err.splitlines()
    assert "the wording of xxjyj-2023-public-kindergarten-share is not what follows" in findings
    assert ending == f"yaodian: {len(findings)} finding{'s' if len(findings) > 1 else ''}"


# --- ports --------------------------------------------------------------------------------------


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as mine:
        mine.bind(("127.0.0.1", 0))
        mine.listen()
        yield mine.getsockname()[1]


def test_a_taken_port_is_one_sentence_and_nothing_is_prepared(
    taken_port: int, capsys: Capture
) -> None:
    assert main(["serve", "--port", str(taken_port)]) == 4
    said = capsys.readouterr()
    sentence = f"yaodian: cannot listen on 127.0.0.1:{taken_port}: Address already in use\n"
    assert (said.out, said.err) == ("", sentence)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("host", ["203.0.113.1", "no such host"])
def test_an_address_that_is_not_ours_is_one_sentence(host: str, capsys: Capture) -> None:
    assert main(["serve", "--host", host, "--port", "0"]) == 4
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith(f"yaodian: cannot listen on {host}:0: ")


# --- the service from end to end ----------------------------------------------------------------


def test_two_services_that_start_at_once_answer_stop_and_start_again(empty_url: str) -> None:
    """Both on one empty database: one prepares it, the other waits; there is one release."""
    with started(empty_url) as first, started(empty_url) as second:
        addresses = [first.listens_at(), second.listens_at()]
        for service, address in zip((first, second), addresses, strict=True):
            assert service.get(address, "/readyz") == {"status": "ok", "release": 1}
            (plan,) = service.get(address, "/v1/plans")["data"]
            counts = (plan["area_count"], plan["task_count"], plan["target_count"])
            assert (plan["code"], counts) == ("xxjyj-2023", (7, 24, 27))
            assert plan["text_complete"] is False
            tasks = service.get(address, "/v1/tasks?area=xxjyj-2023-a3")
            assert tasks["meta"]["total"] == 6
        for service in (first, second):
            code, out, err = service.stop()
            assert (code, out) == (STOPPED, "")
            steps = [line.split()[0] for line in err.splitlines()]
            assert steps in ([], ["reading"], ["reading", "comparing", "writing"])
    assert releases_of(empty_url) == 1
    with started(empty_url) as service:
        assert service.get(service.listens_at(), "/readyz") == {"status": "ok", "release": 1}
        assert service.stop() == (STOPPED, "", "")
    assert releases_of(empty_url) == 1


def test_a_ready_database_is_served_without_what_only_writing_needs(
    published_url: str, tmp_path: Path
) -> None:
    listed = tmp_path / "imported"
    listing = {"PYTHONPROFILEIMPORTTIME": "1"}
    with (
        listed.open("w") as errors,
        started(published_url, environment=listing, errors=errors) as service,
    ):
        assert service.get(service.listens_at(), "/v1/tasks")["meta"]["total"] == 24
        service.stop()
    imported = {line.rpartition("|")[2].strip() for line in listed.read_text().splitlines()}
    assert {"app.main", "app.publish.prepare", "sqlalchemy"} <= imported
    needless = ("alembic", "mako", "openpyxl", "app.publish.plans", "app.publish.writer")
    assert imported.isdisjoint((*needless, "app.publish.results", "app.openapi"))


def test_a_taken_port_ends_the_process_with_its_own_exit_code(taken_port: int) -> None:
    command = [sys.executable, "-m", "app", "serve", "--port", str(taken_port)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1


# --- languages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "yaodian：缺少参数：COMMAND"),
        (["observe", "a.csv", "--cause", "更正"],
         "yaodian observe：参数--cause：不在可用值之中；值为'更正'；可用：'new_data', 'revision', "
         "'correction', 'better_source', 'editorial'"),
        (["plan", "new", "aa-2024"], "yaodian plan new：缺少参数：--from"),
        (["anchor", "a.json"], "yaodian anchor：缺少参数：--text"),
        (["retract", "--note", "理由"], "yaodian retract：缺少参数：CODE"),
        (["observe", "a.csv", "b.csv"], "yaodian：没有这些参数：b.csv"),
        (["observe", "--plan"], "yaodian observe：参数--plan：须带一个值"),
        (["observe", "a.csv", "--dry-run=yes"],
         "yaodian observe：参数--dry-run：不带值，却给了'yes'"),
        (["retract", "a-b", "--note", "a\nb"],
         "yaodian retract：参数--note：须为一行可见文字，最多1000个字符"),
        (["takedown", "--no", "理由"], "yaodian takedown：缺少参数：RESOURCE/CODE"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_call_is_told_in_chinese(arguments: list[str], told: str, capsys: Capture) -> None:
    """Wherever the language stands: before the command, behind it, or in one word."""
    ways = [["--lang", "zh", *arguments], ["--lang=zh", *arguments]]
    ways += [[*arguments, "--lang", "zh"]] if arguments else []
    for way in ways:
        with pytest.raises(SystemExit) as ended:
            main(way)
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (2, "")
        assert said.err.startswith("用法：yaodian")
        assert said.err.splitlines()[-1] == told


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (["observe"], "which file? yaodian observe FILE.xlsx, or --template --plan PLAN",
         "请给出文件：yaodian observe 文件名.xlsx，或用--template --plan 计划代码生成填报表"),
        (["observe", "a.csv", "--plan", "aa"],
         "--plan belongs to --template: a file of results names its indicators",
         "--plan仅用于--template：结果文件自会写明指标"),
        (["observe", "--template"], "--template of which plan? Give --plan PLAN",
         "请用--plan给出为哪一计划生成填报表，如--plan xxjyj-2023"),
        (["retract", "a"], "a result is withdrawn with a reason: give --note",
         "撤回结果须说明理由：请用--note写明，最好中文、英文各写一次"),
        (["takedown", "tasks/a"], "content goes for a reason that stays: give --note, never the "
         "content", "删除内容的理由会一直保留：请用--note写明理由，但不要重复被删内容"),
        (["retract", "a", "--note", "理由", "--note", "又一理由"],
         "two notes in one language: give one in Chinese, one in English",
         "两条--note为同一语言：请中文、英文各写一条"),
        (["check", "--page"], "--page says what --text is: give --text too",
         "--page说明--text是何种文本：请一并给出--text"),
    ],
    ids=str,
)  # fmt: skip
def test_a_call_that_lacks_something_is_told_in_both_languages(
    arguments: list[str], english: str, chinese: str, capsys: Capture
) -> None:
    for more, told in ((arguments, english), (["--lang", "zh", *arguments], chinese),
                       ([*arguments, "--lang", "zh"], chinese)):  # fmt: skip
        assert main(more) == 2
        assert capsys.readouterr() == ("", f"yaodian: {told}\n")


def test_the_language_behind_the_command_counts(capsys: Capture) -> None:
    assert main(["--lang", "zh", "observe", "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith("yaodian: which file?")
    assert main(["--lang", "en", "observe", "--lang", "zh"]) == 2
    assert capsys.readouterr().err.startswith("yaodian: 请给出文件")


def test_the_help_says_in_chinese_that_it_is_english(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--lang", "zh", "--help"])
    assert ended.value.code == 0
    assert "各命令和选项的说明目前只有英文；运行时的提示为中文。" in capsys.readouterr().out


# --- what was read ------------------------------------------------------------------------------


@pytest.fixture
def office(
    url: str, seed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> Callable[..., list[str]]:
    """Commands on a database with the bundled plan; they give back what they print."""
    monkeypatch.setenv("YAODIAN_DATABASE_URL", url)

    def call(*arguments: str) -> list[str]:
        capsys.readouterr()
        assert main(arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out.splitlines()

    call("import", str(seed))
    return call


def results(*lines: str) -> str:
    """A file of results in the current folder."""
    header = "indicator,period,value,value_status,source,source_title,source_date\n"
    Path("r.csv").write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return "r.csv"


SHARE = "xxjyj-public-kindergarten-share"
TEAMS = "xxjyj-subject-teaching-teams"


def test_results_are_shown_as_they_were_read(office: Callable[..., list[str]]) -> None:
    lines = (
        f"{SHARE},2023,61.2%,,summary,2023年工作总结,2024-01-30",
        f"{TEAMS},2023-H1,96,初步数,report,快报,",
    )
    read = [
        f"+ 结果 {SHARE}-2023-summary",
        "    公办幼儿园在园幼儿占比，2023：61.2%（2023年工作总结，2024-01-30）",
        f"+ 结果 {TEAMS}-2023-h1-report",
        "    打造的优秀学科教学团队数，2023-H1：96个（初步数）（快报）",
    ]
    assert office("observe", results(*lines), "--dry-run", "--lang", "zh") == [
        *read, "试运行，未作任何改动；原因将为“新数据”",
    ]  # fmt: skip
    *shown, release, _ = office("observe", "r.csv", "--lang", "zh")
    assert shown == read
    assert release.startswith("第2版（新数据，")

    *shown, release, _ = office(
        "observe", results(lines[0].replace("61.2", "61.8"), lines[1].replace("初步数", "实测")),
        "--cause", "correction", "--note", "抄错。", "--lang", "zh",
    )  # fmt: skip
    assert shown == [
        f"~ 结果 {SHARE}-2023-summary",
        "    公办幼儿园在园幼儿占比，2023：61.8%（2023年工作总结，2024-01-30）",
        "    数值：61.2 → 61.8",
        "    可直接刊用的表述：61.2% → 61.8%",
        f"~ 结果 {TEAMS}-2023-h1-report",
        "    打造的优秀学科教学团队数，2023-H1：96个（快报）",
        "    数值状态：初步数 → 实测",
        "    可直接刊用的表述：96个（初步数） → 96个",
    ]
    assert release.startswith("第3版（我方更正，")

    *shown, release, _ = office(
        "retract", f"{SHARE}-2023-summary", "--note", "收回。", "--lang", "zh"
    )
    assert shown == [
        f"- 结果 {SHARE}-2023-summary",
        "    公办幼儿园在园幼儿占比，2023：61.8%（2023年工作总结，2024-01-30）",
    ]
    assert release.startswith("第4版（撤回，")
    assert office("retract", f"{TEAMS}-2023-h1-report", "--note", "x", "--dry-run") == [
        f"- observation {TEAMS}-2023-h1-report",
        "    Outstanding subject teaching teams built, 2023-H1: 96 (快报)",
        "dry run, nothing was changed; the cause would be retraction",
    ]


def test_the_fate_of_a_document_is_shown_as_it_was_read(
    office: Callable[..., list[str]],
) -> None:
    Path("f.csv").write_text(
        "code,outcome,issued_on\nxxjyj-2023-teacher-exit-measures,已印发,2023-06-15\n", "utf-8"
    )
    *shown, release, _ = office("observe", "f.csv", "--lang", "zh")
    assert shown[:3] == [
        "~ 拟出台文件 xxjyj-2023-teacher-exit-measures",
        "    教师退出机制办法：已印发",
        "    结果：本服务未收录结果 → 已印发",
    ]
    assert release.startswith("第2版（新数据，")


def test_a_new_plan_file_says_what_it_leaves_out(
    office: Callable[..., list[str]], capsys: Capture
) -> None:
    assert main(["plan", "new", "xxjyj-2024", "--from", "xxjyj-2023", "--lang", "zh"]) == 0
    said = capsys.readouterr()
    assert said.out == "xxjyj-2024.json\n"
    assert said.err.startswith(
        "未沿用xxjyj-2023提出要印发的12份文件：《中小学校章程修订参考文本》《"
    )
    assert main(["plan", "new", "xxjyj-2025", "--from", "xxjyj-2023"]) == 0
    told = capsys.readouterr().err
    assert told.startswith("not carried over: the 12 documents that xxjyj-2023 announced (")
    assert main(["plan", "new", "xxjyj-2025", "--from", "xxjyj-2023", "--lang", "zh"]) == 1
    assert capsys.readouterr().err == "yaodian: xxjyj-2025.json已存在：未写入任何内容\n"
