"""An item editor publishes a new version while a case is open on the old one."""

from datetime import date

from playwright.sync_api import expect


def test_an_editor_publishes_while_a_case_is_open_on_the_old_version(site, screen):
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.catalogue import queries as catalogue

    county = site.county
    with county.at(2026, 9, 22):
        case_id = county.accepted()
        site.enter(screen, county.staff("editor"))
        screen.goto(f"{site.url}/manage/items/small-food-shop/edit/limits/")
        screen.get_by_label("承诺办结时限", exact=False).first.fill("9wd")
        screen.get_by_role("button", name="保存").click()
        expect(screen.get_by_text("第 1 版：1 件", exact=False)).to_be_visible()
        screen.get_by_role("link", name="公布", exact=True).click()
        screen.get_by_label("自哪一天起施行").fill("2026-10-01")
        screen.get_by_role("button", name="公布", exact=True).click()
        expect(screen.get_by_text("已公布，自 2026-10-01 起施行", exact=False)).to_be_visible()
        assert str(read(case_id).facts.item.limits.promised.limit) == "10wd"
        new = catalogue.in_force(county.code, "small-food-shop", date(2026, 10, 1)).item
        assert str(new.limits.promised.limit) == "9wd"
