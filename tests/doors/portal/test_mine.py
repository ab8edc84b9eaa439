"""我的: what waits for me, my cases, corrections in one place, licences, mandates, messages, ratings, who looked."""

import io
import json
import re
from datetime import date
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.doors.browsing import paper_of, signed_in, text_of

SHOP = "small-food-shop"
DAY = (2026, 9, 22)


@pytest.fixture
def now(county):
    with county.at(*DAY):
        yield county


@pytest.fixture
def me(now):
    return signed_in(now.citizen())


def correcting(county, **lacking):
    from tongban.rooms.casework import actions as casework

    case_id = county.filed()
    casework.ask_correction(case_id, county.able("accept", SHOP), lacking or {"layout": "缺洗消位置，请补画"})
    return case_id


def file_of(case_id):
    from tongban.rooms.casework.queries.reading import read

    return read(case_id)


def photo(county):
    return SimpleUploadedFile("photo.png", county.png)


def test_what_waits_for_me_comes_first(now, me):
    case_id = correcting(now)
    rated = now.delivered()
    page = text_of(me.get("/mine/"))
    assert page.index("等您办的") < page.index("去补正") < page.index("去评价") < page.index("全部办件")
    assert "2026年10月22日 前" in page
    assert str(case_id) in me.get("/mine/").content.decode()
    assert str(rated) in me.get("/mine/").content.decode()


def test_somebody_without_cases_is_shown_a_way_on(now):
    page = text_of(signed_in(now.citizen("租演示")).get("/mine/"))
    assert "还没有提交过办件" in page
    assert "找要办的事" in page


def test_a_case_says_who_has_it_and_explains_its_days(now, me):
    case_id = now.accepted()
    page = text_of(me.get(f"/mine/cases/{case_id}/"))
    assert "示例县市场监督管理局" in page
    assert "现场核查" in page
    assert "这个日期是怎样算的" in page
    assert "起始日，不计入" in page
    assert "国庆" in page
    assert "受理" in page


def test_a_correction_is_made_in_one_place_and_what_came_is_kept(now, me):
    case_id = correcting(now, layout="缺洗消位置", health="健康证过期")
    page = text_of(me.get(f"/mine/cases/{case_id}/supply/"))
    assert "缺洗消位置" in page
    assert "健康证过期" in page
    # One good and one bad photograph: the good one stays.
    bad = SimpleUploadedFile("x.png", b"no picture")
    answer = me.post(f"/mine/cases/{case_id}/supply/", {"m-layout": photo(now), "m-health": bad, "key": uuid4().hex})
    assert answer.status_code == 422
    assert "按内容看这是" in text_of(answer)
    assert "已补" in text_of(answer)
    assert file_of(case_id).facts.state == "correcting"
    done = me.post(f"/mine/cases/{case_id}/supply/", {"m-health": photo(now), "key": uuid4().hex})
    assert done.url == f"/mine/cases/{case_id}/"
    assert file_of(case_id).facts.state == "filed"
    again = me.post(f"/mine/cases/{case_id}/supply/", {"m-health": photo(now)}, follow=True)
    assert "没有要补正的内容" in text_of(again)


def test_a_form_to_be_corrected_is_filled_in_there(now, me):
    case_id = correcting(now, form="经营者姓名与身份证不符")
    page = me.get(f"/mine/cases/{case_id}/supply/")
    assert 'name="owner"' in page.content.decode()
    answers = now.answers(SHOP)
    wrong = me.post(f"/mine/cases/{case_id}/supply/", {**answers, "owner": "", "key": "a"})
    assert wrong.status_code == 422
    assert f'value="{answers["shop_name"]}"' in wrong.content.decode()
    assert me.post(f"/mine/cases/{case_id}/supply/", {**answers, "owner": "林示例", "key": "b"}).status_code == 302
    assert file_of(case_id).facts.state == "filed"


def test_nothing_chosen_is_told(now, me):
    case_id = correcting(now)
    answer = me.post(f"/mine/cases/{case_id}/supply/", {"key": "x"})
    assert answer.status_code == 422
    assert "还没有选择文件" in text_of(answer)


