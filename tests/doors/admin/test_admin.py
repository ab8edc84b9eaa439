"""系统管理: three officers, each in her own part; changes of powers by two; what the house shows of itself."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.doors.browsing import signed_in, text_of
from tongban.rooms import clock
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.exchange.queries.health import health
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger import queries as told
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.people.models import AuthorityRow, Holding, Proposal, Staff
from tongban.rooms.waiting import queries as waits

COUNTY = "990127"

OWN = {
    "system-officer": (
        *("staff", "posts", "proposals", "halls", "calendars", "papers", "notices"),
        *("adapters", "tokens", "retention", "state"),
    ),
    "security-officer": ("staff", "posts", "proposals", "seals", "state"),
    "audit-officer": ("access", "sign-ins", "closings", "state"),
}
ALL = sorted({page for pages in OWN.values() for page in pages})


@pytest.fixture
def system(county):
    return signed_in(county.staff("system-officer"))


@pytest.fixture
def security(county):
    return signed_in(county.staff("security-officer"))


@pytest.fixture
def audit(county):
    return signed_in(county.staff("audit-officer"))


def key() -> str:
    return uuid4().hex


@pytest.mark.parametrize("post", sorted(OWN))
def test_each_officer_does_her_own_work_and_not_that_of_the_others(county, post):
    client = signed_in(county.staff(post))
    found = {page: client.get(f"/manage/{page}/").status_code for page in ALL}
    assert found == {page: 200 if page in OWN[post] else 403 for page in ALL}
    first = text_of(client.get("/manage/"))
    assert ("印章和密钥" in first) == (post == "security-officer")


def test_somebody_is_hired_found_and_leaves(system, county):
    form = {
        "name": "新员工",
        "citizen_id": "990127199001010004",
        "phone": "10000007777",
        "unit": "xzsp",
        "number": "T901",
        "key": key(),
    }
    answer = system.post("/manage/staff/hire/", form)
    assert answer.status_code == 302
    assert system.post("/manage/staff/hire/", form).url == answer.url
    assert Staff.objects.filter(number="T901").count() == 1
    assert "新员工" in text_of(system.get("/manage/staff/", {"text": "T901"}))
    page = system.get(answer.url)
    assert "未登录过" in text_of(page)
    system.post(answer.url, {"leave": "1", "on": clock.today().isoformat()})
    assert Staff.objects.get(number="T901").left_on == clock.today()


def test_a_hiring_that_is_refused_keeps_what_was_typed(system):
    form = {"name": "林示例二", "citizen_id": "990127198805062016", "unit": "xzsp", "number": "T902", "key": key()}
    answer = system.post("/manage/staff/hire/", form)
    assert answer.status_code == 422
    assert "登记的是另一个姓名" in text_of(answer)
    assert 'value="T902"' in answer.content.decode()


def test_a_post_is_set_up_and_held_when_the_second_officer_confirms(system, security, county):
    form = {"title": "新岗位", "code": "new-desk", "unit": "xzsp", "site": "hall", "reports_to": "", "key": key()}
    post = system.post("/manage/posts/new/", form).url
    assert "还没有人担任过" in text_of(system.get(post))
    assert system.post(post, {"hold": "1", "staff": "T999", "key": key()}).status_code == 422
    number = queries.powers().staff[county.staff("editor").id].number
    system.post(post, {"hold": "1", "staff": number, "from": clock.today().isoformat(), "key": key()})
    assert "还没有人担任过" in text_of(system.get(post))
    (waiting,) = Proposal.objects.filter(state="open")
    assert "新岗位" in text_of(security.get("/manage/proposals/"))
    assert "有 1 条变更等待确认" in text_of(security.get("/manage/"))
    assert system.post("/manage/proposals/", {"proposal": str(waiting.id), "confirm": "1"}).status_code == 422
    security.post("/manage/proposals/", {"proposal": str(waiting.id), "confirm": "1"})
    assert "至今" in text_of(system.get(post))
    holding = Holding.objects.get(post__code="new-desk")
    system.post(post, {"end": str(holding.id), "key": key()})
    (ending,) = Proposal.objects.filter(state="open")
    security.post("/manage/proposals/", {"proposal": str(ending.id), "confirm": "1"})
    holding.refresh_from_db()
    assert holding.valid_until == clock.today()


def test_an_authority_is_granted_by_two_and_two_of_the_three_never_meet(system, security, county):
    post = f"/manage/posts/{county.staff('editor').post_id}/"
    form = {"grant": "1", "powers": ["supervise"], "items": "*", "order": "示例任命〔2026〕9号", "key": key()}
    assert system.post(post, form | {"powers": ["system", "audit"]}).status_code == 422
    assert "三员分立" in text_of(system.post(post, form | {"powers": ["system", "audit"], "key": key()}))
    assert "没有写明授权办理哪些事项" in text_of(system.post(post, form | {"items": "", "key": key()}))
    assert system.post(post, form).status_code == 302
    (waiting,) = Proposal.objects.filter(state="open")
    no_reason = security.post("/manage/proposals/", {"proposal": str(waiting.id), "decline": "1"})
    assert "请写明为什么不同意" in text_of(no_reason)
    security.post("/manage/proposals/", {"proposal": str(waiting.id), "confirm": "1"})
    row = AuthorityRow.objects.get(order_text="示例任命〔2026〕9号")
    assert row.powers == ["supervise"]
    system.post(post, {"withdraw": str(row.id), "key": key()})
    (waiting,) = Proposal.objects.filter(state="open")
    security.post("/manage/proposals/", {"proposal": str(waiting.id), "decline": "1", "reason": "还要用"})
    row.refresh_from_db()
    assert row.withdrawn_at is None
    assert "还要用" in text_of(system.get("/manage/proposals/"))


def test_the_security_officer_proposes_nothing(security, county):
    post = f"/manage/posts/{county.staff('editor').post_id}/"
    assert "提出授权" not in text_of(security.get(post))
    form = {"grant": "1", "powers": ["edit"], "items": "*", "order": "x", "key": key()}
    assert security.post(post, form).status_code == 422


def test_a_window_is_set_up_and_moved(system, county):
    page = system.get("/manage/halls/hall/").content.decode()
    zones = re.findall(r'<option value="([0-9a-f-]{36})">', page.partition('name="in_zone"')[2])
    form = {"add": "1", "number": "88", "in_zone": zones[0], "key": key()}
    assert system.post("/manage/halls/hall/", form).status_code == 302
    assert system.post("/manage/halls/hall/", form | {"number": "89"}).status_code == 422
    assert "88" in text_of(system.get("/manage/halls/hall/"))
    window = re.search(r'<option value="([0-9a-f-]{36})">88<', system.get("/manage/halls/hall/").content.decode())
    assert window is not None
    moving = {"move": "1", "window": window[1], "to_zone": zones[1], "key": key()}
    assert system.post("/manage/halls/hall/", moving).status_code == 302
    assert system.post("/manage/halls/hall/", moving | {"to_zone": zones[0], "key": key()}).status_code == 302
    back = waits.arrangement(queries.site_coded(COUNTY, "hall").id)
    assert system.post("/manage/halls/hall/", moving).status_code == 302
    assert waits.arrangement(queries.site_coded(COUNTY, "hall").id) == back
    wrong = system.post("/manage/halls/hall/", {"move": "1", "window": "x", "to_zone": zones[1]})
    assert wrong.status_code == 422


def test_a_seal_is_withdrawn_once(security, county):
    form = {"seal": str(licences.seals(COUNTY)[0].id), "reason": "replaced", "key": key()}
    assert security.post("/manage/seals/", form).status_code == 302
    told = text_of(security.get("/manage/seals/"))
    assert "已停用" in told
    assert "示例县市场监督管理局受理专用章（测试章） 示例县市场监督管理局 测试章" in told
    assert security.post("/manage/seals/", form).status_code == 302
    assert security.post("/manage/seals/", form | {"key": key()}).status_code == 422
    assert security.post("/manage/seals/", form | {"seal": str(uuid4()), "key": key()}).status_code == 422


def test_a_token_is_shown_once_and_revoked(system):
    form = {"name": "人口系统推送", "system": "population", "scopes": ["exchange"], "days": "30", "key": key()}
    page = system.post("/manage/tokens/", form)
    secret = re.search(r"tb_[\w-]+", page.content.decode())
    assert secret is not None
    again = system.post("/manage/tokens/", form, follow=True).content.decode()
    assert secret[0] not in again
    assert "只显示一次" in again
    assert len(queries.tokens(COUNTY)) == 1
    assert secret[0] not in system.get("/manage/tokens/").content.decode()
    assert people.admit(secret[0])[0].system == "population"
    system.post("/manage/tokens/", {"revoke": str(queries.tokens(COUNTY)[0].id)})
    assert "已失效" in text_of(system.get("/manage/tokens/"))
    for wrong, sentence in (({"days": "900"}, "有效期"), ({"system": ""}, "请选择"), ({"name": ""}, "写明")):
        answer = system.post("/manage/tokens/", form | wrong | {"key": key()})
        assert answer.status_code == 422
        assert sentence in text_of(answer)


def test_the_secret_of_a_token_is_kept_nowhere(system):
    """Not with the answers either that are kept for a form sent twice."""
    from tongban.rooms import crypto
    from tongban.rooms.people.models import Answered

    form = {"name": "人口系统推送", "system": "population", "scopes": ["exchange"], "days": "30", "key": key()}
    secret = re.search(r"tb_[\w-]+", system.post("/manage/tokens/", form).content.decode())
    assert secret is not None
    kept = [crypto.open_text(bytes(one.answer_sealed)) for one in Answered.objects.exclude(answer_sealed=None)]
    assert kept
    assert [one for one in kept if secret[0] in one or "tb_" in one] == []


def test_adapters_tell_of_a_system_that_is_down(system, county):
    exchange.set_knobs(COUNTY, "population", down=True)
    asked = {"fields": ["name"], "unit": "xzsp", "who": "house", "purpose": "注册账号时核对本人姓名和身份证号码"}
    exchange.ask(COUNTY, "population", {"citizen_id": "990127198805062016"}, **asked)
    found = {one.code: one for one in health(COUNTY, clock.now() - timedelta(days=1))}
    assert (found["population"].calls, found["population"].failed, found["population"].last_success) == (1, 1, None)
    exchange.set_knobs(COUNTY, "population", down=False)
    exchange.ask(COUNTY, "population", {"citizen_id": "990127198805062016"}, **asked)
    found = {one.code: one for one in health(COUNTY, clock.now() - timedelta(days=1))}
    assert (found["population"].calls, found["population"].failed) == (2, 1)
    assert found["population"].last_success is not None
    assert "时断时续" in text_of(system.get("/manage/adapters/"))


def test_the_state_page_tells_what_is_owed_and_for_how_long(system, county):
    with county.at(2026, 10, 13, 9, 0):
        ledger.promise("notice", "case", uuid4(), "k1", {})
        ledger.failed(ledger.claim(kinds=["notice"])[0].id, "no_gateway", attempts=1)
    with county.at(2026, 10, 13, 12, 0):
        (one,) = [row for row in told.backlog(clock.now()) if row.kind == "notice"]
        assert (one.due, one.troubled, one.trouble) == (1, 1, "no_gateway")
        page = system.get("/manage/state/")
        assert "no_gateway" in text_of(page)
        assert "light-red" in page.content.decode()


def test_the_audit_officer_finds_who_looked_and_the_search_is_logged(audit, county):
    clerk, person = county.staff("editor"), county.citizen()
    ledger.log_access(clerk.name, "person", person.id, "look_for_test")
    number = queries.powers().staff[clerk.id].number
    page = text_of(audit.get("/manage/access/", {"staff": number}))
    assert "look_for_test" in page
    assert "林示例" not in page
    assert "look_for_test" in text_of(audit.get("/manage/access/", {"subject": str(person.id), "kind": "person"}))
    assert "look_for_test" not in text_of(audit.get("/manage/access/", {"staff": number, "kind": "case"}))
    answer = audit.get("/manage/access/", {"staff": number, "csv": "1"})
    assert "look_for_test" in answer.content.decode()
    own = {one.purpose for one in told.who_looked(county.staff("audit-officer").id)}
    assert {"search_access_log", "export_access_log"} <= own
    for wrong, sentence in (
        ({"staff": "T999"}, "没有这个工号"),
        ({"first": "昨天"}, "日期要写成"),
        ({"subject": "x"}, "没有这个选项"),
    ):
        answer = audit.get("/manage/access/", wrong)
        assert answer.status_code == 422
        assert sentence in text_of(answer)


def test_sign_ins_and_wrong_tries_are_listed_without_personal_data(audit, county):
    signed_in(county.staff("editor"))
    number = queries.powers().staff[county.staff("editor").id].number
    assert number in text_of(audit.get("/manage/sign-ins/"))
    assert audit.get("/manage/sign-ins/", {"wrong": "1"}).status_code == 200


def test_closings_are_listed_and_checked(audit, county):
    from tongban.rooms.ledger import closing

    closing.close_due()
    page = text_of(audit.get("/manage/closings/"))
    assert "还没有封过账" not in page
    assert "签名都对得上" in text_of(audit.post("/manage/closings/"))


def test_lost_figures_are_dropped_by_the_security_officer_only(system, security, county):
    from tests.doors.browsing import account_for
    from tongban.rooms.people import actions as people

    who = county.staff("editor")
    account = account_for(who)
    seed = people.begin_totp(account).text
    people.confirm_totp(account, people.figures_at(seed, clock.machine_milliseconds() // 1000))
    page = f"/manage/staff/{who.id}/"
    assert system.post(page, {"drop": "1"}).status_code == 422
    assert queries.account(account).has_totp
    security.post(page, {"drop": "1"})
    assert not queries.account(account).has_totp
    assert security.post(page, {"leave": "1", "on": "2026-01-01"}).status_code == 422


@pytest.mark.parametrize("post", sorted(OWN))
def test_pages_ask_the_database_little(county, django_assert_max_num_queries, post):
    client = signed_in(county.staff(post))
    for page in OWN[post]:
        client.get(f"/manage/{page}/")
        with django_assert_max_num_queries(16):
            assert client.get(f"/manage/{page}/").status_code == 200


def test_lists_ask_the_same_for_one_row_and_for_many(system, county):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for page, few in (("staff", "T075"), ("posts", "editor")):
        counted = []
        for text in (few, ""):
            with CaptureQueriesContext(connection) as seen:
                system.get(f"/manage/{page}/", {"text": text})
            counted.append(len(seen))
        assert counted[0] == counted[1]


def test_every_document_and_licence_has_a_sample_that_is_none(system, county, tmp_path):
    from tests.rooms.licences.paper_sample import text_of as printed
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.licences.paper.wording import KINDS

    page = text_of(system.get("/manage/papers/"))
    assert "收件凭证" in page
    assert "食品经营许可证" in page
    for kind in sorted(KINDS):
        answer = system.get(f"/manage/papers/{kind}/")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert "样张" in printed(answer.content, tmp_path)
    one = next(kind for kind in catalogue.kinds() if kind.fields)
    text = printed(system.get(f"/manage/papers/licences/{one.code}/").content, tmp_path)
    assert one.name in text
    assert one.fields[0].label in text
    assert "样张" in text
    assert system.get("/manage/papers/nosuch/").status_code == 404
    assert system.get("/manage/papers/licences/nosuch/").status_code == 404


def test_every_notice_is_read_before_it_is_sent(system):
    from tongban.rulebook.kinds import KINDS

    page = text_of(system.get("/manage/notices/"))
    assert page.count("【示例县政务服务】") == len(
        {(step.name, step.label) for kind in KINDS.values() for step in kind.steps if "applicant" in step.tells}
    )
    assert "（材料名称）：（缺什么、怎样补）" in page
    assert "申请行政复议" in page
    assert "【监察】" in page


def test_the_notice_of_a_new_year_is_looked_at_day_by_day(system):
    from django.core.files.uploadedfile import SimpleUploadedFile

    def answer(text: str):
        return system.post("/manage/calendars/check/", {"file": SimpleUploadedFile("2027.toml", text.encode())})

    assert "放入新一年的放假安排" in text_of(system.get("/manage/calendars/"))
    good = 'year = 2027\nnotice = "示例"\n[[holiday]]\nname = "元旦"\nfirst = 2027-01-01\nlast = 2027-01-03\n'
    page = text_of(answer(good))
    assert "2027-01-01 周五 放假 元旦放假" in page
    # 261 days from Monday to Friday, less New Year's Day, which is a Friday.
    assert "全年工作日 260" in page
    assert "2027" not in text_of(system.get("/manage/calendars/"))
    for wrong, sentence in (
        (good + "work = [2027-01-04]\n", "本来就是工作日"),
        (good.replace("2027", "2029"), "放假安排不连续"),
        ("year =", "放假安排 读不出来"),
        ("x" * 70_000, "不像一年的放假安排"),
    ):
        refused = answer(wrong)
        assert refused.status_code == 422
        assert sentence in text_of(refused)
    assert "请选择放假安排的文件" in text_of(system.post("/manage/calendars/check/", {}))
