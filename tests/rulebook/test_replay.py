"""Past cases replayed: one line, one change of an item and what it would have done.  Days are counted by hand.

The case: a food shop, filed on Monday 2026-03-02, accepted on the 4th, site check passed on the 12th, granted on the
16th.  A promise of ten working days from the day of receipt (Monday) ends on Monday the 16th; nine end on Friday the
13th; there is no holiday in March.
"""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from tests.rulebook.tables import assert_as_written
from tongban.rooms.calendars import calendar
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import Desk, Fee, Material, Option, Situation, TimeRule, freeze
from tongban.rulebook.clock import Due, Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.replay import History, Paper, Sort, Taken, lines, replay
from tongban.rulebook.steps import Post

ITEMS = Path(__file__).parents[2] / "tongban" / "items" / "items"
PERSON, CLERK, DESK, CHIEF = (UUID(int=n) for n in (1, 2, 3, 4))
HERE = ("application", "layout", "health")


def item(code: str = "small-food-shop"):
    return freeze(tomllib.loads((ITEMS / f"{code}.toml").read_text(encoding="utf-8")))


OLD = item()


def at(day: int, hour: int = 10, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour - 8, tzinfo=UTC)


def taken(step: str, moment: datetime, post: Post, who: UUID = DESK, **more) -> Taken:
    kind = "person" if post is Post.APPLICANT else "staff"
    return Taken(step, moment, post, kind, who, **more)


FILED = taken("file", at(2), Post.APPLICANT, PERSON, received_on=date(2026, 3, 2))
ACCEPTED = taken("accept", at(4), Post.ACCEPTOR, CLERK)
CHECKED = taken("pass_on", at(12), Post.REVIEWER)
GRANTED = taken("grant", at(16), Post.DECIDER, CHIEF)
ISSUED = taken("issue", at(16, 11), Post.EXIT, CLERK)
DELIVERED = taken("deliver", at(16, 15), Post.EXIT, CLERK)
WHOLE = (FILED, ACCEPTED, CHECKED, GRANTED, ISSUED, DELIVERED)


def history(*steps: Taken, papers: dict[str, Paper] | None = None, **more) -> History:
    given = dict.fromkeys(HERE, Paper("given", at(2))) | (papers or {})
    settings = {"applicant": "natural", "signed": {"applicant": at(2)}, "until": at(31), "papers": given} | more
    return History(UUID(int=9), "T-9", steps or WHOLE, **settings)


def rule(text: str) -> TimeRule:
    return TimeRule(Limit.parse(text), design("试算"))


def limits(**changed):
    return replace(OLD, limits=replace(OLD.limits, **changed))


def material(code: str, source: str = "applicant", **more) -> Material:
    return Material(code, f"材料{code}", source, design("试算"), **more)


def with_material(*added: Material, without: str = ""):
    return replace(OLD, materials=(*(one for one in OLD.materials if one.code != without), *added))


def found(past: History, new, old=OLD) -> list[tuple]:
    """Return what differs as (sort, subject, was, now, because)."""
    difference = replay(past, old, new, calendar())
    return [(one.sort, one.subject, one.was, one.now, one.because) for one in difference.findings]


def test_the_same_item_again_differs_in_nothing():
    difference = replay(history(), OLD, item(), calendar())
    assert (difference.findings, difference.number) == ((), "T-9")


def test_a_day_less_moves_the_promise_and_tells_who_would_be_late():
    assert found(history(), limits(promised=rule("9wd"))) == [
        (Sort.DUE, "promised.1", "2026-03-16", "2026-03-13", ("limits.promised",)),
        (Sort.LAW, "promised.1", "", "note_overdue", ("limits.promised",)),
    ]


def test_a_day_less_is_not_late_for_who_was_a_day_early():
    granted = replace(GRANTED, at=at(13))
    assert [one[:2] for one in found(history(FILED, ACCEPTED, CHECKED, granted), limits(promised=rule("9wd")))] == [
        (Sort.DUE, "promised.1")
    ]


def test_a_case_not_accepted_yet_has_no_due_date_to_move():
    past = history(FILED, until=at(3))
    assert found(past, limits(promised=rule("9wd"))) == []


def test_a_material_more_is_missing_and_acceptance_is_refused():
    new = with_material(material("lease"))
    assert found(history(), new) == [
        (Sort.MATERIAL, "lease", "", "缺", ("materials.lease",)),
        (Sort.REFUSAL, "accept.materials_missing", "", "materials_missing", ("materials.lease",)),
    ]


