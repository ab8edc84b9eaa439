"""One decision on many like cases, the stand-in while somebody is away, and the list as a file."""

from datetime import date

from tests.doors.browsing import signed_in, text_of
from tests.rooms.casework import looking

SHOP = "small-food-shop"


def at_decider(county, many: int) -> list:
    from tongban.rooms.casework import actions as casework

    cases = [county.accepted() for _ in range(many)]
    for case_id in cases:
        casework.pass_on(case_id, county.able("examine", SHOP))
    return cases


def entries(case_id, step: str) -> int:
    return looking.fetched("SELECT count(*) FROM ledger_entry WHERE subject_id = %s AND step = %s", case_id, step)[0][0]


def test_three_are_decided_and_the_one_that_may_not_is_named(county):
    """Given three like cases of which one went back, When all are granted, Then two are and one is told."""
    from tongban.rooms.casework import actions as casework

    decider = county.able("decide", SHOP)
    cases = at_decider(county, 3)
    client = signed_in(decider)
    chosen = client.post("/office/batch/", {"case": cases, "all": "0", "query": "tab=decide"})
    assert "选中了 3 件" in text_of(chosen)
    assert {one.name for one in chosen.context["steps"]} >= {"grant", "refuse"}
    confirm = client.post("/office/batch/", {"case": cases, "step": "grant"})
    words = text_of(confirm)
    for said in ("准予：3 件", "办理后不能撤销", "林＊＊"):
        assert said in words
    assert [looking.state(one) for one in cases] == ["accepted"] * 3
    casework.send_back(cases[1], decider, reason="再看")
    said = {"case": cases, "step": "grant", "sure": "1", "opinion": "准予", "key": "batch-1"}
    done = client.post("/office/batch/", said)
    assert [looking.state(one) for one in cases] == ["granted", "accepted", "granted"]
    assert "办成 2 件" in text_of(done)
    assert "没有办成 1 件" in text_of(done)
    assert "审完转出后才能决定" in text_of(done)
    client.post("/office/batch/", said)
    assert [entries(one, "grant") for one in cases] == [1, 0, 1]


def test_a_batch_reaches_beyond_the_page_that_is_shown(county):
    cases = at_decider(county, 22)
    client = signed_in(county.able("decide", SHOP))
    assert len(client.get("/office/?tab=decide").context["page"].rows) == 20
    chosen = client.post("/office/batch/", {"all": "1", "query": "tab=decide"})
    assert chosen.context["count"] == 22
    assert {one.line.line.id for one in chosen.context["rows"]} == set(cases)


def test_a_batch_refuses_without_reasons_and_takes_them_from_the_library(county):
    cases = at_decider(county, 2)
    client = signed_in(county.able("decide", SHOP))
    bare = client.post("/office/batch/", {"case": cases, "step": "refuse", "sure": "1", "reason": "不符合", "key": "x"})
    assert bare.status_code == 422
    assert "不符合" in text_of(bare)
    filled = client.post(
        "/office/batch/", {"case": cases, "step": "refuse", "fill": "1", "picked": "conditions-not-met"}
    )
    assert {one.name: one.value for one in filled.context["fields"]}["ground"] == "行政许可法 第三十八条第二款"
    assert [looking.state(one) for one in cases] == ["accepted"] * 2


def test_cases_that_are_not_hers_are_not_in_her_batch(county):
    cases = at_decider(county, 1)
    answer = signed_in(county.staff("zjj-chief")).post("/office/batch/", {"case": cases, "step": "grant", "sure": "1"})
    assert answer.status_code == 409
    assert "没有选中办件" in text_of(answer)
    assert looking.state(cases[0]) == "accepted"


def test_unlike_cases_have_no_step_in_common(county):
    filed, accepted = county.filed(), at_decider(county, 1)[0]
    client = signed_in(county.able("decide", SHOP))
    chosen = client.post("/office/batch/", {"case": [filed, accepted]})
    assert "请只选同一类" in text_of(chosen) or all(
        one.name not in ("grant", "accept") for one in chosen.context["steps"]
    )


