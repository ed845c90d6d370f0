"""Yaodian (要点): government work plans as open data."""

__version__ = "0.1.0"
