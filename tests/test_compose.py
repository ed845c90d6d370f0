"""What compose.yaml relies on, tried without a container engine."""

import os
import shutil
import subprocess
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.conftest import ROOT
from tests.started import started


def test_the_service_prepares_as_the_owner_and_reads_as_a_role_that_cannot_write(
    postgresql: str,
) -> None:
    psql = shutil.which("psql")
    assert psql, "psql comes with PostgreSQL"
    server = urlsplit(postgresql.replace("+psycopg", ""))
    address = f"postgresql://postgres@127.0.0.1:{server.port}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE composed")
        environment = {
            "PATH": os.environ["PATH"],
            "PGHOST": "127.0.0.1",
            "PGPORT": str(server.port),
            "POSTGRES_USER": "postgres",
            "POSTGRES_DB": "composed",
            "READER_PASSWORD": "it's a 'secret'",
        }
        subprocess.run(
            ["sh", str(ROOT / "docs" / "reader.sh")],
            env=environment, check=True, capture_output=True,
        )  # fmt: skip
        reading = f"postgresql+psycopg://reader@127.0.0.1:{server.port}/composed"
        admin = {"YAODIAN_ADMIN_DATABASE_URL": f"{postgresql}/composed"}
        with started(reading, "--workers", "2", environment=admin) as service:
            address = service.listens_at()
            found = service.eventually(address, "/v1/tasks?area=xxjyj-2023-a3")
            assert found["meta"]["total"] == 6
            assert service.get(address, "/v1/changes?since=0")["meta"]["total"] == 299
            history = service.get(address, "/v1/history?indicator=xxjyj-new-school-places")
            assert history["meta"]["versions"]["first_publication"] == 1
        with psycopg.connect(f"postgresql://reader@127.0.0.1:{server.port}/composed") as reader:
            assert reader.execute("SELECT count(*) FROM task").fetchone() == (24,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute("DELETE FROM task")
        connection.execute("DROP DATABASE composed WITH (FORCE)")
        connection.execute("DROP ROLE reader")