def test_a_material_more_refuses_nothing_before_acceptance():
    assert found(history(FILED, until=at(3)), with_material(material("lease"))) == [
        (Sort.MATERIAL, "lease", "", "缺", ("materials.lease",))
    ]


def test_two_lines_each_answer_for_their_own():
    new = replace(with_material(material("lease")), limits=limits(promised=rule("9wd")).limits)
    assert {one[:2]: one[4] for one in found(history(), new)} == {
        (Sort.MATERIAL, "lease"): ("materials.lease",),
        (Sort.REFUSAL, "accept.materials_missing"): ("materials.lease",),
        (Sort.DUE, "promised.1"): ("limits.promised",),
        (Sort.LAW, "promised.1"): ("limits.promised",),
    }


@pytest.mark.parametrize(
    ("added", "held", "differs"),
    [
        (material("lease", "shared", resource="estate-registry"), (), False),
        (material("lease", "made"), (), False),
        (material("lease", "licence", licence_kinds=("estate-certificate",)), ("estate-certificate",), False),
        (material("lease", "licence", licence_kinds=("estate-certificate",)), (), True),
        (material("lease", situations=("rented",)), (), False),
    ],
    ids=["asked-of-a-source", "made-by-us", "held", "not-held", "other-situation"],
)
def test_a_material_more_concerns_only_who_has_to_bring_it(added, held, differs):
    past = history(held=frozenset(held))
    assert (Sort.MATERIAL in {one[0] for one in found(past, with_material(added))}) is differs


def test_a_material_only_for_one_situation_finds_who_was_in_it():
    question = Situation("place", "场所是租的吗", (Option("rented", "是"), Option("own", "否")))
    old = replace(OLD, situations=(question,))
    new = replace(old, materials=(*old.materials, material("lease", situations=("rented",))))
    by_option = {
        option: {one[:2] for one in found(history(options=frozenset({option})), new, old)}
        for option in ("rented", "own")
    }
    assert by_option == {
        "rented": {(Sort.MATERIAL, "lease"), (Sort.REFUSAL, "accept.materials_missing")},
        "own": set(),
    }


def test_a_new_question_is_one_nobody_answered():
    question = Situation("place", "场所是租的吗", (Option("rented", "是"), Option("own", "否")))
    assert found(history(), replace(OLD, situations=(question,))) == [
        (Sort.REFUSAL, "file.situation_unanswered", "", "situation_unanswered", ("situations",))
    ]


def test_an_option_that_is_gone_is_refused():
    question = Situation("place", "场所是租的吗", (Option("rented", "是"), Option("own", "否")))
    shorter = replace(question, options=(Option("own", "否"), Option("lent", "借的")))
    past = history(options=frozenset({"rented"}))
    old, new = replace(OLD, situations=(question,)), replace(OLD, situations=(shorter,))
    assert [one[1] for one in found(past, new, old)] == ["file.option_unknown", "file.situation_unanswered"]


CORRECTED = (
    FILED,
    taken("ask_correction", at(3), Post.ACCEPTOR, CLERK, lacking=("health",)),
    taken("supply", at(9), Post.APPLICANT, PERSON, received_on=date(2026, 3, 9)),
    replace(ACCEPTED, at=at(9, 15)),
    CHECKED,
    GRANTED,
)
LATE = {"health": Paper("given", at(9))}


def test_without_the_paper_that_was_missing_there_is_no_correction_and_the_promise_ends_earlier():
    # Complete on Monday the 2nd instead of Monday the 9th: ten working days end on the 16th, not the 23rd;
    # of law twenty, on the 30th, not on Tuesday the 7th of April (the 6th is 清明).
    assert found(history(*CORRECTED, papers=LATE), with_material(without="health")) == [
        (Sort.MATERIAL, "health", "缺", "", ("materials.health",)),
        (Sort.DUE, "correction.1", "2026-04-02", "", ("materials.health",)),
        (Sort.DUE, "intake.2", "2026-03-16", "", ("materials.health",)),
        (Sort.DUE, "statutory.1", "2026-04-07", "2026-03-30", ("materials.health",)),
        (Sort.DUE, "promised.1", "2026-03-23", "2026-03-16", ("materials.health",)),
    ]


