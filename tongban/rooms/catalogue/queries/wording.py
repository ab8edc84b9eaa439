"""Which words of the county stand in the place of those that come with the house."""

from dataclasses import dataclass
from datetime import datetime

from tongban.rooms.catalogue.models import Wording


@dataclass(frozen=True, slots=True)
class WordingView:
    """Words as they were put in force once."""

    text: str
    put_by: str
    put_at: datetime


def wordings(county: str, at: datetime) -> dict[str, str]:
    """Return the county's own words in force at a moment, by key.  One query."""
    rows = Wording.objects.filter(county=county, put_at__lte=at).order_by("key", "-put_at", "-id").distinct("key")
    return {row.key: row.text for row in rows if row.text}


def wording_history(county: str, key: str) -> tuple[WordingView, ...]:
    """Return what was put in force under a key, the latest first.  One query."""
    rows = Wording.objects.filter(county=county, key=key).order_by("-put_at", "-id")[:50]
    return tuple(WordingView(row.text, row.put_by, row.put_at) for row in rows)