def test_what_was_promised_for_later_is_brought(now, me):
    from dataclasses import replace

    from tongban.rooms.casework import actions as casework

    filing = now.filing()
    offers = {**filing.offers, "health": casework.Offer(promised=True)}
    case_id = casework.file_case(replace(filing, offers=offers), now.citizen()).case_id
    assert "去补交材料" in text_of(me.get("/mine/"))
    assert "您答应以后补交" in text_of(me.get(f"/mine/cases/{case_id}/"))
    answer = me.post(f"/mine/cases/{case_id}/follow/", {"m-health": photo(now), "key": uuid4().hex})
    assert answer.status_code == 302
    assert file_of(case_id).facts.following == ()
    assert "没有要以后补交" in text_of(me.get(f"/mine/cases/{case_id}/follow/", follow=True))


def test_the_other_side_signs_for_herself(now):
    from tongban.rooms.casework import actions as casework

    owner, tenant = now.citizen("房示例"), now.citizen("租演示")
    filing = now.filing("rental-filing", applicant=owner, signers=[casework.Signer("other_side", tenant.id)])
    case_id = casework.file_case(filing, owner).case_id
    theirs, mine = signed_in(tenant), signed_in(owner)
    assert "去签名" in text_of(theirs.get("/mine/"))
    assert "还在等" in text_of(mine.get(f"/mine/cases/{case_id}/"))
    assert theirs.post(f"/mine/cases/{case_id}/sign/", {"key": "k"}).status_code == 422
    assert theirs.post(f"/mine/cases/{case_id}/sign/", {"key": "k", "agree": "true"}).status_code == 302
    assert file_of(case_id).facts.unsigned == ()
    assert "不需要您签名" in text_of(mine.get(f"/mine/cases/{case_id}/sign/", follow=True))


def test_a_case_is_withdrawn_after_its_consequence_was_told(now, me):
    case_id = now.filed()
    assert "不能恢复" in text_of(me.get(f"/mine/cases/{case_id}/withdraw/"))
    me.post(f"/mine/cases/{case_id}/withdraw/", {"reason": "不开了", "key": "k"})
    assert file_of(case_id).facts.state == "withdrawn"
    again = me.post(f"/mine/cases/{case_id}/withdraw/", {"key": "other"})
    assert again.status_code == 422


def test_documents_are_downloaded_by_whom_they_concern(now, me):
    from tongban.rooms.licences import actions as sealing

    case_id = now.filed()
    (receipt,) = sealing.seal_now(case_id)
    assert "收件" in text_of(me.get(f"/mine/cases/{case_id}/"))
    assert paper_of(me, f"/mine/documents/{receipt.id}.pdf").content.startswith(b"%PDF")
    assert signed_in(now.citizen("租演示")).get(f"/mine/documents/{receipt.id}.pdf").status_code == 404


def test_a_case_is_rated_once_and_a_bad_one_is_seen_put_right(now, me):
    """S114.  Given a case rated twice, When saved, Then only one stands per act, and a default never counts as
    active.
    """
    from tongban.hall.postman import drain
    from tongban.rooms.ratings import queries as ratings

    case_id = now.delivered()
    page = f"/mine/cases/{case_id}/rate/"
    assert "请您评价" in text_of(me.get(f"/mine/cases/{case_id}/"))
    nothing = me.post(page, {"grade": "", "key": "a"})
    assert nothing.status_code == 422
    key = uuid4().hex
    form = {"grade": "dissatisfied", "comment": "等了很久", "key": key}
    assert [me.post(page, form).status_code for _ in range(2)] == [302, 302]
    other = me.post(page, {"grade": "very_satisfied", "key": uuid4().hex})
    assert other.status_code == 409
    assert "不满意" in text_of(other)
    given = ratings.rating_of("case", case_id)
    assert (given.grade, given.active, given.real_name) == ("dissatisfied", True, False)
    assert "已转办理单位核实整改" in text_of(me.get(page))
    case = text_of(me.get(f"/mine/cases/{case_id}/"))
    assert "您的评价：不满意" in case
    assert "请您评价" not in case
    drain()
    assert "看看是怎么整改的" in text_of(me.get(page))
    repair = re.search(r"/mine/cases/([\w-]+)/\">看看是怎么整改的", me.get(page).content.decode())[1]
    assert me.get(f"/mine/cases/{repair}/").status_code == 200
    assert "整改情况" in text_of(me.get("/mine/ratings/"))


