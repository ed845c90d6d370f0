"""Bringing a database into the state that the service reads: its tables, and a first plan."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.db import (
    DatabaseProblem,
    checker_engine,
    closing,
    let_readers_go_on,
    told,
    writer_engine,
)
from app.publish.ready import is_filled, is_published, needs_migrating
from app.settings import Settings, bundled, hide_password

if TYPE_CHECKING:
    from alembic.config import Config

    from app.publish.writer import Progress


def alembic_config() -> "Config":
    """Alembic's settings, with the migrations that travel with the package."""
    from alembic.config import Config

    config = Config(bundled("alembic.ini"))
    config.set_main_option("script_location", str(bundled("migrations")).replace("%", "%%"))
    return config


def migrate(engine: sa.Engine, url: str) -> None:
    """Create or update the tables in one transaction; refuses a foreign database."""
    from app.publish import derive, log

    with engine.begin() as connection:
        if needs_migrating(connection, url):
            _upgrade(connection)
        derive.fill(connection)
        log.fill(connection)
    let_readers_go_on(engine)


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def require_tables(engine: sa.Engine, url: str) -> None:
    """Raise DatabaseProblem unless the tables are those of this version; change nothing."""
    with engine.connect() as connection:
        if needs_migrating(connection, url):
            raise DatabaseProblem(
                f"{hide_password(url)} lacks the tables of this version: run `yaodian migrate`"
            )


def prepare(settings: Settings, progress: "Progress") -> None:
    """Migrate, and load the bundled plan into a database without a release.

    A database that is ready is only looked at, so that `serve` need not wait for a writer.
    """
    url = settings.writer_url
    if _is_ready(url):
        return
    from app.publish.plans import import_plans
    from app.publish.writer import Orders

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
                return is_filled(connection) and is_published(connection)
    except DatabaseProblem:
        return False  # whoever prepares it will tell


def bundled_plan() -> Path:
    """The plan that travels with the package."""
    return bundled("data") / "seed_2023.json"
