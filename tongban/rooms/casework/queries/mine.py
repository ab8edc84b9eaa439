"""我的办件: the cases of somebody and of those she acts for, and which of them wait for her."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.rooms import clock
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.models import Case, Fee, Material, Party
from tongban.rooms.casework.queries.seeing import stands_in
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.kinds import KINDS

#: How long one is asked for a rating after the end of a case.
RATING_ASKED = timedelta(days=30)
#: Ends after which one is asked.
_RATED_ENDS = ("delivered", "refused", "not_accepted")
#: States in which a signature is still taken, and in which a promised material may still follow.
_SIGNED_IN = ("filed", "correcting")
_RUNNING = ("filed", "correcting", "accepted", "paused", "publicising", "granted")

_WAITING = """
SELECT c.id,
    EXISTS (SELECT FROM casework_party p WHERE p.case_id = c.id AND p.person_id = %(who)s AND p.signed_at IS NULL),
    EXISTS (SELECT FROM casework_material m WHERE m.case_id = c.id AND m.state = 'promised'),
    EXISTS (SELECT FROM casework_fee f WHERE f.case_id = c.id AND f.state = 'due'),
    least(
        (SELECT min(m.promised_until) FROM casework_material m WHERE m.case_id = c.id AND m.state = 'promised'),
        (SELECT min(k.due_on) FROM casework_clock k
            WHERE k.case_id = c.id AND k.name = 'correction' AND k.stopped_at IS NULL)
    )
FROM unnest(%(ids)s::uuid[]) AS c(id)
"""


@dataclass(frozen=True, slots=True)
class MyCase:
    """One case in the list of somebody it concerns."""

    id: UUID
    number: str
    #: Name of the item.
    item: str
    kind: str
    applicant_id: UUID | None
    state: str
    state_label: str
    received_on: date | None
    is_closed: bool
    #: What waits for her: ``correct``, ``sign``, ``follow``, ``pay``, ``rate``.
    needs: tuple[str, ...] = ()
    #: Until when, where there is a day.
    until: date | None = None


def waiting_for(who: Who, for_ids: Iterable[UUID], *, most: int = 20) -> tuple[MyCase, ...]:
    """Return the cases in which something waits for her, what ends first first.  Three queries, one where nothing does.

    And one to three more for each item in which she acts for somebody not among ``for_ids``.
    """
    rows = _hers(who, for_ids).filter(_asks(who)).order_by("-id")[: most * 3]
    found = _seen(who, for_ids, list(rows))
    needs, items = _needs(who, found), catalogue.items(row.item_id for row in found)
    told = [_line(row, items, *needs[row.id]) for row in found]
    # A rating can wait; what ends first goes first.
    return tuple(sorted(told, key=lambda one: (one.needs == ("rate",), one.until or date.max))[:most])


def my_cases(who: Who, for_ids: Iterable[UUID], *, most: int, skip: int = 0) -> tuple[MyCase, ...]:
    """Return her cases, the newest first; drafts and parts of a bundle are not among them.  Two queries.

    And one to three more for each item in which she acts for somebody not among ``for_ids``.
    """
    rows = _hers(who, for_ids).order_by("-id")[skip : skip + most]
    found = _seen(who, for_ids, list(rows))
    items = catalogue.items(row.item_id for row in found)
    return tuple(_line(row, items) for row in found)


def _hers(who: Who, for_ids: Iterable[UUID]) -> QuerySet[Case]:
    # A union of ids and not an "or": so each part finds its rows through its own index.
    own = Case.objects.filter(applicant_id__in=list(for_ids)).order_by().values("id")
    acting = Case.objects.filter(agent_id=who.id).order_by().values("id")
    party = Party.objects.filter(person=who.id).order_by().values("case_id")
    return Case.objects.filter(id__in=own.union(acting, party), parent=None, number__isnull=False)


def _asks(who: Who) -> Q:
    """Return "something waits for her in this case".

    What the row itself says comes first: nearly all cases are over, and of these nothing else is read.
    """
    of_case = {"case_id": OuterRef("id")}
    unsigned = Party.objects.filter(**of_case, person=who.id, signed_at=None)
    promised = Material.objects.filter(**of_case, state="promised")
    due = Fee.objects.filter(**of_case, state="due")
    ended = Q(state__in=_RATED_ENDS, closed_at__gte=clock.now() - RATING_ASKED) & ~Q(flags__contains=["rated"])
    signs = Q(state__in=_SIGNED_IN) & Q(Exists(unsigned))
    return Q(state="correcting") | ended | signs | Q(state__in=_RUNNING) & Q(Exists(promised)) | Q(Exists(due))


def _needs(who: Who, rows: list[Case]) -> dict[UUID, tuple[tuple[str, ...], date | None]]:
    """Return what waits in each of these cases, and until when.  One query, none for no case."""
    if not rows:
        return {}
    since, found = clock.now() - RATING_ASKED, {}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"ids": [row.id for row in rows], "who": who.id})
        around = {case_id: rest for case_id, *rest in cursor.fetchall()}
    for row in rows:
        unsigned, promised, due, until = around[row.id]
        needs = {
            "correct": row.state == "correcting",
            "sign": unsigned and row.state in _SIGNED_IN,
            "follow": promised and row.state in _RUNNING,
            "pay": due,
            "rate": row.state in _RATED_ENDS
            and row.closed_at is not None
            and row.closed_at >= since
            and "rated" not in row.flags,
        }
        found[row.id] = tuple(name for name, waits in needs.items() if waits), until
    return found


def _seen(who: Who, for_ids: Iterable[UUID], rows: list[Case]) -> list[Case]:
    own = set(for_ids)
    others = [row for row in rows if row.applicant_id not in own]
    allowed = stands_in(who, others) if others else set()
    return [row for row in rows if row.applicant_id in own or row.id in allowed]


def _line(row: Case, items: Mapping[UUID, Item], needs: tuple[str, ...] = (), until: date | None = None) -> MyCase:
    return MyCase(
        row.id,
        row.number or "",
        items[row.item_id].name,
        row.kind,
        row.applicant_id,
        row.state,
        KINDS[row.kind].states[row.state],
        row.received_on,
        row.closed_at is not None,
        needs,
        until,
    )
