"""对账: every day both sides of each link are held against one another; what differs stays open until it is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from tongban.rooms import clock
from tongban.rooms.casework.actions import Who
from tongban.rooms.casework.queries.reading import read
from tongban.rooms.exchange.actions.incoming import poll_twin
from tongban.rooms.exchange.actions.outgoing import send_again
from tongban.rooms.exchange.adapters import adapter_of
from tongban.rooms.exchange.matching import Found, Matched, Ours, match
from tongban.rooms.exchange.models import Difference, Matching, Outbox, System, Twin
from tongban.rooms.exchange.port import FINAL, Down, Holding, Rejected
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused, Words

#: How a difference may be settled by a person; ``agreed`` is the house's own: both sides came to agree.
SETTLEMENTS = {
    "resent": "已重新移交",
    "corrected_here": "已更正本平台记录",
    "corrected_there": "对方已更正",
    "not_ours": "不是本平台的办件",
    "explained": "已查明，无需更正",
}
#: A system that could not be asked is asked again about so many days.
_BACK = 7


@dataclass(frozen=True, slots=True)
class DayMatched:
    """What came of matching one day of one system."""

    #: ``matched``, ``differing`` or ``unreachable``.
    state: str
    ours: int = 0
    theirs: int = 0
    differing: int = 0


def match_system(county: str, code: str, day: date) -> DayMatched:
    """Match one day of a system that has a line.  Again is allowed: the same difference stays one row.

    Not inside a transaction: the other side may be slow.  A case on which they are ahead of us is asked about before
    it is called a difference.  Raises ``Refused``: ``system_unknown``, ``system_on_paper``, ``day_not_over``.
    """
    system = _system(county, code)
    _need_over(day)
    try:
        held = adapter_of(system).holdings(day)
    except (Down, Rejected) as trouble:
        return _unreachable(system, day, trouble.code)
    except Refused as refused:
        if refused.code == "system_on_paper":
            raise
        return _unreachable(system, day, refused.code)
    first = match(_ours(system, day, held), held)
    for late in first.differences:
        if late.kind == "behind" and late.twin_id is not None:
            poll_twin(late.twin_id)
    return _keep(system, day, held, actor="house")


def enter_holdings(county: str, code: str, day: date, holdings: Sequence[Holding], *, who: Who) -> DayMatched:
    """A clerk enters what a system without a line says it holds, from its own list; then it is matched as any other.

    Raises ``Refused``: ``system_unknown``, ``system_has_line``, ``for_staff``, ``day_not_over``, ``list_unfit``.
    """
    system = _system(county, code)
    _need_over(day)
    if system.adapter:
        raise Refused("system_has_line", "{name}有接口，对账由系统自动进行，不用手工录入。", name=system.name)
    if who.kind != "staff":
        raise Refused("for_staff", "对方的清单只能由工作人员录入。请使用工作人员的账号。")
    known = ("accepted", "working", *FINAL)
    if any(one.state not in known or not one.case_number or not one.outside_number for one in holdings):
        raise Refused("list_unfit", "清单的每一行都要有本平台办件编号、对方编号和状态。请补全后重新录入。")
    return _keep(system, day, holdings, actor=who.name, entered_by=who.name)


def match_due(most: int = 50) -> int:
    """Match every system that has a line for the days that are over and not matched yet; returns how many were.

    One bad system stops no other; a system that was down is asked again, for a week.
    """
    today, done = clock.today(), 0
    for system in System.objects.exclude(adapter="").order_by("county", "code"):
        began = Twin.objects.filter(system=system).order_by("handed_at").values_list("handed_at", flat=True).first()
        if began is None:
            continue
        first = max(clock.legal_date(began), today - timedelta(days=_BACK))
        days = [first + timedelta(days=n) for n in range((today - first).days)]
        over = Matching.objects.filter(system=system, day__in=days).exclude(state="unreachable")
        settled = set(over.values_list("day", flat=True))
        for day in days:
            if day not in settled and done < most:
                done += match_system(system.county, system.code, day).state != "unreachable"
    return done


def settle_difference(
    difference_id: UUID, *, how: str, who: Who, note: str = "", by_unit: str = "", county: str = ""
) -> None:
    """销账: a person says how a difference was settled (``SETTLEMENTS``).  ``resent`` hands the case over again.

    Should both sides still differ at the next matching, it comes back as a new one.  ``by_unit``,
    ``county``: of whoever settles it; empty: not held against anything.
    Raises ``Refused``: ``settlement_unknown``, ``note_missing``, ``difference_unknown``, ``not_the_owner``,
    ``difference_settled``, ``nothing_to_resend``.
    """
    if how not in SETTLEMENTS:
        raise Refused("settlement_unknown", "销账方式只能是：{known}。请重新选择。", known=Words(SETTLEMENTS.values()))
    if how != "resent" and not note.strip():
        raise Refused("note_missing", "请写明是怎么查明或更正的，以便复核。不要写姓名。")
    with transaction.atomic():
        row = Difference.objects.select_for_update().filter(id=difference_id).first()
        if row is None or county not in ("", row.county):
            raise Refused("difference_unknown", "没有找到这条对账差异。")
        if by_unit and by_unit not in _concerned(row):
            raise Refused("not_the_owner", "这条差异由对方部门或办件的承办单位销账。请转给他们。")
        if row.settled_at is not None:
            raise Refused("difference_settled", "这条差异已经销账，不用再办。")
        if how == "resent":
            if row.twin_id is None or row.kind not in ("unsent", "only_ours"):
                raise Refused("nothing_to_resend", "只有本平台移交而对方没有的办件能重新移交。请改选其他销账方式。")
            send_again(row.twin_id, actor=who.name)
        _settle(row, how, who.name, note.strip()[:200])


def _system(county: str, code: str) -> System:
    system = System.objects.filter(county=county, code=code).first()
    if system is None:
        raise Refused("system_unknown", "没有名为“{code}”的对接系统。请先登记系统。", code=code)
    return system


def _need_over(day: date) -> None:
    if day >= clock.today():
        raise Refused("day_not_over", "当天还没有过完，不能对账。请对昨天或更早的日子。")


def _ours(system: System, day: date, held: Sequence[Holding]) -> list[Ours]:
    """Our cases there: those open that were handed over by the end of the day, and those that they name."""
    over = clock.end_of(day)
    # What lay in our outbox until after that day they could not hold by its end.
    later = Exists(Outbox.objects.filter(twin=OuterRef("id"), sent_at__gte=over))
    open_then = Q(handed_at__lt=over) & ~Q(state__in=FINAL) & ~later
    named = Q(number__in={one.case_number for one in held})
    rows = Twin.objects.filter(open_then | named, system=system).order_by("id")
    return [Ours(t.id, t.number, t.outside_number, t.state, t.last_sequence) for t in rows]


def _keep(system: System, day: date, held: Sequence[Holding], *, actor: str, entered_by: str = "") -> DayMatched:
    with transaction.atomic():
        # One matching of a system at a time: two would both find the same difference.
        System.objects.select_for_update(of=("self",), no_key=True).get(id=system.id)
        ours = _ours(system, day, held)
        matched = match(ours, held)
        _enter(system, day, matched)
        state = "differing" if matched.differences else "matched"
        told = {
            "state": state,
            "ours": len(ours),
            "theirs": len(held),
            "agreed": len(matched.agreed),
            "differing": len(matched.differences),
            "trouble": "",
            "entered_by": entered_by,
        }
        row = _note(system, day, told)
        body = {"day": day, "differing": len(matched.differences), "agreed": len(matched.agreed)}
        ledger.record("matching", row, "match", actor, body, county=system.county)
    return DayMatched(state, len(ours), len(held), len(matched.differences))


def _enter(system: System, day: date, matched: Matched) -> None:
    """Keep new differences, see the old ones again, and close those on which both sides now agree."""
    standing = {(one.kind, one.number): one for one in Difference.objects.filter(system=system, settled_at=None)}
    seen = set()
    for found in matched.differences:
        seen.add((found.kind, found.number))
        row = standing.get((found.kind, found.number))
        if row is None:
            Difference.objects.create(
                id=uuid7(),
                county=system.county,
                system=system,
                twin_id=found.twin_id,
                number=found.number,
                outside_number=found.outside_number,
                kind=found.kind,
                ours=found.ours,
                theirs=found.theirs,
                owner=_owner(system, found),
                found_on=day,
                seen_on=day,
            )
        elif day >= row.seen_on:
            row.seen_on, row.ours, row.theirs = day, found.ours, found.theirs
            row.save(update_fields=["seen_on", "ours", "theirs"])
    told = {found.number for found in matched.differences}
    for (kind, number), row in standing.items():
        # Another difference about the same case takes its place; a list of an earlier day settles nothing.
        replaced = number in told and (kind, number) not in seen
        if (number in matched.agreed or replaced) and day >= row.seen_on:
            _settle(row, "agreed", "house", "")


def _owner(system: System, found: Found) -> str:
    """Return the unit that must act: ours while the case has not left the house, or its result waits to be entered."""
    here = found.kind == "unsent" or (found.kind == "behind" and not system.adapter)
    if here and found.twin_id is not None:
        return str(read(Twin.objects.get(id=found.twin_id).case_id).row["unit"])
    return system.department or system.code


def _concerned(row: Difference) -> set[str]:
    """Return the units that may settle it: whoever must act, and the one that answers for the case."""
    ours = {str(read(row.twin.case_id).row["unit"])} if row.twin else set()
    return {row.owner, *ours}


def _settle(row: Difference, how: str, actor: str, note: str) -> None:
    row.settled_at, row.settled_by, row.settlement, row.note = clock.now(), actor, how, note
    row.save(update_fields=["settled_at", "settled_by", "settlement", "note"])
    body = {"how": how, "kind": row.kind, "case": str(row.twin.case_id) if row.twin else None}
    ledger.record("difference", row.id, "settle", actor, body, county=row.county)


def _unreachable(system: System, day: date, trouble: str) -> DayMatched:
    with transaction.atomic():
        known = Matching.objects.filter(system=system, day=day).exclude(state="unreachable").exists()
        if not known:  # what was matched once stays matched
            _note(system, day, {"state": "unreachable", "trouble": trouble[:40]})
    return DayMatched("unreachable")


def _note(system: System, day: date, told: dict[str, object]) -> UUID:
    row, made = Matching.objects.get_or_create(
        system=system,
        day=day,
        defaults={"county": system.county, "at": clock.now(), "attempts": 1, **told},
    )
    if not made:
        Matching.objects.filter(id=row.id).update(at=clock.now(), attempts=F("attempts") + 1, **told)
    return row.id


__all__ = ["SETTLEMENTS", "DayMatched", "enter_holdings", "match_due", "match_system", "settle_difference"]
