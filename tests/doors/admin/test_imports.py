"""导入: a table is tried first, every mistake named by its row, and the same table written when it was confirmed."""

import csv
import io
import threading
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.doors.browsing import signed_in, text_of
from tests.hall.importing.test_offices import person, post, unit
from tongban.hall import postman
from tongban.rooms.files.models import StoredFile
from tongban.rooms.importing.models import Import
from tongban.rooms.ledger import queries as told
from tongban.rooms.people import queries
from tongban.rooms.people.models import AuthorityRow, Proposal, Staff
from tongban.rooms.waiting import queries as waits


@pytest.fixture
def system(county):
    return signed_in(county.staff("system-officer"))


@pytest.fixture
def security(county):
    return signed_in(county.staff("security-officer"))


def table(rows, name="表.csv"):
    text = io.StringIO()
    writer = csv.DictWriter(text, list({name: 1 for row in rows for name in row}))
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode())


def hand_in(client, kind, rows):
    form = {"kind": kind, "file": table(rows), "key": uuid4().hex}
    answer = client.post("/manage/imports/", form)
    assert answer.status_code == 302
    postman.drain()
    return answer.url


def press(client, page, name):
    return client.post(page, {name: "1", "key": uuid4().hex})


def report(client, page):
    text = client.get(page + "report.csv").content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_a_table_is_tried_confirmed_and_written_and_a_second_time_changes_nothing(system, county):
    rows = [unit("slj", 801), unit("slz", 802, 上级单位代码="slj")]
    page = hand_in(system, "orgs", rows)
    tried = text_of(system.get(page))
    assert "检查通过，还没有写入" in tried
    assert "新增 2" in tried
    assert {one.code for one in queries.units("990127")} & {"slj", "slz"} == set()
    assert [line[:3] for line in report(system, page)[:2]] == [["2", "新增", "slj"], ["3", "新增", "slz"]]
    assert press(system, page, "confirm").status_code == 302
    assert "正在写入" in text_of(system.get(page))
    postman.drain()
    assert "已写入" in text_of(system.get(page))
    assert queries.unit("990127", "slz").parent_code == "slj"
    row = Import.objects.get()
    assert row.file is None
    assert StoredFile.objects.get(sha256=row.digest).provisional
    steps = [one.step for one in told.stream(row.id, "import")]
    assert steps == ["hand_in_import", "confirm_import", "import_orgs"]
    again = hand_in(system, "orgs", rows)
    assert "与系统里的相同" in text_of(system.get(again))
    press(system, again, "confirm")
    postman.drain()
    assert "什么也没有改" in text_of(system.get(again))
    assert text_of(system.get("/manage/imports/")).count("已写入") == 2


def test_every_mistake_is_named_and_nothing_of_the_table_is_written(system, county):
    rows = [unit("slj", 801), unit("水利", 802), {**unit("slz", 803), "启用日期": "2026-02-30"}]
    page = hand_in(system, "orgs", [{"启用日期": "", **row} for row in rows])
    shown = text_of(system.get(page))
    assert "一行也没有写入" in shown
    assert "单位代码由小写字母" in shown
    assert "没有“2026-02-30”这一天" in shown
    errors = [line for line in report(system, page) if line[1] == "错误"]
    assert [(line[0], line[2]) for line in errors] == [("3", ""), ("4", "启用日期")]
    only = system.get(page + "report.csv?errors=1").content.decode("utf-8-sig")
    assert len(only.splitlines()) == 3
    assert press(system, page, "confirm").status_code == 422
    assert "确认写入" not in text_of(system.get(page))
    assert "slj" not in {one.code for one in queries.units("990127")}
    assert press(system, page, "drop").status_code == 302
    assert "已放弃" in text_of(system.get(page))
    assert press(system, page, "drop").status_code == 422


