"""Everything that `make conformance` checks, with a summary; exit code 1 if anything failed."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from conformance.description import check_description, printed, saved
from conformance.generated_clients import check_python, check_typescript
from conformance.made_requests import check_requests, check_that_faults_are_found
from conformance.report import Report
from conformance.service import serving
from conformance.spreadsheets import check_spreadsheets
from conformance.tools import require_programs

DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Check everything, the quick ones first."""
    require_programs()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="yaodian-conformance-") as name, ExitStack() as stack:
        folder = Path(name)
        description = printed()
        path = saved(description, folder / "openapi.json")
        check_description(report, description, folder)
        addresses = {}
        for database in DATABASES:
            place = folder / database
            place.mkdir()
            addresses[database] = stack.enter_context(serving(database, place))
        address = addresses["sqlite"]
        check_python(report, path, address, folder / "python")
        check_typescript(report, path, address, folder / "typescript")
        for database in DATABASES:
            check_spreadsheets(report, database, addresses[database], folder / f"csv-{database}")
        check_that_faults_are_found(report, description, address, folder)
        check_requests(report, addresses, folder)
    return 0 if report.close() else 1


if __name__ == "__main__":
    sys.exit(main())
