"""Fill the textbook's database: called with a file of rows, as benchmarks/rows.py reads them."""

import json
import sys
from pathlib import Path

from sqlmodel import Session, SQLModel

from benchmarks.peers.textbook import Area, Indicator, Observation, Target, Task, engine

TABLES = {
    "areas": Area,
    "tasks": Task,
    "indicators": Indicator,
    "targets": Target,
    "observations": Observation,
}


def main() -> None:
    """Make the tables and write the rows."""
    SQLModel.metadata.create_all(engine)
    rows = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with Session(engine) as session:
        for name, table in TABLES.items():
            known = table.model_fields
            session.add_all(
                table(**{key: value for key, value in row.items() if key in known})
                for row in rows[name]
            )
            session.flush()
        session.commit()


if __name__ == "__main__":
    main()
