"""Formats: rows in, bytes out; a file per format and one registry."""

from app.formats.base import Answer, Format
from app.formats.json import JSON

FORMATS: dict[str, Format] = {JSON.name: JSON}

__all__ = ["FORMATS", "Answer", "Format"]