def test_a_default_is_not_shown_as_hers_and_gives_way(now):
    from tongban.rooms.ratings import actions as ratings
    from tongban.rooms.ratings import queries

    case_id = now.delivered()
    ratings.set_default(now.code, after="5d", actor="x")
    with now.at(2026, 10, 20):
        me = signed_in(now.citizen())
        ratings.fill_defaults(now.code)
        assert not queries.rating_of("case", case_id).active
        assert "这件事办得怎么样" in text_of(me.get(f"/mine/cases/{case_id}/rate/"))
        assert "您的评价" not in text_of(me.get(f"/mine/cases/{case_id}/"))
        me.post(f"/mine/cases/{case_id}/rate/", {"grade": "satisfied", "key": "k"})
        assert queries.is_rated("case", case_id)


def test_an_unfinished_case_is_not_rated_yet(now, me):
    assert "还没有办完" in text_of(me.get(f"/mine/cases/{now.filed()}/rate/"))


def test_the_wallet_shows_a_licence_and_a_code_that_verifies(now, me):
    """S095.  Given a decision to grant, When issued, Then an e-licence is in the store within seconds with the same
    data as the case.
    """
    from tongban.rooms.licences import actions as sealing
    from tongban.rooms.licences import queries as licences

    case_id = now.delivered()
    sealing.seal_now(case_id)
    (licence,) = licences.of_case(case_id)
    assert "食品小经营店登记证" in text_of(me.get("/mine/licences/"))
    page = text_of(me.get(f"/mine/licences/{licence.id}/"))
    assert licence.number in page
    assert me.get(f"/mine/licences/{licence.id}/show/").content.decode().count("<svg") == 1
    shown = licences.show(licence.id, now.citizen().id)
    assert "属实，现行有效" in text_of(signed_in().get("/verify", {"c": shown.address.partition("c=")[2]}))
    stranger = signed_in(now.citizen("租演示"))
    assert stranger.get(f"/mine/licences/{licence.id}/").status_code == 404
    assert stranger.get(f"/mine/licences/{licence.id}/show/").status_code == 404


def test_a_mandate_is_given_seen_by_both_and_taken_back(now, me):
    from tongban.rooms.people import queries as people

    agent = now.citizen("租演示")
    form = {
        "name": "租演示",
        "number": "990127199509092100",
        "items": "*",
        "powers": ["file", "collect"],
        "until": "2026-12-31",
        "key": uuid4().hex,
    }
    wrong = me.post("/mine/mandates/give/", {**form, "number": "990127198805062016"})
    assert wrong.status_code == 422
    assert 'value="租演示"' in wrong.content.decode()
    assert me.post("/mine/mandates/give/", {**form, "until": "明年"}).status_code == 422
    assert [me.post("/mine/mandates/give/", {**form, "key": "same"}).status_code for _ in range(2)] == [302, 302]
    (given,) = people.mandates_of(now.citizen().id)
    assert (given.powers, given.valid_until) == (("collect", "file"), date(2026, 12, 31))
    theirs = signed_in(agent)
    assert "林示例" in text_of(theirs.get("/mine/mandates/"))
    assert "撤回委托" not in text_of(theirs.get("/mine/mandates/"))
    assert theirs.post(f"/mine/mandates/{given.id}/revoke/").status_code == 404
    me.post(f"/mine/mandates/{given.id}/revoke/")
    assert "已撤回" in text_of(me.get("/mine/mandates/"))
    assert people.mandate_for(now.citizen().id, agent.id, SHOP, date(2026, 9, 22)) is None


