"""对账、未开放的权限、共享资源: a day opens to its differences, settled once; what is withheld is urged and ended."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.doors.browsing import signed_in, text_of
from tongban.rooms import clock
from tongban.rooms.exchange import actions, queries
from tongban.rooms.exchange.port import CaseFacts

COUNTY = "990127"
DAY = date(2026, 9, 21)
OFFICERS_OWN = ("matching", "matching/differences", "withheld", "resources")


@pytest.fixture
def system(county):
    return signed_in(county.staff("system-officer"))


def differing(county, invents=1, numbers=("A",)):
    """Let one system forget what it was sent and invent what it was not."""
    with county.at(2026, 9, 21):
        actions.register_system(COUNTY, "taxes", "示例税务系统", actor="house", adapter="simulator", department="scjg")
        for number in numbers:
            facts = CaseFacts(uuid4(), number, COUNTY, "tax-confirmation", (), DAY, {})
            twin = actions.hand_over(facts, "taxes", actor="house")
            for outbox in queries.outbox_of(twin):
                actions.deliver_outbox(outbox)
        actions.set_knobs(COUNTY, "taxes", forgets=1.0, invents=invents, after_days=5)
    with county.at(2026, 9, 22):
        actions.match_system(COUNTY, "taxes", DAY)


@pytest.mark.parametrize("post", ["security-officer", "audit-officer", "editor", "jcs-officer"])
def test_only_the_system_officer_looks_after_the_links(county, post):
    client = signed_in(county.staff(post))
    assert {client.get(f"/manage/{page}/").status_code for page in OFFICERS_OWN} == {403}


def test_a_day_opens_to_its_differences_and_one_is_settled_once(system, county):
    differing(county)
    with county.at(2026, 9, 26):
        days = system.get("/manage/matching/")
        assert "有差异" in text_of(days)
        assert "最早的挂了 5 天" in text_of(days)
        address = f"/manage/matching/differences/?system=taxes&day={DAY}"
        assert address.replace("&", "&amp;") in days.content.decode()
        page = text_of(system.get(address))
        assert "对方清单里有，本平台没有移交过" in page
        assert "已移交，对方清单里没有" in page
        (stranger,) = [one for one in queries.differences(COUNTY) if one.kind == "only_theirs"]
        form = {"difference": str(stranger.id), "how": "not_ours", "note": "", "key": uuid4().hex}
        no = system.post("/manage/matching/differences/", form)
        assert no.status_code == 422
        assert "请写明是怎么查明" in text_of(no)
        form |= {"note": "对方误挂，已电话核实", "key": uuid4().hex}
        assert system.post("/manage/matching/differences/", form).status_code == 302
        assert system.post("/manage/matching/differences/", form | {"key": uuid4().hex}).status_code == 422
        settled = text_of(system.get("/manage/matching/differences/?settled=1"))
        assert "不是本平台的办件 对方误挂" in settled
        assert stranger.number not in text_of(system.get("/manage/matching/differences/"))
        lost = queries.differences(COUNTY)[0]
        form = {"difference": str(lost.id), "how": "resent", "note": "", "key": uuid4().hex}
        assert system.post("/manage/matching/differences/", form).status_code == 302
        assert queries.differences(COUNTY) == ()


def test_what_is_chosen_that_is_not_there_is_refused(system, county):
    for form in ({"difference": "x"}, {"difference": str(uuid4()), "how": "explained", "note": "x"}):
        assert system.post("/manage/matching/differences/", form | {"key": uuid4().hex}).status_code == 422
    assert system.get("/manage/matching/?last=nonsense").status_code == 200
    assert system.get("/manage/matching/?last=2026-02-30").status_code == 200


def test_a_thing_that_is_not_opened_is_registered_urged_and_ended(system, county):
    with county.at(2026, 9, 21):
        actions.register_system(COUNTY, "taxes", "示例税务系统", actor="house", adapter="simulator", department="scjg")
        form = {
            "add": "1",
            "what": "rights",
            "department": "scjg",
            "system": "taxes",
            "resource": "",
            "key": uuid4().hex,
        }
        form |= {"reason": "上级统一部署的系统", "must_act": "jcs"}
        for wrong, sentence in (
            ({"reason": ""}, "请写明对方说的理由"),
            ({"department": ""}, "请选择是哪个部门"),
            ({"system": ""}, "请写明是哪项共享资源或哪个系统"),
            ({"what": ""}, "未开放的只能是"),
        ):
            no = system.post("/manage/withheld/", form | wrong | {"key": uuid4().hex})
            assert no.status_code == 422
            assert sentence in text_of(no)
        assert system.post("/manage/withheld/", form).status_code == 302
    with county.at(2026, 9, 30):
        page = text_of(system.get("/manage/withheld/"))
        assert "9 天" in page
        assert "示例税务系统" in page
        (one,) = [one for one in queries.withheld(COUNTY) if one.system == "taxes"]
        urge = {"withheld": str(one.id), "urge": "1", "key": uuid4().hex}
        assert system.post("/manage/withheld/", urge).status_code == 302
        assert system.post("/manage/withheld/", urge).status_code == 302
        assert "催过 1 次" in text_of(system.get("/manage/withheld/"))
        end = {"withheld": str(one.id), "end": "1", "ending": "", "key": uuid4().hex}
        assert system.post("/manage/withheld/", end).status_code == 422
        assert system.post("/manage/withheld/", end | {"ending": "opened", "key": uuid4().hex}).status_code == 302
        assert "已开放" in text_of(system.get("/manage/withheld/?ended=1"))


def test_a_stale_resource_stands_at_the_top_and_says_so(system, county):
    actions.register_system(COUNTY, "civil2", "示例登记系统", actor="house", adapter="simulator")
    told = {"system": "civil2", "owner_unit": "scjg", "share": "conditional", "fields": ["name"], "actor": "house"}
    actions.register_resource(COUNTY, "zzz-fresh", "新鲜的资源", **told)
    actions.register_resource(COUNTY, "zzz-stale", "过期的资源", **told, form="table", update_days=30)
    actions.mount(COUNTY, "zzz-stale", rows=5, on=date(2026, 1, 1), actor="house")
    page = text_of(system.get("/manage/resources/"))
    assert "过了更新周期还没有更新" in page
    assert page.index("过期的资源") < page.index("新鲜的资源")
    assert "每 30 天" in page


def test_the_registers_ask_the_same_for_one_row_and_for_many(system, county, django_assert_max_num_queries):
    differing(county, invents=30, numbers=("A", "B", "C"))
    with county.at(2026, 9, 26):
        for page in OFFICERS_OWN:
            system.get(f"/manage/{page}/")
            with django_assert_max_num_queries(16):
                assert system.get(f"/manage/{page}/").status_code == 200
        assert "下一页" in text_of(system.get("/manage/matching/differences/"))
        assert clock.today() - timedelta(days=5) == DAY
