"""统一出件: what lies ready for its people, and since when nobody has come for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from tongban.rooms import clock
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.mailing import digest_of
from tongban.rooms.casework.models import Case, Clock
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.casework.queries.seeing import visible
from tongban.rooms.casework.queries.texts import notes_of
from tongban.rooms.casework.queries.wishes import deliveries_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ledger.models import Entry
from tongban.rooms.people import queries as people

#: States in which a result waits to be made or handed out.
READY = ("granted", "issued")


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """One result that waits."""

    case_id: UUID
    number: str
    item: str
    state: str
    applicant: str
    #: The day of the decision, and the last day of delivery.
    decided_on: date | None
    due_on: date | None
    #: How she wants it: ``window``, ``mail`` or ``electronic``; empty: she said nothing.
    wished: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """How a result reached its people."""

    #: ``window``, ``mail`` or ``electronic``.
    way: str
    at: datetime
    #: Of a letter; empty otherwise, and when the content of the case was erased.
    mail_number: str


def handed(file: CaseFile) -> Handed | None:
    """Return how the result of a case was handed out; None: it was not yet.  Two queries at most."""
    entries = Entry.objects.filter(subject_kind="case", subject_id=file.id, step="deliver").order_by("-seq")
    row = entries.values_list("body", "at").first()
    if row is None:
        return None
    body, at = row
    way = str(body.get("way", "window"))
    number = ""
    if way == "mail" and file.wrapped_key is not None:
        number = next((text for (_, what), text in sorted(notes_of(file).items()) if what == "mail"), "")
    return Handed(way, at, number)


def ready(
    who: Who, county: str, *, applicant_id: UUID | None = None, after: UUID | None = None, most: int = 20
) -> tuple[tuple[ReadyLine, ...], UUID | None]:
    """Return results that wait where this member of staff may see them, the oldest first, and where to go on.

    ``most`` rows are looked at, so a page may hold fewer.  Nine queries at most, however many rows.
    """
    rows = Case.objects.filter(county=county, state__in=READY)
    if applicant_id is not None:
        rows = rows.filter(applicant_id=applicant_id)
    if after is not None:
        rows = rows.filter(id__gt=after)
    page = list(rows.order_by("id")[: most + 1])
    return _lines(visible(who, page[:most])), page[most - 1].id if len(page) > most else None


def mailed(who: Who, county: str, number: str) -> tuple[ReadyLine, ...]:
    """Return the results that went out in the letter of this number, where this member of staff may see them.

    For a letter that came back; nine queries at most.  Letters from before their digests were kept are not found.
    """
    digest = digest_of(number)
    if not digest:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_MAILED, [county, digest])
        found = [row[0] for row in cursor.fetchall()]
    return _lines(visible(who, Case.objects.filter(id__in=found).order_by("id"))) if found else ()


#: As ``entry_mail`` is written, so that it is used.
_MAILED = (
    "SELECT subject_id FROM ledger_entry WHERE subject_kind = 'case' AND county = %s AND step = 'deliver'"
    " AND body ? 'mail' AND (body ->> 'mail') = %s"
)


def _lines(shown: Sequence[Case]) -> tuple[ReadyLine, ...]:
    dues = Clock.objects.filter(case_id__in=[one.id for one in shown], name="delivery", stopped_at=None)
    due_on = dict(dues.values_list("case_id", "due_on"))
    names = people.persons_by_id([one.applicant_id for one in shown if one.applicant_id])
    items = catalogue.items(one.item_id for one in shown)
    wished = deliveries_of(one.id for one in shown)
    return tuple(
        ReadyLine(
            one.id,
            one.number or "",
            items[one.item_id].name,
            one.state,
            names[one.applicant_id].name if one.applicant_id in names else "",
            clock.legal_date(one.decided_at) if one.decided_at else None,
            due_on.get(one.id),
            wished.get(one.id, ""),
        )
        for one in shown
    )
