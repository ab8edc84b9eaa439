"""Cases from their first step to the last, and all that each step leaves behind: days, limits, desks, marks, notes.

Days are those of law-made calendars of 2026; ``tables/journeys.txt`` is to be read beside a calendar.
"""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.rulebook.stepping import gone_on
from tests.rulebook.tables import assert_as_written
from tongban.rooms.calendars import calendar
from tongban.rulebook import deciding, taking_over
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import TimeRule, freeze
from tongban.rulebook.clock import SHANGHAI, Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import HOUSE, LAW, Actor, Facts, Given, Lack, Outcome, Proceeding, Running
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Post

ITEMS = Path(__file__).parents[2] / "tongban" / "items" / "items"
CITIZEN = Actor("person", UUID(int=99), frozenset({Post.APPLICANT}))


def staff(number: int, *posts: Post) -> Actor:
    return Actor("staff", UUID(int=number), frozenset(posts))


WINDOW, ACCEPTOR, REVIEWER = staff(1, Post.CLERK), staff(2, Post.ACCEPTOR), staff(3, Post.REVIEWER)
DECIDER, HEAD, EXIT, SUPERVISOR = (
    staff(4, Post.DECIDER),
    staff(5, Post.HEAD),
    staff(6, Post.EXIT),
    staff(7, Post.SUPERVISOR),
)
GOVERNMENT, BOTH = staff(8, Post.GOVERNMENT), staff(9, Post.ACCEPTOR, Post.DECIDER)
OUTSIDE = Actor("outside", None, frozenset({Post.OUTSIDE}))


def clock(one: Running) -> str:
    begun = f"{one.start:%m-%d %H:%M}" if isinstance(one.start, datetime) else f"{one.start:%m-%d}"
    ends = f"{one.due.at:%m-%d %H:%M}" if one.due.at else f"{one.due.on:%m-%d}"
    marks = [f"+{one.extension}"] if one.extension else []
    marks += [f"not {days.first:%m-%d}..{days.last:%m-%d}" for days in one.excluded]
    marks += [f"stopped {one.stopped_at.astimezone(SHANGHAI):%m-%d %H:%M}"] if one.stopped_at else []
    marks += ["noted"] if one.noted else []
    marks += ["provisional"] if one.due.provisional else []
    extra = f" ({', '.join(marks)})" if marks else ""
    return f"{one.name}.{one.run} {begun} +{one.limit} = {ends}, amber {one.amber_from:%m-%d}{extra}"


def proceeding(one: Proceeding) -> str:
    closed = f", closed {one.closed_on:%m-%d} {one.result}" if one.closed_on else ""
    return f"{one.no} {one.kind} {one.opened_on:%m-%d}..{one.due_on:%m-%d}{' pauses' if one.pauses else ''}{closed}"


class Case:
    """A case kept in memory; what each step leaves is written down."""

    def __init__(self, code: str, **so: Any) -> None:
        item = so.pop("item", None) or freeze(tomllib.loads((ITEMS / f"{code}.toml").read_text("utf-8")))
        self.facts = Facts(kind=KINDS[item.kind], item=item, **so)
        self.lines: list[str] = []

    def take(self, day: str, step: str, who: Actor, given: Given | None = None, hour: int = 10, **so: Any) -> None:
        """Take a step on a day of 2026; ``so`` is what is so from now on."""
        self.facts = replace(self.facts, **so)
        given = given or Given()
        now = datetime.fromisoformat(f"2026-{day}").replace(hour=hour, tzinfo=SHANGHAI)
        try:
            outcome = deciding.decide(self.facts, step, who, given, now, calendar())
        except Refused as no:
            self.lines.append(f"{day} {step}: refused, {no.code}")
            return
        told = {lack.code for lack in given.lacking}
        self.wrote(f"{day} {step}", outcome, by=who.id if who.kind == "staff" else None, told=told)

    def wrote(self, title: str, outcome: Outcome, **given: Any) -> None:
        """Write down what a step left, and go on from there."""
        was = self.facts
        told = [f"{title} by {outcome.post}: {outcome.state}", f"stage {outcome.stage} desk {outcome.desk or '-'}"]
        if outcome.received_on != was.received_on:
            told.append(f"received {outcome.received_on:%m-%d}")
        if outcome.accepted_on != was.accepted_on:
            told.append(f"accepted {outcome.accepted_on:%m-%d}")
        if outcome.decision != was.decision:
            told.append(f"decision {outcome.decision}")
        if outcome.flags != was.flags:
            told.append(f"marks {' '.join(sorted(outcome.flags))}")
        told += [f"{name} {note}" for name, note in outcome.notes.items()]
        until = f"{outcome.next_moment.astimezone(SHANGHAI):%m-%d %H:%M}" if outcome.next_moment else "never"
        self.lines.append(f"{'; '.join(told)}; next {until}")
        assert {(c.name, c.run) for c in outcome.clocks if c not in was.clocks} == outcome.touched
        self.lines += [f"    {clock(one)}" for one in outcome.clocks if (one.name, one.run) in outcome.touched]
        self.lines += [f"    {proceeding(one)}" for one in outcome.proceedings if one not in was.proceedings]
        self.facts = gone_on(was, outcome, **given)


