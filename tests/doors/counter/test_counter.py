"""综合窗口: who comes, what she wants, what she is given; nothing typed is lost, others' matters stay closed."""

import re
from uuid import uuid4

import pytest

from tests.doors.browsing import faults_of, paper_of, signed_in, text_of

MORNING = (2026, 10, 13, 9, 0)


def key():
    return uuid4().hex


def hall(county):
    from tongban.rooms.people import queries

    return queries.site_coded(county.code, "hall").id


def take(county, code="general", **given):
    from tongban.rooms.waiting import actions

    return actions.take_ticket(hall(county), code, **given)


def at_window(client, do, **given):
    """Do something with one's window and return the page that follows."""
    answer = client.post("/counter/window/", {"do": do, "key": key(), "next": "/counter/", **given})
    assert answer.status_code == 302
    return text_of(client.get(answer.url))


def answers_in(county, code):
    """Return valid answers as a form posts them."""
    return {
        name: str(value).lower() if isinstance(value, bool) else value for name, value in county.answers(code).items()
    }


def papers(county, code, options=frozenset(), **said):
    item = county.item(code)
    rows = [one.code for one in item.materials_for(options) if one.source != "made"]
    return {f"m-{one}": said.get(one, "paper") for one in rows}


def receive(client, county, code="small-food-shop", *, applicant=None, do="file", query="", **changes):
    """Take an item in and return the answer."""
    who = applicant or county.citizen()
    item = county.item(code)
    options = frozenset(s.options[0].code for s in item.situations)
    given = {"do": do, "key": key(), "o": sorted(options), **answers_in(county, code), **papers(county, code, options)}
    return client.post(f"/counter/receive/{who.id}/{code}/{query}", {**given, **changes})


def questions(client, address):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
        return len(found)


def test_a_window_calls_recalls_passes_over_takes_back_passes_on_and_finishes(county):
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        for _ in range(3):
            take(county)
        assert "A001" in text_of(client.get("/counter/"))
        assert "已叫 A001 号" in at_window(client, "next")
        assert "已再叫 A001 号" in at_window(client, "recall")
        assert "A001 号已过号" in at_window(client, "skip")
        page = client.get("/counter/").content.decode()
        gone = re.search(r'name="ticket" value="([^"]+)" class="button-small button-quiet">A001', page)[1]
        with county.at(2026, 10, 13, 9, 5):
            assert "A001 号已重新排队" in at_window(client, "return", ticket=gone)
        assert "已叫 A002 号" in at_window(client, "next")
        assert "请先办结、过号或转号" in at_window(client, "next")
        assert "新号 B001" in at_window(client, "transfer", **{"class": "spot"})
        assert "已叫" in at_window(client, "next")
        assert "已办结" in at_window(client, "finish")


def test_the_same_press_twice_calls_one(county):
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        take(county)
        take(county)
        same = {"do": "next", "key": key(), "next": "/counter/"}
        client.post("/counter/window/", same)
        client.post("/counter/window/", same)
        assert "A001 综合受理" in text_of(client.get("/counter/"))


def test_appointments_are_merged_into_the_queue(county):
    from tests.doors.kiosk.test_kiosk import booked
    from tongban.rooms.waiting import actions as waiting

    with county.at(*MORNING):
        code = booked(county, hour=10)
    with county.at(2026, 10, 13, 9, 55):
        take(county)
        waiting.check_in(code, hall(county))
    with county.at(2026, 10, 13, 10, 1):
        client = signed_in(county.staff("window-1"))
        assert "预约 10:00" in text_of(client.get("/counter/"))
        assert "已叫 A002 号" in at_window(client, "next")
        assert "预约人" in text_of(client.get("/counter/"))