def test_the_one_notice_would_have_named_the_new_paper_too():
    new = with_material(material("lease"))
    assert found(history(*CORRECTED, papers=LATE), new) == [(Sort.MATERIAL, "lease", "", "缺", ("materials.lease",))]


def test_a_paper_promised_for_later_is_missing_where_it_may_not_follow():
    later = taken("supply_later", at(6), Post.APPLICANT, PERSON)
    past = history(FILED, ACCEPTED, later, CHECKED, GRANTED, papers={"health": Paper("given", at(6), promised=True)})
    strict = replace(OLD.material("health"), follow_by=None)
    new = replace(OLD, materials=tuple(strict if one.code == "health" else one for one in OLD.materials))
    assert found(past, new) == [
        (Sort.MATERIAL, "health", "交", "缺", ("materials.health",)),
        (Sort.REFUSAL, "accept.materials_missing", "", "materials_missing", ("materials.health",)),
    ]


def test_a_desk_more_is_passed_by_who_was_decided():
    second = Desk("again", "复核", "examine")
    new = replace(OLD, desks=(OLD.desks[0], second, OLD.desks[1]))
    assert found(history(), new) == [(Sort.DESK, "again", "", "复核", ("desks",))]
    assert found(history(FILED, ACCEPTED, until=at(5)), new) == []


def test_a_desk_less_is_not_passed():
    assert found(history(), replace(OLD, desks=OLD.desks[1:])) == [(Sort.DESK, "check", "现场核查", "", ("desks",))]


SILENT = (FILED, replace(ACCEPTED, at=at(10)))


def test_shorter_silence_accepts_before_the_office_did():
    # Five working days from Monday the 2nd end on Monday the 9th: the office that accepts on the 10th is late as it is.
    past = history(FILED, replace(ACCEPTED, at=at(6)), until=at(8))
    assert found(past, limits(intake=rule("3wd"))) == [
        (Sort.DUE, "intake.1", "2026-03-09", "2026-03-05", ("limits.intake",)),
        (Sort.LAW, "intake.1", "", "deem_accepted", ("limits.intake",)),
        (Sort.REFUSAL, "accept.wrong_state", "", "wrong_state", ("limits.intake",)),
    ]


def test_silence_that_means_nothing_no_longer_accepts():
    past = history(*SILENT, until=at(11))
    findings = found(past, limits(intake_silence="none"))
    # Accepted by hand on the 10th, as of the 2nd all the same.
    assert {one[:4] for one in findings} == {
        (Sort.LAW, "intake.1", "deem_accepted", "note_overdue"),
        (Sort.REFUSAL, "accept.wrong_state", "wrong_state", ""),
    }
    assert {one[4] for one in findings} == {("limits.intake_silence",)}


def test_a_fee_stops_the_handing_out_of_who_never_paid():
    fee = Fee("工本费", 1000, design("试算"))
    assert found(history(), replace(OLD, fee=fee)) == [(Sort.REFUSAL, "issue.fee_due", "", "fee_due", ("fee",))]


def test_a_publication_that_nobody_made_refuses_the_grant():
    assert found(history(), limits(publication=rule("7d"))) == [
        (Sort.REFUSAL, "grant.not_published", "", "not_published", ("limits.publication",))
    ]


def test_a_signature_more_refuses_acceptance():
    assert found(history(), replace(OLD, signatures=("applicant", "other_side"))) == [
        (Sort.REFUSAL, "accept.signatures_missing", "", "signatures_missing", ("signatures",))
    ]


@pytest.mark.parametrize(
    ("change", "who", "code"),
    [
        ({"stations": ("county",)}, {"station": "village"}, "station_not_allowed"),
        ({"applicants": ("legal",)}, {}, "wrong_applicant"),
        ({"agent_allowed": False}, {"by_agent": True}, "agent_not_allowed"),
    ],
    ids=["station", "applicant", "agent"],
)
def test_who_may_no_longer_ask_so_is_refused_at_the_filing(change, who, code):
    where = next(iter(change))
    assert found(history(**who), replace(OLD, **change)) == [(Sort.REFUSAL, f"file.{code}", "", code, (where,))]
    assert found(history(), replace(OLD, **change)) == (
        [] if who else [(Sort.REFUSAL, f"file.{code}", "", code, (where,))]
    )