def lacks(*codes: str) -> Given:
    return Given(lacking=tuple(Lack(code, "没有交") for code in codes))


def pauses(kind: str, time: str, *, notice: bool = True) -> Given:
    return Given(proceeding=kind, time_needed=Limit.parse(time), notice=notice)


WHY = Given(reason="情况复杂", ground="某法 第一条")


def shop_from_correction_to_rating() -> Case:
    case = Case("small-food-shop", missing=("layout",))
    case.take("09-17", "begin", CITIZEN)
    case.take("09-18", "file", WINDOW, Given(received_on=date(2026, 9, 17)))
    case.take("09-21", "ask_correction", ACCEPTOR, lacks("layout"))
    case.take("09-22", "supply_part", CITIZEN)
    case.take("09-23", "supply", CITIZEN, missing=())
    case.take("09-24", "ask_correction", ACCEPTOR, lacks("health"))
    case.take("09-25", "supply", CITIZEN)
    case.take("09-28", "accept", ACCEPTOR)
    case.take("09-29", "settle_fee", WINDOW)
    case.take("09-29", "pause", REVIEWER, pauses("site_check", "3wd", notice=False))
    case.take("09-30", "resume", REVIEWER, Given(result="passed", present=(UUID(int=3), UUID(int=4))))
    case.take("09-30", "pause", REVIEWER, pauses("testing", "10d"))
    case.take("10-12", "extend", HEAD, WHY)
    case.take("10-14", "resume", REVIEWER, Given(result="passed"))
    case.take("10-14", "pass_on", REVIEWER)
    case.take("10-15", "send_back", DECIDER, WHY)
    case.take("10-15", "pass_on", REVIEWER)
    case.take("10-16", "grant", DECIDER)
    case.take("10-19", "issue", EXIT)
    case.take("10-20", "deliver", EXIT)
    case.take("10-21", "rate", CITIZEN)
    case.take("10-22", "rate", CITIZEN)
    case.take("10-23", "archive", HOUSE)
    return case


def shop_that_nobody_looked_at() -> Case:
    case = Case("small-food-shop")
    case.take("02-11", "file", CITIZEN)
    case.take("02-25", "deem_accepted", LAW)
    case.take("02-26", "deem_accepted", LAW, hour=0)
    case.take("03-10", "extend", staff(5, Post.REVIEWER, Post.HEAD), WHY)
    case.take("04-01", "note_overdue", LAW)
    case.take("04-01", "note_overdue", LAW)
    case.take("04-02", "recount", LAW)
    case.take("04-02", "extend", HEAD, WHY)
    case.take("04-03", "refuse", DECIDER, WHY, stage=1)
    return case


def shop_given_up() -> Case:
    case = Case("small-food-shop", missing=("layout",))
    case.take("09-18", "file", CITIZEN)
    case.take("09-21", "ask_correction", ACCEPTOR, lacks("layout", "form"))
    case.take("10-21", "lapse", LAW)
    case.take("10-22", "lapse", LAW)
    return case


