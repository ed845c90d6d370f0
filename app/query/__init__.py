"""How resources are read: parse → fetch → rows."""

from app.query.declare import Bound, Filter, Nested, Range, Resource, Searched, Through
from app.query.fetch import Detail, Page, fetch, fetch_one, list_state
from app.query.params import DetailParams, ListParams, StateParams
from app.query.request import pairs_of, parse
from app.query.source import Source, sources_of
from app.query.state import State, newest, state_of, state_of_release

__all__ = [
    "Bound",
    "Detail",
    "DetailParams",
    "Filter",
    "ListParams",
    "Nested",
    "Page",
    "Range",
    "Resource",
    "Searched",
    "Source",
    "State",
    "StateParams",
    "Through",
    "fetch",
    "fetch_one",
    "list_state",
    "newest",
    "pairs_of",
    "parse",
    "sources_of",
    "state_of",
    "state_of_release",
]
