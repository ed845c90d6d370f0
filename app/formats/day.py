"""The day of an instant, where it is read."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def day_of(time: str, zone: ZoneInfo) -> date:
    """The day that an instant in UTC falls on in a time zone."""
    return datetime.fromisoformat(time).astimezone(zone).date()