def card_decided_on_the_spot() -> Case:
    case = Case("elderly-card")
    case.take("09-18", "file", CITIZEN)
    case.take("09-18", "decide_on_spot", BOTH, hour=11)
    case.take("09-18", "deliver", WINDOW, hour=12)
    case.take("09-18", "issue", BOTH, hour=12)
    case.take("09-18", "deliver", WINDOW, hour=13)
    return case


def hardship_with_publication() -> Case:
    case = Case("extreme-hardship")
    case.take("09-01", "file", CITIZEN)
    case.take("09-02", "accept", ACCEPTOR)
    case.take("09-03", "publicise", REVIEWER)
    case.take("09-07", "end_publication", REVIEWER, Given(result="no_objection"))
    case.take("09-14", "end_publication", REVIEWER, Given(result="no_objection"))
    case.take("09-15", "grant", DECIDER, stage=len(case.facts.item.desks) - 1)
    return case


def house_registered() -> Case:
    case = Case("estate-transfer")
    case.take("09-18", "file", CITIZEN)
    case.take("09-19", "deem_accepted", LAW)
    return case


def nurse_renewed_by_silence() -> Case:
    case = Case("nurse-renewal", expires_on=date(2026, 4, 30))
    case.take("03-02", "file", CITIZEN)
    case.take("03-03", "accept", ACCEPTOR)
    case.take("04-29", "note_overdue", LAW)
    case.take("05-01", "refuse", DECIDER, WHY, stage=len(case.facts.item.desks) - 1)
    case.take("05-01", "deem_renewed", LAW)
    return case


def nurse_whose_paper_was_put_in_later() -> Case:
    case = Case("nurse-renewal", expires_on=date(2026, 4, 30))
    case.take("03-04", "file", WINDOW, Given(received_on=date(2026, 3, 2)))
    return case


def nurse_who_came_late() -> Case:
    case = Case("nurse-renewal", expires_on=date(2026, 4, 30))
    case.take("04-20", "file", CITIZEN)
    return case


def matter_in_joint_hands() -> Case:
    shop = Case("small-food-shop").facts.item
    limits = replace(
        shop.limits,
        joint=True,
        statutory=TimeRule(Limit.parse("45wd"), design("联合办理")),
        extension=TimeRule(Limit.parse("15wd"), design("联合办理")),
    )
    case = Case("", item=replace(shop, limits=limits))
    case.take("09-01", "file", CITIZEN)
    case.take("09-01", "accept", ACCEPTOR)
    case.take("09-02", "extend", HEAD, WHY)
    case.take("09-02", "extend", GOVERNMENT, WHY)
    return case


def handled_by_another_system() -> Case:
    case = Case("", item=replace(Case("small-food-shop").facts.item, elsewhere="market"))
    case.take("09-01", "file", CITIZEN)
    case.take("09-02", "accept", ACCEPTOR)
    case.take("09-03", "hand_over", HOUSE)
    case.take("09-10", "granted_elsewhere", OUTSIDE)
    return case


def late_step_that_went_up() -> Case:
    case = Case("late-step-supervision")
    case.take("09-21", "open", HOUSE, hour=9)
    case.take("09-21", "go_up", LAW, hour=9)
    case.take("09-30", "go_up", LAW)
    case.take("10-10", "go_up", LAW)
    return case


def rating_repaired() -> Case:
    case = Case("bad-rating-repair")
    case.take("09-21", "open", HOUSE)
    case.take("09-22", "take", REVIEWER)
    case.take("09-24", "answer", REVIEWER, WHY)
    case.take("09-25", "call_back", SUPERVISOR, WHY)
    case.take("09-25", "reopen", SUPERVISOR, WHY)
    case.take("09-28", "answer", REVIEWER, WHY)
    case.take("09-28", "call_back", SUPERVISOR, WHY)
    case.take("09-28", "reopen", SUPERVISOR, WHY)
    case.take("09-28", "close", SUPERVISOR)
    return case


