"""Whether time alone is being heeded: moments that have passed and whose step was not taken yet."""

from datetime import datetime

from django.db.models import Count, Min

from tongban.rooms.casework.models import Case


def missed_moments(now: datetime) -> tuple[int, datetime | None]:
    """Return how many cases wait for a step of the law that is due, and since when the oldest.  One query."""
    found = Case.objects.filter(next_moment__lte=now).aggregate(n=Count("id"), oldest=Min("next_moment"))
    return int(found["n"]), found["oldest"]