def test_what_became_wrong_between_trial_and_writing_writes_nothing(system, county):
    def window(number, kind):
        return {"场所代码": "hall", "窗口号": number, "专区代码": "general", "业务类别": kind}

    page = hand_in(system, "windows", [window("71", "general"), window("72", "alpha:Q:甲类")])
    other = hand_in(system, "windows", [window("73", "beta:Q:乙类")])  # takes the letter of one of them
    press(system, other, "confirm")
    press(system, page, "confirm")
    postman.drain()
    assert "已写入" in text_of(system.get(other))
    assert "一行也没有写入" in text_of(system.get(page))
    numbers = {one.number for one in waits.arrangement(queries.site_coded("990127", "hall").id).windows}
    assert numbers & {"71", "72", "73"} == {"73"}
    assert Import.objects.get(state="faulty").file is not None
    assert press(system, page, "confirm").status_code == 422


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("", b"a,b\n", "请选择这是哪一种表"),
        ("nonsense", b"a,b\n", "请选择这是哪一种表"),
        ("orgs", b"", "是空的"),
        ("orgs", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "旧版 Word 或 Excel"),
        ("orgs", b"%PDF-1.7", "这里收 CSV 和 XLSX"),
        ("orgs", b"x" * (21 * 1024 * 1024), "请按行分成几份"),
    ],
)
def test_what_is_no_table_is_refused_at_once(system, kind, content, said):
    form = {"kind": kind, "file": SimpleUploadedFile("表.csv", content), "key": uuid4().hex}
    answer = system.post("/manage/imports/", form)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Import.objects.exists()


def test_a_form_without_a_file_says_so(system):
    assert "请选择要导入的文件" in text_of(system.post("/manage/imports/", {"kind": "orgs", "key": uuid4().hex}))


def test_a_workbook_that_unpacks_to_fill_the_memory_is_refused(system, monkeypatch):
    from tests.hall.importing.conftest import write_xlsx
    from tongban.rooms.importing import actions

    monkeypatch.setattr(actions, "UNPACKED", 100)
    path = write_xlsx(__import__("pathlib").Path(__import__("tempfile").mkdtemp()) / "t.xlsx", [unit("slj", 801)])
    form = {"kind": "orgs", "file": SimpleUploadedFile("表.xlsx", path.read_bytes()), "key": uuid4().hex}
    assert "展开后太大" in text_of(system.post("/manage/imports/", form))


def test_a_file_that_cannot_be_read_is_told_in_the_report(system, county):
    form = {"kind": "orgs", "file": SimpleUploadedFile("表.csv", "单位代码;单位名称\n".encode()), "key": uuid4().hex}
    page = system.post("/manage/imports/", form).url
    postman.drain()
    assert "不是用英文逗号分隔的" in text_of(system.get(page))
    assert "表.csv" in text_of(system.get(page))


def test_posts_and_staff_are_written_only_when_the_security_officer_confirms(system, security, county):
    page = hand_in(system, "posts", [post("new-acceptor", 职权="受理", 授权文号="示政授〔2026〕第9号")])
    assert "提请安全管理员确认" in text_of(system.get(page))
    assert press(system, page, "confirm").status_code == 302
    postman.drain()
    assert not AuthorityRow.objects.filter(order_text="示政授〔2026〕第9号").exists()
    assert "等安全管理员" in text_of(system.get(page))
    assert press(system, page, "confirm").status_code == 422
    (waiting,) = Proposal.objects.filter(state="open")
    decide = {"proposal": str(waiting.id), "confirm": "1"}
    assert system.post("/manage/proposals/", decide).status_code == 422
    told_her = security.get("/manage/proposals/")
    assert "新增 1" in text_of(told_her)
    assert page in told_her.content.decode()
    assert security.get(page).status_code == 200
    assert security.post("/manage/proposals/", decide).status_code == 302
    postman.drain()
    assert AuthorityRow.objects.get(order_text="示政授〔2026〕第9号").powers == ["accept"]
    hired = hand_in(system, "staff", [person("T950", 950, 岗位="new-acceptor")])
    press(system, hired, "confirm")
    (waiting,) = Proposal.objects.filter(state="open")
    security.post("/manage/proposals/", {"proposal": str(waiting.id), "decline": "1", "reason": "没有任命文件"})
    postman.drain()
    assert not Staff.objects.filter(number="T950").exists()
    assert "确认" in text_of(system.get(hired))


