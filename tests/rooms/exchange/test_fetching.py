"""免提交: what a source knows is fetched at the filing, and what it does not tell is asked for with the reason."""

from datetime import date
from decimal import Decimal

import pytest

from tongban.rulebook.errors import Refused

DAY = (2026, 9, 22)
#: Application, register of residents, medical insurance; a residence permit for those from elsewhere.
ITEM = "resident-medical-insurance"
SHARED = ("household", "medical")


def filed(county, item=ITEM, *, leave_out=SHARED, applicant=None, by=None, **more):
    from tongban.rooms.casework import actions as casework

    applicant = applicant or county.citizen()
    return casework.file_case(county.filing(item, leave_out=leave_out, applicant=applicant, **more), by or applicant)


def states(case_id) -> dict[str, str]:
    from tongban.rooms.casework.queries.reading import read

    return {code: one["state"] for code, one in read(case_id).materials.items()}


def test_filed_with_the_id_number_alone_everything_else_is_taken_from_its_source(county):
    """S028.  Given such an item, When filed with only the id number, Then all other materials are taken from shared
    sources or the case says which source failed.
    """
    from tongban.rooms.exchange import actions, queries

    with county.at(*DAY):
        assert county.item(ITEM).one_card
        whole = filed(county)
        actions.set_knobs(county.code, "province-medical-insurance", down=True)
        torn = filed(county)
        told = {one.material: one for one in queries.fetched_of(whole.case_id)}
        failed = {one.material: one for one in queries.fetched_of(torn.case_id)}
    assert (whole.missing, sorted(whole.fetched)) == ((), sorted(SHARED))
    assert {code: one.reason for code, one in told.items()} == {"household": "", "medical": ""}
    assert (torn.missing, torn.fetched) == (("medical",), ("household",))
    assert states(torn.case_id)["medical"] == "lacking"
    assert (failed["medical"].system, failed["medical"].reason) == ("province-medical-insurance", "unreachable")
    assert failed["medical"].sentence == "省医疗保障信息平台现在连不上，这项材料请申请人提交。"


def test_what_is_fetched_is_sealed_under_the_cases_key_and_reading_it_is_logged(county):
    from tongban.rooms.casework.actions import Who
    from tongban.rooms.exchange import actions
    from tongban.rooms.exchange.models import Fetched
    from tongban.rooms.ledger import queries as ledger

    with county.at(*DAY):
        case_id = filed(county).case_id
        clerk = county.able("accept", ITEM)
        told = {one.material: one.values for one in actions.read_fetched(case_id, who=clerk.name, purpose="受理审查")}
        with pytest.raises(Refused) as no:
            actions.read_fetched(case_id, who=Who("house").name, purpose=" ")
    assert no.value.code == "purpose_missing"
    assert (told["household"]["domicile"], told["medical"]["insured"]) == ("示例县示范镇东示村一组", "参保")
    assert (clerk.name, "受理审查") in [(one.who, one.purpose) for one in ledger.who_looked(case_id)]
    kept = b"".join(bytes(one.values_sealed) for one in Fetched.objects.filter(case_id=case_id))
    assert "参保".encode() not in kept


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda x, code: x.set_knobs(code, "province-medical-insurance", slow_ms=5, patience_ms=1), "slow"),
        (lambda x, code: withdraw(x, code), "share_not_approved"),
        (lambda x, code: refuse(x, code), "not_shared"),
    ],
)
def test_it_is_said_precisely_why_something_could_not_be_fetched(county, harm, reason):
    from tongban.rooms.exchange import actions, queries

    with county.at(*DAY):
        harm(actions, county.code)
        case = filed(county)
        (failed,) = [one for one in queries.fetched_of(case.case_id) if one.reason]
        calls = [
            (one.resource, one.outcome, one.reason)
            for one in queries.calls(county.code, *day_of(DAY), case_id=case.case_id)
            if one.resource == "medical-insurance"
        ]
    assert (failed.material, failed.reason, case.missing) == ("medical", reason, ("medical",))
    assert failed.sentence.endswith("，这项材料请申请人提交。")
    assert "{" not in failed.sentence
    assert [call[2] for call in calls] == [reason]


def withdraw(actions, code):
    from tongban.rooms.exchange import queries

    for one in queries.requests(code, unit="ybj"):
        if one.resource == "medical-insurance":
            actions.withdraw_share(one.id, actor="staff:M1")


def refuse(actions, code):
    from tongban.rulebook.basis import unchecked

    actions.register_resource(
        code,
        "medical-insurance",
        "医疗保险参保信息",
        system="province-medical-insurance",
        owner_unit="ybj",
        share="refused",
        fields=["name"],
        key="citizen_id",
        basis=unchecked("示例依据"),
        actor="house",
    )


def day_of(day):
    from tongban.rooms import clock

    return clock.at_local(date(*day)), clock.end_of(date(*day))


