"""Fill a database with what a reader may meet; runs in the service's own environment.

Beside the bundled plan it publishes invented ones with awkward texts, figures of every sort, and
releases that change and withdraw rows: so that codes can be gone, pages follow one another and a
moment can lie between two releases. The tests publish the same.
"""

import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa

from app.db import closing, writer_engine
from app.models import RELEASES
from tests.requests_made import fill


def main() -> None:
    """Publish everything into the database whose address is given."""
    (url,) = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="yaodian-plans-") as folder:
        fill(url, Path(folder))
    with closing(writer_engine(url, 10)) as engine, engine.begin() as connection:
        # A month apart, and the same whenever this runs: else the same seed asks other questions.
        for number in connection.scalars(sa.select(RELEASES.c.number)).all():
            dated = sa.update(RELEASES).where(RELEASES.c.number == number)
            connection.execute(dated.values(time=f"2024-{number:02}-01T02:00:00.000Z"))


if __name__ == "__main__":
    main()
