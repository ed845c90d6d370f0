"""Fill a database with what a reader may meet; runs in the service's own environment.

Beside the bundled plan it publishes invented ones with awkward texts, figures of every sort, and
releases that change and withdraw rows: so that codes can be gone, pages follow one another and a
moment can lie between two releases. The tests publish the same.
"""

import sys
import tempfile
from pathlib import Path

from tests.requests_made import fill


def main() -> None:
    """Publish everything into the database whose address is given."""
    (url,) = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="yaodian-plans-") as folder:
        fill(url, Path(folder))


if __name__ == "__main__":
    main()
