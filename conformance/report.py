"""What was checked and how it went: a line for each check, and a closing line."""

import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec

from conformance.tools import Failed

Arguments = ParamSpec("Arguments")


class Report:
    """Runs checks and counts them."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.passed = 0

    def check(
        self,
        name: str,
        run: Callable[Arguments, object],
        /,
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> None:
        """Run a check, which raises if it fails, and tell how it went."""
        began = time.monotonic()
        try:
            run(*arguments, **options)
        except Exception as error:
            self.failed.append(name)
            seen = str(error) if isinstance(error, Failed) else traceback.format_exc()
            print(f"FAILED {name} ({time.monotonic() - began:.0f} s)\n{seen}", flush=True)
        else:
            self.passed += 1
            print(f"passed {name} ({time.monotonic() - began:.0f} s)", flush=True)

    def together(self, runs: Mapping[str, Callable[[], object]]) -> None:
        """Run checks at the same time."""
        with ThreadPoolExecutor(len(runs)) as threads:
            list(threads.map(self.check, runs.keys(), runs.values()))

    def close(self) -> bool:
        """Tell what failed; gives back whether nothing did."""
        for name in self.failed:
            print(f"failed: {name}")
        print(f"{self.passed} passed, {len(self.failed)} failed", flush=True)
        return not self.failed
