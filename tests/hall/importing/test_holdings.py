"""Windows, mandates and old licences: a good table, each kind of bad row, twice."""

from datetime import date

import pytest

from tests.rooms.people.sample import citizen, firm_code

WINDOW = {"场所代码": "hall", "窗口号": "21", "专区代码": "new", "专区名称": "新示专区"}
FIRM = {"持有人": "示例县新示例店", "证件号码": firm_code(901)}
LICENCE = {"证照种类": "食品经营许可证", "证照编号": "JY0000901", **FIRM, "发证单位": "示例县市场监督管理局"}
DAYS = {"发证日期": "2023-05-10", "有效期起": "", "有效期止": "2028-05-09"}
FACTS = {"经营者名称": "新示例店", "经营场所": "示例路 1 号", "主体业态": "餐饮", "经营项目": "热食"}
NUMBERS = {"委托人证件号码": firm_code(902), "受托人证件号码": citizen(date(1988, 5, 6), 902)}
MANDATE = {"委托人": "示例县委示例店", "受托人": "林受示例", **NUMBERS, "事项": "全部", "权限": "申报、领取"}
TIME = {"起始日期": "2026-01-01", "截止日期": "2026-12-31", "已核对": "是"}


def test_windows_come_with_their_zone_and_classes(county, bring):
    from tongban.rooms.people import queries as people
    from tongban.rooms.waiting import queries

    rows = [
        {**WINDOW, "业务类别": "special:S:新示业务"},
        {**WINDOW, "窗口号": "22", "业务类别": "special；general"},
    ]
    assert bring("windows", rows).outcomes == ["新增", "新增"]
    there = queries.arrangement(people.site_coded("990127", "hall").id)
    (zone,) = [one for one in there.zones if one.code == "new"]
    assert (zone.name, set(zone.classes)) == ("新示专区", {"special", "general"})
    assert {one.number: set(one.classes) for one in there.windows if one.zone == "new"} == {
        "21": {"special"},
        "22": {"special", "general"},
    }
    assert bring("windows", rows).outcomes == ["没有变化", "没有变化"]
    moved = bring("windows", [{**rows[0], "专区代码": "general", "专区名称": "", "业务类别": "general"}])
    assert moved.outcomes == ["更新"]


def test_a_site_without_tickets_becomes_a_hall(county, bring):
    from tongban.rooms.people import queries as people
    from tongban.rooms.waiting import queries

    site = next(one for one in people.sites("990127") if one.kind == "town")
    row = {**WINDOW, "场所代码": site.code, "业务类别": "general:A:综合受理"}
    assert bring("windows", [row]).outcomes == ["新增"]
    assert [one.number for one in queries.arrangement(site.id).windows] == ["21"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"场所代码": "nowhere"}, "没有在用的场所"),
        ({"业务类别": "fresh:A:别的"}, "已经用过"),
        ({"业务类别": "unknown"}, "不能用"),
        ({"业务类别": "a:b"}, "看不懂业务类别"),
        ({"窗口号": ""}, "没有填写窗口号"),
    ],
)
def test_a_bad_window_is_named(county, bring, change, said):
    result = bring("windows", [{**WINDOW, "业务类别": "general"} | change])
    assert result.status == 1
    assert said in "".join(result.of("错误")[0])


def test_a_mandate_comes_in_with_both_persons_and_opens_doors(county, bring):
    from tongban.rooms.people import queries

    with county.at(2026, 3, 2):
        assert bring("mandates", [MANDATE | TIME]).outcomes == ["新增"]
        principal = queries.who_is("990127", "credit_code", NUMBERS["委托人证件号码"])
        agent = queries.who_is("990127", "citizen_id", NUMBERS["受托人证件号码"])
        assert queries.mandate_for(principal.id, agent.id, "small-food-shop", date(2026, 3, 2)) is not None
        assert bring("mandates", [MANDATE | TIME]).outcomes == ["没有变化"]
        over = bring("mandates", [MANDATE | TIME | {"截止日期": "2026-02-01"}])
        assert (over.status, over.outcomes) == (0, ["不用导入"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"已核对": "否"}, "没有核对过"),
        ({"已核对": "也许"}, "要写“是”或“否”"),
        ({"权限": "全部"}, "只能从 申报、签名、领取"),
        ({"起始日期": "2027-01-01"}, "早于开始日期"),
        ({"受托人证件号码": "990127"}, "应为 18 位"),
    ],
)
def test_a_bad_mandate_is_named_and_registers_nobody(county, bring, change, said):
    from tongban.rooms.people import queries

    with county.at(2026, 3, 2):
        result = bring("mandates", [MANDATE | TIME | change], "--keep-going")
    assert result.status == 1
    assert said in "".join(result.of("错误")[0])
    assert queries.who_is("990127", "credit_code", NUMBERS["委托人证件号码"]) is None


