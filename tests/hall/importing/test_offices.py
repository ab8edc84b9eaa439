"""Units, sites, posts and staff: a good table, each kind of bad row, twice."""

from datetime import date

import pytest

from tests.rooms.people.sample import citizen

UNIT = {"单位代码": "slj", "单位名称": "示例县水利局", "文号简称": "示例水利", "统一社会信用代码": ""}
SITE = {"场所代码": "east", "场所名称": "示例县东分中心", "种类": "分中心", "区划代码": "990127000000"}
HOURS = {"开放时间": "周一至周五 8:30-12:00 13:30-17:30；周六 09:00-12:00"}


def agency(serial: int) -> str:
    from tongban.rulebook.numbers import make_credit_code

    return make_credit_code("1", "1", "990127", f"MB{serial:06d}")


def unit(code: str, serial: int, **more: str) -> dict[str, str]:
    return {**UNIT, "单位代码": code, "文号简称": f"示例{code}", "统一社会信用代码": agency(serial), **more}


def person(number: str, sequence: int, **more: str) -> dict[str, str]:
    row = {"工号": number, "姓名": "林新示例", "身份证号码": citizen(date(1991, 1, 1), sequence), "单位": "scjg"}
    return {**row, "岗位": "", **more}


def post(code: str, **more: str) -> dict[str, str]:
    row = {"岗位代码": code, "岗位名称": f"示例岗 {code}", "单位": "示例县市场监督管理局", "场所代码": "hall"}
    return {**row, "上级岗位代码": "", "职权": "", "授权文号": "", **more}


def test_units_come_in_whatever_their_order_and_twice_changes_nothing(county, bring):
    from tongban.rooms.people import queries

    rows = [unit("slz", 801, 上级单位代码="slj"), unit("slj", 802, 上级单位代码="")]
    first = bring("orgs", rows)
    assert (first.status, first.outcomes) == (0, ["新增", "新增"])
    assert queries.unit("990127", "slz").parent_code == "slj"
    assert "什么也没有改" in (again := bring("orgs", rows)).said
    assert again.outcomes == ["没有变化", "没有变化"]
    renamed = bring("orgs", [{**rows[1], "单位名称": "示例县水务局"}])
    assert renamed.of("保留系统里的")[0][3:] == ("系统里的单位名称与表中不同，没有改动", "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"单位代码": "水利"}, "单位代码由小写字母"),
        ({"单位代码": ""}, "没有填写单位代码"),
        ({"统一社会信用代码": "11990127MB0008010X"}, "校验"),
        ({"上级单位代码": "nowhere"}, "上级单位“nowhere”不在表中"),
        ({"区划代码": "99012700000"}, "像是丢了 0"),
        ({"启用日期": "2026-02-30"}, "没有“2026-02-30”这一天"),
        ({"文号简称": "=A1"}, "这一格是公式"),
        ({"单位名称": "示" * 81}, "超过 80 个字"),
    ],
)
def test_a_bad_unit_is_named_and_nothing_is_written(county, bring, change, said):
    from tongban.rooms.people import queries

    before = queries.units("990127")
    whole = {"上级单位代码": "", "区划代码": "", "启用日期": ""}
    result = bring("orgs", [unit("good", 811, **whole), unit("bad", 812, **whole) | change])
    assert result.status == 1
    assert [line[0] for line in result.of("错误")] == ["3"]
    assert said in "".join(result.of("错误")[0])
    assert result.report[-1][3] == "有错误，一行也没有写入。请改正后重新导入。"
    assert queries.units("990127") == before


def test_one_credit_code_is_one_units_alone(county, bring):
    """Two rows of a table, or a row and a unit that is there: the report says in which row, and whose it is."""
    from tongban.rooms.people import queries

    before, twice = queries.units("990127"), agency(831)
    result = bring("orgs", [unit("one", 831), unit("two", 832), unit("three", 831)])
    assert (result.status, queries.units("990127") == before) == (1, True)
    (wrong,) = result.of("错误")
    assert wrong[0] == "4"
    assert f"统一社会信用代码 {twice} 已是单位“示例县水利局”（one）的" in "".join(wrong)
    known = queries.unit("990127", "scjg")
    result = bring("orgs", [unit("four", 833) | {"统一社会信用代码": known.credit_code.lower()}])
    assert f"已是单位“{known.full_name}”（scjg）的" in "".join(result.of("错误")[0])
    # Where rows may be left out, only the one that comes second is.
    result = bring("orgs", [unit("one", 831), unit("two", 832), unit("three", 831)], "--keep-going")
    assert result.outcomes == ["新增", "新增", "有错"]


def test_keep_going_takes_the_good_rows(county, bring):
    from tongban.rooms.people import queries

    rows = [unit("one", 821), unit("BAD", 822), unit("two", 823)]
    result = bring("orgs", rows, "--keep-going")
    assert (result.status, result.outcomes) == (1, ["新增", "有错", "新增"])
    assert {"one", "two"} <= {one.code for one in queries.units("990127")}
    assert "其余的已写入" in result.said


