"""The migrations make exactly the tables that the models declare, and take them away again."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db import closing, writer_engine
from app.models import CLOCKED, metadata
from app.models.base import Refers, Via, mark
from app.models.choices import Cause
from app.publish.plans import import_plans
from app.publish.prepare import alembic_config, migrate, prepare
from app.publish.ready import known_versions
from app.publish.writer import Orders
from app.query import Resource, Through
from app.resources import RESOURCES
from app.settings import Settings
from tests.plans import anchored, body, indicator, plan, saved, target, task
from tests.reading import everything

BEFORE = plan("aa-2024", [task(1, [target("x")])], [body("aa")], [indicator("x"), indicator("y")])
AFTER = plan(
    "aa-2024",
    [task(1, [target("x")]), task(2, [target("y")])],
    [body("aa")],
    [indicator("x", name_en="New name"), indicator("y")],
)

POSTGRESQL_DDL = {
    "columns": """
        SELECT table_name, row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position),
               column_name, data_type, is_nullable, column_default, collation_name
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


def ddl(connection: sa.Connection) -> set[tuple[Any, ...]]:
    """What the database itself says of its tables, constraints and indexes."""
    if connection.dialect.name == "sqlite":
        select = "SELECT type, name, tbl_name, sql FROM sqlite_master"
        rows = connection.exec_driver_sql(select).all()
        found = {(*row[:3], parts(row[3] or "")) for row in rows}
    else:
        found = {
            (name, *row)
            for name, select in POSTGRESQL_DDL.items()
            for row in connection.exec_driver_sql(select)
        }
    return {row for row in found if "alembic_version" not in str(row)}


def parts(create: str) -> frozenset[str]:
    """The columns and constraints of a CREATE TABLE; SQLite keeps it as it was written."""
    return frozenset(line.strip().rstrip(",") for line in create.splitlines())


def test_migrated_tables_are_those_of_the_models(empty_url: str) -> None:
    with closing(writer_engine(empty_url, 10)) as engine:
        with engine.begin() as connection:
            metadata.create_all(connection)
            declared = ddl(connection)
            metadata.drop_all(connection)
        migrate(engine, empty_url)
        with engine.connect() as connection:
            assert ddl(connection) == declared
    assert len(declared) > 150


