"""监察: lights open to cases, figures to their rows, warnings are answered and closed, the wall names nobody."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.doors.browsing import faults_of, signed_in, text_of
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.supervision import queries


def test_a_red_light_opens_to_its_case(county):
    with county.at(2026, 9, 22):
        county.accepted()
    with county.at(2026, 10, 20):
        client = signed_in(county.staff("jcs-officer"))
        overview = client.get("/watch/")
        assert "示例县市场监督管理局" in text_of(overview)
        listed = client.get("/watch/lights/?light=red&unit=scjg")
        address = re.search(r"/watch/cases/[0-9a-f-]+/", listed.content.decode())[0]
        case = client.get(address)
    assert "已经超期" in text_of(case)
    assert "食品小经营店登记证核发" in text_of(case)


def test_supervision_sees_the_way_of_a_case_and_never_whose_it_is(county):
    case_id = county.accepted()
    page = text_of(signed_in(county.staff("jcs-officer")).get(f"/watch/cases/{case_id}/"))
    assert "受理" in page
    assert "林示例" not in page


def test_a_figure_opens_to_exactly_its_rows(county):
    """S185. Given any figure, When opened, Then the list behind it has exactly that many rows."""
    with county.at(2026, 9, 22):
        for _ in range(3):
            county.granted()
        client = signed_in(county.staff("jcs-officer"))
        month = client.get("/watch/figures/finished/?period=month&first=2026-09-01")
        assert queries.figure("finished", "990127", *_september()).value == 3
        assert "3件" in text_of(month)
        rows = client.get("/watch/figures/finished/rows/?period=month&first=2026-09-01")
        assert len(set(re.findall(r"/watch/cases/[0-9a-f-]+/", rows.content.decode()))) == 3
        assert "共 3 行" in text_of(rows)
        sheet = b"".join(client.get("/watch/figures/finished/rows.csv?period=month&first=2026-09-01"))
    assert len(sheet.decode("utf-8-sig").splitlines()) == 4


def test_an_export_of_rows_is_logged(county):
    from tongban.rooms.ledger.queries import who_looked

    who = county.staff("jcs-officer")
    list(signed_in(who).get("/watch/figures/finished/rows.csv"))
    assert any(one.purpose.startswith("export finished") for one in who_looked(who.id))


def test_the_months_of_a_figure_are_those_of_counting_each(county):
    with county.at(2026, 9, 22):
        county.granted()
        spans = ((clock.today().replace(month=8, day=1), clock.today().replace(month=8, day=31)), _september())
        course = queries.figures_over("finished", "990127", spans)
        counted = [queries.figure("finished", "990127", *span) for span in spans]
        assert [(one.value, one.numerator) for one in course] == [(one.value, one.numerator) for one in counted]


def _september():
    from datetime import date

    return date(2026, 9, 1), date(2026, 9, 30)


def test_a_warning_is_answered_and_closed(county):
    with county.at(2026, 9, 22):
        case_id = county.accepted()
    with county.at(2026, 11, 20):
        casework.sweep()
        from tongban.hall.postman import keeping

        keeping.drain(60)
        client = signed_in(county.staff("jcs-officer"))
        open_ones = [one for one in queries.warnings("990127") if one.case_id == case_id]
        assert len(open_ones) == 1
        matter = open_ones[0].matter_id
        assert str(matter) in client.get("/watch/warnings/").content.decode()
        holder = county.staff("scjg-chief")
        casework.take_on(matter, holder)
        casework.answer(matter, holder, text="已加派人手")
        address = f"/watch/cases/{matter}/"
        again = client.post(address, {"step": "reopen", "reason": "", "key": "a" * 32})
        assert again.status_code == 422
        done = client.post(address, {"step": "close", "reason": "", "key": "b" * 32})
        assert done.status_code == 302
        assert str(matter) in client.get("/watch/warnings/?closed=1").content.decode()


def test_the_wall_shows_limit_step_post_and_result_and_no_person(county):
    """S091.

    Given a case 1 day before due, When the board refreshes, Then it is amber and the applicant's name is masked
    """
    with county.at(2026, 9, 22):
        county.accepted()
        county.granted()
    with county.at(2026, 10, 12):
        page = Client().get("/watch/board/")
    assert "食品小经营店登记证核发" in text_of(page)
    assert "临期" in text_of(page)
    assert "林示例" not in text_of(page)
    assert "data-refresh" in page.content.decode()


@pytest.mark.parametrize("address", ["/watch/", "/watch/lights/", "/watch/warnings/", "/watch/figures/"])
def test_nobody_and_other_posts_do_not_see_supervision(county, address):
    assert Client().get(address).status_code == 302
    assert signed_in(county.citizen()).get(address).status_code == 403
    assert signed_in(county.staff("window-1")).get(address).status_code == 403


@pytest.mark.parametrize(
    ("address", "most"),
    [("/watch/", 8), ("/watch/lights/?light=green", 9), ("/watch/figures/", 14), ("/watch/board/", 10)],
)
def test_pages_cost_as_many_queries_for_many_cases_as_for_one(county, address, most):
    counts = []
    with county.at(2026, 9, 22):
        client = signed_in(county.staff("jcs-officer"))
        for _ in range(2):
            county.accepted()
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            counts.append(len(seen))
    assert counts[0] == counts[1] <= most


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_pages_are_good_for_who_cannot_see_them(site, request, size):
    page, county = request.getfixturevalue(size), site.county
    with county.at(2026, 9, 22):
        case_id = county.accepted()
        county.granted()
    with county.at(2026, 10, 20):
        site.enter(page, county.staff("jcs-officer"))
        for address in (
            *("/watch/", "/watch/lights/?light=red", "/watch/warnings/", "/watch/findings/", "/watch/figures/"),
            *("/watch/figures/finished/", "/watch/figures/finished/rows/?first=2026-09-01", "/watch/board/"),
            f"/watch/cases/{case_id}/",
        ):
            page.goto(site.url + address)
            assert faults_of(page) == []
            assert page.locator("h1").count() == 1
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_figure_says_of_what_and_when_it_is_also_on_paper(site, screen):
    """On paper the choice of the period is left out; so were the months below the bars."""
    site.enter(screen, site.county.staff("jcs-officer"))
    with site.county.at(2026, 10, 14):
        screen.goto(f"{site.url}/watch/figures/accepted/?period=month&first=2026-09-01&unit=scjg")
        assert "示例县市场监督管理局" in screen.locator("main").inner_text()
        assert not screen.get_by_text("统计期：2026-09-01 — 2026-09-30").is_visible()
        screen.emulate_media(media="print")
        assert screen.get_by_text("统计期：2026-09-01 — 2026-09-30").is_visible()
        assert screen.locator(".chart .month").first.is_visible()
        assert not screen.locator(".tabs").is_visible()
        screen.goto(f"{site.url}/watch/figures/accepted/rows/?period=month&first=2026-09-01&channel=net")
        assert "只看：网上" in screen.locator("main").inner_text()
