"""Who may see which case.  To everybody else a case does not exist: the refusal is that of a wrong number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from django.db.models import Q

from tongban.rooms import clock
from tongban.rooms.casework.actions.standing import Come, Who, come, come_with_powers
from tongban.rooms.casework.models import Case, Party
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.catalogue.queries.book import book
from tongban.rooms.people import queries as people
from tongban.rulebook import deciding
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.errors import Refused
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Post, Step

#: Powers over an item that let staff see its cases.
SEEING = frozenset(
    {
        *(Power.RECEIVE, Power.ACCEPT, Power.EXAMINE, Power.DECIDE, Power.DELIVER),
        *(Power.EXTEND, Power.EXTEND_JOINT, Power.SUPERVISE),
    }
)


#: Posts that go on with a draft together with whoever began it; to all other staff nothing has been filed yet.
_TAKING_IN = frozenset({Post.CLERK, Post.ACCEPTOR})


@dataclass(frozen=True, slots=True)
class Seen(Come):
    """A case as somebody may see it; ``actor``: who looks, with the capacities he has in it."""

    #: False for who only supervises: names are masked.
    names: bool


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of a list of cases.  It names nobody."""

    id: UUID
    number: str
    item_code: str
    item_version: UUID
    kind: str
    unit: str
    state: str
    state_label: str
    desk: str
    channel: str
    parent_id: UUID | None
    part_role: str
    received_on: date | None
    accepted_on: date | None
    decision: str


def seen(case_id: UUID, who: Who) -> Seen:
    """Return a case for somebody who may see it.  Raises ``Refused("case_unknown")`` for everybody else."""
    if who.kind not in ("person", "staff"):
        raise _unknown()
    try:
        if who.kind == "person":
            return Seen(who, *come(case_id, who), names=True)
        file, actor, powers = come_with_powers(case_id, who)
        sight = Sight.of(who, powers)
    except Refused:
        raise _unknown() from None
    if actor.related or not sight.has(Place.of(file)):
        raise _unknown()
    if file.facts.state == "draft" and actor.posts.isdisjoint(_TAKING_IN):
        raise _unknown()
    return Seen(who, file, actor, names=actor.posts != frozenset({Post.SUPERVISOR}))


def read_whole(case_id: UUID, who: Who) -> Seen:
    """Return a case for somebody who may read what stands in it: answers, papers, documents, names.

    Raises ``Refused``: ``case_unknown``; ``for_staff`` for who only supervises.
    """
    return to_read(seen(case_id, who))


def to_read(found: Seen) -> Seen:
    """Return a case that was seen, to whoever may also read what stands in it.  Raises ``Refused("for_staff")``."""
    if not found.names:
        raise Refused("for_staff", "监察人员只看办理过程，不看申请内容。需要查看的，请转有权办理的岗位。")
    return found


def steps_open(found: Seen) -> tuple[Step, ...]:
    """Return the steps that this actor may try now."""
    return deciding.possible(found.file.facts, found.actor)


def lines(
    who: Who,
    county: str,
    *,
    state: str = "",
    unit: str = "",
    parent: UUID | None = None,
    site: UUID | None = None,
    after: UUID | None,
    most: int,
) -> tuple[tuple[CaseLine, ...], UUID | None]:
    """Return cases that somebody may see, newest first, behind ``after``; and where to go on, None: at the end.

    ``most`` rows are looked at; those that are not for him are left out, so a page may hold fewer.
    A fixed number of queries, and one more for each item that an agent has filed for somebody.
    """
    rows = Case.objects.filter(county=county)
    rows = rows.filter(_of_person(who.id)) if who.kind == "person" and who.id else rows
    if state:
        rows = rows.filter(state=state)
    if unit:
        rows = rows.filter(unit=unit)
    if parent is not None:
        rows = rows.filter(parent_id=parent)
    if site is not None:
        rows = rows.filter(site_id=site)
    sight = Sight.of(who) if who.kind == "staff" else None
    if sight is not None:
        rows = rows.filter(item_code__in=sight.item_codes()).exclude(state="draft")
    if after is not None:
        rows = rows.filter(id__lt=after)
    page = list(rows.order_by("-id")[: most + 1])
    shown = page[:most]
    may = stands_in(who, shown) if sight is None else seen_by_staff(sight, shown)
    found = tuple(_line(row) for row in shown if row.id in may)
    return found, shown[-1].id if len(page) > most else None


