"""A county in motion: made-up people file, windows and desks work, all through the same actions as everybody.

Each case has its own random numbers, from the seed and its own number, so the same seed gives the same facts.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from tongban.hall.county.answers import answers_for
from tongban.hall.county.courses import Courses
from tongban.hall.county.elsewhere import Elsewhere
from tongban.hall.county.opening import COUNTY
from tongban.hall.county.profiles import HOURS, Profile, profile
from tongban.hall.county.visiting import Appointments, after
from tongban.rooms import calendars, clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Filing, Signer, person
from tongban.rooms.casework.queries.parts import bundle_item
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries as who
from tongban.rulebook.authority import Power
from tongban.rulebook.catalogue.item import Item, ItemClass, Material
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import make_citizen_id, make_credit_code

_INNER = frozenset({ItemClass.APPEAL, ItemClass.INTERNAL, ItemClass.POLICY})


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a simulation did."""

    days: tuple[date, ...]
    filed: int
    steps: int
    #: Seats booked at the hall, and how many of those people did not come in their time.
    booked: int
    missed: int
    #: How often the house said no, by code: a simulation makes honest mistakes too.
    refusals: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody wants today."""

    item: Item
    applicant: UUID
    #: Who acts: she herself, or the representative of the firm.
    by: UUID
    options: frozenset[str]
    left_out: str
    #: Where she goes; None: from home.
    site: UUID | None
    channel: str


@dataclass(order=True)
class _Event:
    at: datetime
    order: int
    act: Callable[[], object] = field(compare=False)


class Simulation(Courses):
    """One run."""

    def __init__(
        self,
        *,
        seed: int,
        start: date,
        per_day: int = 0,
        county: str = COUNTY,
        knobs: Profile | None = None,
        outside: bool = False,
    ) -> None:
        """``per_day`` overrules the profile's; ``outside``: other agencies' systems are played, with their faults."""
        self.knobs = knobs or profile()
        self.seed, self.per_day, self.start, self.county = seed, per_day or self.knobs.per_day, start, county
        self.events: list[_Event] = []
        self.steps, self.filed, self.made = 0, 0, 0
        self.refusals: Counter[str] = Counter()
        self.persons: list[UUID] = []
        self.firms: list[tuple[UUID, UUID]] = []
        self.files = {}
        self.begun = set()
        self.seats: Appointments | None = None
        self.outside = Elsewhere(county) if outside else None

    def run(
        self, days: int, *, arrivals: int | None = None, progress: Callable[[int, int], None] | None = None
    ) -> Simulated:
        """Act through ``days`` working days; what is not finished by then stays open.

        ``arrivals``: people come on the first so many days only.
        """
        wanted = list(_working_days(self.start, days))
        with clock.held(clock.at_local(wanted[0], 7)):
            self._prepare(wanted[0])
            if self.outside is not None:
                self.outside.begin()
                for day in wanted:
                    self._later(clock.at_local(day, 8), self.outside.morning)
        for day in wanted[:arrivals]:
            self._open(day)
            for n in range(self.per_day):
                self._plan_arrival(day, n)
        total, done = len(self.events), 0
        over = clock.at_local(wanted[-1], 23)
        swept = clock.at_local(wanted[0], 0)
        while self.events and self.events[0].at <= over:
            event = heapq.heappop(self.events)
            while swept + timedelta(hours=1) <= event.at:  # the law looks once an hour
                swept += timedelta(hours=1)
                with clock.held(swept):
                    self.steps += casework.sweep(10_000).acted
            with clock.held(event.at):
                self._act(event.act)
            done += 1
            if progress is not None:
                progress(done, max(total, done + len(self.events)))
        with clock.held(over):
            self.steps += casework.sweep(10_000).acted
        booked, missed = (self.seats.booked, self.seats.missed) if self.seats else (0, 0)
        return Simulated(tuple(wanted), self.filed, self.steps, booked, missed, dict(self.refusals))

    def _open(self, day: date) -> None:
        """The hall offers the seats of a day, and marks in the evening who did not come."""
        if self.knobs.booked == 0 or not self.sites.get("hall"):
            return
        seats = self.seats = self.seats or Appointments(self.sites["hall"][0])
        with clock.held(clock.at_local(day, 7)):
            seats.open_day(day, self.per_day)
        self._later(after(day), seats.close_day)

    def _prepare(self, day: date) -> None:
        rng = Random(f"{self.seed}:people")
        listed = catalogue.listed(self.county, day)
        found = [catalogue.in_force(self.county, one.code, day).item for one in listed if one.leaf]
        self.items = [i for i in found if i.item_class not in _INNER and not i.renewal]
        self.spot = [i for i in self.items if i.on_the_spot]
        self.other = [i for i in self.items if not i.on_the_spot]
        self.sites: dict[str, list[UUID]] = {}
        for site in who.sites(self.county):
            self.sites.setdefault(site.kind, []).append(site.id)
        for n in range(self.knobs.people):
            self.persons.append(self._person(rng, n))
        for n in range(max(1, self.knobs.people // 6)):
            self.firms.append((self._firm(rng, n, self.persons[n]), self.persons[n]))

    def _person(self, rng: Random, n: int) -> UUID:
        born = date(1950 + rng.randint(0, 12), rng.randint(1, 12), rng.randint(1, 28))
        number = make_citizen_id(f"99{self.seed % 100:02d}01", born, n % 1000)
        known = who.who_is(self.county, "citizen_id", number)
        if known is not None:
            return known.id
        name = f"模拟{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{n}"
        return people.register_person(name, county=self.county, actor="house", identifiers=[("citizen_id", number, "")])

    def _firm(self, rng: Random, n: int, representative: UUID) -> UUID:
        code = make_credit_code("9", "1", f"99{self.seed % 100:02d}01", f"MA{n:06d}")
        known = who.who_is(self.county, "credit_code", code)
        if known is not None:
            return known.id
        return people.register_organisation(
            f"模拟商贸{n}号", county=self.county, actor="house", credit_code=code, representative=representative
        )

    # ---- people come ----

    def _plan_arrival(self, day: date, n: int) -> None:
        rng = Random(f"{self.seed}:{day}:{n}")
        hour = rng.choices(HOURS, self.knobs.curve)[0]
        at = clock.at_local(day, hour, rng.randint(0, 59)) + timedelta(seconds=rng.randint(0, 59))
        if rng.random() < self.knobs.booked:
            self._later(clock.at_local(day, 7, 30), lambda: self._book(rng, at))
        else:
            self._later(at, lambda: self._hand_in(rng, self._wish(rng)))

    def _later(self, at: datetime, act: Callable[[], object]) -> None:
        self.made += 1
        heapq.heappush(self.events, _Event(at, self.made, act))

    def _act(self, act: Callable[[], object]) -> None:
        try:
            act()
            self.steps += 1
        except Refused as no:
            self.refusals[f"{no.code}（{no.sentence}）"] += 1

    def _book(self, rng: Random, at: datetime) -> None:
        """She books a seat where she means to go to the hall; in her time she comes, or only when it is over."""
        wish, seats = self._wish(rng), self.seats
        booked = seats is not None and wish.site == seats.site
        code = seats.book(at, wish.by, wish.item.code, f"sim-{self.seed}-{self.made}") if seats and booked else ""
        if not code or seats is None:
            self._later(at, lambda: self._hand_in(rng, wish))
        elif rng.random() < self.knobs.no_show:
            self._later(after(clock.legal_date(at)) + timedelta(minutes=5), lambda: self._hand_in(rng, wish))
        else:
            self._later(at, lambda: seats.come(code, lambda: self._hand_in(rng, wish), wish.item.visits))
            self._later(at + timedelta(minutes=rng.randint(1, 15)), seats.serve)

    def _wish(self, rng: Random) -> _Wish:
        item = rng.choice(self.spot if rng.random() < self.knobs.on_the_spot and self.spot else self.other)
        applicant, by = self._applicant(rng, item)
        options = frozenset(rng.choice(one.options).code for one in item.situations)
        needed = self._needed(item, options)
        left_out = rng.choice(needed).code if needed and rng.random() < self.knobs.incomplete else ""
        online = rng.random() < self.knobs.online and item.online.receive
        station = rng.choice([kind for kind in item.stations if self._site_of(kind)] or ["county"])
        site = None if online else rng.choice(self._site_of(station))
        channel = "net" if online else ("village" if station == "village" else "window")
        return _Wish(item, applicant, by, options, left_out, site, channel)

    def _hand_in(self, rng: Random, wish: _Wish) -> UUID:
        item, by = wish.item, wish.by
        filing = Filing(
            county=self.county,
            item_code=item.code,
            applicant_id=wish.applicant,
            answers=answers_for(item.form, rng, clock.today(), whole=item.kind == "bundle"),
            offers={m.code: self._paper(m) for m in self._needed(item, wish.options) if m.code != wish.left_out},
            options=wish.options,
            channel=wish.channel,
            site_id=wish.site,
            agent_id=by if by != wish.applicant else None,
            signers=[Signer(role, by, signed=True) for role in item.signatures if role != "applicant"],
        )
        taker = person(by) if wish.site is None else self._desks().able(Power.RECEIVE, item, at=wish.site)
        filed = casework.file_case(filing, taker, key=f"sim-{self.seed}-{self.made}-{self.filed}")
        self.filed += 1
        self._begin(rng, filed.case_id, item, by)
        return filed.case_id

    def _needed(self, item: Item, options: frozenset[str]) -> list[Material]:
        """Return the papers she has to bring; for a bundle those of all its parts, each once."""
        whole = bundle_item(self.county, item, options, clock.today()) if item.parts else item
        return [m for m in whole.materials_for(options) if m.source != "made"]

    def _site_of(self, station: str) -> list[UUID]:
        return self.sites.get({"county": "hall"}.get(station, station), [])

    def _applicant(self, rng: Random, item: Item) -> tuple[UUID, UUID]:
        if "natural" not in item.applicants and item.applicants:
            return rng.choice(self.firms)
        one = rng.choice(self.persons)
        return one, one


def _working_days(start: date, days: int) -> Iterator[date]:
    calendar, day = calendars.calendar(), start
    while days:
        if calendar.is_workday(day):
            yield day
            days -= 1
        day += timedelta(days=1)