def test_a_window_is_opened_and_closed_and_not_that_of_another(county):
    from tongban.rooms.waiting import queries

    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        assert "1 号窗口已关闭" in at_window(client, "close")
        other = next(one for one in queries.windows(hall(county)) if one.number == "2")
        assert "已有人当班" in at_window(client, "open", window=str(other.id))
        own = next(one for one in queries.windows(hall(county)) if one.number == "1")
        assert "1 号窗口已开放" in at_window(client, "open", window=str(own.id))
        assert "请选择本大厅的一个窗口" in at_window(client, "open", window=str(uuid4()))


def test_an_id_reader_leads_straight_to_the_person(county):
    from tongban.rooms.people import actions as people

    number = people.reveal_many([county.citizen().id], who="a", purpose="测试")[county.citizen().id]["citizen_id"]
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        answer = client.post("/counter/find/", {"said": number})
        assert answer.url == f"/counter/person/{county.citizen().id}/"
        page = client.get(answer.url)
    assert number not in page.content.decode()
    assert f"****{number[-4:]}" in text_of(page)


def test_looking_at_a_person_is_logged(county):
    from django.db import connection

    with county.at(*MORNING):
        who = county.staff("window-1")
        signed_in(who).get(f"/counter/person/{county.citizen().id}/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT purpose FROM ledger_access WHERE who = %s", [who.name])
        assert ("窗口接待",) in cursor.fetchall()


def test_somebody_of_another_county_is_nobody_here(county):
    from tongban.rooms.people import actions as people

    other = people.register_person("外县人", county="990128", actor="house")
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        assert client.get(f"/counter/person/{other}/").status_code == 404
        assert client.get(f"/counter/receive/{other}/small-food-shop/").status_code == 404
        assert client.get(f"/counter/person/{uuid4()}/").status_code == 404


def test_a_wrong_check_digit_is_told_in_words_and_all_stays(county):
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        given = {"do": "register", "key": key(), "name": "新来的", "kind": "citizen_id", "number": "990127195603074312"}
        answer = client.post("/counter/person/new/", given)
    assert answer.status_code == 422
    assert "校验" in text_of(answer)
    assert 'value="990127195603074312"' in answer.content.decode()
    assert 'value="新来的"' in answer.content.decode()


def test_a_namesake_is_shown_before_somebody_is_registered_twice(county):
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        given = {"do": "register", "key": key(), "name": "林示例", "kind": "citizen_id", "number": "", "phone": ""}
        warned = client.post("/counter/person/new/", given)
        assert (warned.status_code, "已有同名的人" in text_of(warned)) == (422, True)
        made = client.post("/counter/person/new/", {**given, "sure": "1"})
        assert made.status_code == 302
        assert client.post("/counter/person/new/", {**given, "sure": "1"}).url == made.url


def test_a_number_known_already_leads_to_whom_it_belongs(county):
    from tongban.rooms.people import actions as people

    number = people.reveal_many([county.citizen().id], who="a", purpose="测试")[county.citizen().id]["citizen_id"]
    with county.at(*MORNING):
        given = {"do": "register", "key": key(), "name": "冒名", "kind": "citizen_id", "number": number}
        answer = signed_in(county.staff("window-1")).post("/counter/person/new/", given)
    assert answer.status_code == 422
    assert f"/counter/person/{county.citizen().id}/" in answer.content.decode()


def test_a_water_item_is_taken_in_at_any_window_with_its_list(county):
    """S046.

    Given a clerk at an all-item window, When a water item comes, Then the check list appears and acceptance works
    without a water clerk.
    """
    from tongban.rooms.casework.queries.reading import read

    code = next(one for one in ("water-connection", "water-abstraction") if county.item(one).unit == "sw")
    applicant = county.citizen()
    if "natural" not in county.item(code).applicants:
        pytest.fail("choose an item of the water department for a person")
    with county.at(*MORNING):
        window, desk = signed_in(county.staff("window-3")), signed_in(county.staff("xzsp-acceptor"))
        item = county.item(code)
        options = "&".join(f"o-{n}={s.options[0].code}" for n, s in enumerate(item.situations))
        page = text_of(window.get(f"/counter/receive/{applicant.id}/{code}/?{options}"))
        for one in item.materials_for(frozenset(s.options[0].code for s in item.situations)):
            if one.source == "applicant":
                assert one.name in page
        answer = receive(window, county, code)
        assert answer.status_code == 302, text_of(answer)
        case_id = answer.url.split("/")[3]
        accepted = desk.post(f"/counter/case/{case_id}/step/accept/", {"key": key()})
        assert accepted.status_code == 302, text_of(accepted)
        assert "受理通知书" in text_of(desk.get(accepted.url))
    assert read(case_id).facts.state == "accepted"