PAUSED = (
    FILED,
    ACCEPTED,
    taken("pause", at(6), Post.REVIEWER, proceeding="testing", time_needed=Limit.parse("5d"), notice=True),
    taken("resume", at(11), Post.REVIEWER, result="passed"),
    CHECKED,
    GRANTED,
)


def test_what_may_no_longer_stop_the_clock_does_not():
    # The 6th and the 9th to the 11th were not counted: ten working days end on the 20th; all counted, on the 16th.
    new = replace(OLD, pausing=())
    findings = found(history(*PAUSED), new)
    assert {one[:4] for one in findings} == {
        (Sort.DUE, "promised.1", "2026-03-20", "2026-03-16"),
        (Sort.DUE, "statutory.1", "2026-04-03", "2026-03-30"),
        (Sort.REFUSAL, "pause.pause_not_lawful", "", "pause_not_lawful"),
    }
    assert {one[4] for one in findings} == {("pausing",)}


def test_two_changes_that_only_work_together_are_both_named():
    # Three days alone would only be late on the 5th; silence that accepts alone would wait until the 9th.
    old = limits(intake_silence="none")
    new = replace(old, limits=replace(old.limits, intake=rule("3wd"), intake_silence="deemed_accepted"))
    past = history(FILED, replace(ACCEPTED, at=at(6)), until=at(8))
    by_sort = {one[0]: one[3:] for one in found(past, new, old)}
    assert by_sort == {
        Sort.DUE: ("2026-03-05", ("limits.intake",)),
        Sort.LAW: ("deem_accepted", ("limits.intake", "limits.intake_silence")),
        Sort.REFUSAL: ("wrong_state", ("limits.intake", "limits.intake_silence")),
    }


def test_of_three_changes_only_the_two_that_work_together_are_named():
    old = limits(intake_silence="none")
    changed = replace(old.limits, intake=rule("3wd"), intake_silence="deemed_accepted", delivery=rule("3wd"))
    past = history(FILED, replace(ACCEPTED, at=at(6)), until=at(8))
    by_sort = {one[0]: one[4] for one in found(past, replace(old, limits=changed), old)}
    assert by_sort == {
        Sort.DUE: ("limits.intake",),
        Sort.LAW: ("limits.intake", "limits.intake_silence"),
        Sort.REFUSAL: ("limits.intake", "limits.intake_silence"),
    }


def test_two_changes_that_move_the_same_date_are_both_named():
    # Without the correction the promise begins a week earlier, and it is a day shorter.
    new = replace(with_material(without="health"), limits=limits(promised=rule("9wd")).limits)
    moved = [one for one in found(history(*CORRECTED, papers=LATE), new) if one[1] == "promised.1"]
    assert moved[0] == (Sort.DUE, "promised.1", "2026-03-23", "2026-03-13", ("limits.promised", "materials.health"))


def test_a_kind_with_other_steps_says_which_step_is_no_more():
    new = replace(OLD, kind="filing")
    refused = [one for one in found(history(), new) if one[0] is Sort.REFUSAL]
    assert refused[0][1] == "accept.unknown_step"
    assert refused[0][4] == ("kind",)


def test_dates_that_the_record_tells_otherwise_are_named_and_not_taken_for_the_drafts_doing():
    recorded = {("promised", 1): Due(date(2026, 3, 17), None, False)}
    difference = replay(history(FILED, ACCEPTED, until=at(5), recorded=recorded), OLD, item(), calendar())
    assert (difference.findings, difference.drifted) == ((), ("promised.1", "intake.1", "statutory.1"))


def test_a_bundle_is_refused():
    with pytest.raises(Refused) as refused:
        replay(history(), item("open-restaurant"), item("open-restaurant"), calendar())
    assert refused.value.code == "replay_bundle"


def test_each_line_is_known_by_its_place_and_words():
    new = replace(with_material(material("lease"), without="layout"), limits=limits(promised=rule("9wd")).limits)
    told = lines(OLD, new)
    assert [one.where for one in told] == ["limits.promised", "materials.layout", "materials.lease"]
    by_where = {one.where: one for one in told}
    assert [m.code for m in by_where["materials.layout"].alone.materials] == ["application", "health"]
    assert [m.code for m in by_where["materials.layout"].without.materials] == [
        "application",
        "health",
        "lease",
        "layout",
    ]
    assert by_where["limits.promised"].alone == limits(promised=new.limits.promised)


