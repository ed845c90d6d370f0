"""The documentation in a real browser."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--virtual-time-budget=20000",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program, where it is installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path:
        return path
    reason = "Chromium is not installed"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def test_the_documentation_is_drawn_without_asking_anyone_else(
    chromium: str, client: httpx.Client, tmp_path: Path
) -> None:
    address = str(client.base_url.join("/docs#/targets/list_targets"))
    log = tmp_path / "net.json"
    command = [chromium, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}"]
    done = subprocess.run(
        [*command, "--dump-dom", address], capture_output=True, text=True, timeout=120, check=True
    )
    page = done.stdout
    for drawn in ("list_targets", "value_status", "目标", "/v1/releases/{number}"):
        assert drawn in page
    assert "Failed to load API definition" not in page
    origin = f"{client.base_url.scheme}://{client.base_url.netloc.decode()}"
    asked = requested(log, origin)
    assert {urlsplit(url).path for url in asked} >= {"/openapi.json", "/docs/swagger-ui.css"}
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []


def requested(log: Path, origin: str) -> set[str]:
    """What a page of an origin asked for, as the browser's own network log has it.

    The browser's own requests, such as its look for updates, have no page as their initiator.
    """
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    told = (event.get("params", {}) for event in events)
    return {params["url"] for params in told if params.get("initiator") == origin}
