"""亮证: a code on a screen that verification takes for a minute and then not any more."""

import pytest

from tests.rooms.casework.looking import refused


@pytest.fixture
def licence(county):
    from tongban.rooms.licences import actions, queries

    with county.at(2026, 9, 22):
        case_id = county.delivered()
        actions.seal_now(case_id)
        return queries.of_case(case_id)[0]


def machine(monkeypatch, seconds):
    from tongban.rooms import clock

    monkeypatch.setattr(clock, "machine_milliseconds", lambda: seconds * 1000)


def test_a_code_on_the_screen_is_good_for_a_minute(county, licence, monkeypatch):
    from tongban.rooms.licences import queries

    with county.at(2026, 9, 23):
        machine(monkeypatch, 1_790_000_000)
        shown = queries.show(licence.id, county.citizen().id)
        states = []
        for later in (0, 59, 64, 66, 3600, -3600):
            machine(monkeypatch, 1_790_000_000 + later)
            states.append(queries.verify(shown.address).state)
    assert states == ["valid", "valid", "valid", "code_over", "code_over", "code_over"]
    assert (shown.seconds, shown.symbol.startswith("<svg")) == (60, True)


def test_a_code_made_up_or_changed_is_forged(county, licence, monkeypatch):
    from tongban.rooms.licences import queries

    with county.at(2026, 9, 23):
        good = queries.show(licence.id, county.citizen().id).address
        at = good.index("TBS1.") + 10
        changed = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        assert queries.verify(changed).state == "forged"
        assert queries.verify("TBS1." + "A" * 27 + "." + "A" * 86).state == "forged"


def test_only_its_holder_shows_it_and_only_while_it_holds(county, licence):
    from tongban.rooms.licences import queries

    with county.at(2026, 9, 23), refused("licence_unknown"):
        queries.show(licence.id, county.citizen("租演示").id)
    with county.at(2030, 9, 23), refused("licence_not_valid"):
        queries.show(licence.id, county.citizen().id)


def test_a_licence_lost_meanwhile_is_told_by_a_code_still_good(county, licence):
    from tongban.rooms.licences import queries

    with county.at(2026, 9, 23):
        good = queries.show(licence.id, county.citizen().id).address
    with county.at(2030, 9, 23):
        assert queries.verify(good).state == "lapsed"
