"""一件事: one filing, parts in their order, each material once, one result."""

from dataclasses import replace
from datetime import date

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused

RESTAURANT = "open-restaurant"
WHOLE = frozenset({"no-licence", "large", "with-sign"})
SMALL = frozenset({"has-licence", "small", "no-sign"})


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


def bundle(county, casework, options):
    """File a bundle with every paper that its parts ask for."""
    from random import Random

    from tongban.hall.county.answers import answers_for
    from tongban.rooms import clock
    from tongban.rooms.casework.queries.parts import bundle_item

    item = county.item(RESTAURANT)
    whole = bundle_item(county.code, item, options, clock.today())
    offers = {m.code: casework.Offer(file_id=county.upload()) for m in whole.materials}
    me = county.citizen()
    answers = answers_for(item.form, Random(1), clock.today(), whole=True)
    filing = casework.Filing(county.code, RESTAURANT, me.id, answers, offers, options=options)
    return casework.file_case(filing, me)


def parts(case):
    from tongban.rooms.casework.queries.parts import parts_of

    return {part.role: part for part in parts_of(case)}


def decide(county, casework, part, *, refuse=False):
    """Carry one part to its decision."""
    code = part.item_code
    file = looking.file(part.case_id)
    assert file.facts.missing == (), (code, file.facts.missing)
    casework.accept(part.case_id, county.able("accept", code))
    for desk in county.item(code).desks[:-1]:
        casework.pass_on(part.case_id, county.able(desk.power if desk.power == "examine" else "decide", code))
    decider = county.able("decide", code)
    if refuse:
        casework.refuse(part.case_id, decider, ground="行政许可法 第三十八条", reason="不符合条件")
    elif file.facts.kind.code == "registration":
        casework.enter(part.case_id, decider)
    else:
        casework.grant(part.case_id, decider)


def test_a_paper_that_several_parts_ask_for_is_asked_for_once(county, casework):
    from tongban.rooms import clock
    from tongban.rooms.casework.queries.parts import bundle_item

    with county.at(2026, 9, 1):
        item = bundle_item(county.code, county.item(RESTAURANT), WHOLE, clock.today())
        small = bundle_item(county.code, county.item(RESTAURANT), SMALL, clock.today())
    names = [m.name for m in item.materials]
    codes = [m.code for m in item.materials]
    assert (len(set(names)), len(set(codes))) == (len(names), len(codes))
    assert "营业执照" not in names  # the registration makes it
    assert [m.name for m in small.materials].count("营业执照") == 1  # three parts ask for it
    assert {"食品经营许可申请书", "户外招牌设置申请表", "消防安全检查申报表"} <= set(names)


def test_a_restaurant_is_opened_by_one_filing(county, casework):
    """Given a bundle, When the one form is filed, Then each department gets its part and one pack comes out (S071)."""
    with county.at(2026, 9, 1):
        filed = bundle(county, casework, WHOLE)
        case = filed.case_id
        assert filed.missing == ()
        assert looking.owed(case) == [("document", "receipt"), ("notice", "applicant")]
        assert looking.fetched("SELECT count(*) FROM ledger_promise WHERE kind = 'tend' AND subject_id = %s", case) == [
            (1,)
        ]
        assert casework.tend_bundle(case) == ("started:registration",)
        assert casework.tend_bundle(case) == ()
        first = parts(case)["registration"]
        assert looking.file(first.case_id).materials["application"]["file_id"]
        decide(county, casework, first)
        assert looking.fetched(
            "SELECT count(*) FROM ledger_promise WHERE kind = 'tend' AND subject_id = %s", first.case_id
        ) == [(1,)]
        casework.issue(first.case_id, county.able("deliver", first.item_code), facts={"registration_number": "测试"})
    with county.at(2026, 9, 2):
        assert casework.tend_bundle(case) == ("started:food", "started:fire", "started:sign", "started:drainage")
        with refused("parts_open"):
            casework.take(case, "join", casework.Who("house"))
        for role in ("food", "fire", "sign", "drainage"):
            decide(county, casework, parts(case)[role])
        assert casework.tend_bundle(case) == ("join",)
        assert (looking.state(case), looking.file(case).row["decision"]) == ("granted", "granted")
        casework.issue(case, county.able("deliver", RESTAURANT))
        assert looking.documents(case) == ["result_pack"]
        casework.deliver(case, county.able("deliver", RESTAURANT), collector_id=county.citizen().id)
    assert looking.steps(case) == ["file", "split", "join", "issue", "deliver"]
    looking.agrees(case)
    for part in parts(case).values():
        looking.agrees(part.case_id)


def test_a_situation_leaves_parts_out_and_what_waited_for_them_starts_at_once(county, casework):
    with county.at(2026, 9, 1):
        case = bundle(county, casework, SMALL).case_id
        assert casework.tend_bundle(case) == ("started:food", "started:drainage")
        material = looking.file(parts(case)["food"].case_id).materials["layout"]
    assert material["file_id"] == looking.file(case).materials["layout"]["file_id"]


