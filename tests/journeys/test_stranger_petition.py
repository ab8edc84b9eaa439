"""信访 (信访工作条例): a table of dates, and the whole way through the actions that every case goes through."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from tongban.rooms.calendars import calendar
from tongban.rulebook import deciding
from tongban.rulebook.clock import petition as law
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import LAW, Actor, Facts, Given
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Post

PETITION = KINDS["petition"]
PERSON = Actor("person", UUID(int=99), frozenset({Post.APPLICANT}))
OFFICE = Actor("staff", UUID(int=1), frozenset(Post) - {Post.APPLICANT, Post.LAW})


# ---- the law alone ----


def item():
    import tomllib

    from tongban.rulebook.catalogue import freeze

    draft = Path(__file__).parents[2] / "tongban" / "items" / "items" / "petition.toml"
    return freeze(tomllib.loads(draft.read_text(encoding="utf-8")))


class Petition:
    """A petition kept in memory, at ten o'clock of each day."""

    def __init__(self) -> None:
        self.facts = Facts(kind=PETITION, item=item())

    def take(self, day: date, *steps: str, who: Actor = OFFICE) -> "Petition":
        now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        for step in steps:
            actor = PERSON if step in ("file", "reopen") else who
            done = deciding.decide(self.facts, step, actor, Given(reason="理由", ground="依据"), now, calendar())
            self.facts = replace(
                self.facts,
                state=done.state,
                received_on=done.received_on,
                accepted_on=done.accepted_on,
                decision=done.decision,
                clocks=done.clocks,
                flags=done.flags,
            )
        return self

    def due(self, clock: str) -> date:
        return [one for one in self.facts.clocks if one.name == clock][-1].due.on


@pytest.mark.parametrize(
    ("steps", "clock", "day", "due"),
    [
        # 第二十二条: fifteen days to register and route; the Dragon Boat days 19-21 June are off.
        (("file",), "route", date(2026, 5, 18), date(2026, 6, 2)),
        (("file",), "route", date(2026, 6, 4), date(2026, 6, 22)),
        # 第二十三条: fifteen days to tell, five working days to object.
        (("file", "route"), "tell", date(2026, 5, 18), date(2026, 6, 2)),
        (("file", "route"), "object", date(2026, 6, 1), date(2026, 6, 8)),
        (("file", "route"), "object", date(2026, 6, 15), date(2026, 6, 23)),
        (("file", "route"), "object", date(2026, 9, 21), date(2026, 9, 29)),
        (("file", "route", "return_it"), "route", date(2026, 5, 18), date(2026, 6, 2)),
        # 第三十四条: sixty days; thirty more, once.  30 August is a Sunday, 2 August too, 2 October a holiday.
        (("file", "route", "accept"), "statutory", date(2026, 6, 1), date(2026, 7, 31)),
        (("file", "route", "accept", "extend"), "statutory", date(2026, 6, 1), date(2026, 8, 31)),
        (("file", "route", "accept"), "statutory", date(2026, 6, 3), date(2026, 8, 3)),
        (("file", "route", "accept", "extend"), "statutory", date(2026, 6, 3), date(2026, 9, 2)),
        (("file", "route", "accept"), "statutory", date(2026, 8, 3), date(2026, 10, 8)),
        (("file", "route", "accept", "extend"), "statutory", date(2026, 8, 3), date(2026, 11, 9)),
        # 第三十五条: thirty days to ask, thirty to answer.
        (("file", "route", "accept", "answer", "deliver"), "ask_review", date(2026, 6, 1), date(2026, 7, 1)),
        (("file", "route", "accept", "answer", "deliver", "reopen"), "review", date(2026, 7, 1), date(2026, 7, 31)),
        (("file", "route", "accept", "answer", "deliver", "reopen"), "review", date(2026, 9, 4), date(2026, 10, 8)),
    ],
)
def test_days_of_the_regulation(steps, clock, day, due):
    assert Petition().take(day, *steps).due(clock) == due


@pytest.mark.parametrize("day", [date(2026, 6, 1), date(2026, 6, 3), date(2026, 8, 3)])
def test_the_table_of_steps_counts_as_the_rulebook_does(day):
    case = Petition().take(day, "file", "route", "accept")
    assert case.due("statutory") == law.finish_by(day, calendar()).on
    case.take(day, "extend")
    assert case.due("statutory") == law.finish_by(day, calendar(), extension=law.EXTENSION.limit).on


def test_sixty_days_count_from_acceptance_and_not_from_receipt():
    case = Petition().take(date(2026, 5, 18), "file").take(date(2026, 5, 20), "route")
    assert case.take(date(2026, 6, 1), "accept").due("statutory") == date(2026, 7, 31)