class Placed(Protocol):
    """A row of a list, as far as sight of it depends on it."""

    @property
    def id(self) -> UUID: ...
    @property
    def county(self) -> str: ...
    @property
    def item_code(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def site_id(self) -> UUID | None: ...
    @property
    def holder(self) -> UUID | None: ...


def visible(who: Who, rows: Iterable[Case]) -> tuple[Case, ...]:
    """Return those of these cases that are his to see, in their order.  Three queries at most for staff."""
    found = list(rows)
    may = seen_by_staff(Sight.of(who), found) if who.kind == "staff" else stands_in(who, found)
    return tuple(row for row in found if row.id in may)


def cases_of(applicant_id: UUID, who: Who, county: str, *, most: int = 30) -> tuple[CaseLine, ...]:
    """Return what somebody has asked for, drafts too, as far as the member of staff before her may see it.

    Newest first; four queries.
    """
    rows = Case.objects.filter(county=county, applicant_id=applicant_id).order_by("-id")
    return tuple(_line(row) for row in visible(who, rows[:most]))


def case_numbered(county: str, number: str) -> UUID | None:
    """Return the case with this number, whoever may see it, or None.  One query."""
    return Case.objects.filter(county=county, number=number.strip()).values_list("id", flat=True).first()


@dataclass(frozen=True, slots=True)
class Place:
    """What staff's sight of a case depends on."""

    county: str
    item: str
    unit: str
    site_id: UUID | None
    #: The post that has it in hand.
    holder: UUID | None

    @classmethod
    def of(cls, file: CaseFile) -> "Place":
        row = file.row
        return cls(file.county, str(row["item_code"]), str(row["unit"]), file.uuid("site_id"), file.uuid("holder"))


@dataclass(frozen=True, slots=True)
class Sight:
    """The powers of a member of staff today, read once for a whole page."""

    powers: people.Powers
    actor: people.Actor
    day: date

    @classmethod
    def of(cls, who: Who, powers: people.Powers | None = None) -> "Sight":
        """``powers``: as just read; None: they are asked for.  Raises ``Refused("post_not_held")``."""
        if who.id is None or who.post_id is None:
            raise Refused("post_missing", "请先选择您现在的岗位。")
        powers, day = powers or people.powers(), clock.today()
        return cls(powers, powers.actor(who.id, who.post_id, day), day)

    def has(self, place: Place) -> bool:
        """Staff see the cases of items over which they have a power, taken in at their site or below it."""
        if self.actor.county != place.county:
            return False
        if not self.powers.over(self.actor, Subject(place.item, place.unit), self.day) & SEEING:
            return False
        return place.unit in self.units or place.holder in self.posts or self.reaches(place.site_id)

    def reaches(self, site_id: UUID | None) -> bool:
        """Whether his site is that one or stands above it; what came in from home is for the top of the county."""
        own = self.powers.places[self.actor.site_id]
        if site_id is None:
            return not own.above
        there = self.powers.places[site_id]
        return own.site in (there.site, *there.above)

    @property
    def posts(self) -> tuple[UUID, ...]:
        """The posts whose matters are his today: his own, and those for which he stands in."""
        return (self.actor.post_id, *(post.id for post in self.powers.stood_for(self.actor.post_id, self.day)))

    @property
    def units(self) -> frozenset[str]:
        """The units of these posts."""
        lent = self.powers.stood_for(self.actor.post_id, self.day)
        return frozenset({self.actor.unit_code, *(post.unit_code for post in lent)})

    def sites(self) -> list[UUID] | None:
        """Return the sites that he reaches; None: all of the county."""
        own = self.powers.places[self.actor.site_id]
        if not own.above:
            return None
        return [key for key, there in self.powers.places.items() if own.site in (there.site, *there.above)]

    def item_codes(self) -> list[str]:
        """Return the items of which he may see any case, old ones too."""
        own = self.actor.unit_code
        pairs = {(code, unit) for code, runs in book(self.actor.county).runs.items() for unit in (runs[-1].unit, own)}
        over = (item for item, unit in pairs if self.powers.over(self.actor, Subject(item, unit), self.day) & SEEING)
        return sorted(set(over))


def seen_by_staff(sight: Sight, rows: Sequence[Placed]) -> set[UUID]:
    """Return those of these cases that are his to see, but for those from which he must stand back (回避)."""
    his = [row for row in rows if sight.has(Place(row.county, row.item_code, row.unit, row.site_id, row.holder))]
    if not his:
        return set()
    if sight.actor.staff_id not in sight.powers.tied:  # he only stands back from what is his own
        own = Party.objects.filter(person=sight.actor.person_id).values_list("case", flat=True)
        return {row.id for row in his} - set(own)
    parties: dict[UUID, list[UUID]] = {}
    for case_id, person_id in Party.objects.filter(case_id__in=[row.id for row in his]).values_list("case", "person"):
        if person_id is not None:
            parties.setdefault(person_id, []).append(case_id)
    related = people.stands_back_from(sight.powers, sight.actor.staff_id, parties, sight.day)
    return {row.id for row in his} - {case_id for party in related for case_id in parties.get(party, ())}


def stands_in(who: Who, rows: Iterable[Case]) -> set[UUID]:
    """Return those of these cases in which she stands today: an agent by her mandate, all others by being a party."""
    if who.id is None:
        return set()
    kept, asked = set(), {}
    by_role = Party.objects.filter(case_id__in=[row.id for row in rows], person_id=who.id).exclude(role="agent")
    own = set(by_role.values_list("case_id", flat=True))
    for row in rows:
        if row.applicant_id == who.id or row.id in own:
            kept.add(row.id)
            continue
        pair = (row.applicant_id, row.item_code)
        if pair not in asked:
            asked[pair] = _stands_for(row.applicant_id, who.id, row.item_code)
        if asked[pair]:
            kept.add(row.id)
    return kept


def _stands_for(applicant: UUID | None, by: UUID | None, item: str) -> bool:
    if applicant is None or by is None:
        return False
    try:
        people.standing(applicant, by, item, clock.today())
    except Refused:
        return False
    return True


def _of_person(person_id: UUID) -> Q:
    party = Party.objects.filter(person_id=person_id).values("case_id")
    return Q(applicant_id=person_id) | Q(agent_id=person_id) | Q(id__in=party)


def _line(row: Case) -> CaseLine:
    return CaseLine(
        id=row.id,
        number=row.number or "",
        item_code=row.item_code,
        item_version=row.item_id,
        kind=row.kind,
        unit=row.unit,
        state=row.state,
        state_label=KINDS[row.kind].states[row.state],
        desk=row.desk,
        channel=row.channel,
        parent_id=row.parent_id,
        part_role=row.part_role,
        received_on=row.received_on,
        accepted_on=row.accepted_on,
        decision=row.decision,
    )


def _unknown() -> Refused:
    return Refused("case_unknown", "没有找到这个办件。请核对办件编号。")
