"""Formats: rows in, bytes out; a file per format and one registry."""

from app.formats.base import Answer, Format
from app.formats.csv import CSV
from app.formats.json import JSON
from app.formats.ndjson import NDJSON

FORMATS: dict[str, Format] = {form.name: form for form in (JSON, CSV, NDJSON)}
"""Every format by its name; the first is the usual one."""

__all__ = ["FORMATS", "JSON", "Answer", "Format"]