def test_a_case_granted_on_a_promise_is_refused_where_the_draft_offers_none():
    """Replayed with its own item nothing differs; without 告知承诺 it could not have been decided at once."""
    old = item("gathering-fire-check")
    papers = {one.code: Paper("given", at(2)) for one in old.materials_for(frozenset({"promise"}))}
    steps = (FILED, taken("grant_on_promise", at(3), Post.DECIDER, CHIEF))
    past = history(*steps, papers=papers, options=frozenset({"promise"}))
    assert found(past, old, old) == []
    refused = [one[:2] for one in found(past, replace(old, promise=None), old) if one[0] is Sort.REFUSAL]
    assert refused == [(Sort.REFUSAL, "grant_on_promise.no_promise_offered")]


LATER = {"health": Paper("given", at(6), promised=True)}
FEE = Fee("工本费", 1000, design("试算"))
#: Past cases of this item, one for each way through it.
PASTS: dict[str, History] = {
    "granted in time": history(),
    "granted a day early to a mandated person in a village": history(
        FILED, ACCEPTED, CHECKED, replace(GRANTED, at=at(13)), by_agent=True, station="village"
    ),
    "corrected once": history(*CORRECTED, papers=LATE),
    "corrected in the form": history(
        FILED,
        taken("ask_correction", at(3), Post.ACCEPTOR, CLERK, lacking=("form",)),
        taken("supply", at(5), Post.APPLICANT, PERSON, received_on=date(2026, 3, 5)),
        replace(ACCEPTED, at=at(6)),
    ),
    "paused for a test": history(*PAUSED),
    "a paper followed later": history(
        FILED, ACCEPTED, taken("supply_later", at(6), Post.APPLICANT, PERSON), CHECKED, GRANTED, ISSUED, papers=LATER
    ),
    "a promised paper never came": history(papers={"health": Paper("", None, promised=True)}),
    "accepted by silence": history(FILED, replace(CHECKED, at=at(12)), GRANTED),
    "not looked at yet": history(FILED, until=at(6)),
    "refused": history(FILED, ACCEPTED, CHECKED, taken("refuse", at(13), Post.DECIDER, CHIEF)),
    "given up": history(
        FILED,
        taken("ask_correction", at(3), Post.ACCEPTOR, CLERK, lacking=("health",)),
        until=at(20, month=4),
        papers={"health": Paper()},
    ),
    "sent back to the desk before": history(
        FILED,
        ACCEPTED,
        CHECKED,
        taken("send_back", at(12, 15), Post.DECIDER, CHIEF),
        replace(CHECKED, at=at(13)),
        GRANTED,
    ),
    "fee paid": history(
        FILED, ACCEPTED, taken("settle_fee", at(5), Post.CLERK, CLERK, fee="paid"), CHECKED, GRANTED, ISSUED
    ),
    "accepted and granted by one hand": history(FILED, ACCEPTED, CHECKED, replace(GRANTED, actor_id=CLERK)),
    "layout taken from a source": history(papers={"layout": Paper("shared", at(2))}),
    "layout held as a licence": history(papers={"layout": Paper("held", at(2))}, held=frozenset({"plan"})),
}
LAYOUT = OLD.material("layout")


def with_layout(**changed) -> dict:
    return {"materials": tuple(replace(LAYOUT, **changed) if one is LAYOUT else one for one in OLD.materials)}


#: What drafts would change.
DRAFTS: dict[str, dict] = {
    "a day less": {"limits": limits(promised=rule("9wd")).limits},
    "a promise in hours": {"limits": limits(promised=rule("40h")).limits},
    "silence sooner": {"limits": limits(intake=rule("2wd")).limits},
    "silence means nothing": {"limits": limits(intake_silence="none").limits},
    "a shorter time to supply": {"limits": limits(correction=rule("2d")).limits},
    "a publication": {"limits": limits(publication=rule("7d")).limits},
    "a lease to be brought": {"materials": (*OLD.materials, material("lease"))},
    "no proof of health": {"materials": OLD.materials[:2]},
    "health may not follow": {
        "materials": (*OLD.materials[:2], replace(OLD.materials[2], follow_by=None)),
    },
    "the layout from a source": with_layout(source="shared", resource="estate-registry"),
    "the layout from a licence": with_layout(source="licence", licence_kinds=("plan",)),
    "one desk": {"desks": OLD.desks[1:]},
    "a desk more": {"desks": (*OLD.desks[:1], Desk("again", "复核", "examine"), *OLD.desks[1:])},
    "desks the other way round": {"desks": OLD.desks[::-1]},
    "a fee": {"fee": FEE},
    "two who sign": {"signatures": ("applicant", "other_side")},
    "no tests that stop the clock": {"pausing": ()},
    "no tests at all": {"pausing": (), "proceedings": ()},
    "decided on the spot": {"on_the_spot": design("当场可办")},
    "another kind of case": {"kind": "registration"},
}


