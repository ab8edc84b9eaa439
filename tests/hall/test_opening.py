"""示例县 opens with a hall that can be queued in and sources that can be asked; opening again changes nothing."""

import pytest

from tongban.rulebook.errors import Refused

DAY = (2026, 9, 22)


@pytest.fixture
def site(county):
    from tongban.rooms.people import queries as people

    return people.site_coded(county.code, "hall").id


def test_opening_again_changes_nothing_and_furnishing_asks_little(own_database, monkeypatch):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tongban.hall.county import opening
    from tongban.hall.county.furnishing import furnish
    from tongban.hall.county.opening import open_county
    from tongban.rooms.exchange.models import ShareRequest, SimulatedTruth
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.waiting.models import Window

    def count() -> list[int]:
        return [model.objects.count() for model in (Entry, ShareRequest, SimulatedTruth, Window)]

    asked = []  # (statements, rows made) of each furnishing

    def counted(*given) -> None:
        rows = sum(count())
        with CaptureQueriesContext(connection) as seen:
            furnish(*given)
        asked.append((len(seen.captured_queries), sum(count()) - rows))

    monkeypatch.setattr(opening, "furnish", counted)
    first = open_county()
    before = count()
    assert (open_county(), count()) == (first, before)
    # A few statements for each row that is made, and a fixed number where all is there, however many items there are.
    (statements, made), again = asked
    assert made > 100
    assert statements < 7 * made
    assert again == (10, 0)


def test_every_window_has_somebody_and_its_zones_classes(county, site):
    from tongban.rooms.waiting import queries

    windows = queries.windows(site)
    assert [(one.number, one.zone, one.is_open) for one in windows] == [
        ("1", "general", True),
        ("2", "general", True),
        ("3", "general", True),
        ("4", "estate", True),
        ("5", "exit", True),
        ("6", "stuck", True),
    ]
    assert windows[0].classes == ("general", "spot")


def test_a_ticket_of_the_hall_is_called_at_the_window_of_its_class(county, site):
    from tongban.rooms.waiting import actions, queries

    with county.at(*DAY):
        ticket = actions.take_ticket(site, "estate", key="paper-1")
        numbers = {one.number: one.id for one in queries.windows(site)}
        assert actions.call_next(numbers["1"]) is None
        assert actions.call_next(numbers["4"]).label == ticket.label == "C001"


def test_every_shared_material_names_a_resource_its_unit_may_use(county):
    from datetime import date

    from tongban.hall.county.furnishing import needed
    from tongban.rooms.exchange import queries

    approved = {(one.resource, one.unit) for one in queries.requests(county.code, state="approved")}
    wanted = set(needed(county.code, date(2026, 9, 22)))
    assert len(wanted) >= 7
    assert wanted - approved == set()


def test_every_item_handled_elsewhere_has_its_system(county):
    from datetime import date

    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.exchange import queries

    day = date(2026, 9, 22)
    leaves = [one.code for one in catalogue.listed(county.code, day) if one.leaf]
    elsewhere = {catalogue.in_force(county.code, code, day).item.elsewhere for code in leaves} - {""}
    assert elsewhere == {
        "bank-account",
        "housing-fund",
        "province-medical-insurance",
        "province-police",
        "province-social-security",
        "province-tax",
        "utilities",
    }
    assert elsewhere <= {one.code for one in queries.systems(county.code)}


def test_a_demo_shows_who_is_trained_for_what_and_what_nobody_is(county):
    """S046: through the action that notes it for anybody; a second call leaves what was changed meanwhile."""
    from tests.doors.browsing import signed_in, text_of
    from tongban.hall.county.opening import make_ready
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.waiting import actions, queries

    make_ready()
    clerk = county.staff("window-1")
    assert queries.trained(county.code)[clerk.id] >= {"unit:scjg", "unit:mzj"}
    assert Entry.objects.filter(subject_id=clerk.id, step="note_training").count() == 1
    shown = text_of(signed_in(county.staff("jcs-officer")).get("/watch/training/"))
    assert "还没有人学过" in shown
    actions.note_training(clerk.id, ["unit:swj"], actor="house")
    make_ready()
    assert queries.trained(county.code)[clerk.id] == {"unit:swj"}


def test_an_item_of_the_seed_that_cannot_be_published_keeps_the_county_shut(own_database, monkeypatch, tmp_path):
    import shutil

    from tongban.hall.county import opening

    shutil.copytree(opening.ITEMS, tmp_path / "items")
    broken = tmp_path / "items" / "items" / "shop-sign.toml"
    text = broken.read_text(encoding="utf-8")
    assert 'statutory = { limit = "20wd"' in text
    broken.write_text(text.replace('statutory = { limit = "20wd"', 'statutory = { limit = "2wd"'), encoding="utf-8")
    monkeypatch.setattr(opening, "ITEMS", tmp_path / "items")
    with pytest.raises(Refused) as no:
        opening.open_county()
    assert no.value.code == "seed_incomplete"
    assert "shop-sign" in no.value.sentence


def test_a_material_from_an_unknown_source_keeps_the_county_shut(own_county):
    import tomllib

    from tongban.hall.county import opening
    from tongban.hall.county.furnishing import furnish

    seed, hall = (
        tomllib.loads((opening.ITEMS / "counties" / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("990127", "990127-hall")
    )
    hall["resource"] = [one for one in hall["resource"] if one["code"] != "estate-registry"]
    with own_county.at(*DAY), pytest.raises(Refused) as no:
        furnish(own_county.code, seed, hall)
    assert (no.value.code, "estate-registry" in no.value.sentence) == ("seed_incomplete", True)