def test_a_refused_part_makes_the_whole_partly_refused(county, casework):
    with county.at(2026, 9, 1):
        case = bundle(county, casework, SMALL).case_id
        casework.tend_bundle(case)
        decide(county, casework, parts(case)["food"], refuse=True)
        assert casework.tend_bundle(case) == ()
        decide(county, casework, parts(case)["drainage"])
        assert casework.tend_bundle(case) == ("join_partly",)
    assert (looking.state(case), looking.file(case).row["decision"]) == ("partly_refused", "partly_refused")
    looking.agrees(case)


def test_a_refused_prerequisite_ends_the_whole_without_waiting_for_what_can_never_start(county, casework):
    with county.at(2026, 9, 1):
        case = bundle(county, casework, WHOLE).case_id
        casework.tend_bundle(case)
        decide(county, casework, parts(case)["registration"], refuse=True)
        assert casework.tend_bundle(case) == ("join_partly",)
    assert list(parts(case)) == ["registration"]


def test_where_one_part_is_enough_the_whole_is_granted_with_it(county, casework, monkeypatch):
    from tongban.rooms.casework.queries import reading

    with county.at(2026, 9, 1):
        case = bundle(county, casework, SMALL).case_id
        casework.tend_bundle(case)
        plain = reading.catalogue.item
        monkeypatch.setattr(
            reading.catalogue, "item", lambda i: replace(plain(i), join="any") if plain(i).parts else plain(i)
        )
        decide(county, casework, parts(case)["food"])
        assert casework.tend_bundle(case) == ("join",)
    assert looking.file(case).row["decision"] == "granted"


def test_a_part_taken_back_counts_as_not_granted(county, casework):
    with county.at(2026, 9, 1):
        case = bundle(county, casework, SMALL).case_id
        casework.tend_bundle(case)
        with refused("wrong_state"):
            casework.withdraw(case, county.citizen())
        casework.withdraw(parts(case)["food"].case_id, county.citizen())
        decide(county, casework, parts(case)["drainage"])
        assert casework.tend_bundle(case) == ("join_partly",)


def test_a_part_that_cannot_start_does_not_hold_up_the_others(county, casework, monkeypatch):
    from tongban.rooms.casework.actions import parts as tending
    from tongban.rulebook.errors import Refused

    plain = tending.file_case

    def one_fails(filing, who, **more):
        if filing.part_role == "food":
            raise Refused("item_cancelled", "这个事项已经取消。请联系窗口。")
        return plain(filing, who, **more)

    with county.at(2026, 9, 1):
        case = bundle(county, casework, SMALL).case_id
        monkeypatch.setattr(tending, "file_case", one_fails)
        with refused("item_cancelled"):
            casework.tend_bundle(case)
        assert list(parts(case)) == ["drainage"]
        monkeypatch.setattr(tending, "file_case", plain)
        assert casework.tend_bundle(case) == ("started:food",)


def test_a_construction_stage_starts_its_parts_in_order(county, casework):
    code = "construction-stage"
    with county.at(2026, 9, 1):
        item = county.item(code)
        options = frozenset(situation.options[0].code for situation in item.situations)
        builder, by = county.firm("示例县演示建设有限公司"), county.citizen("荀𫖮测")
        from random import Random

        from tongban.hall.county.answers import answers_for
        from tongban.rooms import clock

        answers = answers_for(item.form, Random(1), clock.today(), whole=True)
        case = casework.file_case(
            casework.Filing(county.code, code, builder.id, answers, {}, options=options), by
        ).case_id
        started = casework.tend_bundle(case)
        wanted = {part.role: part.after for part in item.parts_for(options)}
    assert {one.removeprefix("started:") for one in started} == {role for role, after in wanted.items() if not after}
    assert looking.running(case)["promised"] > date(2026, 9, 1)
    looking.agrees(case)


def test_a_bundle_tended_by_several_at_once_has_each_part_once_and_is_joined_once(own_county):
    from tests.rooms.casework.test_lapse import apart
    from tongban.rooms.casework import actions as casework
    from tongban.rulebook.errors import Refused

    with own_county.at(2026, 9, 1):
        case = bundle(own_county, casework, SMALL).case_id
        told = apart(*[lambda: casework.tend_bundle(case)] * 4)
        assert [one for one in told if isinstance(one, Exception) and not isinstance(one, Refused)] == []
        casework.tend_bundle(case)
        assert set(parts(case)) == {"food", "drainage"}
        for part in parts(case).values():
            decide(own_county, casework, part)
        told = apart(*[lambda: casework.tend_bundle(case)] * 4)
        assert [one for one in told if isinstance(one, Exception)] == []
    assert looking.steps(case) == ["file", "split", "join"]
    assert looking.fetched("SELECT count(*) FROM casework_case WHERE parent_id = %s", case) == [(2,)]
    looking.agrees(case)
