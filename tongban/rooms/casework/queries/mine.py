"""我的办件: the cases of somebody and of those she acts for, and which of them wait for her."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.rooms import clock
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.models import Case, Clock, Fee, Material, Party
from tongban.rooms.casework.queries.seeing import stands_in
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.kinds import KINDS

#: How long one is asked for a rating after the end of a case.
RATING_ASKED = timedelta(days=30)
#: Ends after which one is asked.
_RATED_ENDS = ("delivered", "refused", "not_accepted")


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
    """Return the cases in which something waits for her, what ends first first.  Four queries.

    And one to three more for each item in which she acts for somebody not among ``for_ids``.
    """
    asked = _asked(who)
    rows = _hers(who, for_ids).annotate(**asked)
    wanted = Q(state="correcting")
    for name in asked:
        wanted |= Q(**{name: True})
    found = _seen(who, for_ids, list(rows.filter(wanted).order_by("-id")[: most * 3]))
    until = _ends([row.id for row in found])
    items = catalogue.items(row.item_id for row in found)
    told = [_line(row, items, _needs(row), until.get(row.id)) for row in found]
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


def _asked(who: Who) -> dict[str, Q]:
    # What the row itself says comes first: nearly all cases are over, and of these nothing else is read.
    of_case = {"case_id": OuterRef("id")}
    unsigned = Party.objects.filter(**of_case, person=who.id, signed_at=None)
    promised = Material.objects.filter(**of_case, state="promised")
    due = Fee.objects.filter(**of_case, state="due")
    running = Q(state__in=("filed", "correcting", "accepted", "paused", "publicising", "granted"))
    ended = Q(state__in=_RATED_ENDS, closed_at__gte=clock.now() - RATING_ASKED)
    return {
        "asks_rate": ended & ~Q(flags__contains=["rated"]),
        "asks_sign": Q(state__in=("filed", "correcting")) & Q(Exists(unsigned)),
        "asks_follow": running & Q(Exists(promised)),
        "asks_pay": Q(Exists(due)),
    }


def _needs(row: Case) -> tuple[str, ...]:
    needs = ["correct"] if row.state == "correcting" else []
    return tuple(needs + [name for name in ("sign", "follow", "pay", "rate") if getattr(row, f"asks_{name}")])


def _ends(case_ids: list[UUID]) -> dict[UUID, date]:
    rows = Clock.objects.filter(case_id__in=case_ids, name="correction", stopped_at=None)
    found = dict(rows.values_list("case_id", "due_on"))
    for case_id, until in Material.objects.filter(case_id__in=case_ids, state="promised").values_list(
        "case_id", "promised_until"
    ):
        if until is not None:
            found[case_id] = min(until, found.get(case_id, until))
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
