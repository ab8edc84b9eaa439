"""Walks with a real browser through the desks, and what axe-core finds on each page."""

import pytest

from tests.doors.browsing import faults_of
from tests.rooms.casework import looking

SHOP = "small-food-shop"


def take(page, site, case_id, label: str) -> None:
    """Open a step from the case's page."""
    page.goto(f"{site.url}/office/{case_id}/")
    page.get_by_role("link", name=label, exact=True).click()


def confirm(page, label: str) -> None:
    page.get_by_role("button", name=f"确认：{label}").click()
    assert page.get_by_text(f"已办理：{label}。").is_visible()


def test_a_case_goes_back_pauses_resumes_is_extended_and_decided(site, screen):
    """Given a reviewer, an approver and a head, When a case takes every turn, Then each takes his own at his desk."""
    from tongban.rooms.licences import queries as licences

    county = site.county
    with county.at(2026, 3, 2):
        case_id = county.accepted()
        reviewer, decider, head = (county.able(power, SHOP) for power in ("examine", "decide", "extend"))

        site.enter(screen, reviewer)
        screen.goto(f"{site.url}/office/")
        screen.get_by_role("link", name="食品小经营店登记证核发").click()
        assert screen.get_by_role("heading", level=1).inner_text() == "食品小经营店登记证核发"
        screen.get_by_role("link", name="审查通过转下一环节", exact=True).click()
        screen.get_by_label("意见").fill("符合要求")
        screen.get_by_role("checkbox").first.check()
        confirm(screen, "审查通过转下一环节")

        site.enter(screen, decider)
        take(screen, site, case_id, "退回上一环节")
        screen.get_by_label("从理由库选一条").select_option(label="核查记录不完整")
        screen.get_by_role("button", name="填入").click()
        assert "核查记录不完整" in screen.get_by_label("理由或内容").input_value()
        confirm(screen, "退回上一环节")

        site.enter(screen, reviewer)
        screen.goto(f"{site.url}/office/?tab=sent-back")
        assert screen.get_by_text("退回上一环节").first.is_visible()
        take(screen, site, case_id, "启动特别程序")
        screen.get_by_role("button", name="确认：启动特别程序").click()
        assert screen.get_by_role("alert").is_visible()  # nothing chosen yet: said, and nothing done
        screen.get_by_label("专家评审").check()
        screen.get_by_label("需要多长时间").fill("5")
        screen.get_by_label("日（自然日）").check()
        screen.get_by_label("已书面告知申请人所需时间").check()
        confirm(screen, "启动特别程序")
        assert screen.get_by_text("已书面告知，停表").is_visible()
    with county.at(2026, 3, 6):
        site.enter(screen, reviewer)
        take(screen, site, case_id, "特别程序结束")
        screen.get_by_label("通过（符合要求）", exact=True).check()
        screen.get_by_role("textbox", name="记录").fill("专家三人，一致同意")
        confirm(screen, "特别程序结束")

        site.enter(screen, head)
        screen.goto(f"{site.url}/office/?tab=extend")
        screen.get_by_role("link", name="食品小经营店登记证核发").click()
        screen.get_by_role("link", name="延长办理期限", exact=True).click()
        screen.get_by_label("理由或内容").fill("需要进一步核实场所")
        confirm(screen, "延长办理期限")

        site.enter(screen, reviewer)
        take(screen, site, case_id, "审查通过转下一环节")
        confirm(screen, "审查通过转下一环节")
        site.enter(screen, decider)
        take(screen, site, case_id, "准予")
        screen.get_by_label("意见").fill("准予")
        confirm(screen, "准予")
    assert looking.state(case_id) == "granted"
    kinds = {one.kind for one in licences.documents_of(case_id)}
    assert {"special_procedure_notice", "extension_notice", "grant_decision"} <= kinds  # sealed at once


def test_three_like_cases_are_decided_together_and_one_is_refused(site, screen):
    """Given three like cases of which one may not be decided, When they are granted together, Then it is listed."""
    from tongban.rooms.casework import actions as casework

    county = site.county
    with county.at(2026, 3, 2):
        decider = county.able("decide", SHOP)
        cases = [county.accepted() for _ in range(3)]
        for case_id in cases:
            casework.pass_on(case_id, county.able("examine", SHOP))
        site.enter(screen, decider)
        screen.goto(f"{site.url}/office/?tab=decide")
        screen.locator("thead input[type=checkbox]").check()
        screen.get_by_role("button", name="办理选中的").click()
        assert screen.get_by_role("heading", name="选中了 3 件").is_visible()
        screen.get_by_role("button", name="准予", exact=True).click()
        assert screen.get_by_text("办理后不能撤销").is_visible()
        casework.send_back(cases[0], decider, reason="再看")  # somebody was faster
        screen.get_by_role("button", name="确认：3 件全部“准予”").click()
        assert screen.get_by_role("heading", name="办成 2 件").is_visible()
        assert screen.get_by_role("heading", name="没有办成 1 件").is_visible()
        assert screen.get_by_text("审完转出后才能决定").is_visible()
    assert sorted(looking.state(one) for one in cases) == ["accepted", "granted", "granted"]


def test_a_clerk_of_another_unit_who_knows_the_address_finds_nothing(site, screen):
    """S192.

    Given a clerk of another unit, When he opens a case, Then it is refused and logged.
    """
    case_id, clerk = site.county.accepted(), site.county.staff("zjj-reviewer")
    site.enter(screen, clerk)
    answer = screen.goto(f"{site.url}/office/{case_id}/")
    assert answer.status == 404
    assert screen.get_by_role("heading", name="没有找到").is_visible()
    logged = looking.fetched("SELECT who, purpose FROM ledger_access WHERE subject_id = %s", case_id)
    assert logged == [(clerk.name, "refused:case_unknown")]


@pytest.mark.long
def test_no_page_of_the_door_has_a_fault(site, screen):
    """Normal width, phone, and big text: axe-core finds nothing, and nothing is wider than a phone."""
    from tests.doors.browsing import PHONE, account_for
    from tongban.rooms.people import actions as people

    county = site.county
    with county.at(2026, 3, 2):
        case_id, filed = county.accepted(), county.filed()
        reviewer, acceptor = county.able("examine", SHOP), county.able("accept", SHOP)
        pages = [
            (
                reviewer,
                ("/office/", "/office/?tab=examine", "/office/?tab=paused", "/office/export/", "/office/stand-ins/"),
            ),
            (reviewer, (f"/office/{case_id}/", f"/office/{case_id}/steps/pass_on/", f"/office/{case_id}/steps/pause/")),
            (acceptor, (f"/office/{filed}/steps/ask_correction/", f"/office/{filed}/steps/not_accept/")),
        ]
        faults, wide = [], []
        for look in ("normal", "phone", "big"):
            screen.set_viewport_size(PHONE if look != "normal" else {"width": 1280, "height": 900})
            for who, addresses in pages:
                people.remember(account_for(who), big_text=look == "big")
                site.enter(screen, who)
                for address in addresses:
                    screen.goto(site.url + address)
                    faults += faults_of(screen)
                    if screen.evaluate("document.documentElement.scrollWidth > innerWidth"):
                        wide.append((look, address))
            site.enter(screen, reviewer)
            screen.goto(f"{site.url}/office/?tab=examine")
            screen.get_by_role("button", name="办理这个清单的全部").click()
            faults += faults_of(screen)
            screen.get_by_role("button", name="审查通过转下一环节").click()
            faults += faults_of(screen)
    assert faults == []
    assert wide == []
