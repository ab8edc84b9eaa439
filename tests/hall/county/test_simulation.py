"""A county in motion: each knob does what it says, and everybody goes through the same actions as people do."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tongban.hall.county.profiles import Profile, codes, profile

DAY = date(2026, 9, 21)
SHARES = (
    *("on_the_spot", "online", "incomplete", "refused", "rated", "bad", "withdrawn", "given_up"),
    *("not_accepted", "extended", "booked", "no_show"),
)
STILL = dict.fromkeys(SHARES, 0.0)


def knobs(**changed: float) -> Profile:
    """A county in which nothing happens but what a test asks for."""
    return replace(profile(), **(STILL | changed), people=6)


def act(days: int, n: int, *, only: tuple[str, ...] = (), arrivals: int | None = 1, **changed: float) -> Any:
    from tongban.hall.county.simulation import Simulation

    class Chosen(Simulation):
        def _prepare(self, day: date) -> None:
            super()._prepare(day)
            if only:
                self.spot, self.other = [], [one for one in self.other if one.code in only]

    return Chosen(seed=5, per_day=n, start=DAY, knobs=knobs(**changed)).run(days, arrivals=arrivals)


def states(**wanted: Any) -> Counter[str]:
    from tongban.rooms.casework.models import Case

    return Counter(Case.objects.filter(**wanted).values_list("state", flat=True))


def agree() -> None:
    from tongban.hall.verifying import journal

    report = journal.verify()
    assert (report.wrong, report.differences) == (0, [])


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "delivered"),
        ({"refused": 1}, "refused"),
        ({"withdrawn": 1}, "withdrawn"),
        ({"not_accepted": 1}, "not_accepted"),
        ({"incomplete": 1}, "delivered"),
        ({"incomplete": 1, "given_up": 1}, "correcting"),
        ({"extended": 1}, "delivered"),
    ],
)
def test_a_knob_turned_full_shows_in_every_case(own_county, changed, state):
    from tongban.rooms.casework.models import Case
    from tongban.rooms.ledger.models import Entry

    made = act(12, 4, only=("small-food-shop", "road-transport"), **changed)
    assert (made.filed, made.refusals) == (4, {})
    assert states() == {state: 4}
    asked = Entry.objects.filter(step="ask_correction").count()
    assert asked == (4 if "incomplete" in changed else 0)
    extended = Case.objects.filter(flags__contains=["extended"]).count()
    assert extended == (4 if "extended" in changed else 0)
    agree()


def test_one_who_never_supplies_is_sent_her_papers_back_when_the_time_is_over(own_county):
    act(26, 3, only=("small-food-shop",), incomplete=1, given_up=1)
    assert states() == {"lapsed": 3}
    agree()


def test_everybody_rates_and_a_bad_grade_is_a_bad_grade(own_county):
    from tongban.rooms.ratings.models import Rating

    act(10, 4, only=("small-food-shop",), rated=1, bad=1)
    grades = set(Rating.objects.values_list("grade", flat=True))
    assert Rating.objects.count() == 4
    assert grades <= {"dissatisfied", "very_dissatisfied"}


@pytest.mark.parametrize(("refused", "state"), [(0, "granted"), (1, "partly_refused")])
def test_a_bundle_goes_to_all_its_departments_and_comes_out_as_one(own_county, refused, state):
    """Parts wait for one another, each is worked on, and the whole is handed out when the last one is decided."""
    from tongban.rooms.casework.models import Case

    made = act(40, 3, only=("open-restaurant",), refused=refused)
    assert (made.filed, made.refusals) == (3, {})
    assert states(kind="bundle") == {"delivered": 3}
    assert set(Case.objects.filter(kind="bundle").values_list("decision", flat=True)) == {state}
    parts = states(parent__isnull=False)
    assert parts.total() >= 3
    assert set(parts) <= ({"delivered"} if not refused else {"delivered", "refused"})
    agree()


def test_who_chooses_a_promise_has_the_permit_the_same_day_and_a_check_is_owed(own_county):
    from tongban.rooms.casework.models import Case
    from tongban.rooms.ledger.models import Promise

    made = act(12, 8, only=("gathering-fire-check",))
    promised = Case.objects.filter(situation__contains=["promise"])
    assert made.refusals == {}
    assert 0 < promised.count() < 8
    for case in promised:
        assert case.decided_at.date() == case.filed_at.date()
    assert Promise.objects.filter(kind="after_check").count() == promised.count()
    agree()


@pytest.mark.parametrize("no_show", [0, 1])
def test_people_book_and_come_or_do_not(own_county, no_show):
    """Who came is called and her case is a visit; who did not is marked, and files when the session is over."""
    from tongban.rooms.waiting.models import Seat, Ticket, Visit

    made = act(1, 12, only=("food-business-new", "road-transport"), booked=1, no_show=no_show)
    seats = Counter(Seat.objects.values_list("state", flat=True))
    assert (made.filed, made.refusals) == (12, {})
    assert made.booked == seats.total() > 0
    assert set(seats) == {"missed" if no_show else "came"}
    assert made.missed == (made.booked if no_show else 0)
    assert Ticket.objects.filter(state="served").count() == Visit.objects.count() == (0 if no_show else made.booked)


def test_every_profile_says_how_its_people_behave():
    for code in codes():
        told = profile(code)
        shares = {name: getattr(told, name) for name in STILL}
        assert {name: share for name, share in shares.items() if not 0 <= share <= 1} == {}, code
        assert len(told.curve) == 8, code
        assert sum(told.curve) == 100, code