def test_officers_of_the_house_do_not_come_in_by_a_table_of_one_hand(system, security, county):
    rows = [post("shadow", 职权="系统管理、安全审计", 授权文号="示政授〔2026〕第10号")]
    page = hand_in(system, "posts", rows)
    assert "三员分立" in text_of(system.get(page))
    assert press(system, page, "confirm").status_code == 422


def test_divisions_of_other_counties_and_items_without_a_grip_are_named(system, county):
    foreign = [{"区划代码": "990128000000", "区划名称": "他县", "级别": "county", "上级代码": "990100000000"}]
    assert "不在本县" in text_of(system.get(hand_in(system, "divisions", foreign)))
    own = [{"区划代码": "990127099000", "区划名称": "新镇", "级别": "town", "上级代码": "990127000000"}]
    page = hand_in(system, "divisions", own)
    press(system, page, "confirm")
    postman.drain()
    assert "新镇" in {one.name for one in queries.divisions("990127")}
    item = {"部门": "示例局", "主项": "", "事项名称": "", "编码": "1", "类型": "1", "部门编码": "1"}
    assert "有错" in text_of(system.get(hand_in(system, "items", [item])))


def test_the_security_officer_hands_in_nothing(security, system, county):
    form = {"kind": "orgs", "file": table([unit("slj", 801)]), "key": uuid4().hex}
    assert security.post("/manage/imports/", form).status_code == 422
    page = hand_in(system, "orgs", [unit("slj", 801)])
    assert press(security, page, "confirm").status_code == 422
    assert press(security, page, "drop").status_code == 422


def test_looking_at_a_report_is_logged(system, county):
    page = hand_in(system, "orgs", [unit("slj", 801)])
    system.get(page)
    system.get(page + "report.csv")
    trial = Import.objects.get().trial_id
    found = [one.purpose for one in told.who_looked(trial)]
    assert {"look_import_report", "export_import_report"} <= set(found)


def test_pages_of_imports_ask_little(system, county, django_assert_max_num_queries):
    page = hand_in(system, "orgs", [unit(f"u{n}", 810 + n) for n in range(30)])
    system.get(page)
    for address in (page, page + "?part=all&page=2", "/manage/imports/", "/manage/imports/columns/staff/"):
        with django_assert_max_num_queries(16):
            assert system.get(address).status_code == 200
    assert system.get("/manage/imports/columns/nothing/").status_code == 404
    empty = system.get("/manage/imports/columns/staff/?csv=1").content.decode("utf-8-sig")
    assert empty.startswith("工号,姓名,身份证号码")


def test_how_far_it_is_is_seen_while_it_is_under_way(own_county):
    """The pass is one transaction; what it tells of its way is seen before its end."""
    from tongban.rooms import clock
    from tongban.rooms.importing import actions, passing

    officer = own_county.staff("system-officer")
    actor = queries.actor_of(officer.id, officer.post_id, clock.today())
    rows = [unit(f"v{n}", 820 + n) for n in range(450)]
    made = actions.hand_in("orgs", "单位.csv", table(rows).read(), by=actor)
    seen, write = set(), passing.files.store

    def look():
        from django.db import connection

        row = Import.objects.get(id=made)
        seen.add((row.state, row.done))
        connection.close()

    def looked(*args, **more):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return write(*args, **more)

    actions.files.store, before = looked, actions.files.store
    try:
        postman.drain()
    finally:
        actions.files.store = before
    assert seen == {("checking", 400)}
    assert Import.objects.get(id=made).state == "checked"
