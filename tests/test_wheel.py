"""The wheel alone is enough: it is built, unpacked and served from, away from the checkout."""

import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app import __version__
from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("wheel")
"""It is built once, by one process."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the content of the wheel."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def environment(unpacked: Path) -> dict[str, str]:
    """Nothing set but where `app` is imported from, before any other place."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("YAODIAN_")}
    return {**kept, "PYTHONPATH": str(unpacked), "PYTHONDONTWRITEBYTECODE": "1"}


def test_the_wheel_is_named_after_project_and_version(wheel: Path) -> None:
    assert wheel.name == f"yaodian-{__version__}-py3-none-any.whl"


def test_the_wheel_holds_all_that_the_program_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    versions = {path.name for path in (ROOT / "migrations" / "versions").glob("*.py")}
    assert versions
    assert {
        "app/__main__.py",
        "app/bundled/alembic.ini",
        "app/bundled/data/examples.json",
        "app/bundled/data/plan.schema.json",
        "app/bundled/data/seed_2023.json",
        "app/bundled/migrations/env.py",
        *(f"app/bundled/migrations/versions/{name}" for name in versions),
    } <= names


def test_the_wheel_holds_the_code_and_nothing_that_was_left_lying_about(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    code = {str(path.relative_to(ROOT)) for path in (ROOT / "app").rglob("*.py")}
    assert code == {name for name in names if name.endswith(".py") and "/bundled/" not in name}
    assert {name.split("/")[0] for name in names} == {"app", f"yaodian-{__version__}.dist-info"}
    wrong = (".pyc", ".db", ".db-wal", ".db-shm", ".txt", ".docx", "~")
    assert [name for name in names if name.endswith(wrong) and ".dist-info/" not in name] == []


@pytest.mark.parametrize(
    "name",
    ["data/seed_2023.json", "data/plan.schema.json", "data/examples.json", "alembic.ini"],
)
def test_bundled_files_are_those_of_the_checkout(name: str, unpacked: Path) -> None:
    assert (unpacked / "app" / "bundled" / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_wheel_declares_the_command(unpacked: Path) -> None:
    (folder,) = unpacked.glob("*.dist-info")
    points = (folder / "entry_points.txt").read_text(encoding="utf-8")
    assert "yaodian = app.cli:main" in points.splitlines()
    metadata = (folder / "METADATA").read_text(encoding="utf-8").splitlines()
    assert {"Name: yaodian", f"Version: {__version__}"} <= set(metadata)


def test_app_is_imported_from_the_wheel(
    unpacked: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """Else the next test would prove the checkout."""
    code = "import app, app.settings; print(app.__file__); print(app.settings.bundled('data'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    module, data = done.stdout.splitlines()
    assert Path(module) == unpacked / "app" / "__init__.py"
    assert Path(data) == unpacked / "app" / "bundled" / "data"


@pytest.fixture
def service(environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`yaodian serve` from the wheel, in an empty folder, without a setting."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    last_resort = threading.Timer(60, process.kill)
    last_resort.start()
    yield process
    last_resort.cancel()
    process.kill()
    process.communicate()


def test_the_unpacked_wheel_serves_in_an_empty_folder(
    service: subprocess.Popen[str], unpacked: Path, tmp_path: Path
) -> None:
    """It makes the default database there, loads its own plan and answers."""
    assert service.stdout
    line = service.stdout.readline()
    assert line, service.communicate()[1]
    response = httpx.get(line.split()[-1] + "/plans", trust_env=False, timeout=20)
    assert response.status_code == 200
    (plan,) = response.json()["data"]
    assert (plan["code"], plan["task_count"], plan["text_complete"]) == ("xxjyj-2023", 24, False)
    service.send_signal(signal.SIGTERM)
    _, errors = service.communicate(timeout=20)
    assert f"reading {unpacked / 'app' / 'bundled' / 'data' / 'seed_2023.json'} (1/1)" in errors
    made = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    # readers cannot tidy up what WAL mode keeps beside the file
    assert made - {"var/yaodian.db-wal", "var/yaodian.db-shm"} == {"var", "var/yaodian.db"}