def test_papers_are_taken_in_tied_to_the_ticket_and_the_receipt_is_there_at_once(county):
    from tongban.rooms.waiting import queries

    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        ticket = take(county)
        at_window(client, "next")
        answer = receive(client, county)
        assert answer.status_code == 302, text_of(answer)
        page = client.get(answer.url)
        assert "收件凭证" in text_of(page)
        pdf = paper_of(client, re.search(r'href="(/counter/document/[^"]+)"', page.content.decode())[1])
        assert pdf["Content-Type"] == "application/pdf"
        assert pdf.content.startswith(b"%PDF")
        case_id = answer.url.split("/")[3]
        assert str(queries.ticket(ticket.id).case_id) == case_id
        assert "窗口" in text_of(page)


def test_nothing_typed_is_lost_when_the_form_is_wrong(county):
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        answer = receive(
            client, county, shop_name="", owner="林大娘", **{"m-layout": "wrong", "r-layout": "没有标洗消位置"}
        )
        page = answer.content.decode()
    assert answer.status_code == 422
    assert "店铺名称" in text_of(answer)
    assert 'value="林大娘"' in page
    assert 'value="没有标洗消位置"' in page
    assert re.search(r'value="wrong" checked', page)


def test_scanned_pages_stay_while_the_form_is_mended(county):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.rooms.files.test_binding import page as scan
    from tongban.rooms.casework.queries.reading import read

    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        scans = [SimpleUploadedFile(f"{n}.png", scan()) for n in range(2)]
        answer = receive(client, county, shop_name="", **{"f-layout": scans})
        assert answer.status_code == 422
        stored = re.search(r'name="k-layout" value="([^"]+)"', answer.content.decode())[1]
        assert "已扫描" in text_of(answer)
        done = receive(client, county, **{"k-layout": stored, "m-layout": "file"})
        assert done.status_code == 302
        case_id = done.url.split("/")[3]
        shown = paper_of(client, f"/counter/case/{case_id}/paper/layout/")
    assert read(case_id).materials["layout"]["file_id"] == stored
    assert shown["Content-Type"] == "application/pdf"


def test_what_cannot_be_read_is_told_beside_its_material(county):
    from django.core.files.uploadedfile import SimpleUploadedFile

    with county.at(*MORNING):
        bad = SimpleUploadedFile("a.doc", b"no picture at all")
        answer = receive(signed_in(county.staff("window-1")), county, **{"f-layout": bad})
    assert answer.status_code == 422
    assert "这里只收" in text_of(answer)