def test_the_item_says_no_other_days_than_the_regulation():
    limits = item().limits
    assert (limits.statutory.limit, limits.extension.limit) == (law.FINISH.limit, law.EXTENSION.limit)


def test_the_table_is_sound_and_every_state_is_left_or_ends():
    assert deciding.lawful(PETITION) == ()
    left = {source for step in PETITION.steps for source in step.sources if step.target != "="}
    assert set(PETITION.states) - left == {"archived"}


def test_wherever_a_clock_runs_the_law_can_act_on_it():
    """Each state is visited; the step that expiry names must start from there."""
    running = {
        "route": ("filed", "objected"),
        "object": ("routed",),
        "tell": ("routed", "received"),
        "statutory": ("accepted",),
        "delivery": ("answered",),
        "ask_review": ("delivered",),
        "review": ("reviewing",),
    }
    assert set(running) == set(PETITION.clock_by_name)
    for name, states in running.items():
        step = PETITION.by_name[PETITION.clock_by_name[name].step or "note_overdue"]
        assert set(states) <= set(step.sources), name
        assert Post.LAW in step.by


def test_every_paper_owed_and_everything_told_has_its_words():
    from tongban.rooms.casework.notice_words import APPLICANT
    from tongban.rooms.licences.actions.documents import WORDS

    assert {kind for step in PETITION.steps for kind in step.documents} <= set(WORDS)
    assert {step.name for step in PETITION.steps if "applicant" in step.tells} <= set(APPLICANT)


@pytest.mark.parametrize(
    ("before", "step", "who", "given", "code"),
    [
        (("file", "route"), "return_it", OFFICE, Given(), "reason_missing"),
        (("file", "route"), "not_take", OFFICE, Given(reason="不属于"), "ground_missing"),
        (("file", "route", "accept"), "extend", OFFICE, Given(), "reason_missing"),
        (("file", "route", "accept", "extend"), "extend", OFFICE, Given(reason="复杂"), "extended_already"),
        (("file", "route", "accept"), "answer", OFFICE, Given(), "reason_missing"),
        (("file", "route", "accept"), "answer", PERSON, Given(reason="好"), "wrong_post"),
        (("file", "route", "accept", "answer", "deliver"), "close", OFFICE, Given(), "wrong_post"),
        (("file", "route", "accept", "answer", "deliver"), "close", LAW, Given(), "nothing_lapsed"),
        (
            ("file", "route", "accept", "answer", "deliver", "reopen", "review", "deliver"),
            "reopen",
            PERSON,
            Given(),
            "reopened_already",
        ),
    ],
)
def test_refused(before, step, who, given, code):
    day = date(2026, 6, 1)
    case = Petition().take(day, *before)
    with pytest.raises(Refused) as no:
        deciding.decide(case.facts, step, who, given, datetime(2026, 6, 1, 3, tzinfo=UTC), calendar())
    assert no.value.code == code


# ---- through the actions ----


def route(county, case_id: UUID, to: str = "zjj-head"):
    """登记转送: the county's supervision routes it and names who has it in hand."""
    from tongban.rooms.casework import actions as casework

    return casework.route(case_id, county.staff("jcs-officer"), holder=county.staff(to).post_id)


def taken(case_id: UUID, step: str, who, reason: str):
    """Take a step that has no verb of its own."""
    from tongban.rooms.casework import actions as casework

    return casework.take(case_id, step, who, casework.Plan(given=Given(reason=reason)))


def case_of(case_id: UUID):
    from tongban.rooms.casework.queries.reading import read

    return read(case_id)


def running(case_id: UUID) -> dict[str, date]:
    return {one.name: one.due.on for one in case_of(case_id).facts.clocks if one.is_running and not one.noted}


def holder(case_id: UUID) -> str:
    from tongban.rooms.people import queries as people

    post = case_of(case_id).uuid("holder")
    return people.powers().posts[post].code if post else ""


def told(case_id: UUID) -> list[str]:
    """Return what the person was told, in order."""
    from tongban.hall.postman.channel import simulated

    mine = [m for m in simulated().messages() if m.key.startswith(f"notice:{case_id}:") and ":applicant" in m.key]
    return [m.text for m in sorted(mine, key=lambda m: int(m.key.split(":")[2]))]


def papers(case_id: UUID) -> list[str]:
    from tongban.rooms.licences import queries as licences

    return [one.kind for one in licences.documents_of(case_id)]


def assert_journal_gives_the_same():
    from tongban.hall.verifying import journal

    report = journal.verify()
    assert (report.wrong, report.differences) == (0, [])
    return report


def accepted(county) -> UUID:
    """Filed on 18 May, routed on 20 May, accepted on 1 June."""
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 5, 18):
        case_id = county.filed("petition")
    with county.at(2026, 5, 20):
        route(county, case_id)
    with county.at(2026, 6, 1):
        casework.accept(case_id, county.able("accept", "petition"))
    return case_id


