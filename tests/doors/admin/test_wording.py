"""通知用语和文书上县里的话: changed with a look beforehand, confirmed by another officer, taken back."""

from uuid import uuid4

import pytest

from tests.doors.browsing import signed_in, text_of
from tests.rooms.licences.paper_sample import text_of as text_of_paper
from tongban.hall import postman
from tongban.rooms.catalogue.models import Wording
from tongban.rooms.licences import queries as licences
from tongban.rooms.people.models import Proposal

ACCEPT = "/manage/notices/applicant/accept/"
OWN = "【{县名}】您的“{事项名称}”（编号{办件编号}）受理啦。{理由和依据}{下一步}"


@pytest.fixture
def system(county):
    return signed_in(county.staff("system-officer"))


@pytest.fixture
def security(county):
    return signed_in(county.staff("security-officer"))


def send(client, page, text="", press="propose"):
    return client.post(page, {"text": text, press: "1", "key": uuid4().hex})


def confirm(client):
    (waiting,) = Proposal.objects.filter(state="open")
    return client.post("/manage/proposals/", {"proposal": str(waiting.id), "confirm": "1"})


def notices_of(county, monkeypatch):
    """Accept a case and return what was sent out."""
    sent = []

    class Wire:
        def send(self, message):
            sent.append(message.text)

    monkeypatch.setattr("tongban.hall.postman.notices.channel", Wire)
    county.accepted()
    postman.drain()
    return sent


def test_a_notice_reads_as_the_county_wants_when_two_have_agreed(system, security, county, monkeypatch):
    page = text_of(system.get(ACCEPT))
    assert "{下一步}" in page
    look = system.post(ACCEPT, {"text": OWN, "look": "1", "key": uuid4().hex})
    assert "受理啦。" in text_of(look)
    assert "我们最迟在" in text_of(look)
    assert not Proposal.objects.exists()
    assert send(system, ACCEPT, OWN).status_code == 302
    assert "受理啦" not in text_of(system.get("/manage/notices/"))
    assert "正等安全管理员确认" in text_of(send(system, ACCEPT, OWN))
    assert "受理啦" in text_of(security.get("/manage/proposals/"))
    assert confirm(system).status_code == 422
    assert confirm(security).status_code == 302
    assert "受理啦" in text_of(system.get("/manage/notices/"))
    sent = notices_of(county, monkeypatch)
    assert any(text.startswith("【示例县】您的“") and "受理啦。我们最迟在" in text for text in sent)
    assert "受理啦" in text_of(system.get(ACCEPT))
    assert send(system, ACCEPT, press="back").status_code == 302
    confirm(security)
    assert not any("受理啦" in text for text in notices_of(county, monkeypatch))
    assert Wording.objects.filter(key="applicant/accept").count() == 2
    assert "用回原话" in text_of(system.get(ACCEPT))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "请写出通知的话"),
        (OWN.replace("{下一步}", ""), "少了 {下一步}"),
        (OWN.replace("{理由和依据}", ""), "少了 {理由和依据}"),
        (OWN.replace("{县名}", "{姓名}"), "没有 {姓名} 这样的空格"),
        (OWN + "{", "花括号没有成对"),
        (OWN + "{}", "花括号没有成对"),
        (OWN + "{{x}}", "花括号没有成对"),
        (OWN.replace("{县名}", "{县名.__class__}"), "没有 {县名.__class__} 这样的空格"),
        (OWN.replace("{县名}", "{县名!r}"), "花括号没有成对"),
        (OWN + "长" * 400, "通知最多 400 个字"),
    ],
)
def test_words_that_would_lose_what_people_must_know_are_refused_and_stay_typed(system, text, said):
    for press in ("propose", "look"):
        answer = send(system, ACCEPT, text, press)
        assert answer.status_code == 422
        assert said in text_of(answer)
    assert not Proposal.objects.exists()
    assert text[:20] in answer.content.decode()


def test_the_same_words_are_no_change_and_unknown_notices_are_not_there(system):
    from tongban.rooms.casework.notice_words import shipped

    assert "与原来的话相同" in text_of(send(system, ACCEPT, shipped("applicant/accept")))
    assert system.get("/manage/notices/applicant/nothing/").status_code == 404
    assert system.get("/manage/notices/nobody/accept/").status_code == 404
    assert system.get("/manage/papers/texts/nothing/").status_code == 404


def test_every_notice_opens_to_its_change_and_every_shipped_one_would_pass(system):
    from tongban.rooms.casework.notice_words import APPLICANT, check_words, shipped

    for key in (*(f"applicant/{name}" for name in APPLICANT), "desk", "supervisor"):
        assert check_words(key, shipped(key)) == shipped(key)
    for page in ("desk/accept", "supervisor/deem_accepted"):
        assert "每一步的这类通知都用这句话" in text_of(system.get(f"/manage/notices/{page}/"))


def test_what_the_county_adds_stands_on_a_document_and_what_the_law_wants_stays(system, security, county, tmp_path):
    words = {
        "court": "示例县第二人民法院",
        "remedy": "行政复议申请可以交到示例县司法局。",
        "footer": "示例县政务服务中心，示例路1号",
        "note-non_acceptance": "本县另设帮办窗口，可以协助准备材料。",
    }
    for name, text in words.items():
        page = f"/manage/papers/texts/{name}/"
        sample = send(system, page, text, "sample")
        assert sample.headers["Content-Type"] == "application/pdf"
        assert send(system, page, text).status_code == 302
        assert confirm(security).status_code == 302
    assert words["footer"] in text_of(system.get("/manage/papers/texts/"))
    # 样张 is written across the sheet, so its characters stand among the others.
    printed = text_of_paper(system.get("/manage/papers/non_acceptance/").content, tmp_path)
    printed = "".join(one for one in printed if one not in "样张\n")
    for text in (*words.values(), "六十日内", "六个月内"):
        assert text in printed
    case = county.filed("small-food-shop")
    from tongban.rooms.casework import actions as casework

    casework.not_accept(
        case, county.able("accept", "small-food-shop"), reason="不属于本机关职权", ground="行政许可法 第三十二条"
    )
    postman.drain()
    made = next(one for one in licences.documents_of(case) if one.kind == "non_acceptance")
    real = text_of_paper(licences.pdf(made.id), tmp_path).replace("\n", "")
    assert words["court"] in real
    assert words["note-non_acceptance"] in real


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("court", "示例县仲裁委员会", "请写明是哪个人民法院"),
        ("court", "人民法院" * 20, "最多印 40 个字"),
        ("footer", "", "请写出要印的话"),
        ("footer", "电话\U0001f600", "字库里没有"),
    ],
)
def test_what_cannot_be_printed_is_refused(system, name, text, said):
    for press in ("propose", "sample"):
        answer = send(system, f"/manage/papers/texts/{name}/", text, press)
        assert answer.status_code == 422
        assert said in text_of(answer)


def test_others_change_no_words(security, county):
    for page in (ACCEPT, "/manage/papers/texts/", "/manage/papers/texts/court/"):
        assert security.get(page).status_code == 403
        assert signed_in(county.staff("editor")).post(page, {"text": OWN, "propose": "1"}).status_code == 403


def test_pages_of_words_ask_little(system, county, django_assert_max_num_queries):
    for page in ("/manage/notices/", ACCEPT, "/manage/papers/", "/manage/papers/texts/", "/manage/papers/texts/court/"):
        system.get(page)
        with django_assert_max_num_queries(12):
            assert system.get(page).status_code == 200