def test_alembic_sees_no_difference(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        # What searched text is found by belongs to one database and is compared above.
        opts = {"compare_type": True, "include_object": lambda _, name, *__: "_grams" not in name}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_the_versions_read_from_the_files_are_those_that_alembic_reads() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    known = {script.revision for script in scripts.walk_revisions()}
    assert known_versions() == (known, set(scripts.get_heads()))
    assert "0001" in known


def test_down_and_up_again(empty_url: str) -> None:
    with closing(writer_engine(empty_url, 10)) as engine:
        migrate(engine, empty_url)
        with engine.begin() as connection:
            before = ddl(connection)
            config = alembic_config()
            config.attributes["connection"] = connection
            command.downgrade(config, "base")
        with engine.connect() as connection:
            assert ddl(connection) == set()
        migrate(engine, empty_url)
        with engine.connect() as connection:
            assert ddl(connection) == before


def test_an_older_database_gets_what_newer_tables_hold(
    engine: sa.Engine, url: str, tmp_path: Path
) -> None:
    """Two releases; then the derived tables are taken away, as if by an older version."""
    for raw, cause in ((BEFORE, None), (AFTER, Cause.CORRECTION)):
        path = saved(tmp_path / "plan.json", anchored(raw))
        import_plans(engine, [path], Orders(cause=cause), lambda _en, _zh: None)
    kept = everything(engine)
    assert len(kept["indicator_reading"]) == 3, "one of them has two versions"
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    migrate(engine, url)
    found = everything(engine)
    for table, rows in kept.items():
        assert without_row_ids(table, found[table]) == without_row_ids(table, rows), table


def test_a_database_that_alembic_itself_updated_is_filled_when_the_service_starts(
    engine: sa.Engine, url: str, tmp_path: Path
) -> None:
    path = saved(tmp_path / "plan.json", anchored(BEFORE))
    import_plans(engine, [path], Orders(), lambda _en, _zh: None)
    kept = everything(engine)
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        command.upgrade(config, "head")
    assert everything(engine)["task_text"] == []
    prepare(Settings(database_url=url), lambda _en, _zh: None)
    for table, rows in everything(engine).items():
        assert without_row_ids(table, rows) == without_row_ids(table, kept[table]), table


def without_row_ids(table: str, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows without the number that nobody sees."""
    names = metadata.tables[table].c.keys()
    place_of_id = names.index("row_id") if "row_id" in names else len(names)
    return sorted((row[:place_of_id] + row[place_of_id + 1 :] for row in rows), key=repr)


def test_a_failed_migration_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: Any, **_options: Any) -> None:
        raise RuntimeError("power cut")

    with closing(writer_engine(empty_url, 10)) as engine:
        with monkeypatch.context() as patch:
            patch.setattr("alembic.op.create_index", broken)
            with pytest.raises(RuntimeError, match="power cut"):
                migrate(engine, empty_url)
        with engine.connect() as connection:
            assert sa.inspect(connection).get_table_names() == []
        migrate(engine, empty_url)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE target SET value = 5 WHERE value_status = 'redacted'",
        "UPDATE target SET value = NULL WHERE value_status = 'stated'",
        "UPDATE target SET value_status = 'guessed'",
        "UPDATE target SET commitment_basis = 'stated' WHERE commitment = 'firm'",
        "UPDATE target SET release_to = 1",
        "UPDATE task SET code = 'xxjyj-2023-t1'",
        "UPDATE task SET code = ''",
        "UPDATE task SET title_zh = NULL",
        "UPDATE release SET cause = 'whim'",
        "UPDATE release SET number = 0",
        "INSERT INTO release SELECT * FROM release",
    ],
)
def test_the_tables_themselves_refuse(statement: str, engine: sa.Engine, seed: Path) -> None:
    import_plans(engine, [seed], Orders(), lambda _en, _zh: None)
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.exec_driver_sql(statement)


def test_each_filter_has_an_index_for_now_and_one_for_the_past() -> None:
    """Wherever the field really stands: in the row's own table, or in one that is joined."""
    for resource in RESOURCES:
        ranges = {bound.field for bound in resource.bounds.values()}
        for chosen in [asked.filter for asked in resource.asked.values()]:
            table, column = place(resource, chosen.field, chosen.through)
            assert is_indexed(table, column), f"{resource.name}: {chosen.name}"
        for name in ranges:
            assert is_indexed(*place(resource, name, None)), f"{resource.name}: {name}"


def place(resource: Resource, name: str, through: Through | None) -> tuple[str, str]:
    """The table and the column that a field of a resource is read from."""
    if through:
        assert is_indexed(through.table, through.by)
        return through.table, name
    via = mark(resource.field(name), Via)
    if via is None:
        return resource.table, name
    refers = mark(resource.field(via.by), Refers)
    return via.table or (refers.table if refers else ""), via.column


def is_indexed(table: str, column: str) -> bool:
    """Whether both indexes are there; keys have theirs under other names."""
    indexes = {str(index.name) for index in metadata.tables[table].indexes}
    if table == "release":
        return column in ("number", "cause", "time")  # a table of few rows
    if table == "change":
        # The newest release comes first; what an action is tells little.
        return column in ("release", "action") or f"ix_change_{column}" in indexes
    if column == "code":
        return f"ix_{table}_current_code" in indexes
    return {f"ix_{table}_{column}", f"ix_{table}_{column}_now"} <= indexes


def test_each_reference_names_a_table() -> None:
    for table, model in CLOCKED.items():
        for name, info in model.model_fields.items():
            if refers := mark(info, Refers):
                assert refers.table in CLOCKED, f"{table}.{name}"


def test_a_sqlite_file_lets_readers_go_on_while_it_is_written(migrated_file: Path) -> None:
    engine = writer_engine(f"sqlite:///{migrated_file}", 10)
    with closing(engine), engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