@pytest.mark.parametrize(("encoding", "xlsx"), [("utf-8-sig", False), ("gb18030", False), ("", True)])
def test_an_old_licence_comes_in_for_its_holder(county, bring, encoding, xlsx):
    from tongban.rooms.licences import queries
    from tongban.rooms.people import queries as people

    row = LICENCE | DAYS | FACTS
    with county.at(2026, 3, 2):
        assert bring("licences", [row], encoding=encoding, xlsx=xlsx).outcomes == ["新增"]
        found = queries.numbered("990127", "food-business-licence", "scjg", "JY0000901")
        assert found.holder_id == people.who_is("990127", "credit_code", FIRM["证件号码"]).id
        assert (found.state, found.origin, str(found.valid_until)) == ("valid", "import", "2028-05-09")
        assert queries.facts_of(found.id)["premises"] == "示例路 1 号"
        assert bring("licences", [row]).outcomes == ["没有变化"]
        other = bring("licences", [row | {"有效期止": "2029-05-09"}])
        assert other.of("保留系统里的")[0][3] == "系统里的有效期止与表中不同，没有改动"


def test_a_licence_that_ran_out_comes_in_as_lapsed_and_a_cancelled_one_stays_out(county, bring):
    from tongban.rooms.licences import queries

    rows = [
        LICENCE | DAYS | FACTS | {"有效期止": "2025-05-09", "状态": "过期"},
        LICENCE | DAYS | FACTS | {"证照编号": "JY0000902", "状态": "注销"},
    ]
    with county.at(2026, 3, 2):
        assert bring("licences", rows).outcomes == ["新增", "不用导入"]
        assert queries.numbered("990127", "food-business-licence", "scjg", "JY0000901").state == "lapsed"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"证照种类": "没有的证"}, "证照目录里没有"),
        ({"发证单位": "nowhere"}, "没有在用的单位"),
        ({"证件号码": "91990127MA00000290"}, "校验"),
        ({"有效期止": ""}, "没有写有效期止"),
        ({"有效期止": "2020-01-01"}, "有效期止不能早于有效期起"),
        ({"发证日期": "2027-01-01"}, "发证日期不能晚于今天"),
        ({"经营场所": ""}, "还缺：经营场所"),
        ({"证照标识": "1.2.3"}, "标识"),
        ({"证照编号": ""}, "没有填写证照编号"),
    ],
)
def test_a_bad_licence_is_named_and_leaves_nothing_behind(county, bring, change, said):
    from tongban.rooms.licences import queries
    from tongban.rooms.people import queries as people

    rows = [LICENCE | DAYS | FACTS | {"证照标识": ""} | change]
    good = LICENCE | DAYS | FACTS | {"证照标识": "", "证照编号": "JY0000999", "证件号码": firm_code(903)}
    with county.at(2026, 3, 2):
        result = bring("licences", [*rows, good], "--keep-going")
    assert (result.status, [line[0] for line in result.of("新增")]) == (1, ["3"])
    assert said in "".join(result.of("错误")[0])
    assert people.who_is("990127", "credit_code", FIRM["证件号码"]) is None
    assert queries.numbered("990127", "food-business-licence", "scjg", "JY0000901") is None


def test_a_number_under_another_name_is_refused_for_people_and_said_for_firms(county, bring):
    with county.at(2026, 3, 2):
        bring("mandates", [MANDATE | TIME])
        refused = bring("mandates", [MANDATE | TIME | {"受托人": "代受示例", "截止日期": "2027-12-31"}])
        assert "登记的是另一个姓名" in refused.said
        renamed = bring("mandates", [MANDATE | TIME | {"委托人": "改名店", "截止日期": "2027-12-31"}])
        assert (renamed.status, renamed.of("提醒")[0][2]) == (0, "名称")


def test_a_citizens_number_that_passes_as_a_credit_code_is_told_by_the_name(county, bring):
    from tongban.rooms.people import queries
    from tongban.rulebook.numbers import check_credit_code, fault_of

    numbers = (citizen(date(1970, 1, 1), sequence) for sequence in range(1, 999))
    both = next(number for number in numbers if fault_of(check_credit_code, number) is None)
    row = LICENCE | DAYS | FACTS | {"证件号码": both}
    with county.at(2026, 3, 2):
        assert "请加一列“证件种类”写明" in bring("licences", [row]).said
        assert bring("licences", [row | {"持有人": "林示例"}]).outcomes == ["新增"]
        assert queries.who_is("990127", "citizen_id", both).kind == "natural"
        firm = bring("licences", [row | {"证照编号": "JY2", "证件种类": "信用代码"}])
    assert firm.outcomes == ["新增"]
