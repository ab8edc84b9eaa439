"""How other agencies' systems are: when one last answered, what waits for it, what its department does not open."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q

from tongban.rooms.exchange.models import CallLog, Outbox
from tongban.rooms.exchange.queries.matching import withheld
from tongban.rooms.exchange.queries.sharing import systems


@dataclass(frozen=True, slots=True)
class SystemHealth:
    """One system, as whoever looks after it needs to know it."""

    id: UUID
    code: str
    name: str
    #: ``interface``, ``file`` or ``paper``; and the adapter, empty where a clerk types.
    manner: str
    adapter: str
    #: Messages still to be sent, and since when the oldest waits.
    queued: int
    oldest_queued: datetime | None
    #: Its last answer to a question, or message taken; None: never.
    last_success: datetime | None
    #: Questions since the moment asked about, and of them those without an answer.
    calls: int
    failed: int
    #: Things its department does not open now.
    withheld: int


def health(county: str, since: datetime) -> tuple[SystemHealth, ...]:
    """Return the systems of a county, by code.  Seven queries for any number."""
    calls = {
        row["resource__system_id"]: row
        for row in CallLog.objects.filter(county=county, resource__isnull=False)
        .values("resource__system_id")
        .annotate(
            answered=Max("at", filter=Q(outcome__in=["found", "missing"])),
            calls=Count("id", filter=Q(at__gte=since)),
            failed=Count("id", filter=Q(at__gte=since, outcome__in=["down", "asked"])),
        )
    }
    sent = {
        row["system_id"]: row
        for row in Outbox.objects.filter(county=county)
        .values("system_id")
        .annotate(last=Max("sent_at"), oldest=Min("made_at", filter=Q(state="queued")))
    }
    closed = Counter(one.system for one in withheld(county) if one.system)
    found = []
    nothing: dict[str, Any] = {}
    for one in systems(county):
        asked, put = calls.get(one.id, nothing), sent.get(one.id, nothing)
        moments = [moment for moment in (asked.get("answered"), put.get("last")) if moment]
        found.append(
            SystemHealth(
                one.id,
                one.code,
                one.name,
                one.manner,
                one.adapter,
                one.queued,
                put.get("oldest"),
                max(moments, default=None),
                asked.get("calls", 0),
                asked.get("failed", 0),
                closed[one.code],
            )
        )
    return tuple(found)
