"""期表 (S185): figures of a month stand beside their definitions, checked by another, and never move again."""

from datetime import date
from decimal import Decimal

import pytest

from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import CaseFact, Facts, compute


def figures(finished=3, accepted=4):
    facts = Facts(
        cases=tuple(
            CaseFact(
                id=f"c{n}",
                applied_on=date(2026, 8, 3),
                accepted_on=date(2026, 8, 3),
                finished_on=date(2026, 8, 10) if n < finished else None,
            )
            for n in range(accepted)
        ),
        first=date(2026, 8, 1),
        last=date(2026, 8, 31),
    )
    return [compute(code, facts) for code in ("accepted", "finished", "completion", "good_ratings")]


def issued(county, month="2026-08", some=None, **more):
    from tongban.rooms.publication import actions

    made = actions.freeze_month(county.code, month, some or figures(), county.staff("jcs-officer"), **more)
    actions.check_statement(made, county.staff("jcs-head"))
    actions.issue_statement(made, county.staff("jcs-officer"))
    return made


def test_month_is_frozen_beside_its_definitions(county):
    from tongban.rooms.publication import queries

    with county.at(2026, 9, 1):
        made = issued(county)

    lines = {line.code: line for line in queries.frozen_month(county.code, "2026-08")}
    assert {code: line.value for code, line in lines.items()} == {
        "accepted": Decimal(4),
        "finished": Decimal(3),
        "completion": Decimal(75),
        "good_ratings": None,
    }
    assert lines["completion"].formula == "受理办件中到统计期末已办结的办件数÷受理办件数"
    assert (lines["completion"].numerator, lines["completion"].denominator) == (3, 4)
    assert queries.is_whole(made)


def test_frozen_value_stands_beside_the_live_one(county):
    from tongban.rooms.publication import queries

    with county.at(2026, 9, 1):
        issued(county)

    frozen = queries.frozen_month(county.code, "2026-08")
    now = {one.frozen.code: one for one in queries.compare(frozen, figures(finished=4))}
    assert (now["finished"].frozen.value, now["finished"].live.value, now["finished"].same_rows) == (3, 4, False)
    assert (now["accepted"].frozen.value, now["accepted"].live.value, now["accepted"].same_rows) == (4, 4, True)


def test_who_makes_it_does_not_check_it(county):
    from tongban.rooms.casework.actions.standing import Who
    from tongban.rooms.publication import actions

    with county.at(2026, 9, 1):
        officer = county.staff("jcs-officer")
        made = actions.freeze_month(county.code, "2026-08", figures(), officer)
        codes = []
        for step, who in (
            (actions.check_statement, officer),
            (actions.check_statement, Who("house")),
            (actions.issue_statement, officer),
        ):
            with pytest.raises(Refused) as no:
                step(made, who)
            codes.append(no.value.code)

    assert codes == ["four_eyes", "four_eyes", "not_checked"]


def test_the_table_itself_refuses_one_pair_of_eyes(county):
    from django.db import IntegrityError, transaction

    from tongban.rooms.publication import actions
    from tongban.rooms.publication.models import Statement

    with county.at(2026, 9, 1):
        officer = county.staff("jcs-officer")
        made = actions.freeze_month(county.code, "2026-08", figures(), officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(id=made).update(state="checked", checked_by=officer.name)


@pytest.mark.parametrize(
    ("month", "code"),
    [("2026-09", "month_running"), ("2026-13", "month_form"), ("八月", "month_form"), ("2026-10", "month_running")],
)
def test_month_refused(county, month, code):
    from tongban.rooms.publication import actions

    with county.at(2026, 9, 30), pytest.raises(Refused) as no:
        actions.freeze_month(county.code, month, figures(), county.staff("jcs-officer"))
    assert no.value.code == code


def test_month_is_fixed_once_and_corrected_by_a_later_one(county):
    from tongban.rooms.publication import actions, queries

    with county.at(2026, 9, 1):
        first = issued(county)
        with pytest.raises(Refused) as no:
            actions.freeze_month(county.code, "2026-08", figures(), county.staff("jcs-officer"))
    with county.at(2026, 9, 8):
        second = issued(county, some=figures(finished=4), corrects=first)

    assert no.value.code == "month_fixed"
    assert {(one.id, one.state, one.number, one.corrects) for one in queries.months(county.code)} == {
        (first, "corrected", 1, None),
        (second, "issued", 2, first),
    }
    lines = {line.code: line.value for line in queries.frozen_month(county.code, "2026-08")}
    assert lines["finished"] == 4


def test_two_drafts_of_one_month_become_one(county):
    from tongban.rooms.publication import actions, queries

    with county.at(2026, 9, 1):
        officer, head = county.staff("jcs-officer"), county.staff("jcs-head")
        drafts = [actions.freeze_month(county.code, "2026-08", figures(), officer) for _ in range(2)]
        for draft in drafts:
            actions.check_statement(draft, head)
        assert actions.issue_statement(drafts[0], officer) == 1
        with pytest.raises(Refused) as no:
            actions.issue_statement(drafts[1], officer)

    assert no.value.code == "month_fixed"
    assert sorted((one.state, one.number) for one in queries.months(county.code)) == [("checked", None), ("issued", 1)]


def test_month_apart_by_unit(county):
    from tongban.rooms.publication import actions, queries

    with county.at(2026, 9, 1):
        whole, part = figures()[0], figures(accepted=1)[0]
        issued(county, some=[whole, actions.Scoped(part, "unit:scjg")])

    found = [(line.code, line.scope, line.value) for line in queries.frozen_month(county.code, "2026-08")]
    assert found == [("accepted", "", 4), ("accepted", "unit:scjg", 1)]


def test_month_not_fixed_yet_is_said_so(county):
    from tongban.rooms.publication import queries

    with pytest.raises(Refused) as no:
        queries.frozen_month(county.code, "2026-08")
    assert no.value.code == "month_open"