def delivered(county, case_id: UUID) -> None:
    """Answered and delivered in writing on 30 June."""
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 6, 30):
        casework.answer(case_id, county.able("decide", "petition"), text="已查实，施工单位七日内整改。")
        casework.deliver(case_id, county.able("deliver", "petition"), collector_id=county.citizen().id)


def test_the_whole_way_from_a_citizen_at_home_to_the_archive(county):
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework

    case_id = accepted(county)
    assert running(case_id) == {"statutory": date(2026, 7, 31)}
    with county.at(2026, 7, 20):
        casework.extend(case_id, county.able("extend", "petition"), reason="需要委托鉴定")
        assert running(case_id) == {"statutory": date(2026, 8, 31)}
        with pytest.raises(Refused) as again:
            casework.extend(case_id, county.able("extend", "petition"), reason="还不够")
        assert again.value.code == "extended_already"
    with county.at(2026, 8, 31):
        casework.answer(case_id, county.able("decide", "petition"), text="已查实，施工单位七日内整改。")
    with county.at(2026, 9, 1):
        casework.deliver(case_id, county.able("deliver", "petition"), collector_id=county.citizen().id)
        casework.call_back(case_id, county.staff("jcs-officer"), text="表示满意")
        assert running(case_id) == {"ask_review": date(2026, 10, 8)}
    with county.at(2026, 10, 8, 23):
        assert casework.sweep().acted == 0
    with county.at(2026, 10, 9):
        assert casework.sweep().acted == 1
        assert (case_of(case_id).row["state"], case_of(case_id).row["decision"]) == ("closed", "closed")
        done = postman.drain(60)
        assert (done.left, done.troubled) == (0, {})
        assert case_of(case_id).row["state"] == "archived"
    assert papers(case_id) == ["receipt", "acceptance_notice", "extension_notice", "delivery_receipt"]
    said = told(case_id)
    assert len(said) == 6
    assert "最迟在2026-07-31" in said[1]
    assert "需要委托鉴定" in said[2]
    assert "最迟在2026-08-31" in said[2]
    assert "施工单位七日内整改" in said[3]
    assert_journal_gives_the_same()


def test_the_person_herself_may_let_it_rest(county):
    from tongban.rooms.casework import actions as casework

    case_id = accepted(county)
    delivered(county, case_id)
    with county.at(2026, 7, 2):
        with pytest.raises(Refused) as no:
            casework.close(case_id, county.staff("jcs-officer"))
        assert no.value.code == "wrong_post"
        casework.close(case_id, county.citizen())
        assert casework.sweep().acted == 0
    assert (case_of(case_id).row["state"], running(case_id)) == ("closed", {})


def test_the_wrong_body_objects_within_five_working_days_and_the_case_is_referred(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 6, 10):
        case_id = county.filed("petition")
    with county.at(2026, 6, 15):
        route(county, case_id)
        assert running(case_id) == {"object": date(2026, 6, 23), "tell": date(2026, 6, 30)}
    with county.at(2026, 6, 23):
        reviewer = county.able("examine", "petition")
        with pytest.raises(Refused) as no:
            casework.return_it(case_id, reviewer, reason="")
        assert no.value.code == "reason_missing"
        casework.return_it(case_id, reviewer, reason="属于自然资源部门职权。")
        assert running(case_id) == {"route": date(2026, 7, 8)}
    with county.at(2026, 6, 25):
        casework.refer(case_id, county.staff("jcs-officer"), reason="移送自然资源局。")
    assert (case_of(case_id).row["state"], running(case_id)) == ("referred", {})
    assert_journal_gives_the_same()


def test_an_objection_that_does_not_hold_leaves_it_where_it_is(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 6, 15):
        case_id = county.filed("petition")
        route(county, case_id)
        casework.return_it(case_id, county.able("examine", "petition"), reason="不是我们的。")
        taken(case_id, "insist", county.staff("jcs-officer"), "三定方案写明由贵局负责。")
        assert running(case_id) == {"tell": date(2026, 6, 30)}
        with pytest.raises(Refused) as no:
            casework.return_it(case_id, county.able("examine", "petition"), reason="仍有异议")
    assert no.value.code == "wrong_state"


def test_after_five_working_days_nobody_objects_any_more(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 6, 15):
        case_id = county.filed("petition")
        route(county, case_id)
    with county.at(2026, 6, 24):
        assert casework.sweep().acted == 1
        with pytest.raises(Refused) as no:
            casework.return_it(case_id, county.able("examine", "petition"), reason="不是我们的。")
    assert (no.value.code, case_of(case_id).row["state"]) == ("wrong_state", "received")
    assert "overdue" not in case_of(case_id).row["flags"]


