"""Between a citizen's pages and those who work: her wishes, the notes of colleagues, how she is reached (S032)."""

import re
from uuid import uuid4

import pytest

from tests.doors.browsing import signed_in, text_of
from tests.doors.counter.test_counter import MORNING, hall, key, questions, receive
from tests.rooms.casework import looking

TRANSFER = "estate-transfer"


def wished(county, code=TRANSFER, **wishes):
    """Begin a draft at home with wishes; returns its case."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.wishes import Wishes

    me = county.citizen()
    begun = casework.save_draft(casework.Filing(county.code, code, me.id, {}), me)
    casework.fill_draft(begun, me, casework.Piece(wishes=Wishes(**wishes)))
    return begun


def test_whom_she_named_to_sign_is_asked_though_a_window_finishes_her_draft(county):
    with county.at(*MORNING):
        other = county.citizen("租演示")
        draft = wished(county, delivery="mail", address="示例镇示例街 1 号", signers={"other_side": other.id})
        client = signed_in(county.staff("window-1"))
        page = text_of(client.get(f"/counter/receive/{county.citizen().id}/{TRANSFER}/?draft={draft}"))
        assert "租演示" in page
        assert "邮寄到家" in page
        done = receive(client, county, TRANSFER, query=f"?draft={draft}")
        assert done.status_code == 302, text_of(done)
        parties = {one.role: (one.person_id, one.signed) for one in looking.file(draft).parties}
    assert parties["other_side"] == (other.id, False)


@pytest.mark.parametrize(("way", "words"), [("mail", "邮寄到家"), ("electronic", "网上下载")])
def test_the_results_desk_and_the_office_see_how_she_wants_her_result(county, way, words):
    from tongban.rooms.casework import actions as casework

    shop = "small-food-shop"
    with county.at(*MORNING):
        draft = wished(county, shop, delivery=way, address="示例镇示例街 1 号")
        casework.file_case(county.filing(), county.citizen(), draft_id=draft)
        casework.accept(draft, county.able("accept", shop))
        office = text_of(signed_in(county.able("examine", shop)).get(f"/office/{draft}/"))
        assert f"结果怎么取 {words}" in office
        for _ in county.item(shop).desks[:-1]:
            casework.pass_on(draft, county.able("examine", shop))
        casework.grant(draft, county.able("decide", shop))
        casework.issue(draft, county.able("deliver", shop))
        client, where = signed_in(county.staff("exit")), f"/counter/results/{draft}/"
        assert words in text_of(client.get("/counter/results/"))
        page = text_of(client.get(where))
        assert words in page
        assert ("示例镇示例街 1 号" in page) == (way == "mail")
        assert ("登记网上送达" in page) == (way == "electronic")
        done = client.post(where, {"key": key(), "way": way, "mail_number": "EX0001"})
        assert done.status_code == 302
    assert looking.state(draft) == "delivered"


def test_a_letter_that_came_back_is_found_by_its_number_however_it_is_written(county):
    """S049. Given a letter that came back, When its number is typed at the results desk, Then the case opens; several
    results in one letter are listed, and whoever may not see the case finds nothing.
    """
    from tongban.rooms.casework import actions as casework

    shop = "small-food-shop"
    with county.at(*MORNING):
        alone, *together = (county.granted() for _ in range(3))
        for case_id, number in ((alone, "ea 123-456-789 cn"), *((one, "1234567890123") for one in together)):
            casework.issue(case_id, county.able("deliver", shop))
            told = {"collector_id": None, "way": "mail", "mail_number": number}
            casework.deliver(case_id, county.able("deliver", shop), **told)
        client = signed_in(county.staff("exit"))
        found = client.post("/counter/results/", {"said": " EA123456789CN"})
        assert (found.status_code, found.url) == (302, f"/counter/case/{alone}/")
        assert "ea 123-456-789 cn" in text_of(client.get(found.url))
        listed = client.post("/counter/results/", {"said": "1234567890123"}).content.decode()
        assert "用这个邮件号寄出的结果" in listed
        assert set(re.findall(r"/counter/results/([0-9a-f-]{36})/", listed)) == set(map(str, together))
        assert "没有找到" in text_of(client.post("/counter/results/", {"said": "EA123456789C"}))
        other = signed_in(county.staff("village-001203-agent")).post("/counter/results/", {"said": "EA123456789CN"})
        assert (other.status_code, str(alone) in other.content.decode()) == (200, False)
        bodies = looking.fetched("SELECT body::text FROM ledger_entry WHERE subject_id = %s", alone)
        assert not [body for (body,) in bodies if "123-456" in body or "EA123456789CN" in body]


def test_a_letter_is_looked_for_among_letters_alone(own_database):
    """However many results were handed out: the index holds letters only, and it is the one that is used."""
    import psycopg

    from tongban.rooms.casework.queries.results import _MAILED

    filled = """
        INSERT INTO ledger_entry (subject_kind, subject_id, seq, county, step, at, actor, post, body, hash)
        SELECT 'case', ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 9, '990127', 'deliver',
               '2026-01-01'::timestamptz + n * interval '1 minute', 'x', '',
               CASE WHEN n % 50 = 0 THEN jsonb_build_object('mail', md5(n::text)) ELSE '{"way": "window"}' END, ''
          FROM generate_series(1, 20000) AS n
    """
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute(filled)
        owner.execute("ANALYZE ledger_entry")
        plan = "\n".join(row[0] for row in owner.execute(f"EXPLAIN {_MAILED}", ["990127", "x"]))
    assert "county_expr_idx" in plan, plan  # the name that a part gives its share of ``entry_mail``


def test_what_was_noted_with_plain_papers_stands_in_the_notice_form(county):
    with county.at(*MORNING):
        client = signed_in(county.staff("window-1"))
        why = "复印件不清楚。请重新复印。"
        done = receive(client, county, **{"m-layout": "wrong", "r-layout": why})
        assert done.status_code == 302, text_of(done)
        case_id = re.search(r"[0-9a-f-]{36}", done.url)[0]
        mender = signed_in(county.able("accept", "small-food-shop"))
        at_window = mender.get(f"/counter/case/{case_id}/").content.decode()
        assert re.search(rf'name="r-layout"[^>]*value="{why}"', at_window)
        at_desk = text_of(mender.get(f"/office/{case_id}/steps/ask_correction/"))
        assert why in at_desk
        hers = text_of(signed_in(county.citizen()).get(f"/mine/cases/{case_id}/"))
    assert why not in hers
    assert "内部备注" not in hers


def test_a_note_is_for_colleagues_and_moves_nothing(county):
    """内部备注: sealed text, no state, nobody told, in no history that the applicant reads."""
    from tongban.rooms.casework.queries.telling import history

    with county.at(*MORNING):
        case_id, reviewer = county.accepted(), county.able("examine", "small-food-shop")
        before = looking.file(case_id)
        client, where = signed_in(reviewer), f"/office/{case_id}/"
        assert "写一条内部备注" in text_of(client.get(where))
        empty = client.post(f"{where}steps/note/", {"note": " ", "key": uuid4().hex})
        assert (empty.status_code, "还没有写备注" in text_of(empty)) == (422, True)
        said = {"note": "业主周五前再来电话。", "key": uuid4().hex}
        assert client.post(f"{where}steps/note/", said).status_code == 302
        assert client.post(f"{where}steps/note/", said).status_code == 302  # the same form twice is one note
        page = text_of(client.get(where))
        assert page.count("业主周五前再来电话。") == 1
        after = looking.file(case_id)
        hers = signed_in(county.citizen())
        assert "业主周五" not in text_of(hers.get(f"/mine/cases/{case_id}/"))
        refused = hers.post(f"{where}steps/note/", said)
    assert refused.status_code == 403
    assert (after.version, after.row["state"], after.facts.clocks) == (
        before.version + 1,
        before.row["state"],
        before.facts.clocks,
    )
    assert "note" in {one.step for one in history(after, names=True)}
    assert "note" not in {one.step for one in history(after)}
    told = looking.fetched("SELECT key FROM ledger_promise WHERE key LIKE %s", f"%{case_id}:{after.version}:%")
    assert told == []
    looking.agrees(case_id)


def test_a_phone_is_noted_only_after_the_papers_were_seen(county):
    from tongban.rooms.people import actions as people
    from tongban.rooms.people import queries

    with county.at(*MORNING):
        who = people.register_person("没留号码", county=county.code, actor="house")
        client, where = signed_in(county.staff("window-1")), f"/counter/person/{who}/phone/"
        assert "登记手机号" in text_of(client.get(f"/counter/person/{who}/"))
        assert "就能在网上用本人的名义注册账号" in text_of(client.get(where))
        unseen = client.post(where, {"key": key(), "phone": "13900001234"})
        assert (unseen.status_code, 'value="13900001234"' in unseen.content.decode()) == (422, True)
        assert queries.holder_of_phone(county.code, "13900001234") == ()
        wrong = client.post(where, {"key": key(), "phone": "12", "seen": "true"})
        assert (wrong.status_code, 'value="12"' in wrong.content.decode()) == (422, True)
        assert client.post(where, {"key": key(), "phone": "13900001234", "seen": "true"}).status_code == 302
        assert [one.id for one in queries.holder_of_phone(county.code, "13900001234")] == [who]
        assert signed_in(county.staff("exit")).get(where).status_code == 403


def test_who_phones_gets_the_next_free_time_when_a_session_is_full(county):
    """S032.  Given capacity 5 for a slot, When a sixth person books, Then it is refused and the next is offered."""
    from tongban.rooms import clock
    from tongban.rooms.people import actions as people
    from tongban.rooms.waiting import actions as waiting
    from tongban.rooms.waiting import queries as waited

    with county.at(*MORNING):
        day = clock.today()
        at = [clock.at_local(day, hour) for hour in (14, 15, 16)]
        first, later = (
            waiting.open_session(hall(county), *pair, 5, actor="house") for pair in ((at[0], at[1]), (at[1], at[2]))
        )
        callers = [people.register_person(f"来电{n}", county=county.code, actor="house") for n in "一二三四五六"]
        client = signed_in(county.staff("window-1"))
        for who in callers[:5]:
            booked = client.post(f"/counter/person/{who}/appointment/", {"key": key(), "session": str(first)})
            assert booked.status_code == 302, text_of(booked)
        where = f"/counter/person/{callers[5]}/appointment/"
        full = client.post(where, {"key": key(), "session": str(first), "item": "small-food-shop"})
        assert full.status_code == 422
        assert "最近有空的是" in text_of(full)
        assert str(later) in full.content.decode()
        assert client.post(where, {"key": key(), "session": str(later)}).status_code == 302
        (seat,) = waited.my_appointments(callers[5])
        assert seat.code in text_of(client.get(where))
    assert seat.session_id == later


def test_booking_for_somebody_asks_the_same_number_of_questions(county):
    from tongban.rooms import clock
    from tongban.rooms.waiting import actions as waiting

    with county.at(*MORNING):
        client, day = signed_in(county.staff("window-1")), clock.today()
        where = f"/counter/person/{county.citizen().id}/appointment/"

        def open_at(hour):
            begins, ends = clock.at_local(day, hour), clock.at_local(day, hour + 1)
            return waiting.open_session(hall(county), begins, ends, 5, actor="house")

        client.post(where, {"key": key(), "session": str(open_at(10))})
        client.get(where)
        one = questions(client, where)
        for hour in range(11, 17):
            client.post(where, {"key": key(), "session": str(open_at(hour))})
        assert questions(client, where) == one
    assert one <= 25


def test_what_was_mailed_shows_its_number_to_her_and_to_the_window(county):
    """S049.  Given a result sent by mail, When she opens her case, Then she reads the number to ask the post with."""
    from tests.doors.browsing import signed_in, text_of

    with county.at(2026, 9, 22):
        case_id = county.granted("small-food-shop")
        casework_issue(county, case_id)
        exit_desk = signed_in(county.staff("exit"))
        page = f"/counter/results/{case_id}/"
        refused = exit_desk.post(page, {"way": "mail", "mail_number": " ", "key": "m1"})
        assert refused.status_code == 422
        assert "邮寄送达要登记邮件号" in text_of(refused)
        done = exit_desk.post(page, {"way": "mail", "mail_number": "EA123456785CN", "key": "m2"})
        assert "EA123456785CN" in text_of(exit_desk.get(done.url))
        told = text_of(signed_in(county.citizen()).get(f"/mine/cases/{case_id}/"))
        assert "邮件号 EA123456785CN" in told
        assert "送达回证" in told


def casework_issue(county, case_id):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.licences import actions as licences

    if read(case_id).facts.state == "granted":
        casework.issue(case_id, county.staff("exit"))
    licences.seal_now(case_id)