def test_a_stand_in_decides_and_both_desks_say_so(county):
    with county.at(2026, 3, 2):
        case_id = at_decider(county, 1)[0]
        decider, reviewer = county.able("decide", SHOP), county.staff("scjg-reviewer-2")
        chief, other = signed_in(decider), signed_in(reviewer)
        assert other.get("/office/?tab=decide").context["page"].rows == []
        said = {
            "post": str(decider.post_id),
            "by": str(reviewer.post_id),
            "from": "2026-03-02",
            "until": "2026-03-06",
            "order": "示市监〔2026〕3 号请假代岗安排",
            "key": "s1",
        }
        wrong = chief.post("/office/stand-ins/", {**said, "order": " "})
        assert wrong.status_code == 422
        assert "书面安排" in text_of(wrong)
        stranger = signed_in(county.staff("zjj-chief")).post("/office/stand-ins/", {**said, "key": "s2"})
        assert stranger.status_code == 422
        assert "由本人或其上级岗位安排" in text_of(stranger)
        assert chief.post("/office/stand-ins/", said).status_code == 302
        assert "您的岗位由" in text_of(chief.get("/office/"))
        assert "您正在代" in text_of(other.get("/office/"))
        assert [row.line.id for row in other.get("/office/?tab=decide").context["page"].rows] == [case_id]
        granted = other.post(f"/office/{case_id}/steps/grant/", {"opinion": "代岗准予", "key": "g"})
        assert granted.status_code == 302
    with county.at(2026, 3, 9):
        late = at_decider(county, 1)[0]
        client = signed_in(reviewer)
        assert "您正在代" not in text_of(client.get("/office/"))
        assert client.post(f"/office/{late}/steps/grant/", {"key": "h"}).status_code == 422


def test_a_stand_in_is_ended_and_two_at_a_time_are_refused(county):
    from tongban.rooms.people import queries as people

    with county.at(2026, 3, 2):
        decider, reviewer = county.able("decide", SHOP), county.staff("scjg-reviewer-2")
        chief = signed_in(decider)
        said = {"post": str(decider.post_id), "by": str(reviewer.post_id), "from": "2026-03-02", "until": "2026-03-06"}
        chief.post("/office/stand-ins/", {**said, "order": "一号", "key": "a"})
        again = chief.post("/office/stand-ins/", {**said, "order": "二号", "key": "b"})
        assert "这段时间已经安排了代岗" in text_of(again)
        (one,) = people.powers().stand_ins
        assert chief.post("/office/stand-ins/", {"end": str(one.id)}).status_code == 302
        assert people.powers().stand_ins == ()


def test_administration_and_supervision_are_not_lent(county):
    from tongban.rooms.people import actions, queries
    from tongban.rulebook.authority import Power

    with county.at(2026, 3, 2):
        day = date(2026, 3, 2)
        head, officer = county.staff("jcs-head"), county.staff("jcs-officer")
        reviewer = county.staff("xzsp-reviewer")
        actor = queries.powers().actor(head.id, head.post_id, day)
        actions.appoint_stand_in(
            head.post_id, reviewer.post_id, valid_from=day, valid_until=day, order_text="三号", actor=actor
        )
        assert Power.SUPERVISE not in queries.powers().held_by(reviewer.post_id, day)
        assert Power.SUPERVISE in queries.powers().held_by(officer.post_id, day)


def test_the_list_as_a_file_is_streamed_masked_and_logged(county):
    cases = [county.accepted() for _ in range(3)]
    reviewer = county.able("examine", SHOP)
    client = signed_in(reviewer)
    assert "用途" in text_of(client.get("/office/export/?tab=examine"))
    masked = client.post("/office/export/?tab=examine")
    assert masked.streaming
    body = b"".join(masked.streaming_content).decode("utf-8")
    assert body.startswith("\ufeff办件编号,事项,申请人")
    assert body.count("\n") == 4
    assert "林＊＊" in body
    assert "林示例" not in body
    plain = b"".join(client.post("/office/export/?tab=examine", {"purpose": "季度复核"}).streaming_content).decode()
    assert "林示例" in plain
    for case_id in cases:
        logged = looking.fetched("SELECT who, purpose FROM ledger_access WHERE subject_id = %s", case_id)
        assert logged == [(reviewer.name, "季度复核")]
    exports = looking.fetched("SELECT purpose FROM ledger_access WHERE subject_kind = 'export' ORDER BY at, id")
    assert [one for (one,) in exports] == ["导出清单：姓名遮盖", "导出清单：季度复核"]


def test_a_long_list_is_sent_in_portions(county, monkeypatch):
    from tongban.doors.office import export

    monkeypatch.setattr(export, "PORTION", 2)
    for _ in range(5):
        county.accepted()
    answer = signed_in(county.able("examine", SHOP)).post("/office/export/?tab=examine")
    parts = [part.decode() for part in answer.streaming_content]
    assert [part.count("\n") for part in parts] == [1, 2, 2, 1]


def test_no_cell_of_a_file_is_a_formula():
    from tongban.rooms.cells import harmless

    assert [harmless(one) for one in ("=1+1", "+86", "@x", "-SUM(A1)", "-3", "林")] == [
        "'=1+1",
        "'+86",
        "'@x",
        "'-SUM(A1)",
        "-3",
        "林",
    ]


def test_a_cell_read_back_is_what_it_was():
    from tongban.rooms.cells import as_it_was, harmless

    for one in ("=1+1", "'=1+1", "''-x", "'林", "-", "-3", "'", "", "@", "林'"):
        assert as_it_was(harmless(one)) == one
