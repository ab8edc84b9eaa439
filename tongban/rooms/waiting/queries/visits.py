"""How often people came for a case, beside what was promised."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from tongban.rooms.waiting.models import Visit


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One coming for one case."""

    id: UUID
    case_id: UUID
    site_id: UUID
    #: Names the coming; several cases may share it.
    arrival: UUID
    #: The how-manieth visit of the case this was.
    ordinal: int
    #: Visits the item promised at most.
    promised: int
    at: datetime
    #: Served after closing time.
    extended: bool

    @property
    def broken(self) -> bool:
        """Whether this visit was one more than promised (最多跑一次)."""
        return self.ordinal > self.promised


def visits_of(case_id: UUID) -> tuple[VisitRow, ...]:
    """Return the visits of a case, first to last."""
    return tuple(_row(one) for one in Visit.objects.filter(case_id=case_id).order_by("ordinal"))


def visit_of(case_id: UUID, arrival: UUID) -> VisitRow:
    """Return the visit that one coming was for a case; it must exist."""
    return _row(Visit.objects.get(case_id=case_id, arrival=arrival))


def broken_promises(county: str, first: datetime, last: datetime) -> tuple[VisitRow, ...]:
    """Return each visit from ``first`` until before ``last`` that was one more than its item promised."""
    rows = Visit.objects.filter(county=county, at__gte=first, at__lt=last, ordinal__gt=F("promised"))
    return tuple(_row(one) for one in rows.order_by("at", "id"))


def extended_visits(county: str, first: datetime, last: datetime) -> tuple[VisitRow, ...]:
    """Return each visit from ``first`` until before ``last`` that was served after closing time (延时服务)."""
    rows = Visit.objects.filter(county=county, at__gte=first, at__lt=last, extended=True)
    return tuple(_row(one) for one in rows.order_by("at", "id"))


def _row(one: Visit) -> VisitRow:
    return VisitRow(one.id, one.case_id, one.site_id, one.arrival, one.ordinal, one.promised, one.at, one.extended)