def test_one_notice_names_all_that_lacks_and_a_second_is_on_record(county):
    """S054.

    Given a notice was issued, When a clerk adds a defect of the first filing later, Then it is blocked or logged
    as breach.
    """
    from tongban.rooms.casework.queries.reading import read

    with county.at(*MORNING):
        client = signed_in(county.staff("scjg-acceptor"))
        lack = {"m-layout": "lacking", "r-layout": "没有提交。", "m-health": "lacking"}
        silent = receive(client, county, do="tell", **lack)
        assert (silent.status_code, "请写明缺什么" in text_of(silent)) == (422, True)
        answer = receive(client, county, do="tell", **lack, **{"r-health": "已过有效期。请换领后再提交。"})
        case_id = answer.url.split("/")[3]
        page = text_of(client.get(answer.url))
        assert "补正" in page
        assert read(case_id).facts.state == "correcting"
        assert "缺 没有提交。" in page
        supplied = client.post(f"/counter/case/{case_id}/step/supply/", {"key": key(), "brought": ["layout", "health"]})
        assert supplied.status_code == 302, text_of(supplied)
        assert "已交 补正前：没有提交。" in text_of(client.get(supplied.url))
        again = client.post(
            f"/counter/case/{case_id}/step/ask_correction/",
            {"key": key(), "lack": ["application"], "r-application": "没有签名。"},
        )
        assert again.status_code == 302, text_of(again)
        assert "告知不止一次，已记录" in text_of(client.get(again.url))


def test_a_notice_that_leaves_something_out_is_refused_and_keeps_what_was_written(county):
    with county.at(*MORNING):
        client = signed_in(county.staff("scjg-acceptor"))
        case_id = county.filed(leave_out=("layout", "health"))
        answer = client.post(
            f"/counter/case/{case_id}/step/ask_correction/", {"key": key(), "lack": ["layout"], "r-layout": "请补图。"}
        )
    assert answer.status_code == 422
    assert "一次列全" in text_of(answer)
    assert 'value="请补图。"' in answer.content.decode()


def test_not_accepting_needs_its_ground_and_makes_a_sealed_paper(county):
    """S056 Given a refusal without ground, When saved, Then it is refused."""
    with county.at(*MORNING):
        client = signed_in(county.staff("scjg-acceptor"))
        case_id = county.filed()
        where = f"/counter/case/{case_id}/step/not_accept/"
        answer = client.post(where, {"key": key(), "ground": "", "reason": "不属于本机关职权"})
        assert answer.status_code == 422
        assert "请写明不予办理的法律依据" in text_of(answer)
        assert "不属于本机关职权" in answer.content.decode()
        ground = "《行政许可法》第三十二条第一款第二项"
        done = client.post(where, {"key": key(), "ground": ground, "reason": "不属于本机关职权"})
        assert "不予受理" in text_of(client.get(done.url))


def test_a_fee_is_paid_with_its_voucher(county):
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.catalogue import queries as catalogue

    with county.at(*MORNING):
        from tongban.rooms import clock

        rows = [one for one in catalogue.listed(county.code, clock.today()) if one.leaf]
        code = next(
            one.code
            for one in rows
            if (item := county.item(one.code)).fee
            and item.fee.amount_fen
            and item.kind != "bundle"
            and "natural" in item.applicants
            and not item.renewal
            and not item.signatures[1:]
        )
        case_id = county.accepted(code)
        client = signed_in(county.staff("window-1"))
        assert "应缴" in text_of(client.get(f"/counter/case/{case_id}/"))
        where = f"/counter/case/{case_id}/step/settle_fee/"
        assert client.post(where, {"key": key(), "state": "paid", "voucher": ""}).status_code == 422
        client.post(where, {"key": key(), "state": "paid", "voucher": "示财票0001"})
    assert read(case_id).facts.fee == "paid"


def test_an_original_is_registered_found_by_its_bar_code_and_given_back(county):
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        case_id = county.filed()
        where = f"/counter/case/{case_id}/original/"
        given = {"material": "layout", "label": "YJ-0001", "place": "3 号柜"}
        assert client.post(where, {"key": key(), **given, "place": ""}).status_code == 422
        assert client.post(where, {"key": key(), **given}).status_code == 302
        assert client.post("/counter/find/", {"said": "YJ-0001"}).url == f"/counter/case/{case_id}/"
        page = client.get(f"/counter/case/{case_id}/").content.decode()
        one = re.search(r'name="original" value="([^"]+)"', page)[1]
        client.post(where, {"key": key(), "original": one})
        assert "已归还" in text_of(client.get(f"/counter/case/{case_id}/"))


