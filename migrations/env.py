"""Alembic's entry: runs the migrations on the connection that it is given, or opens one."""

from alembic import context

from app.db import told, writer_engine
from app.models import metadata
from app.settings import read_settings


def _is_declared(_item: object, name: str | None, *_: object) -> bool:
    """What searched text is found by belongs to one database: the models cannot declare it."""
    return "_grams" not in (name or "")


def run() -> None:
    """Run the migrations in one transaction."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        context.configure(
            connection=connection, target_metadata=metadata, include_object=_is_declared
        )
        context.run_migrations()
        return
    settings = read_settings()
    with told(settings.writer_url):
        engine = writer_engine(settings.writer_url, settings.lock_seconds)
        with engine.begin() as opened:
            context.configure(
                connection=opened, target_metadata=metadata, include_object=_is_declared
            )
            context.run_migrations()


run()
