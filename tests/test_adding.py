"""What CONTRIBUTING.md shows is all that it takes: a field, a filter, a format, a resource."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.started import started

DIFFS = re.compile(r"```diff\n(.*?)```", re.DOTALL)
COPIED = ("app", "migrations", "data")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code with every change that CONTRIBUTING.md shows."""
    folder = tmp_path / "copy"
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "alembic.ini", folder)
    shown = DIFFS.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(shown) == 4
    for diff in shown:
        done = subprocess.run(
            ["git", "apply", "-"],
            input=diff, cwd=folder, text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + diff
    return folder


def run(folder: Path, url: str, *arguments: str) -> None:
    environment = {**os.environ, "YAODIAN_DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_each_takes_the_lines_that_are_shown(copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "yaodian.db"
    url = f"sqlite:///{path}"
    subprocess.run(
        [sys.executable, "-m", "app", "migrate"],
        cwd=ROOT, env={**os.environ, "YAODIAN_DATABASE_URL": url}, check=True,
    )  # fmt: skip
    run(copy, url, "alembic", "revision", "--autogenerate", "-m", "more")
    run(copy, url, "app", "import", "data/seed_2023.json")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE task SET keywords_zh = '学前' WHERE number = 7")
        connection.execute(
            "INSERT INTO contact (code, plan, year, office_zh, release_from) "
            "VALUES ('xxjyj-2023-office', 'xxjyj-2023', 2023, '办公室', 1)"
        )
    with started(url, folder=copy) as service:
        address = service.listens_at()
        (row,) = service.get(address, "/v1/tasks?number=7")["data"]
        assert (row["code"], row["keywords_zh"]) == ("xxjyj-2023-t7", "学前")
        assert list(row).index("keywords_zh") == list(row).index("summary_en") + 4, "after counts"
        lines = service.text(address, "/v1/tasks.tsv?number=7&number=8&fields=number,keywords_zh")
        assert lines == "code\tnumber\tkeywords_zh\nxxjyj-2023-t7\t7\t学前\nxxjyj-2023-t8\t8\t\n"
        (contact,) = service.get(address, "/v1/contacts?plan=xxjyj-2023&year=2023")["data"]
        assert contact == {
            "code": "xxjyj-2023-office",
            "plan": "xxjyj-2023",
            "year": 2023,
            "office_zh": "办公室",
            "release_from": 1,
        }
        assert service.get(address, "/v1/contacts/xxjyj-2023-office")["data"] == contact
        (since,) = service.get(address, "/v1/contacts?since=0")["data"]
        assert since == {**contact, "release_to": None}
        assert service.get(address, "/v1/changes?resource=contacts")["data"] == []
        history = "/v1/indicators/xxjyj-public-kindergarten-share/history"
        (figure,) = service.get(address, history)["data"]
        head, line = service.text(address, f"{history}.tsv").splitlines()
        assert head.split("\t") == list(figure)
        assert line.split("\t")[:1] == ["xxjyj-public-kindergarten-share"]
        index = {row["name"]: row for row in service.get(address, "/v1")["data"]}
        assert index["contacts"]["count"] == 1
        assert "tsv" in index["tasks"]["formats"]
        assert "number" in index["tasks"]["filters"]
        description = service.get(address, "/openapi.json")
        answers = description["paths"]["/v1/contacts"]["get"]["responses"]["200"]["content"]
        assert "text/tab-separated-values" in answers
        fields = description["components"]["schemas"]["Task"]["properties"]
        assert "关键词" in fields["keywords_zh"]["description"]
