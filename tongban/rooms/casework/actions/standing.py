"""In what capacity somebody stands in a case: party, mandated agent, or a post with its powers."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.queries.reading import PARTIES, CaseFile, read, whole_case
from tongban.rooms.people import queries as people
from tongban.rooms.questions import ask
from tongban.rulebook.asking import asker_refusals
from tongban.rulebook.authority import Subject
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import HOUSE, LAW, Actor
from tongban.rulebook.steps import POWER_OF, Post

if TYPE_CHECKING:
    from tongban.rooms.casework.actions.filing import Filing


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks for a step: a person, a member of staff in a post, the law, the house or another system."""

    kind: str
    id: UUID | None = None
    post_id: UUID | None = None

    @property
    def name(self) -> str:
        """How the journal names him."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


def person(person_id: UUID) -> Who:
    """Return a citizen, or whoever acts for her."""
    return Who("person", person_id)


def staff(staff_id: UUID, post_id: UUID) -> Who:
    """Return a member of staff in a post."""
    return Who("staff", staff_id, post_id)


#: Capacity by power.
_POSTS = {power: post for post, power in POWER_OF.items()}
_ALONE = {"law": LAW, "house": HOUSE, "outside": Actor("outside", None, frozenset({Post.OUTSIDE}))}


@dataclass(frozen=True, slots=True)
class Come:
    """A case whole, and who has come to it, as both were at one moment."""

    who: Who
    file: CaseFile
    actor: Actor


#: A case that was just shown to whoever now takes a step in it: see ``at_hand``.
_at_hand: ContextVar[Come | None] = ContextVar("case_at_hand", default=None)


@contextmanager
def at_hand(found: Come | None) -> Iterator[None]:
    """Let the next step of this case by the same hand go by what was just read, instead of reading it once more.

    For one request that first asks whether somebody may see the case.  Should the case have moved in between, the
    step's write finds no row of that version and everything is read anew, as with any other reading.
    """
    token = _at_hand.set(found)
    try:
        yield
    finally:
        _at_hand.reset(token)


def come(case_id: UUID, who: Who) -> tuple[CaseFile, Actor]:
    """Return a case whole, and who comes to it with the capacities he really has in it today.  One query.

    Two for who is no party: her mandate is looked for.  None for what is at hand, once.
    Raises ``Refused``: ``case_unknown`` and as ``actor_in``.
    """
    held = _at_hand.get()
    if held is not None and (held.file.id, held.who) == (case_id, who):
        _at_hand.set(None)
        return held.file, held.actor
    if who.kind != "staff" or who.id is None:
        file = read(case_id)
        return file, actor_in(file, who)
    file, actor, _ = come_with_powers(case_id, who)
    return file, actor


def come_with_powers(case_id: UUID, who: Who) -> tuple[CaseFile, Actor, people.Powers]:
    """As ``come`` for a member of staff, with the powers of everybody at that moment.  One query."""
    if who.id is None:
        raise Refused("who_unknown", "请先登录。")
    day = clock.today()
    if people.was_tied(who.id):
        withdraw = people.must_withdraw(who.id, PARTIES, day)
        file, mark, related = ask(whole_case(case_id), people.powers_mark(), withdraw)
        powers = people.powers(mark)
    else:
        file, mark = ask(whole_case(case_id), people.powers_mark())
        powers = people.powers(mark)
        related = _is_related(file, who.id, powers, day)
    return file, _as_staff(file, who, day, powers, related), powers


def actor_in(file: CaseFile, who: Who) -> Actor:
    """Return the actor with the capacities he really has today in this case, as it was read or is being made.

    Raises ``Refused``.
    """
    if who.kind in _ALONE:
        return _ALONE[who.kind]
    if who.id is None:
        raise Refused("who_unknown", "请先登录。")
    if who.kind == "person":
        return _as_person(file, who.id)
    day, powers = clock.today(), people.powers()
    return _as_staff(file, who, day, powers, _is_related(file, who.id, powers, day))


def _is_related(file: CaseFile, staff_id: UUID, powers: people.Powers, day: date) -> bool:
    parties = [party.person_id for party in file.parties if party.person_id is not None]
    return bool(people.stands_back_from(powers, staff_id, parties, day))


def _as_person(file: CaseFile, person_id: UUID) -> Actor:
    applicant = file.uuid("applicant_id")
    # An agent's right is her mandate of today, not that she once filed.
    parties = {p.person_id for p in file.parties if p.role != "agent"}
    if person_id != applicant and person_id not in parties:
        if applicant is None:
            raise Refused("not_yours", "这个办件与您无关，不能操作。")
        people.standing(applicant, person_id, str(file.row["item_code"]), clock.today())
    return Actor("person", person_id, frozenset({Post.APPLICANT}))


def _as_staff(file: CaseFile, who: Who, day: date, powers: people.Powers, related: bool) -> Actor:
    if who.id is None or who.post_id is None:
        raise Refused("post_missing", "请先选择您现在的岗位。")
    actor = powers.actor(who.id, who.post_id, day)
    if actor.county != file.county:
        raise Refused("other_county", "这是其他县的办件，您不能办理。")
    subject = Subject(str(file.row["item_code"]), str(file.row["unit"]))
    posts = frozenset(_POSTS[power] for power in powers.over(actor, subject, day) if power in _POSTS)
    return Actor("staff", actor.staff_id, posts, related)


def filer(file: CaseFile, who: Who) -> Actor:
    """Return the actor of a filing that ``may_file`` has allowed."""
    if who.kind == "person":
        return Actor("person", who.id, frozenset({Post.APPLICANT}))
    return actor_in(file, who)


def acts_for(filing: "Filing", who: Who) -> UUID | None:
    """Return who acts for the applicant, None: she herself; whoever is logged in, whatever the form says."""
    if who.kind == "person":
        return who.id if who.id != filing.applicant_id else None
    return filing.agent_id


def may_file(filing: "Filing", item: Item, who: Who, day: date, asked: people.Asked) -> UUID | None:
    """Return who acts for the applicant, None: she herself.  ``asked``: as ``people.those_asked`` has found them.

    Raises ``Refused`` unless this applicant may ask for this item through whoever acts, where it is handed in.
    """
    by = acts_for(filing, who)
    if who.kind == "house":
        return by
    standing = people.standing(filing.applicant_id, by, item.code, day, asked)
    kind = "natural" if standing.applicant.kind == "natural" else "legal"
    station = "" if filing.site_id is None else SITE_LEVELS.get(people.site(filing.site_id).kind, "county")
    for no in asker_refusals(item, kind, by_agent=standing.capacity == "agent", station=station):
        raise no
    return by


#: Kind of site -> level of station, as items name them.
SITE_LEVELS = {"hall": "county", "branch": "county", "park": "county", "town": "town", "village": "village"}


def may_collect(file: CaseFile, collector_id: UUID) -> None:
    """Raise ``Refused`` unless the collector is the applicant, her guardian or representative, or mandated for it."""
    applicant = file.uuid("applicant_id")
    if applicant is None or collector_id == applicant:
        return
    item, day = str(file.row["item_code"]), clock.today()
    try:
        if people.standing(applicant, collector_id, item, day).capacity != "agent":
            return
    except Refused as no:
        if not no.code.startswith("mandate_"):
            raise
    try:
        people.need_mandate(applicant, collector_id, item, day, power="collect")
    except Refused as no:
        raise Refused(
            "wrong_collector", "领取人不是申请人，也没有领取委托，不能交付。请核对身份，或由申请人委托领取。", no.basis
        ) from no