def test_somebody_the_source_does_not_know_brings_it_herself(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Offer
    from tongban.rooms.exchange import queries

    with county.at(*DAY):
        stranger = county.citizen("租演示")
        case = filed(county, applicant=stranger)
        (one,) = [one for one in queries.fetched_of(case.case_id) if one.reason]
        assert (one.reason, one.sentence) == (
            "missing",
            "省医疗保障信息平台里没有查到申请人的“医疗保险参保信息”，这项材料请申请人提交。",
        )
        clerk = county.able("accept", ITEM)
        casework.ask_correction(case.case_id, clerk, {"medical": one.sentence})
        casework.supply(case.case_id, stranger, {"medical": Offer(county.upload())})
        casework.accept(case.case_id, clerk)
    assert states(case.case_id)["medical"] == "given"


def test_what_somebody_hands_in_all_the_same_is_taken_and_nobody_is_asked(county):
    from tongban.rooms.exchange import queries

    with county.at(*DAY):
        case = filed(county, leave_out=())
    assert (case.missing, case.fetched, queries.fetched_of(case.case_id)) == ((), (), ())


def test_the_same_request_again_asks_nobody_twice(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.exchange.models import CallLog

    with county.at(*DAY):
        filing, citizen = county.filing(ITEM, leave_out=SHARED), county.citizen()
        first = casework.file_case(filing, citizen, key="the-same-request")
        again = casework.file_case(filing, citizen, key="the-same-request")
    assert (again.number, sorted(again.fetched)) == (first.number, sorted(first.fetched))
    assert CallLog.objects.filter(case_id=first.case_id).count() == CallLog.objects.count() == 2


def test_of_a_firm_its_own_number_or_its_representatives_is_asked(county):
    """The register of firms goes by credit code; the register of residents by whoever stands for the firm."""
    from tongban.rooms.exchange import queries

    with county.at(*DAY):
        firm, agent = county.firm(), county.citizen("代示例")
        case = filed(county, "tax-confirmation", leave_out=("registry",), applicant=firm, by=agent)
        query = filed(county, "estate-query", leave_out=("identity", "estate"), applicant=firm, by=agent)
        reasons = {one.material: one.reason for one in queries.fetched_of(query.case_id)}
    assert case.fetched == ("registry",)
    assert reasons["identity"] == ""


def test_a_source_that_was_down_is_asked_again_when_it_is_back(county):
    from tongban.rooms.exchange import actions, queries
    from tongban.rooms.ledger import queries as ledger

    with county.at(*DAY):
        actions.set_knobs(county.code, "province-medical-insurance", down=True)
        case = filed(county)
        assert "fetch" in ledger.outstanding(case.case_id)
        with pytest.raises(Refused) as down:
            actions.keep_fetch(case.case_id)
        assert down.value.code == "source_down"
        actions.set_knobs(county.code, "province-medical-insurance", down=False)
        actions.keep_fetch(case.case_id)
        actions.keep_fetch(case.case_id)
    assert states(case.case_id)["medical"] == "shared"
    assert [one.reason for one in queries.fetched_of(case.case_id)] == ["", ""]
    assert [one.step for one in ledger.stream(case.case_id)] == ["file", "check_shared"]


def test_a_case_that_went_on_meanwhile_is_left_alone(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.exchange import actions
    from tongban.rooms.ledger import queries as ledger

    with county.at(*DAY):
        actions.set_knobs(county.code, "province-medical-insurance", down=True)
        case = filed(county)
        casework.withdraw(case.case_id, county.citizen(), reason="改天再办")
        actions.set_knobs(county.code, "province-medical-insurance", down=False)
        actions.keep_fetch(case.case_id)
    assert [one.step for one in ledger.stream(case.case_id)] == ["file", "withdraw"]


def test_for_a_bundle_each_source_is_asked_on_behalf_of_the_part_that_may(county):
    from tongban.rooms.exchange import queries

    bundle = "newborn"
    with county.at(*DAY):
        item = county.item(bundle)
        parents = {one.role for one in item.parts}
        case = filed(county, bundle, leave_out=bundle_shared(county, item), applicant=county.citizen("林示例"))
        calls = queries.calls(county.code, *day_of(DAY), case_id=case.case_id)
    assert parents
    assert calls
    assert {call.unit for call in calls} <= {county.item(part.item).unit for part in item.parts} | {item.unit}
    assert {call.outcome for call in calls} <= {"found", "missing"}


def bundle_shared(county, item):
    from tongban.rooms import clock
    from tongban.rooms.casework.queries.parts import bundle_item

    options = frozenset(one.options[0].code for one in item.situations)
    merged = bundle_item(county.code, item, options, clock.today())
    return tuple(one.code for one in merged.materials if one.source == "shared")


def test_the_share_of_materials_spared_opens_to_its_rows_by_department(county):
    """S098, S028: given cases in which papers were brought, held and fetched, when the figure is asked for, then it
    is the share of those nobody had to bring, for each department by itself, and opens to exactly its rows.
    """
    from tongban.rooms.supervision import queries
    from tongban.rulebook.indicators import Dimension

    day = date(*DAY)
    with county.at(*DAY):
        mine = filed(county)
        filed(county, leave_out=())
        county.filed("small-food-shop")
        whole = queries.figure("materials_spared", county.code, day, day)
        by_unit = queries.figures_by("materials_spared", county.code, day, day, Dimension.UNIT)
        rows = queries.rows("materials_spared", county.code, day, day, unit="ybj")
    assert set(by_unit) == {"ybj", "scjg"}
    assert (by_unit["scjg"].numerator, by_unit["scjg"].value) == (0, Decimal("0.00"))
    assert by_unit["ybj"].numerator == 2
    assert whole.denominator == by_unit["ybj"].denominator + by_unit["scjg"].denominator
    assert len(rows) == by_unit["ybj"].denominator
    assert {row.id for row in rows if row.above} == {f"{mine.case_id}:{code}" for code in SHARED}
    assert sum(row.above for row in rows) == by_unit["ybj"].numerator


@pytest.mark.parametrize("failing", [False, True])
def test_what_was_fetched_is_read_in_three_queries(county, failing, django_assert_num_queries):
    from tongban.rooms.exchange import actions, queries

    with county.at(*DAY):
        actions.set_knobs(county.code, "province-medical-insurance", down=failing)
        case = filed(county)
        with django_assert_num_queries(3):
            assert len(queries.fetched_of(case.case_id)) == 2