def test_not_taken_is_told_with_reasons_in_writing(county):
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 6, 1):
        case_id = county.filed("petition")
        route(county, case_id)
        casework.not_take(
            case_id,
            county.able("accept", "petition"),
            ground="信访工作条例 第三十一条",
            reason="已进入诉讼程序。",
        )
        done = postman.drain(60)
    assert (done.left, done.troubled) == (0, {})
    assert papers(case_id) == ["receipt", "non_acceptance"]
    assert "理由：已进入诉讼程序。依据：信访工作条例 第三十一条" in told(case_id)[1]


@pytest.mark.parametrize(
    ("days", "at_the_end"),
    [
        ([(2026, 6, 17)], "zjj-head"),  # told by 16 June at the latest; it was routed to the chief on 1 June
        ([(2026, 6, 17), (2026, 7, 3)], "xzf-head"),  # the same fifteen days again, from 17 June
        ([(2026, 6, 17), (2026, 7, 3), (2026, 7, 21)], "xzf-head"),  # nobody stands higher
    ],
)
def test_who_does_not_tell_in_time_sees_it_go_up_one_post(county, days, at_the_end):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 6, 1):
        case_id = county.filed("petition")
        route(county, case_id, "zjj-chief")
    with county.at(2026, 6, 16, 23):
        assert casework.sweep().acted == 1  # only the five working days for an objection
    assert holder(case_id) == "zjj-chief"
    for day in days:
        with county.at(*day):
            assert casework.sweep().acted == 1
            assert casework.sweep().acted == 0
    assert holder(case_id) == at_the_end
    assert "overdue" in case_of(case_id).row["flags"]
    assert_journal_gives_the_same()


def test_sixty_days_without_an_answer_go_up_and_are_not_extended_any_more(county):
    from tongban.rooms.casework import actions as casework

    case_id = accepted(county)
    with county.at(2026, 7, 31, 23):
        assert casework.sweep().acted == 0
    with county.at(2026, 8, 1):
        with pytest.raises(Refused) as late:
            casework.extend(case_id, county.able("extend", "petition"), reason="情况复杂")
        assert late.value.code == "extension_too_late"
        assert casework.sweep().acted == 1
    assert holder(case_id) == "xzf-head"
    assert running(case_id) == {}  # a limit of law is not given twice


def test_a_petition_that_nobody_routes_opens_a_matter(county):
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.models import Tie

    with county.at(2026, 5, 18):
        case_id = county.filed("petition")
    with county.at(2026, 6, 3):
        assert casework.sweep().acted == 1
        done = postman.drain(60)
    assert (done.left, done.troubled) == (0, {})
    (tie,) = Tie.objects.filter(target_id=case_id, role="arises-from")
    assert case_of(tie.case_id).row["kind"] == "matter"


def test_a_review_is_asked_once_and_answered_by_the_body_above(county):
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework

    case_id = accepted(county)
    delivered(county, case_id)
    with county.at(2026, 7, 30):
        casework.reopen(case_id, county.citizen(), reason="不服答复")
        assert (holder(case_id), running(case_id)) == ("xzf-head", {"review": date(2026, 8, 31)})
        with pytest.raises(Refused) as own:
            taken(case_id, "review", county.able("decide", "petition"), "维持。")
        assert own.value.code == "wrong_post"
    with county.at(2026, 8, 31):
        taken(case_id, "review", county.staff("xzf-head"), "经复查，原处理意见事实清楚，予以维持。")
        casework.deliver(case_id, county.able("deliver", "petition"), collector_id=county.citizen().id)
        with pytest.raises(Refused) as once:
            casework.reopen(case_id, county.citizen(), reason="不服答复")
        assert once.value.code == "reopened_already"
        casework.close(case_id, county.citizen())
        done = postman.drain(60)
    assert (done.left, done.troubled) == (0, {})
    assert papers(case_id).count("delivery_receipt") == 2
    assert_journal_gives_the_same()


def test_it_may_be_taken_back_before_the_answer_and_not_after(county):
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework

    case_id, late = accepted(county), accepted(county)
    delivered(county, late)
    with county.at(2026, 7, 1):
        casework.withdraw(case_id, county.citizen())
        with pytest.raises(Refused) as no:
            casework.withdraw(late, county.citizen())
        done = postman.drain(60)
    assert (no.value.code, done.left, done.troubled) == ("wrong_state", 0, {})
    assert papers(case_id) == ["receipt", "acceptance_notice", "withdrawal_notice"]
    assert case_of(case_id).row["state"] == "archived"


def test_the_acceptance_notice_names_the_day_of_acceptance(county):
    assert str(case_of(accepted(county)).row["accepted_on"]) == "2026-06-01"