def test_messages_are_kept_for_applicant_and_agent_and_marked_read(now, me):
    """S025.  Given a refusal, When decided, Then the message holds the reason and how to appeal or correct."""
    from tongban.hall.postman import drain
    from tongban.rooms.casework import actions as casework

    case_id = now.filed()
    casework.not_accept(case_id, now.able("accept", SHOP), ground="食品安全法 第三十六条", reason="不属于小经营店")
    drain()
    assert "没看过的消息" in text_of(me.get("/mine/"))
    page = text_of(me.get("/mine/messages/"))
    assert "不属于小经营店" in page
    assert "行政复议" in page
    assert "没看过的消息" not in text_of(me.get("/mine/"))
    assert "不属于小经营店" not in text_of(signed_in(now.citizen("租演示")).get("/mine/messages/"))


def test_an_agents_messages_go_to_both_sides(now):
    from tongban.hall.postman import drain
    from tongban.rooms.casework import actions as casework

    firm, agent, owner = now.firm(), now.citizen("代示例"), now.citizen("房示例")
    casework.file_case(now.filing(applicant=firm), agent)
    drain()
    assert "材料已收到" in text_of(signed_in(agent).get("/mine/messages/"))
    assert "材料已收到" in text_of(signed_in(owner).get("/mine/messages/"))


def test_who_looked_is_shown_by_department_and_post(now, me):
    from tongban.rooms.ledger import actions as ledger

    case_id, officer = now.filed(), now.staff("scjg-reviewer")
    ledger.log_access(officer.name, "case", case_id, "审查材料")
    page = text_of(me.get("/mine/looked/"))
    assert "审查材料" in page
    assert "市场监督管理局" in page
    assert "审查材料" not in text_of(signed_in(now.citizen("租演示")).get("/mine/looked/"))


def test_her_own_looks_and_the_houses_are_listed_when_asked_for(now, me):
    from tongban.rooms.ledger import actions as ledger

    case_id = now.filed()
    assert "没有别人查看过" in text_of(me.get("/mine/looked/"))
    ledger.log_access("house", "case", case_id, "notice")
    ledger.log_access(now.citizen().name, "case", case_id, "本人查看")
    ledger.log_access(now.staff("scjg-reviewer").name, "case", case_id, "审查材料")
    others, all_of_them = text_of(me.get("/mine/looked/")), text_of(me.get("/mine/looked/?every=1"))
    assert "本人查看" not in others
    assert "给您发通知" not in others
    assert "给您发通知" in all_of_them
    assert "审查材料" in others
    assert "您本人" in all_of_them
    assert "审查材料" in all_of_them


def test_everything_of_hers_is_taken_away_and_the_taking_is_logged(now, me):
    from tongban.rooms.ledger.queries import who_looked
    from tongban.rooms.licences import actions as sealing

    case_id, done = now.filed(), now.delivered()
    for one in (case_id, done):
        sealing.seal_now(one)
    packed = taken(me)
    names = packed.namelist()
    assert packed.testzip() is None
    number = file_of(case_id).row["number"]
    assert json.loads(packed.read(f"cases/{number}/case.json"))["answers"] == now.answers(SHOP)
    assert json.loads(packed.read("person.json"))["name"] == "林示例"
    for code, row in file_of(case_id).materials.items():
        if row["file_id"]:
            assert packed.read(f"cases/{number}/materials/{code}.png").startswith(b"\x89PNG"), code
    ended = f"cases/{file_of(done).row['number']}/documents/"
    assert [one for one in names if one.startswith(ended)]
    assert [one for one in names if one.startswith("licences/")]
    assert all(packed.read(one).startswith(b"%PDF") for one in names if one.endswith(".pdf"))
    index = packed.read("index.html").decode()
    assert [one for one in names if one != "index.html" and f'href="{one}"' not in index] == []
    assert "本人导出全部数据" in [one.purpose for one in who_looked(now.citizen().id)]


