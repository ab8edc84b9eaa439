"""Systems, resources, requests and calls."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Avg, Count, Q

from tongban.rooms.exchange.models import CallLog, Outbox, Resource, ShareRequest, System


@dataclass(frozen=True, slots=True)
class SystemRow:
    """Another agency's system."""

    id: UUID
    code: str
    name: str
    manner: str
    adapter: str
    #: Code of the unit whose system it is, or empty.
    department: str
    #: Name of the key that signs what goes to and fro, or empty.
    key_id: str
    #: Messages still to be sent to it.
    queued: int


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One entry of the directory."""

    id: UUID
    code: str
    name: str
    system: str
    owner_unit: str
    #: ``unconditional``, ``conditional`` or ``refused``.
    share: str
    fields: tuple[str, ...]
    basis: str
    basis_verified: bool
    #: The number somebody is asked about by, or empty.
    key: str
    #: ``table``, ``file`` or ``interface``.
    form: str
    #: 更新周期 in days, 0: always current; None: not said.
    update_days: int | None
    updated_on: date | None
    mounted_rows: int

    def is_stale(self, day: date) -> bool:
        """Whether its period has passed without the owner bringing it up to date; what has none never is."""
        if not self.update_days:
            return False
        return self.updated_on is None or self.updated_on + timedelta(days=self.update_days) < day


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request to use a resource."""

    id: UUID
    resource: str
    unit: str
    purpose: str
    fields: tuple[str, ...]
    state: str
    approved_until: date | None
    day_limit: int | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """One line of the call log."""

    id: UUID
    at: datetime
    who: str
    unit: str
    resource: str
    case_id: UUID | None
    purpose: str
    fields: tuple[str, ...]
    #: ``asked``, ``found``, ``missing``, ``down`` or ``refused``; and the code of the trouble.
    outcome: str
    reason: str
    ms: int
    simulated: bool
    #: Result of comparing a form, and the fields that differed.
    verdict: str
    mismatched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Calls of a span of time."""

    calls: int
    #: Answered: found or missing.
    answered: int
    down: int
    refused: int


@dataclass(frozen=True, slots=True)
class DirectorySums:
    """What the directory holds."""

    #: Entries listed; those of them with data or an interface behind them; their rows.
    listed: int
    mounted: int
    rows: int
    #: By form: 库表, 文件, 接口.
    tables: int
    files: int
    interfaces: int


@dataclass(frozen=True, slots=True)
class MeterRow:
    """The use one unit made of one resource."""

    resource: str
    unit: str
    calls: int
    found: int
    missing: int
    #: The source did not answer, or nobody lived to hear it.
    down: int
    refused: int
    #: Cases it was used for.
    cases: int
    #: Mean milliseconds of an answer.
    ms: int


def systems(county: str) -> tuple[SystemRow, ...]:
    """Return the systems of a county, with what still has to be sent to each."""
    rows = System.objects.filter(county=county).order_by("code")
    waiting = dict(
        Outbox.objects.filter(county=county, state="queued")
        .values_list("system_id")
        .annotate(n=Count("id"))
        .values_list("system_id", "n")
    )
    return tuple(
        SystemRow(s.id, s.code, s.name, s.manner, s.adapter, s.department, s.key_id, waiting.get(s.id, 0)) for s in rows
    )


def resources(county: str) -> tuple[ResourceRow, ...]:
    """Return the directory of a county.  One query."""
    rows = Resource.objects.select_related("system").filter(county=county).order_by("code")
    return tuple(
        ResourceRow(
            id=r.id,
            code=r.code,
            name=r.name,
            system=r.system.code,
            owner_unit=r.owner_unit,
            share=r.share,
            fields=tuple(r.fields),
            basis=r.basis,
            basis_verified=r.basis_verified,
            key=r.key,
            form=r.form,
            update_days=r.update_days,
            updated_on=r.updated_on,
            mounted_rows=r.mounted_rows,
        )
        for r in rows
    )


def stale_resources(county: str, day: date) -> tuple[ResourceRow, ...]:
    """Return the resources not brought up to date within their period, with their owners.  One query."""
    return tuple(one for one in resources(county) if one.is_stale(day))


def directory_sums(county: str) -> DirectorySums:
    """Return what the directory holds.  One query."""
    rows = resources(county)
    forms = Counter(one.form for one in rows)
    mounted = [one for one in rows if one.mounted_rows or one.form == "interface"]
    return DirectorySums(
        len(rows),
        len(mounted),
        sum(one.mounted_rows for one in rows),
        forms["table"],
        forms["file"],
        forms["interface"],
    )


def metering(county: str, first: datetime, last: datetime) -> tuple[MeterRow, ...]:
    """Return the use of resources from ``first`` until before ``last``, by resource and asking unit.  One query."""
    rows = (
        CallLog.objects.filter(county=county, at__gte=first, at__lt=last)
        .values("resource_code", "unit")
        .annotate(
            calls=Count("id"),
            found=Count("id", filter=Q(outcome="found")),
            missing=Count("id", filter=Q(outcome="missing")),
            down=Count("id", filter=Q(outcome__in=["down", "asked"])),
            refused=Count("id", filter=Q(outcome="refused")),
            cases=Count("case_id", distinct=True),
            ms=Avg("ms", filter=Q(outcome__in=["found", "missing"])),
        )
        .order_by("resource_code", "unit")
    )
    return tuple(
        MeterRow(
            resource=row["resource_code"],
            unit=row["unit"],
            calls=row["calls"],
            found=row["found"],
            missing=row["missing"],
            down=row["down"],
            refused=row["refused"],
            cases=row["cases"],
            ms=round(row["ms"] or 0),
        )
        for row in rows
    )


def requests(county: str, *, unit: str = "", state: str = "") -> tuple[RequestRow, ...]:
    """Return requests to share, newest first; of one unit or in one state if given."""
    rows = ShareRequest.objects.select_related("resource").filter(county=county)
    if unit:
        rows = rows.filter(unit=unit)
    if state:
        rows = rows.filter(state=state)
    return tuple(
        RequestRow(r.id, r.resource.code, r.unit, r.purpose, tuple(r.fields), r.state, r.approved_until, r.day_limit)
        for r in rows.order_by("-requested_at", "-id")
    )


def calls(
    county: str, first: datetime, last: datetime, *, case_id: UUID | None = None, most: int = 500
) -> tuple[CallRow, ...]:
    """Return calls from ``first`` until before ``last``, newest first, at most ``most``."""
    rows = CallLog.objects.filter(county=county, at__gte=first, at__lt=last)
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return tuple(
        CallRow(
            id=r.id,
            at=r.at,
            who=r.who,
            unit=r.unit,
            resource=r.resource_code,
            case_id=r.case_id,
            purpose=r.purpose,
            fields=tuple(r.fields),
            outcome=r.outcome,
            reason=r.reason,
            ms=r.ms,
            simulated=r.simulated,
            verdict=r.verdict,
            mismatched=tuple(r.mismatched),
        )
        for r in rows.order_by("-at", "-id")[:most]
    )


def call_counts(county: str, first: datetime, last: datetime) -> CallCounts:
    """Return how many calls were made from ``first`` until before ``last``, and how they ended."""
    found = CallLog.objects.filter(county=county, at__gte=first, at__lt=last).aggregate(
        calls=Count("id"),
        answered=Count("id", filter=Q(outcome__in=["found", "missing"])),
        down=Count("id", filter=Q(outcome="down")),
        refused=Count("id", filter=Q(outcome="refused")),
    )
    return CallCounts(**found)