def test_a_draft_saved_at_the_window_is_gone_on_with(county):
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        saved = receive(client, county, do="save", owner="林大娘", shop_name="")
        assert saved.status_code == 302, text_of(saved)
        page = client.get(saved.url).content.decode()
        assert 'value="林大娘"' in page
        listed = text_of(client.get(f"/counter/person/{county.citizen().id}/"))
        assert "接着办：食品小经营店登记证核发" in listed
        done = receive(client, county, query=f"?{saved.url.partition('?')[2]}")
        assert done.status_code == 302
        assert "没有办完的草稿" not in text_of(client.get(f"/counter/person/{county.citizen().id}/"))


def test_a_wrong_collector_gets_nothing_and_the_right_one_a_receipt(county):
    """S049 Given a wrong collector, When identity is checked, Then delivery is refused unless mandated."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import actions as people
    from tongban.rooms.people import queries

    with county.at(*MORNING):
        case_id = county.granted()
        casework.issue(case_id, county.able("deliver", "small-food-shop"))
        client = signed_in(county.staff("exit"))
        assert "食品小经营店" in text_of(client.get("/counter/results/"))
        people.register_person("路过的人", county=county.code, actor="house")
        where = f"/counter/results/{case_id}/"
        for said in ("路过的人", "没有这个人", ""):
            answer = client.post(where, {"key": key(), "way": "window", "said": said})
            assert answer.status_code == 422, said
        name = queries.person(county.citizen().id).name
        assert f"申请人 {name}" in text_of(client.get(where))
        done = client.post(where, {"key": key(), "way": "window", "said": name})
        assert done.status_code == 302
        assert "送达回证" in text_of(client.get(done.url))
        assert client.get(where).status_code == 302


def test_mail_needs_its_number(county):
    from tongban.rooms.casework import actions as casework

    with county.at(*MORNING):
        case_id = county.granted()
        casework.issue(case_id, county.able("deliver", "small-food-shop"))
        client, where = signed_in(county.staff("exit")), f"/counter/results/{case_id}/"
        assert client.post(where, {"key": key(), "way": "mail", "mail_number": ""}).status_code == 422
        assert client.post(where, {"key": key(), "way": "mail", "mail_number": "EX0001"}).status_code == 302


def test_a_question_stays_with_who_was_asked_first_until_a_colleague_accepts_it(county):
    """S057 Given a question handed over, When the receiver does not accept, Then it stays with the first person."""
    with county.at(*MORNING):
        one, other = county.staff("window-1"), county.staff("window-2")
        here, there = signed_in(one), signed_in(other)
        address = "/counter/questions/"
        assert here.post(address, {"do": "take", "key": key(), "text": ""}).status_code == 422
        here.post(address, {"do": "take", "key": key(), "text": "孙子落户要带什么？"})
        page = here.get(address).content.decode()
        question = re.search(r'name="question" value="([^"]+)"', page)[1]
        here.post(address, {"do": "hand_over", "key": key(), "question": question, "to": str(other.id)})
        assert "还没有接手" in text_of(here.get(address))
        there.post(address, {"do": "decline", "key": key(), "question": question})
        assert "孙子落户" in text_of(here.get(address))
        assert "孙子落户" not in text_of(there.get(address))
        here.post(address, {"do": "hand_over", "key": key(), "question": question, "to": str(other.id)})
        there.post(address, {"do": "accept", "key": key(), "question": question})
        assert "孙子落户" not in text_of(here.get(address))
        there.post(address, {"do": "answer", "key": key(), "question": question, "text": "户口本和出生证。"})
        assert "没有等您答复的问题" in text_of(there.get(address))


def test_a_stand_in_sees_the_questions_of_who_is_away(county):
    with county.at(*MORNING):
        one, other = county.staff("window-1"), county.staff("window-2")
        here, there = signed_in(one), signed_in(other)
        address = "/counter/questions/"
        here.post(address, {"do": "take", "key": key(), "text": "孙子落户要带什么？"})
        wrong = here.post(
            address, {"do": "away", "key": key(), "to": str(other.id), "first": "2026-10-15", "last": "x"}
        )
        assert (wrong.status_code, 'value="2026-10-15"' in wrong.content.decode()) == (422, True)
        here.post(
            address, {"do": "away", "key": key(), "to": str(other.id), "first": "2026-10-13", "last": "2026-10-14"}
        )
        assert "孙子落户" in text_of(there.get(address))


def test_a_case_that_is_not_hers_does_not_exist(county):
    with county.at(*MORNING):
        case_id = county.filed()
        village = signed_in(county.staff("village-001202-agent"))
        assert village.get(f"/counter/case/{case_id}/").status_code == 404
        assert village.post(f"/counter/case/{case_id}/step/accept/", {"key": key()}).status_code == 404
        window = signed_in(county.staff("window-1"))
        refused = window.post(f"/counter/case/{case_id}/step/accept/", {"key": key()})
        assert refused.status_code == 422
        assert window.get("/counter/results/").status_code == 403
        assert signed_in(county.citizen()).get("/counter/").status_code == 403


@pytest.mark.parametrize("page", ["", "person", "results/", "questions/", "case", "receive"])
def test_a_page_asks_the_same_number_of_questions_however_much_there_is(county, page):
    from tongban.rooms.casework import actions as casework

    with county.at(*MORNING):
        who = county.staff("exit") if page == "results/" else county.staff("window-1")
        client = signed_in(who)
        person = county.citizen()

        def grow():
            take(county)
            case_id = county.granted() if page == "results/" else county.filed()
            if page == "results/":
                casework.issue(case_id, county.able("deliver", "small-food-shop"))
            client.post("/counter/questions/", {"do": "take", "key": key(), "text": "什么时候？"})
            return case_id

        case_id = grow()
        addresses = {"person": f"person/{person.id}/?q=登记", "case": f"case/{case_id}/"}
        addresses["receive"] = f"receive/{person.id}/small-food-shop/"
        address = f"/counter/{addresses.get(page, page)}"
        client.get(address)
        one = questions(client, address)
        for _ in range(6):
            grow()
        assert questions(client, address) == one
        assert one <= 25


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_pages_of_the_window_are_good_for_everybody(site, request, size):
    page, county = request.getfixturevalue(size), site.county
    with county.at(*MORNING):
        ready = county.granted()
        from tongban.rooms.casework import actions as casework

        casework.issue(ready, county.able("deliver", "small-food-shop"))
        lacking, person = county.filed(leave_out=("layout",)), county.citizen().id
        take(county)
        walks = {
            "scjg-acceptor": (
                "",
                f"person/{person}/?q=食品",
                "person/new/",
                f"receive/{person}/small-food-shop/",
                f"receive/{person}/elderly-card/",
                f"case/{lacking}/",
                "questions/",
            ),
            "exit": ("results/", f"results/{ready}/"),
        }
        for post, paths in walks.items():
            site.enter(page, county.staff(post))
            for big in ("0", "1"):
                page.goto(f"{site.url}/counter/")
                page.evaluate(f"document.documentElement.classList.toggle('big', {big} === 1)")
                for path in paths:
                    page.goto(f"{site.url}/counter/{path}")
                    page.evaluate(f"document.documentElement.classList.toggle('big', {big} === 1)")
                    assert faults_of(page) == []
                    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], path


def test_a_desk_that_hands_nothing_out_is_not_offered_to(county):
    """The link to the results led whoever has not the power to a page of refusal."""
    at_window, at_exit = (text_of(signed_in(county.staff(post)).get("/counter/")) for post in ("window-1", "exit"))
    assert "出件 Alt+2" not in at_window
    assert "出件 Alt+2" in at_exit
