"""The lanes of a desk give what is late from the places where it can stand, and miss nothing by it."""

from datetime import date, timedelta

from tongban.rulebook.kinds import KINDS


def test_whatever_the_law_notes_is_marked_overdue():
    """The late part of the index of desks begins with this mark: a noted clock without it would be looked for there."""
    noting = [(kind.code, step.name, step.mark) for kind in KINDS.values() for step in kind.steps if step.lapse]
    assert len(noting) > 5
    assert {mark for _, _, mark in noting} == {"overdue"}


def test_late_cases_of_a_desk_are_those_that_reading_all_of_it_finds(own_county, monkeypatch):
    from tongban.hall.county.simulation import Simulation
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.models import Case
    from tongban.rooms.casework.queries import desk, lanes
    from tongban.rooms.casework.queries.lanes import Narrowed

    first = date(2026, 10, 12)
    Simulation(seed=11, per_day=25, start=first).run(2)
    items = set(Case.objects.filter(closed_at=None, kind="permit").values_list("item_code", flat=True))
    found = 0
    for days, swept in ((9, False), (9, True), (20, False), (40, True)):
        day = first + timedelta(days=days)
        with own_county.at(day.year, day.month, day.day):
            if swept:
                casework.sweep()
            for who in {own_county.able(power, item) for item in items for power in ("accept", "examine", "decide")}:
                sight = desk.sight_of(who)
                asked = sight, desk.TABS, Narrowed(light="red"), 0, 500
                some = lanes.rows_of(*asked)
                with monkeypatch.context() as all_of_it:
                    all_of_it.setattr(lanes, "_RED", ("",))
                    assert lanes.rows_of(*asked) == some, (days, who)
                found += len(some)
    assert found > 10