def petition_through_review() -> Case:
    case = Case("petition")
    case.take("09-01", "file", CITIZEN)
    case.take("09-02", "route", SUPERVISOR)
    case.take("09-03", "return_it", REVIEWER, WHY)
    case.take("09-04", "insist", SUPERVISOR, WHY)
    case.take("09-07", "accept", ACCEPTOR)
    case.take("10-30", "extend", HEAD, WHY)
    case.take("12-08", "go_up", LAW)
    case.take("12-09", "answer", REVIEWER, WHY)
    case.take("12-10", "deliver", EXIT)
    case.take("12-11", "reopen", CITIZEN, WHY)
    case.take("12-14", "review", GOVERNMENT, WHY)
    case.take("12-15", "deliver", EXIT)
    case.take("12-16", "reopen", CITIZEN, WHY)
    case.take("12-17", "close", CITIZEN)
    return case


def petition_that_stood_by_silence() -> Case:
    case = Case("petition")
    case.take("09-01", "file", CITIZEN)
    case.take("09-02", "route", SUPERVISOR)
    case.take("09-10", "return_it", REVIEWER, WHY)
    case.take("09-10", "stand", LAW)
    case.take("09-18", "go_up", LAW)
    return case


def promise_looked_at_afterwards() -> Case:
    case = Case("promise-after-check")
    case.take("09-01", "open", HOUSE, Given(time_needed=Limit.parse("2m"), received_on=date(2026, 8, 31)))
    case.take("11-03", "go_up", LAW)
    case.take("11-04", "order_mending", DECIDER, replace(WHY, time_needed=Limit.parse("10wd")))
    case.take("11-30", "go_up", LAW)
    case.take("12-01", "find_true", REVIEWER, WHY)
    return case


def task_with_its_day() -> Case:
    case = Case("reform-task")
    case.take("09-01", "open", SUPERVISOR, Given(time_needed=Limit.parse("40d")))
    case.take("10-12", "note_overdue", LAW)
    case.take("10-13", "prove", REVIEWER, WHY)
    case.take("10-14", "send_back", SUPERVISOR, WHY)
    return case


def taken_over_with_its_past() -> Case:
    case = Case("small-food-shop")
    past = taking_over.Past(
        date(2026, 8, 3),
        date(2026, 8, 5),
        extended=True,
        excluded=(("testing", date(2026, 8, 10), date(2026, 8, 14)), ("hearing", date(2026, 8, 20), date(2026, 8, 21))),
    )
    now = datetime(2026, 9, 1, 10, tzinfo=SHANGHAI)
    given = Given(received_on=past.received_on)
    facts = replace(case.facts, received_on=past.received_on, accepted_on=past.accepted_on)
    begun = deciding.decide(facts, "take_over", HOUSE, given, now, calendar())
    case.wrote("09-01 take_over", taking_over.as_it_ran(begun, case.facts, past, calendar()))
    case.take("09-02", "extend", HEAD, WHY)
    return case


def taken_over_when_granted() -> Case:
    case = Case("small-food-shop")
    past = taking_over.Past(date(2026, 8, 3), date(2026, 8, 5), date(2026, 8, 28))
    now = datetime(2026, 9, 1, 10, tzinfo=SHANGHAI)
    facts = replace(case.facts, received_on=past.received_on, accepted_on=past.accepted_on)
    begun = deciding.decide(facts, "take_over_granted", HOUSE, Given(), now, calendar())
    case.wrote("09-01 take_over_granted", taking_over.as_it_ran(begun, case.facts, past, calendar()))
    return case


JOURNEYS: tuple[Callable[[], Case], ...] = (
    shop_from_correction_to_rating,
    shop_that_nobody_looked_at,
    shop_given_up,
    card_decided_on_the_spot,
    hardship_with_publication,
    house_registered,
    nurse_renewed_by_silence,
    nurse_whose_paper_was_put_in_later,
    nurse_who_came_late,
    matter_in_joint_hands,
    handled_by_another_system,
    late_step_that_went_up,
    rating_repaired,
    petition_through_review,
    petition_that_stood_by_silence,
    promise_looked_at_afterwards,
    task_with_its_day,
    taken_over_with_its_past,
    taken_over_when_granted,
)


def test_what_each_step_of_a_journey_leaves_behind() -> None:
    lines = []
    for journey in JOURNEYS:
        lines += ["", f"# {journey.__name__.replace('_', ' ')}", *journey().lines]
    assert_as_written("journeys.txt", lines[1:])
