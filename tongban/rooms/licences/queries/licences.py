"""What somebody holds, what stands on a licence, who used it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tongban.rooms import clock, crypto
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.licences.models import Licence, LicenceUse
from tongban.rooms.licences.queries.views import LicenceView, UseView
from tongban.rooms.people import queries as people
from tongban.rooms.people.queries.persons import same_person
from tongban.rulebook.errors import Refused


def licence(licence_id: UUID) -> LicenceView:
    """Return a licence.  Raises ``Refused("licence_unknown")``.  Two queries."""
    row = Licence.objects.filter(id=licence_id).first()
    if row is None:
        raise Refused("licence_unknown", "证照库里没有这份证照。请核对证照编号。")
    return view(row, catalogue.licence_kind_names())


def numbered(county: str, kind: str, issuer: str, number: str) -> LicenceView | None:
    """Return the latest version of the licence with this number, or None.  Two queries at most."""
    rows = Licence.objects.filter(county=county, kind=kind, issuer=issuer, number=number).exclude(state="changed")
    row = rows.order_by("-issued_on", "-id").first()
    return None if row is None else view(row, catalogue.licence_kind_names())


def held(person_id: UUID, kinds: Sequence[str], day: date) -> dict[str, UUID]:
    """Return the person's licences of these kinds that are valid on ``day``, the newest by kind; follows merges.

    Two queries.  A licence of a rehearsed case serves nobody.
    """
    rows = (
        of_person(person_id)
        .filter(Q(valid_until=None) | Q(valid_until__gte=day), kind__in=list(kinds), state="valid", valid_from__lte=day)
        .filter(rehearsal=False)
        .order_by("issued_on", "id")
    )
    return {row.kind: row.id for row in rows.only("id", "kind")}


def good_until(licence_id: UUID, person_id: UUID, kind: str, day: date) -> date | None:
    """Return the last day of a licence that is to be renewed; None: not hers, of another kind, not in force, no end.

    Two queries.
    """
    row = (
        of_person(person_id).filter(id=licence_id, kind=kind, state__in=("valid", "suspended"), rehearsal=False).first()
    )
    return row.valid_until if row is not None and state_on(row, day) != "lapsed" else None


def wallet(person_id: UUID) -> tuple[LicenceView, ...]:
    """Return all licences of a person, following merges: valid ones first, then newest first.  Three queries."""
    names, day = catalogue.licence_kind_names(), clock.today()
    rows = [view(row, names) for row in of_person(person_id).filter(rehearsal=False).order_by("-issued_on", "-id")]
    return tuple(sorted(rows, key=lambda row: not row.is_valid(day)))


def of_case(case_id: UUID) -> tuple[LicenceView, ...]:
    """Return the licences a case issued.  Two queries."""
    names = catalogue.licence_kind_names()
    return tuple(view(row, names) for row in Licence.objects.filter(case_id=case_id).order_by("id"))


def versions(licence_id: UUID) -> tuple[LicenceView, ...]:
    """Return a licence with all versions before and after it, the first one first.  Queries: two a version."""
    names = catalogue.licence_kind_names()
    row = Licence.objects.filter(id=licence_id).first()
    while row is not None and row.former_id is not None:
        row = Licence.objects.get(id=row.former_id)
    found = []
    while row is not None:
        found.append(view(row, names))
        row = Licence.objects.filter(former_id=row.id).first()
    return tuple(found)


def facts_of(licence_id: UUID) -> dict[str, str]:
    """Return what stands on a licence, by field name.  Whoever asks must be logged by the caller.

    Raises ``Refused``: ``licence_unknown``, ``licence_erased``.
    """
    row = Licence.objects.filter(id=licence_id).first()
    if row is None:
        raise Refused("licence_unknown", "证照库里没有这份证照。请核对证照编号。")
    return opened(row)


def uses_of(licence_id: UUID) -> tuple[UseView, ...]:
    """Return what a licence was used for, newest first: its holder may ask.  One query."""
    rows = LicenceUse.objects.filter(licence_id=licence_id).order_by("-at", "-id")
    return tuple(UseView(row.licence_id, row.case_id, row.item, row.material, row.consent, row.at) for row in rows)


def counts(county: str) -> Mapping[str, int]:
    """Return how many licences of a county are in force, by kind (S095).  One query."""
    rows = Licence.objects.filter(county=county, state__in=("valid", "suspended"), rehearsal=False)
    return dict(rows.values_list("kind").annotate(n=Count("id")).order_by("kind"))


def opened(row: Licence) -> dict[str, str]:
    """Return the facts of a row."""
    if row.wrapped_key is None:
        raise Refused("licence_erased", "这份证照的内容已按规定删除。")
    return dict(json.loads(crypto.open_text(row.facts, crypto.unwrap(bytes(row.wrapped_key)))))


def state_on(row: Licence, day: date) -> str:
    """Return the state on ``day``: a licence whose last day is over has lapsed, whether or not anybody noted it."""
    over = row.valid_until is not None and day > row.valid_until
    return "lapsed" if over and row.state in ("valid", "suspended") else row.state


def view(row: Licence, names: Mapping[str, str]) -> LicenceView:
    """Return a row as others see it."""
    return LicenceView(
        row.id,
        row.county,
        row.kind,
        names.get(row.kind, row.kind),
        row.holder_id,
        row.number,
        row.identifier,
        row.version,
        state_on(row, clock.today()),
        row.state_on,
        row.issuer,
        row.issued_on,
        row.valid_from,
        row.valid_until,
        row.origin,
        row.case_id,
        row.former_id,
        row.rehearsal,
    )


def of_person(person_id: UUID) -> QuerySet[Licence]:
    """Return the rows of a person and of all records merged with hers: for this room's own use."""
    return Licence.objects.filter(same_person("holder", people.person(person_id).id))