def test_what_is_told_of_past_cases_before_a_draft_is_published() -> None:
    """Every past case under every draft, and back: what was and would be, which line does it, in which cases."""
    told = []
    for title, change in DRAFTS.items():
        new = replace(OLD, **change)
        for before, after, way in ((OLD, new, ""), (new, OLD, ", taken back")):
            changed = lines(before, after)
            told += ["", f"# {title}{way}: {'；'.join(one.sentence for one in changed)}"]
            concerned: dict[str, list[str]] = {}
            for name, past in PASTS.items():
                found = replay(past, before, after, calendar(), changed=changed)
                assert (found.id, found.number) == (past.id, past.number)
                for one in found.findings:
                    assert {type(one.was), type(one.now), type(one.sentence)} == {str}
                    what = f"{one.sort} {one.subject}: {one.was or '-'} → {one.now or '-'} | {one.sentence}"
                    alone = one.because == tuple(line.where for line in changed)
                    concerned.setdefault(what + ("" if alone else f" [{', '.join(one.because)}]"), []).append(name)
            for what, names in concerned.items():
                others = [name for name in PASTS if name not in names]
                few = (
                    "; ".join(names)
                    if len(names) <= len(others)
                    else f"all but {'; '.join(others)}"
                    if others
                    else "all"
                )
                told += [what, f"    {few}"]
    assert_as_written("replays.txt", told[1:])


def test_dates_that_agree_with_the_record_have_not_drifted() -> None:
    past = PASTS["paused for a test"]
    recorded = {
        ("intake", 1): Due(date(2026, 3, 9), None, False),
        ("statutory", 1): Due(date(2026, 4, 3), None, False),
        ("promised", 1): Due(date(2026, 3, 20), None, False),
        ("delivery", 1): Due(date(2026, 3, 23), None, False),
    }
    assert replay(replace(past, recorded=recorded), OLD, OLD, calendar()).drifted == ()
    moved = recorded | {("promised", 1): Due(date(2026, 3, 16), None, False)}
    assert replay(replace(past, recorded=moved), OLD, OLD, calendar()).drifted == ("promised.1",)


CARD, HARDSHIP = item("elderly-card"), item("extreme-hardship")


def test_a_card_decided_on_the_spot_was_so_by_one_hand_with_both_powers() -> None:
    papers = {one.code: Paper("given", at(2)) for one in CARD.materials}
    steps = (FILED, taken("decide_on_spot", at(2, 11), Post.ACCEPTOR, CLERK))
    past = history(*steps, papers=papers)
    assert replay(past, CARD, CARD, calendar()).drifted == ("intake.1", "delivery.1")
    assert found(past, replace(CARD, publishes_result=False), CARD) == []
    # Refused, and taken all the same: nothing else differs.
    assert found(past, replace(CARD, on_the_spot=None), CARD) == [
        (Sort.REFUSAL, "decide_on_spot.not_on_the_spot", "", "not_on_the_spot", ("on_the_spot",))
    ]


def test_a_publication_that_would_have_lasted_longer_is_closed_on_the_day_it_was() -> None:
    # Seven natural days from the 3rd end on the 10th; ten on Friday the 13th.
    papers = {one.code: Paper("given", at(2)) for one in HARDSHIP.materials}
    steps = (
        FILED,
        taken("accept", at(2, 11), Post.ACCEPTOR, CLERK),
        taken("publicise", at(3), Post.REVIEWER),
        taken("end_publication", at(11), Post.REVIEWER, result="no_objection"),
    )
    past = history(*steps, papers=papers, until=at(12))
    longer = replace(HARDSHIP, limits=replace(HARDSHIP.limits, publication=rule("10d")))
    assert found(past, longer, HARDSHIP) == [
        (Sort.REFUSAL, "end_publication.publication_running", "", "publication_running", ("limits.publication",))
    ]
