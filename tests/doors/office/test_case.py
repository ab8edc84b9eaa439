"""A case on one page: who sees what of it, who looked, and every step driven by the table of its kind."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.doors.browsing import paper_of, signed_in, text_of
from tests.rooms.casework import looking

SHOP = "small-food-shop"
#: Queries of a case page.
CASE = 22


def looked(case_id) -> list[tuple[str, str]]:
    return looking.fetched("SELECT who, purpose FROM ledger_access WHERE subject_id = %s ORDER BY at, id", case_id)


def post(client, case_id, step, **said):
    """Open the form of a step and send it back with what is said, as a browser would."""
    page = client.get(f"/office/{case_id}/steps/{step}/")
    return client.post(
        f"/office/{case_id}/steps/{step}/", {"version": page.context["version"], "key": uuid4().hex, **said}
    )


def test_a_reviewer_sees_the_whole_case_and_the_look_is_logged_once(county):
    case_id, reviewer = county.accepted(), county.able("examine", SHOP)
    page = signed_in(reviewer).get(f"/office/{case_id}/")
    words = text_of(page)
    for said in (
        "林示例",
        "食品小经营店登记证核发",
        "承诺期限",
        "这个日期是怎样算的",
        "审查通过转下一环节",
        "依据：行政许可法",
    ):
        assert said in words
    assert looked(case_id) == [(reviewer.name, "办理审批")]


def test_why_somebody_looked_is_kept_in_one_language_and_read_in_any(county):
    case_id, reviewer = county.accepted(), county.able("examine", SHOP)
    client = signed_in(reviewer)
    client.cookies["tongban_lang"] = "en"
    client.get(f"/office/{case_id}/")
    assert looked(case_id) == [(reviewer.name, "办理审批")]
    hers = signed_in(county.citizen())
    assert "办理审批" in text_of(hers.get("/mine/looked/"))
    hers.cookies["tongban_lang"] = "en"
    assert "Review" in text_of(hers.get("/mine/looked/"))


def test_who_has_no_step_says_what_for_before_anything_is_shown(county):
    case_id = county.delivered()
    client = signed_in(county.able("examine", SHOP))
    closed = text_of(client.get(f"/office/{case_id}/"))
    assert "林示例" not in closed
    assert "请先写明用途" in closed
    assert looked(case_id) == []
    code = next(m.code for m in county.item(SHOP).materials if m.source != "made")
    led_back = client.get(f"/office/{case_id}/materials/{code}/")
    assert (led_back.status_code, led_back.url) == (302, f"/office/{case_id}/")
    assert "林示例" in text_of(client.get(f"/office/{case_id}/?purpose=复核旧案"))
    assert [purpose for _, purpose in looked(case_id)] == ["复核旧案"]


def test_who_supervises_sees_the_course_and_no_names(county):
    case_id = county.accepted()
    page = text_of(signed_in(county.staff("jcs-officer")).get(f"/office/{case_id}/?purpose=监察"))
    assert "林示例" not in page
    assert "受理" in page
    assert "您只能看办理过程" in page


def test_a_clerk_of_another_unit_finds_nothing_and_that_is_logged(county):
    """Given a clerk of another unit, When he opens a case, Then it is refused and logged."""
    case_id, clerk = county.accepted(), county.staff("zjj-reviewer")
    client = signed_in(clerk)
    for address in ("", "steps/pass_on/", "materials/identity/"):
        answer = client.get(f"/office/{case_id}/{address}")
        assert answer.status_code == 404
        assert "没有找到这个办件" in text_of(answer)
        assert "林示例" not in text_of(answer)
    assert looked(case_id) == [(clerk.name, "refused:case_unknown")] * 3
    assert client.post(f"/office/{case_id}/steps/pass_on/", {"key": "x"}).status_code == 404
    assert looking.state(case_id) == "accepted"


@pytest.mark.parametrize("others", [0, 5])
def test_a_case_costs_the_same_whatever_lies_around_it(county, others):
    for _ in range(others):
        county.delivered()
    with county.at(2026, 3, 2):  # a held clock: that of a demonstration is a question of its own each time
        case_id, client = county.accepted(), signed_in(county.able("examine", SHOP))
        client.get(f"/office/{case_id}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/office/{case_id}/")
    assert len(queries) == CASE, "\n".join(one["sql"].strip()[:160] for one in queries.captured_queries)


def test_a_material_is_shown_in_a_frame_of_this_house_only(county):
    case_id, reviewer = county.accepted(), county.able("examine", SHOP)
    client = signed_in(reviewer)
    page = client.get(f"/office/{case_id}/")
    code = page.context["shown"].code
    answer = paper_of(client, f"/office/{case_id}/materials/{code}/")
    assert answer.content == county.png
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    reads = looking.fetched(
        "SELECT who, purpose FROM ledger_access WHERE subject_kind = 'file' AND who = %s", reviewer.name
    )
    assert reads == [(reviewer.name, "办理审批")]


def test_a_document_of_another_case_is_not_reached_through_this_one(county):
    from tongban.rooms.licences import actions as sealing
    from tongban.rooms.licences import queries as licences

    mine, other = county.accepted(), county.accepted("food-business-new")
    sealing.seal_now(mine)
    sealing.seal_now(other)
    client = signed_in(county.able("examine", SHOP))
    own = licences.documents_of(mine)[-1]
    answer = paper_of(client, f"/office/{mine}/documents/{own.id}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    foreign = licences.documents_of(other)[-1]
    assert client.get(f"/office/{mine}/documents/{foreign.id}/").status_code == 404
    assert client.get(f"/office/{mine}/materials/nosuch/").status_code == 404


def test_points_opinion_and_reasons_stand_in_the_history(county):
    case_id = county.accepted()
    reviewer, decider = county.able("examine", SHOP), county.able("decide", SHOP)
    page = post(signed_in(reviewer), case_id, "pass_on", opinion="现场符合", points=["0"])
    assert (page.status_code, page.url) == (302, f"/office/{case_id}/")
    words = text_of(signed_in(decider).get(f"/office/{case_id}/"))
    assert "现场符合" in words
    assert "核对了 1 项审查要点" in words
    assert county.item(SHOP).review_points[0] in words


def test_the_same_form_twice_is_one_step(county):
    case_id, client = county.accepted(), signed_in(county.able("examine", SHOP))
    said = {"version": "2", "key": "once", "opinion": "符合"}
    for _ in range(2):
        assert client.post(f"/office/{case_id}/steps/pass_on/", said).status_code == 302
    assert looking.fetched("SELECT count(*) FROM ledger_entry WHERE subject_id = %s AND step = 'pass_on'", case_id) == [
        (1,)
    ]


def test_what_was_typed_stays_when_a_step_is_refused(county):
    """S056.

    Given a refusal without ground, When saved, Then it is refused.
    """
    case_id = county.accepted()
    reviewer, decider = county.able("examine", SHOP), county.able("decide", SHOP)
    post(signed_in(reviewer), case_id, "pass_on")
    answer = post(signed_in(decider), case_id, "refuse", reason="经核查，没有独立的操作间", ground="  ")
    assert answer.status_code == 422
    words = answer.content.decode()
    assert "经核查，没有独立的操作间" in words
    assert "请写明不予办理的法律依据" in words
    assert 'href="#f-ground"' in words
    assert looking.state(case_id) == "accepted"


def test_a_case_that_moved_meanwhile_says_so_and_keeps_what_was_typed(county):
    from tongban.rooms.casework import actions as casework

    case_id, reviewer = county.accepted(), county.able("examine", SHOP)
    client = signed_in(reviewer)
    version = client.get(f"/office/{case_id}/steps/pass_on/").context["version"]
    casework.pass_on(case_id, reviewer)
    casework.send_back(case_id, county.able("decide", SHOP), reason="请再看")
    answer = client.post(f"/office/{case_id}/steps/pass_on/", {"version": version, "opinion": "看过了", "key": "m"})
    assert answer.status_code == 422
    assert "刚刚有人办理过" in text_of(answer)
    assert "看过了" in text_of(answer)
    again = client.post(
        f"/office/{case_id}/steps/pass_on/", {"version": answer.context["version"], "opinion": "看过了", "key": "n"}
    )
    assert again.status_code == 302


def test_the_wrong_post_and_the_wrong_order_are_told(county):
    case_id = county.accepted()
    reviewer, decider = signed_in(county.able("examine", SHOP)), signed_in(county.able("decide", SHOP))
    wrong_post = reviewer.post(f"/office/{case_id}/steps/grant/", {"opinion": "同意", "key": "a"})
    assert wrong_post.status_code == 422
    assert "只能由决定人员办理" in text_of(wrong_post)
    assert "同意" in text_of(wrong_post)
    too_soon = decider.post(f"/office/{case_id}/steps/grant/", {"opinion": "同意", "key": "b"})
    assert too_soon.status_code == 422
    assert "审完转出后才能决定" in text_of(too_soon)
    assert "现在不能由您的岗位办理" in text_of(reviewer.get(f"/office/{case_id}/steps/extend/"))
    assert reviewer.get(f"/office/{case_id}/steps/nosuch/").status_code == 404
    assert reviewer.get(f"/office/{case_id}/steps/deliver/").status_code == 404


def test_who_accepted_does_not_decide_on_the_page_either(county):
    """S047.

    Given the acceptor of a case, When he tries to decide it, Then it is refused.
    """
    from tongban.rooms.people import actions as people

    acceptor, reviewer = county.able("accept", SHOP), county.able("examine", SHOP)
    case_id = county.accepted()
    post(signed_in(reviewer), case_id, "pass_on")
    acceptors_post = looking.fetched("SELECT code FROM people_post WHERE id = %s", acceptor.post_id)[0][0]
    people.grant_authority(
        county="990127",
        items=["*"],
        powers=["decide"],
        order_text="示例〔2026〕1号",
        actor="house",
        post=acceptors_post,
        basis=county.item(SHOP).bases[0],
    )
    client = signed_in(acceptor)
    assert "受理人不能同时作出决定" in text_of(client.get(f"/office/{case_id}/"))
    answer = client.post(f"/office/{case_id}/steps/grant/", {"key": "g"})
    assert answer.status_code == 422
    assert "受理人不能同时作出决定" in text_of(answer)


def test_a_reason_of_the_library_fills_the_form_and_takes_no_step(county):
    case_id = county.accepted()
    reviewer, decider = county.able("examine", SHOP), county.able("decide", SHOP)
    post(signed_in(reviewer), case_id, "pass_on")
    client = signed_in(decider)
    page = client.get(f"/office/{case_id}/steps/refuse/")
    assert page.context["library"][0].code == "shop-layout"
    filled = client.post(
        f"/office/{case_id}/steps/refuse/", {"picked": "shop-layout", "fill": "1", "reason": "另：卫生许可过期"}
    )
    fields = {one.name: one.value for one in filled.context["fields"]}
    assert fields["ground"] == "行政许可法 第三十八条第二款"
    assert fields["reason"].startswith("经现场核查")
    assert fields["reason"].endswith("另：卫生许可过期")
    assert looking.state(case_id) == "accepted"


def test_a_case_with_a_pause_an_end_and_an_extension_by_its_approver(county):
    """S058.

    Given an extension without notice, When saved, Then it is refused.
    """
    reviewer, head = county.able("examine", SHOP), county.able("extend", SHOP)
    with county.at(2026, 3, 2):
        case_id = county.accepted()
    with county.at(2026, 3, 4):
        client = signed_in(reviewer)
        said = {"proceeding": "expert_review", "time_needed": "5", "time_unit": "d", "notice": "true"}
        assert post(client, case_id, "pause", **said).status_code == 302
        assert looking.state(case_id) == "paused"
    with county.at(2026, 3, 9):
        client = signed_in(reviewer)
        assert post(client, case_id, "resume").status_code == 422
        assert post(client, case_id, "resume", result="passed", record="专家三人，一致同意").status_code == 302
        assert "专家三人" in text_of(client.get(f"/office/{case_id}/"))
        assert "只能由" in text_of(client.post(f"/office/{case_id}/steps/extend/", {"reason": "复杂", "key": "e"}))
        chief = signed_in(head)
        assert post(chief, case_id, "extend", reason="").status_code == 422
        assert post(chief, case_id, "extend", reason="需要进一步核实").status_code == 302
    assert "extension_notice" in looking.documents(case_id)


def test_two_look_on_the_spot_and_write_down_what_they_saw(county):
    from tongban.rooms.people import queries as people

    case_id, reviewer = county.accepted(), county.able("examine", SHOP)
    client = signed_in(reviewer)
    assert post(client, case_id, "pause", proceeding="site_check", time_needed="3").status_code == 302
    form = client.get(f"/office/{case_id}/steps/resume/")
    named = next(one for one in form.context["fields"] if one.name == "present")
    alone = post(client, case_id, "resume", result="passed", present=[named.choices[0].value])
    assert alone.status_code == 422
    assert "两名以上" in text_of(alone)
    both = [one.value for one in named.choices[:2]]
    assert post(client, case_id, "resume", result="passed", present=both, record="场所整洁").status_code == 302
    words = text_of(client.get(f"/office/{case_id}/"))
    assert "到场：" in words
    names = {str(key): one.name for key, one in people.powers().staff.items()}
    assert all(names[one] in words for one in both)
    stranger = post(client, case_id, "pause", proceeding="site_check", time_needed="3")
    assert stranger.status_code == 302
    unknown = "00000000-0000-7000-8000-000000000000"
    assert post(client, case_id, "resume", result="passed", present=[unknown, both[0]]).status_code == 422


def test_one_notice_names_everything_on_the_page(county):
    case_id = county.filed(leave_out=(next(m.code for m in county.item(SHOP).materials if m.source != "made"),))
    client = signed_in(county.able("accept", SHOP))
    page = text_of(client.get(f"/office/{case_id}/"))
    assert "一次性告知补正" in page
    assert "还缺：" in page  # accepting is offered as what cannot be done yet, and why
    form = client.get(f"/office/{case_id}/steps/ask_correction/")
    missing = next(one for one in form.context["fields"] if one.required)
    left_out = post(client, case_id, "ask_correction", **{"lack.form": "电话少一位"})
    assert left_out.status_code == 422
    assert "电话少一位" in text_of(left_out)
    said = {"lack.form": "电话少一位", missing.name: "没有提交"}
    assert post(client, case_id, "ask_correction", **said).status_code == 302
    assert looking.state(case_id) == "correcting"


def test_the_button_in_colour_leads_on_and_what_the_item_does_not_know_is_not_offered(county):
    case_id, reviewer = county.accepted(), county.able("examine", SHOP)
    client = signed_in(reviewer)
    page = client.get(f"/office/{case_id}/").content.decode()
    coloured, quiet = ((rf'class="button{more}" href="[^"]*/steps/(\w+)/"') for more in ("", " button-quiet"))
    assert re.findall(coloured, page) == ["pass_on"]
    assert "publicise" not in re.findall(quiet, page)
    post(client, case_id, "pass_on")
    page = client.get(f"/office/{case_id}/").content.decode()
    assert re.findall(coloured, page) == []
    assert "send_back" in re.findall(quiet, page)