def test_what_she_takes_away_is_only_of_herself(now, me):
    """Of a case in which she acts for somebody else there is its number, and nothing that stands in it."""
    from tongban.rooms.casework import actions as casework

    firm, agent = now.firm(), now.citizen("代示例")
    case_id = casework.file_case(now.filing(applicant=firm), agent).case_id
    number = file_of(case_id).row["number"]
    packed = taken(signed_in(agent))
    assert [one["number"] for one in json.loads(packed.read("cases-of-others.json"))] == [number]
    assert [one for one in packed.namelist() if number in one] == []
    assert number not in "".join(taken(me).namelist())


def test_it_is_sent_as_it_is_made_and_at_most_five_times_a_day(now, me):
    now.filed()
    answer = me.post("/mine/export/")
    assert answer.streaming
    assert answer["Content-Disposition"].startswith("attachment;")
    pieces = list(answer.streaming_content)
    assert len(pieces) > 8
    for _ in range(4):
        assert me.post("/mine/export/").status_code == 200
    again = me.post("/mine/export/")
    assert again.status_code == 429
    assert "明天" in text_of(again)


def taken(browser):
    answer = browser.post("/mine/export/")
    return ZipFile(io.BytesIO(answer.getvalue()))


def test_a_full_session_offers_the_next_free_one(now):
    """S032.  Given capacity 5 for a slot, When a sixth person books, Then it is refused and the next free slot
    offered.
    """
    from tongban.rooms import clock
    from tongban.rooms.people import queries as people
    from tongban.rooms.waiting import actions as waiting
    from tongban.rooms.waiting import queries as waited

    site = people.site_coded(now.code, "hall").id
    first = waiting.open_session(
        site, clock.at_local(date(2026, 9, 23), 9), clock.at_local(date(2026, 9, 23), 10), 5, actor="x"
    )
    second = waiting.open_session(
        site, clock.at_local(date(2026, 9, 23), 10), clock.at_local(date(2026, 9, 23), 11), 5, actor="x"
    )
    for n in range(5):
        waiting.book(first, uuid4(), actor=f"person:{n}", key="k")
    client = signed_in(now.citizen())
    shown = text_of(client.get("/mine/appointments/", {"site": site}))
    assert "10:00–11:00" in shown
    assert "09:00–10:00" not in shown
    full = client.post("/mine/appointments/", {"site": site, "session": first, "item": SHOP, "key": "a"})
    assert full.status_code == 422
    assert "已约满" in text_of(full)
    assert "改约这一场" in text_of(full)
    form = {"site": site, "session": second, "item": SHOP, "key": "b"}
    assert [client.post("/mine/appointments/", form).status_code for _ in range(2)] == [302, 302]
    (seat,) = waited.my_appointments(now.citizen().id)
    assert seat.session_id == second
    page = text_of(client.get("/mine/appointments/"))
    assert seat.code in page
    assert "食品小经营店" in page
    stranger = signed_in(now.citizen("租演示"))
    assert stranger.post(f"/mine/appointments/{seat.id}/cancel/").status_code == 404
    assert client.post(f"/mine/appointments/{seat.id}/cancel/").status_code == 302
    assert waited.my_appointments(now.citizen().id) == ()


def test_a_rental_is_filed_signed_recorded_and_downloaded_without_a_visit(now):
    """S022.  Given a rental filing with photos, When approved, Then an SMS goes out and the sealed record downloads
    with a QR.

    Over the pages: the owner files, the tenant signs, both from home.
    """
    from tests.doors.portal.steps import begin, fill_form, finish
    from tongban.hall.postman import drain
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.licences import queries as licences

    owner, tenant = signed_in(now.citizen("房示例")), signed_in(now.citizen("租演示"))
    tasks = begin(owner, "rental-filing", for_id=now.citizen("房示例").id)
    fill_form(owner, tasks, now.answers("rental-filing"))
    owner.post(f"{tasks}signers/", {"name-other_side": "租演示", "number-other_side": "990127199509092100"})
    url = finish(owner, now, tasks, ("contract", "photos"))
    receipt = text_of(owner.get(url))
    assert "已向有关部门查到，不用您交" in receipt
    assert "请对方登录后在“我的办件”里签名" in receipt
    case_id = url.split("/")[3]
    tenant.post(f"/mine/cases/{case_id}/sign/", {"agree": "true", "key": "k"})
    officer = now.able("accept", "rental-filing")
    casework.put_on_record(file_of(case_id).id, officer)
    casework.issue(file_of(case_id).id, now.able("deliver", "rental-filing"))
    drain()
    assert "已备案" in text_of(owner.get("/mine/messages/"))
    page = owner.get(f"/mine/cases/{case_id}/").content.decode()
    found = re.findall(r"/mine/documents/([\w-]+)\.pdf", page)
    contents = [paper_of(owner, f"/mine/documents/{one}.pdf").content for one in found]
    assert all(licences.verify_pdf(one).state == "valid" for one in contents)
    assert len(contents) >= 3


