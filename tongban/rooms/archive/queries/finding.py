"""Finding packages: by number, by case, by person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.rooms import clock
from tongban.rooms.archive.models import Package
from tongban.rooms.casework.models import Case, Party
from tongban.rooms.people.models import Person
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class PackageView:
    """A package without its content."""

    id: UUID
    #: 档号.
    number: str
    case_id: UUID
    case_number: str
    item_code: str
    decision: str
    made_at: datetime
    size: int
    sha256: str
    #: Every check held when it was made.
    sound: bool
    checks: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Archived of finished, by case, so that the figure opens to its rows."""

    finished: tuple[UUID, ...]
    archived: tuple[UUID, ...]


def package(package_id: UUID) -> PackageView:
    """Return one package.  Raises ``Refused("package_unknown")``.  One query."""
    found = _views(Package.objects.filter(id=package_id))
    if not found:
        raise Refused("package_unknown", "没有找到这个归档包。请核对档号。")
    return found[0]


def find(text: str, county: str) -> PackageView | None:
    """Return the package with this 档号 or of this 办件编号, or None.  One query."""
    wanted = text.strip().upper()
    which = Q(number=wanted) if "-" in wanted else Q(case__number=wanted)
    found = _views(Package.objects.filter(which, county=county)[:1])
    return found[0] if found else None


def of_case(case_id: UUID) -> PackageView | None:
    """Return the package of a case, or None.  One query."""
    found = _views(Package.objects.filter(case_id=case_id))
    return found[0] if found else None


def of_person(person_id: UUID, *, most: int = 100) -> tuple[PackageView, ...]:
    """Return the packages of cases somebody was a party to, newest first, records merged with hers included.

    Three queries, each by an index, however many packages there are.
    """
    root = Person.objects.filter(id=person_id).values_list("merged_into", flat=True).first() or person_id
    one = [root, *Person.objects.filter(merged_into=root).values_list("id", flat=True)]
    mine = Case.objects.filter(applicant_id__in=one).values("id")
    also = Party.objects.filter(person_id__in=one).values("case_id")
    return _views(Package.objects.filter(case_id__in=mine.union(also)).order_by("-made_at", "-id")[:most])


def unsound(county: str, *, most: int = 100) -> tuple[PackageView, ...]:
    """Return packages of which some check did not hold when they were made.  One query."""
    return _views(Package.objects.filter(county=county, sound=False).order_by("-made_at", "-id")[:most])


def share_archived(county: str, first: date, last: date) -> Share:
    """Return which cases finished from ``first`` to ``last`` are archived: it should be all.  One query."""
    rows = list(
        Case.objects.filter(
            county=county,
            closed_at__gte=clock.at_local(first),
            closed_at__lt=clock.end_of(last),
            rehearsal=False,
        )
        .order_by("closed_at", "id")
        .values_list("id", "state")
    )
    return Share(tuple(one for one, _ in rows), tuple(one for one, state in rows if state == "archived"))


def _views(rows: QuerySet[Package]) -> tuple[PackageView, ...]:
    return tuple(
        PackageView(
            id=row.id,
            number=row.number,
            case_id=row.case_id,
            case_number=row.case.number or "",
            item_code=row.case.item_code,
            decision=row.case.decision,
            made_at=row.made_at,
            size=row.size,
            sha256=row.sha256,
            sound=row.sound,
            checks=tuple(row.checks),
        )
        for row in rows.select_related("case").defer("manifest", "signature")
    )
