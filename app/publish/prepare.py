"""Bringing a database into the state that the service reads: its tables, and a first plan."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db import (
    DatabaseProblem,
    checker_engine,
    closing,
    let_readers_go_on,
    told,
    writer_engine,
)
from app.publish import derive, log
from app.publish.plans import import_plans
from app.publish.writer import Orders, Progress, is_published
from app.settings import Settings, bundled, hide_password


def alembic_config() -> Config:
    """Alembic's settings, with the migrations that travel with the package."""
    config = Config(bundled("alembic.ini"))
    config.set_main_option("script_location", str(bundled("migrations")).replace("%", "%%"))
    return config


def migrate(engine: sa.Engine, url: str) -> None:
    """Create or update the tables in one transaction; refuses a foreign database."""
    config = alembic_config()
    with engine.begin() as connection:
        if _needs_migrating(connection, url, config):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        derive.fill(connection)
        log.fill(connection)
    let_readers_go_on(engine)


def _needs_migrating(connection: sa.Connection, url: str, config: Config) -> bool:
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_heads()
    tables = set(sa.inspect(connection).get_table_names())
    shown = hide_password(url)
    if not current and tables - {"alembic_version"}:
        example = min(tables)
        raise DatabaseProblem(
            f"{shown} is another program's database: "
            f"it has a table {example}, but no Yaodian version"
        )
    if set(current) - known:
        raise DatabaseProblem(
            f"{shown} was written by a newer version of Yaodian "
            f"(its schema is {', '.join(current)}); update the program"
        )
    return set(current) != set(scripts.get_heads())


def require_tables(engine: sa.Engine, url: str) -> None:
    """Raise DatabaseProblem unless the tables are those of this version; change nothing."""
    with engine.connect() as connection:
        if _needs_migrating(connection, url, alembic_config()):
            raise DatabaseProblem(
                f"{hide_password(url)} lacks the tables of this version: run `yaodian migrate`"
            )


def prepare(settings: Settings, progress: Progress) -> None:
    """Migrate, and load the bundled plan into a database without a release.

    A database that is ready is only looked at, so that `serve` need not wait for a writer.
    """
    url = settings.writer_url
    if _is_ready(url):
        return
    with told(url), closing(writer_engine(url, settings.lock_seconds)) as engine:
        migrate(engine, url)
        with engine.connect() as connection:
            published = is_published(connection)
        if not published:
            import_plans(engine, [bundled_plan()], Orders(), progress, only_if_empty=True)


def _is_ready(url: str) -> bool:
    try:
        with told(url), closing(checker_engine(url)) as engine:
            require_tables(engine, url)
            with engine.connect() as connection:
                filled = not derive.unfilled(connection) and not log.unfilled(connection)
                return filled and is_published(connection)
    except DatabaseProblem:
        return False  # whoever prepares it will tell


def bundled_plan() -> Path:
    """The plan that travels with the package."""
    return bundled("data") / "seed_2023.json"