def test_over_the_page_and_at_the_window_a_case_goes_through_the_same_states(now, me):
    """S020.  Given the same filing through 5 channels, When processed, Then the 5 cases go through the same states.

    Here: filed on the page of a phone, and taken in at a window; the other channels are in the journey of the rooms.
    """
    from dataclasses import replace

    from tests.doors.portal.steps import filed
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ledger.queries import stream

    paged = file_of(filed(me, now)).id
    filing = replace(now.filing(), channel="window")
    window = casework.file_case(filing, now.staff("window-1")).case_id
    ways = []
    for case_id in (paged, window):
        casework.accept(case_id, now.able("accept", SHOP))
        casework.pass_on(case_id, now.able("examine", SHOP), opinion="符合")
        casework.grant(case_id, now.able("decide", SHOP), opinion="准予")
        ways.append([e.body["row"]["state"] for e in stream(case_id) if e.step not in ("begin", "save")])
    assert ways[0] == ways[1] == ["filed", "accepted", "accepted", "granted"]


def test_the_cases_of_somebody_else_do_not_exist(now):
    case_id = now.delivered()
    stranger = signed_in(now.citizen("租演示"))
    for path in ("", "supply/", "follow/", "sign/", "withdraw/", "rate/"):
        assert stranger.get(f"/mine/cases/{case_id}/{path}").status_code == 404, path
        if path:
            answer = stranger.post(f"/mine/cases/{case_id}/{path}", {"agree": "true", "grade": "satisfied", "key": "k"})
            assert answer.status_code == 404, path
    assert signed_in().get("/mine/").status_code == 302
    assert signed_in(now.staff("jcs-officer")).get("/mine/").status_code == 403


def test_a_bundle_shows_how_far_each_part_is(now, me):
    """S071.  Given a newborn bundle, When the one form is filed, Then each department gets its part and one result pack
    comes out.

    Here: the applicant files once and sees each part; the pack is shown by the journey of the rooms.
    """
    from tests.rooms.casework.test_bundle import WHOLE, bundle
    from tongban.rooms.casework import actions as casework

    bundle_id = bundle(now, casework, WHOLE).case_id
    casework.tend_bundle(bundle_id)
    page = text_of(me.get(f"/mine/cases/{bundle_id}/"))
    assert "各个环节" in page
    assert "等前面的办好" in page
    assert "已收件" in page


PAGES = ("", "licences/", "messages/", "appointments/", "mandates/", "mandates/give/", "ratings/", "looked/", "export/")


@pytest.mark.parametrize("path", PAGES)
def test_no_list_asks_more_than_25_questions_however_long_it_is(now, me, path, django_assert_max_num_queries):
    now.delivered()
    me.get(f"/mine/{path}")
    with django_assert_max_num_queries(25) as one:
        assert me.get(f"/mine/{path}").status_code == 200
    for _ in range(3):
        now.delivered()
    correcting(now)
    with django_assert_max_num_queries(len(one) + 2):
        assert me.get(f"/mine/{path}").status_code == 200


@pytest.mark.parametrize("made", ["filed", "accepted", "delivered"])
def test_a_case_asks_no_more_than_25_questions(now, me, made, django_assert_max_num_queries):
    case_id = getattr(now, made)()
    me.get(f"/mine/cases/{case_id}/")
    with django_assert_max_num_queries(25):
        assert me.get(f"/mine/cases/{case_id}/").status_code == 200
