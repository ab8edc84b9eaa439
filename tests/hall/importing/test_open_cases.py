"""Cases of the old system go on here: with their days, their number, and all the way to the end."""

from datetime import date

import pytest

from tests.rooms.people.sample import citizen

CASE = {
    "旧办件编号": "SQ-2026-0001",
    "事项": "small-food-shop",
    "状态": "已受理",
    "申请人": "林旧示例",
    "证件号码": citizen(date(1985, 5, 6), 951),
    "收件日期": "2026-02-27",
    "受理日期": "2026-03-02",
    "决定日期": "",
}
TODAY = (2026, 3, 16)


def case(number: str = "SQ-2026-0001"):
    from tongban.rooms.casework.queries.old_cases import taken_over
    from tongban.rooms.casework.queries.reading import read

    found = taken_over("990127", "old", number)
    return read(found) if found else None


def clocks(file) -> dict[str, tuple[str, str]]:
    return {one.name: (str(one.start), str(one.due.on)) for one in file.facts.clocks}


def test_an_accepted_case_runs_on_from_its_old_day(county, bring):
    from tongban.rooms.ledger.models import Entry, Number

    with county.at(*TODAY):
        assert bring("open-cases", [CASE]).outcomes == ["新增"]
        file = case()
    assert (file.facts.state, str(file.facts.accepted_on)) == ("accepted", "2026-03-02")
    # 20 working days of article 42 from 2026-03-02, whatever day it was brought in
    assert clocks(file)["statutory"] == ("2026-03-02", "2026-03-30")
    assert file.facts.missing == ()
    entry = Entry.objects.get(subject_id=file.id)
    assert (entry.step, entry.actor, entry.body["imported"]) == ("take_over", "house", True)
    assert (entry.body["old_number"], entry.body["documents"]) == ("SQ-2026-0001", [])
    assert not Number.objects.filter(subject_id=file.id).exists()
    assert file.row["flags"] == ["taken_over"]


def test_it_is_decided_handed_out_and_verified_like_any_other(county, bring):
    from tongban.hall.verifying.journal import verify
    from tongban.rooms.casework import actions as casework

    fields = {"表单:shop_name": "旧示例店"}
    with county.at(*TODAY):
        bring("open-cases", [CASE | fields])
        file = case()
        answers = county.answers("small-food-shop")
        for _ in file.facts.item.desks[:-1]:
            casework.pass_on(file.id, county.able("examine", "small-food-shop"), opinion="符合")
        casework.grant(file.id, county.able("decide", "small-food-shop"), opinion="准予")
        facts = {name: answers[name] for name in ("owner", "premises", "projects")}
        casework.issue(file.id, county.able("deliver", "small-food-shop"), facts=facts)
        collector = file.uuid("applicant_id")
        casework.deliver(file.id, county.able("deliver", "small-food-shop"), collector_id=collector)
    assert case().facts.state == "delivered"
    assert verify().differences == []


def test_the_same_table_again_takes_nothing_over_and_other_content_changes_nothing(county, bring):
    from tongban.rooms.casework.models import Case

    with county.at(*TODAY):
        bring("open-cases", [CASE])
        count = Case.objects.count()
        assert bring("open-cases", [CASE]).outcomes == ["没有变化"]
        assert bring("open-cases", [CASE | {"受理日期": "2026-03-03"}]).outcomes == ["保留系统里的"]
    assert Case.objects.count() == count
    assert clocks(case())["statutory"][0] == "2026-03-02"


def test_days_of_article_45_and_an_extension_come_with_it(county, bring):
    with county.at(2026, 4, 1):
        row = CASE | {"不计入期限": "专家评审 2026-03-09至2026-03-20", "已延长": "否"}
        assert bring("open-cases", [row]).outcomes == ["新增"]
        assert clocks(case())["statutory"] == ("2026-03-02", "2026-04-14")
        longer = CASE | {"旧办件编号": "SQ-2", "已延长": "是", "不计入期限": ""}
        assert bring("open-cases", [longer]).outcomes == ["新增"]
        assert clocks(case("SQ-2"))["statutory"] == ("2026-03-02", "2026-04-14")


def test_a_received_case_that_nobody_answered_is_accepted_by_the_law(county, bring):
    from tongban.rooms.casework import actions as casework

    with county.at(*TODAY):
        row = CASE | {"状态": "已收件", "收件日期": "2026-03-02", "受理日期": ""}
        assert bring("open-cases", [row]).outcomes == ["新增"]
        assert clocks(case()) == {"intake": ("2026-03-02", "2026-03-09")}
        casework.act_on_lapse(case().id)
    file = case()
    assert (file.facts.state, str(file.facts.accepted_on)) == ("accepted", "2026-03-02")


def test_a_granted_case_waits_to_be_handed_out(county, bring):
    with county.at(*TODAY):
        row = CASE | {"状态": "准予", "决定日期": "2026-03-12"}
        assert bring("open-cases", [row]).outcomes == ["新增"]
    file = case()
    assert (file.facts.state, file.facts.decision) == ("granted", "granted")
    assert clocks(file)["delivery"][0] == "2026-03-12"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"事项": "没有的事项"}, "清单里没有"),
        ({"事项": "open-restaurant"}, "只有许可类、登记和备案"),
        ({"状态": "待补正"}, "只能从 已收件"),
        ({"受理日期": ""}, "没有受理日期"),
        ({"受理日期": "2026-02-20"}, "早于收件日期"),
        ({"受理日期": "2026-03-17"}, "还没有到"),
        ({"状态": "准予"}, "没有决定日期"),
        ({"环节": "没有的环节"}, "没有“没有的环节”这个环节"),
        ({"受理人工号": "nobody"}, "没有工号“nobody”"),
        ({"已交材料": "没有的材料"}, "材料清单里没有"),
        ({"情形": "没有的情形"}, "没有情形“没有的情形”"),
        ({"不计入期限": "现场核查 2026-03-09至2026-03-10"}, "不能是“现场核查”"),
        ({"不计入期限": "听证 2026-02-09至2026-03-10"}, "应在受理之后"),
        ({"证件号码": "990127198505060001"}, "校验"),
        ({"表单:没有": "x"}, "表单没有“没有”这一项"),
        ({"事项": "food-business-renewal"}, "延续类办件"),
    ],
)
def test_a_case_that_cannot_be_taken_over_is_named(county, bring, change, said):
    from tongban.rooms.people import queries as people

    with county.at(*TODAY):
        result = bring("open-cases", [CASE | change], "--keep-going")
    assert (result.status, result.outcomes) == (1, ["有错"])
    assert said in "".join(result.of("错误")[0])
    assert case() is None
    assert people.who_is("990127", "citizen_id", CASE["证件号码"]) is None


def test_a_dry_run_takes_nothing_over(county, bring):
    with county.at(*TODAY):
        assert bring("open-cases", [CASE], "--dry-run").outcomes == ["新增"]
    assert case() is None
