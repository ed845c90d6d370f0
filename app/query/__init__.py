"""How resources are read: parse → fetch → rows."""

from app.query.declare import DetailParams, Filter, ListParams, Nested, Resource
from app.query.fetch import Detail, Page, State, fetch, fetch_one, state_of
from app.query.request import parse
from app.query.source import Source, sources_of

__all__ = [
    "Detail",
    "DetailParams",
    "Filter",
    "ListParams",
    "Nested",
    "Page",
    "Resource",
    "Source",
    "State",
    "fetch",
    "fetch_one",
    "parse",
    "sources_of",
    "state_of",
]