def test_a_dry_run_writes_nothing(county, bring):
    from tongban.rooms.people import queries

    before = queries.units("990127")
    result = bring("orgs", [unit("one", 831)], "--dry-run")
    assert (result.status, result.outcomes) == (0, ["新增"])
    assert "只是检查，没有写入。" in result.said
    assert queries.units("990127") == before


def test_sites_open_with_their_hours_and_get_new_ones(county, bring):
    from tongban.rooms.people import queries

    assert bring("sites", [{**SITE, **HOURS, "上级场所代码": "hall"}]).outcomes == ["新增"]
    site = queries.site_coded("990127", "east")
    assert [(one.days, f"{one.opens:%H:%M}") for one in site.hours] == [
        ("12345", "08:30"),
        ("12345", "13:30"),
        ("6", "09:00"),
    ]
    assert bring("sites", [{**SITE, **HOURS, "上级场所代码": "hall"}]).outcomes == ["没有变化"]
    assert bring("sites", [{**SITE, "开放时间": "工作日 09:00-17:00"}]).outcomes == ["更新"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"种类": "超市"}, "只能从 县大厅"),
        ({"开放时间": "早九晚五"}, "看不懂开放时间"),
        ({"开放时间": "周一 17:00-09:00"}, "关门晚于开门"),
        ({"区划代码": "990127999000"}, "没有在用的区划"),
        ({"纬度": "30.1"}, "纬度和经度要一起填写"),
        ({"纬度": "130", "经度": "1"}, "应是 -90 至 90 的数"),
    ],
)
def test_a_bad_site_is_named(county, bring, change, said):
    result = bring("sites", [{**SITE, **HOURS, "纬度": "", "经度": ""} | change])
    assert result.status == 1
    assert said in "".join(result.of("错误")[0])


def test_posts_come_with_their_powers(county, bring):
    from tongban.rooms import clock
    from tongban.rooms.people import queries

    rows = [
        post("new-clerk", 上级岗位代码="new-head", 职权="受理、送达", 授权文号="示政授〔2026〕第901号"),
        post("new-head"),
    ]
    assert bring("posts", rows).outcomes == ["新增", "新增"]
    clerk, head = queries.post_coded("990127", "new-clerk"), queries.post_coded("990127", "new-head")
    assert clerk.reports_to == head.id
    (authority,) = [one for one in queries.powers().rows[clerk.id] if one.order == "示政授〔2026〕第901号"]
    assert (sorted(authority.powers), authority.items) == (["accept", "deliver"], frozenset({"unit:scjg"}))
    assert authority.valid_from == clock.today()
    assert bring("posts", rows).outcomes == ["没有变化", "没有变化"]
    more = [{**rows[0], "职权": "审查", "授权文号": "示政授〔2026〕第902号"}]
    assert bring("posts", more).outcomes == ["更新"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"单位": "没有的局"}, "没有在用的单位“没有的局”"),
        ({"场所代码": "nowhere"}, "没有在用的场所"),
        ({"职权": "受理"}, "没有写授权文号"),
        ({"职权": "管理", "授权文号": "示政授〔2026〕第903号"}, "不能是“管理”"),
        ({"上级岗位代码": "nobody"}, "上级岗位“nobody”不在表中"),
    ],
)
def test_a_bad_post_is_named(county, bring, change, said):
    result = bring("posts", [post("new-clerk") | change])
    assert result.status == 1
    assert said in "".join(result.of("错误")[0])


def test_staff_come_in_take_their_posts_and_gain_another(county, bring):
    from tongban.rooms import clock
    from tongban.rooms.people import queries

    bring("posts", [post("p-1"), post("p-2")])
    assert bring("staff", [person("0071", 1, 岗位="p-1")]).outcomes == ["新增"]
    known = queries.staff_numbered("990127", "0071")
    assert queries.powers().holder(queries.post_coded("990127", "p-1").id, clock.today()).id == known.id
    assert bring("staff", [person("0071", 1, 岗位="p-1")]).outcomes == ["没有变化"]
    assert bring("staff", [person("0071", 1, 岗位="p-1、p-2")]).outcomes == ["更新"]
    lost = bring("staff", [person("71", 2)])
    assert "像是丢了开头的 0（系统里有“0071”）" in lost.said
    other = bring("staff", [person("0071", 3, 姓名="代新示例")])
    assert "工号“0071”在系统里是另一个人的" in other.said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"身份证号码": "990127199101010019"}, "校验"),
        ({"身份证号码": "9.90127E+17"}, "后几位已经丢失"),
        ({"岗位": "nobody"}, "没有在用的岗位“nobody”"),
        ({"单位": "nowhere"}, "请先导入单位表"),
        ({"姓名": ""}, "没有填写姓名"),
        ({"入职日期": "26-1-1"}, "看不懂日期“26-1-1”"),
    ],
)
def test_a_bad_member_of_staff_is_named_and_the_person_is_not_left_behind(county, bring, change, said):
    from tongban.rooms.people import queries

    result = bring("staff", [person("0072", 9, 入职日期="") | change], "--keep-going")
    assert result.status == 1
    assert said in "".join(result.of("错误")[0])
    assert queries.who_is("990127", "citizen_id", citizen(date(1991, 1, 1), 9)) is None
