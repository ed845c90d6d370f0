"""How PostgreSQL is asked: the same rows as the driver's own cursor gives, in one state."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from app import postgresql
from app.postgresql import Session
from tests.serving import serving

PREPARED = "SELECT count(*) FROM pg_prepared_statements"


@pytest.fixture
def address(postgresql: str) -> str:
    """The database that every server has, as the driver takes its address."""
    return postgresql.replace("+psycopg", "") + "/postgres"


@pytest.fixture
def session(address: str) -> Iterator[Session]:
    """A session in a transaction."""
    made = Session(address)
    made.begin()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("cast", "value"),
    [
        ("VARCHAR", "幼儿园 'a' \\ %s $1 \U0001f600"),
        ("VARCHAR", ""),
        ("VARCHAR", None),
        ("INTEGER", -7),
        ("BIGINT", 2**62),
        ("FLOAT", 0.1),
        ("FLOAT", 1e-300),
        ("BOOLEAN", True),
        ("BOOLEAN", False),
        ("INTEGER", None),
    ],
)
def test_values_arrive_and_come_back(session: Session, cast: str, value: Any) -> None:
    for _ in range(3):  # the first time it is not prepared
        assert session.rows(f"SELECT $1::{cast}, 1, $1::{cast}", [value]) == [(value, 1, value)]


def test_rows_are_those_of_a_cursor(session: Session, address: str) -> None:
    sql = (
        "SELECT n, n::text || '个', n / 4.0::float8, n % 2 = 0, NULL, ARRAY[n, 2], n::numeric"
        " FROM generate_series(1, {}) n"
    )
    with psycopg.connect(address) as connection:
        expected = connection.execute(sql.format("500")).fetchall()  # type: ignore[arg-type]
    for _ in range(3):
        assert session.rows(sql.format("$1::INTEGER"), [500]) == expected
        assert session.rows(sql.format("$1::INTEGER"), [0]) == []


def test_a_writers_connection_is_asked_in_its_own_transaction(address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TEMP TABLE own AS SELECT '市' AS word")
        rows = postgresql.rows(connection, "SELECT word FROM own WHERE word = $1::VARCHAR", ["市"])
        assert rows == [("市",)]
        connection.rollback()
        with pytest.raises(psycopg.errors.UndefinedTable):
            postgresql.rows(connection, "SELECT word FROM own", [])


@pytest.mark.parametrize("first", ["SELECT 1", "SELECT $1::INTEGER"])
def test_all_statements_see_the_state_of_the_first(address: str, first: str) -> None:
    """Also where a prepared statement goes with BEGIN in one message."""
    values = [1] if "$1" in first else []
    session = Session(address)
    count = "SELECT count(*) FROM seen"
    with psycopg.connect(address, autocommit=True) as writer:
        writer.execute("CREATE TABLE IF NOT EXISTS seen (n int)")
        try:
            for known in range(4):
                session.begin()
                writer.execute("INSERT INTO seen VALUES (1)")
                assert session.rows(first, values) == [(1,)]
                assert session.rows(count, []) == [(2 * known + 1,)]
                writer.execute("INSERT INTO seen VALUES (1)")
                assert session.rows(count, []) == [(2 * known + 1,)]
                with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                    session.rows("INSERT INTO seen VALUES (1)", [])
                session.end()
        finally:
            session.close()
            writer.execute("DROP TABLE seen")


def test_nothing_is_begun_where_nothing_was_asked(session: Session) -> None:
    session.end()
    assert session.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE
    session.begin()
    session.rows("SELECT 1", [])
    assert session.pgconn.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    session.end()
    assert session.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_prepared_statements_are_bounded(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "MOST", 5)
    for turn in range(3):
        for n in range(20):
            for _ in range(3):
                assert session.rows(f"SELECT $1::INTEGER + {n}", [turn]) == [(turn + n,)]
            assert session.rows("SELECT 'often'", []) == [("often",)]
    for _ in range(3):
        ((prepared,),) = session.rows(PREPARED, [])
    assert 1 < prepared <= 5


def test_answers_do_not_depend_on_what_is_prepared(
    published_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "MOST", 2)
    addresses = [
        "/v1/tasks?limit=3",
        "/v1/targets?q=学位&facets=commitment",
        "/v1/indicators/xxjyj-new-school-places",
        "/v1/plans?as_of=2023-01-01",
    ]
    with serving(published_url) as client:
        first = [client.get(address).content for address in addresses]
        for _ in range(5):
            assert [client.get(address).content for address in addresses] == first


def test_a_server_that_goes_is_an_error(address: str) -> None:
    session = Session(address)
    session.begin()
    pid = session.rows("SELECT pg_backend_pid()", [])[0][0]
    with psycopg.connect(address) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(psycopg.Error, match="closed the connection"):
        session.rows("SELECT 1", [])
    session.close()
