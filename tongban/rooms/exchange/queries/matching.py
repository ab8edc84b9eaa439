"""对账与未开放的权限: what does not match, how old it is, who must act; what departments do not open."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from tongban.rooms import clock
from tongban.rooms.exchange.models import CallLog, Difference, Matching, Twin, Withheld
from tongban.rooms.exchange.port import FINAL

#: What a difference means, as people read it.
DIFFERENCE_LABELS = {
    "unsent": "本平台的办件还没有送到对方",
    "only_ours": "已移交，对方清单里没有",
    "only_theirs": "对方清单里有，本平台没有移交过",
    "number": "对方编号与当初告知的不同",
    "twice": "对方重复收了同一个办件",
    "behind": "对方已办理，本平台还没有收到",
    "result": "两边的办理结果不一致",
}


@dataclass(frozen=True, slots=True)
class MatchingRow:
    """One day of one system."""

    system: str
    name: str
    day: date
    #: ``matched``, ``differing`` or ``unreachable``.
    state: str
    ours: int
    theirs: int
    agreed: int
    differing: int
    trouble: str
    attempts: int
    #: Who brought the other side's list where there is no line, or empty.
    entered_by: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One case on which both sides differ."""

    id: UUID
    system: str
    #: One of ``DIFFERENCE_LABELS``.
    kind: str
    #: None where the case is not ours.
    case_id: UUID | None
    number: str
    outside_number: str
    ours: str
    theirs: str
    #: Code of the unit that must act.
    owner: str
    found_on: date
    seen_on: date
    #: Natural days from the day it was found until it was settled, or until the day asked about.
    age: int
    settled_at: datetime | None
    settled_by: str
    #: A code of ``actions.SETTLEMENTS``, or ``agreed``; empty while open.
    settlement: str
    note: str


@dataclass(frozen=True, slots=True)
class WithheldRow:
    """One thing a department does not open."""

    id: UUID
    department: str
    #: ``data``, ``rights`` or ``link``.
    what: str
    #: Codes; one of the two is there.
    resource: str
    system: str
    #: The unit that asks for it, or empty.
    unit: str
    reason: str
    #: True: by a rule that was named, which ``basis`` says.
    lawful: bool
    basis: str
    since: date
    #: Natural days until it ended, or until the day asked about.
    days: int
    must_act: str
    urged: int
    urged_on: date | None
    ended_on: date | None
    ending: str
    #: Cases it has touched since: refused calls of the resource, or cases that a clerk carried over by hand.
    cases: int


def matchings(county: str, first: date, last: date) -> tuple[MatchingRow, ...]:
    """Return what was matched from ``first`` to ``last``, both included, the latest day first.  One query."""
    rows = Matching.objects.select_related("system").filter(county=county, day__gte=first, day__lte=last)
    return tuple(
        MatchingRow(
            r.system.code,
            r.system.name,
            r.day,
            r.state,
            r.ours,
            r.theirs,
            r.agreed,
            r.differing,
            r.trouble,
            r.attempts,
            r.entered_by,
        )
        for r in rows.order_by("-day", "system__code")
    )


def differences(
    county: str, *, settled: bool | None = False, system: str = "", most: int = 500
) -> tuple[DifferenceRow, ...]:
    """Return what does not match, the oldest first; ``settled`` None: also what was settled.  One query."""
    rows = Difference.objects.select_related("system", "twin").filter(county=county)
    if settled is not None:
        rows = rows.filter(settled_at__isnull=not settled)
    if system:
        rows = rows.filter(system__code=system)
    today = clock.today()
    return tuple(_difference(r, today) for r in rows.order_by("found_on", "number", "id")[:most])


def withheld(county: str, *, ended: bool | None = False) -> tuple[WithheldRow, ...]:
    """Return what departments do not open, the longest withheld first; ``ended`` None: ended lines too.

    Three queries for any number.
    """
    rows = Withheld.objects.select_related("resource", "system").filter(county=county)
    if ended is not None:
        rows = rows.filter(ended_on__isnull=not ended)
    found = list(rows.order_by("since", "id"))
    calls = _refused_calls({r.resource_id for r in found if r.resource_id})
    carried = _carried_by_hand({r.system_id for r in found if r.system_id})
    today = clock.today()
    return tuple(_withheld(r, today, calls, carried) for r in found)


def awaiting_entry(county: str) -> tuple[tuple[UUID, str, str, date], ...]:
    """Return the cases whose result a clerk enters by hand: case, number, system, day of handing over.  One query."""
    rows = Twin.objects.select_related("system").filter(county=county, system__adapter="").exclude(state__in=FINAL)
    return tuple((t.case_id, t.number, t.system.code, clock.legal_date(t.handed_at)) for t in rows.order_by("id"))


def _difference(r: Difference, today: date) -> DifferenceRow:
    until = clock.legal_date(r.settled_at) if r.settled_at else today
    return DifferenceRow(
        id=r.id,
        system=r.system.code,
        kind=r.kind,
        case_id=r.twin.case_id if r.twin else None,
        number=r.number,
        outside_number=r.outside_number,
        ours=r.ours,
        theirs=r.theirs,
        owner=r.owner,
        found_on=r.found_on,
        seen_on=r.seen_on,
        age=(until - r.found_on).days,
        settled_at=r.settled_at,
        settled_by=r.settled_by,
        settlement=r.settlement,
        note=r.note,
    )


def _withheld(
    r: Withheld, today: date, calls: dict[tuple[UUID, str], list[UUID]], carried: dict[UUID, int]
) -> WithheldRow:
    touched = 0
    if r.resource_id:
        units = {unit for resource, unit in calls if resource == r.resource_id and r.unit in ("", unit)}
        touched = len({case for unit in units for case in calls[r.resource_id, unit]})
    elif r.system_id:
        touched = carried.get(r.system_id, 0)
    return WithheldRow(
        id=r.id,
        department=r.department,
        what=r.what,
        resource=r.resource.code if r.resource else "",
        system=r.system.code if r.system else "",
        unit=r.unit,
        reason=r.reason,
        lawful=r.lawful,
        basis=r.basis,
        since=r.since,
        days=((r.ended_on or today) - r.since).days,
        must_act=r.must_act,
        urged=r.urged,
        urged_on=r.urged_on,
        ended_on=r.ended_on,
        ending=r.ending,
        cases=touched,
    )


def _refused_calls(resources: set[UUID]) -> dict[tuple[UUID, str], list[UUID]]:
    """Cases for which a resource was asked in vain, by resource and asking unit."""
    rows = CallLog.objects.filter(
        resource_id__in=resources,
        outcome="refused",
        reason__in=["not_shared", "share_not_approved", "field_not_approved"],
        case_id__isnull=False,
    )
    found: dict[tuple[UUID, str], list[UUID]] = {}
    for resource, unit, case in rows.values_list("resource_id", "unit", "case_id").distinct():
        if resource is not None and case is not None:
            found.setdefault((resource, unit), []).append(case)
    return found


def _carried_by_hand(systems: set[UUID]) -> dict[UUID, int]:
    """Cases of these systems that came to their result by hand, or wait for it."""
    by_hand = Q(manual=True) | Q(system__adapter="")
    rows = Twin.objects.filter(by_hand, system_id__in=systems).values_list("system_id").annotate(n=Count("id"))
    return dict(rows.values_list("system_id", "n"))
