"""Settings: what an operator can change, read once from YAODIAN_* variables."""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

PREFIX = "YAODIAN_"
SERVER = r"://(.*@)?(\[[^\]]*\]|[^:/@]*)(:\d+)?(/[^/?]*)?(\?.*)?$"
"""What stands behind the kind of a server's address: user, host, port, name."""

DATABASE_FORMS = "sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME"


class SettingError(ValueError):
    """A YAODIAN_* variable that is unknown or unusable; the text says which and why."""


class Settings(BaseModel):
    """Everything an operator can set; each field `x` is the variable YAODIAN_X."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: Annotated[
        str, Field(description="The database that the service reads: " + DATABASE_FORMS)
    ] = "sqlite:///var/yaodian.db"
    admin_database_url: Annotated[
        str | None,
        Field(
            description="The same database under a role that may create tables and write; "
            "used by `serve` while it prepares, and by `import`. Unset: the same as DATABASE_URL"
        ),
    ] = None
    reader_threads: Annotated[
        int, Field(ge=1, le=64, description="Reads that one process runs at the same time")
    ] = 4
    cache_megabytes: Annotated[
        int,
        Field(
            ge=0,
            le=65_536,
            description="Memory for finished answers in each process; 0: none are kept",
        ),
    ] = 64
    public_url: Annotated[
        str | None,
        Field(
            description="Scheme and host under which readers reach the service, for citations "
            "and feeds: https://data.example.org. Unset: as each request names it"
        ),
    ] = None
    timezone: Annotated[
        str, Field(description="Whose days `as_of` and other dates mean: an IANA name")
    ] = "Asia/Shanghai"
    request_log: Annotated[
        bool, Field(description="Write a line of JSON to standard output for each request")
    ] = True
    lock_seconds: Annotated[
        float, Field(ge=0, le=3600, description="How long a writer waits for another writer")
    ] = 30

    @field_validator("database_url", "admin_database_url")
    @classmethod
    def known_database(cls, value: str | None) -> str | None:
        """Refuse a database that the service does not speak."""
        if value is None:
            return None
        if not re.match(r"sqlite:///.|postgresql\+psycopg://", value):
            raise ValueError(f"must have the form {DATABASE_FORMS}")
        if re.match(r"sqlite:///.*(:memory:|[?#])", value):
            raise ValueError("must name a file: readers and writers have connections of their own")
        if re.match(r"postgresql", value) and not re.search(SERVER, value):
            raise ValueError(f"must have the form {DATABASE_FORMS}")
        return value

    @field_validator("public_url")
    @classmethod
    def whole_address(cls, value: str | None) -> str | None:
        """Refuse what is no address of a server."""
        if value is not None and not re.fullmatch(r"https?://[^/?#\s\"<>]+", value):
            raise ValueError("must have the form https://HOST, without a path")
        return value

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        """Refuse a time zone that nobody knows."""
        try:
            ZoneInfo(value)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ValueError("must be an IANA time zone such as Asia/Shanghai") from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @property
    def writer_url(self) -> str:
        """Where writes go."""
        return self.admin_database_url or self.database_url


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment; raises SettingError for an unknown name or a bad value."""
    given = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environment.items()
        if key.startswith(PREFIX)
    }
    for name in given:
        if name not in Settings.model_fields:
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""
            raise SettingError(f"there is no setting {PREFIX}{name.upper()}{hint}")
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{str(first['loc'][0]).upper()}"
        shown = hide_password(str(first["input"]))
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingError(f"{name}={shown!r}: {reason}") from None


def hide_password(url: str) -> str:
    """A database address that may be printed."""
    url = re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url)
    return re.sub(r"([?&]\w*password=)[^&]*", r"\1***", url)


def bundled(name: str) -> Path:
    """The path of a file or folder that travels with the package: data, migrations, alembic.ini.

    A wheel holds them inside the package; a checkout has them beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / "bundled" / name
    return inside if inside.exists() else package.parent / name
