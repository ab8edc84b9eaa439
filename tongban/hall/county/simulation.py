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
from tongban.hall.county.opening import COUNTY, Desks
from tongban.hall.county.profiles import Profile, profile
from tongban.rooms import calendars, clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Filing, Offer, Signer, Who, person
from tongban.rooms.casework.queries.reading import read
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.files import actions as files
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries as who
from tongban.rooms.ratings import actions as ratings
from tongban.rulebook.authority import Power
from tongban.rulebook.catalogue.item import Item, ItemClass, Material
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade
from tongban.rulebook.numbers import make_citizen_id, make_credit_code

#: The smallest picture there is.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
_JPG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
SAMPLES = {"png": PNG, "pdf": _PDF, "jpg": _JPG}
_INNER = frozenset({ItemClass.APPEAL, ItemClass.INTERNAL, ItemClass.POLICY})


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a simulation did."""

    days: tuple[date, ...]
    filed: int
    steps: int
    #: How often the house said no, by code: a simulation makes honest mistakes too.
    refusals: dict[str, int]


@dataclass(order=True)
class _Event:
    at: datetime
    order: int
    act: Callable[[], None] = field(compare=False)


class Simulation:
    """One run."""

    def __init__(
        self, *, seed: int, start: date, per_day: int = 0, county: str = COUNTY, knobs: Profile | None = None
    ) -> None:
        """``per_day`` overrules the profile's."""
        self.knobs = knobs or profile()
        self.seed, self.per_day, self.start, self.county = seed, per_day or self.knobs.per_day, start, county
        self.events: list[_Event] = []
        self.steps, self.filed, self.made = 0, 0, 0
        self.refusals: Counter[str] = Counter()
        self.persons: list[UUID] = []
        self.firms: list[tuple[UUID, UUID]] = []
        #: One made-up file of each kind that items take.
        self.files: dict[str, UUID] = {}

    def run(self, days: int, *, progress: Callable[[int, int], None] | None = None) -> Simulated:
        """Act through ``days`` working days; what is not finished by then stays open."""
        wanted = list(_working_days(self.start, days))
        with clock.held(clock.at_local(wanted[0], 7)):
            self._prepare(wanted[0])
        for day in wanted:
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
        return Simulated(tuple(wanted), self.filed, self.steps, dict(self.refusals))

    def _prepare(self, day: date) -> None:
        rng = Random(f"{self.seed}:people")
        for kind, content in SAMPLES.items():
            self.files[kind] = files.store(content, county=self.county, actor="house")
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

    # ---- one case ----

    def _plan_arrival(self, day: date, n: int) -> None:
        rng = Random(f"{self.seed}:{day}:{n}")
        # Arrivals peak at ten and at three; the curve is set by hand.
        hour = rng.choices((8, 9, 10, 11, 14, 15, 16, 17), (6, 18, 22, 12, 10, 16, 11, 5))[0]
        at = clock.at_local(day, hour, rng.randint(0, 59)) + timedelta(seconds=rng.randint(0, 59))
        self._later(at, lambda: self._file(rng))

    def _later(self, at: datetime, act: Callable[[], None]) -> None:
        self.made += 1
        heapq.heappush(self.events, _Event(at, self.made, act))

    def _soon(self, rng: Random, act: Callable[[], None], low: int, high: int) -> None:
        """Do it after some minutes of work; outside working days it waits for the next one."""
        at = clock.now() + timedelta(minutes=rng.randint(low, high))
        local = at.astimezone(clock.SHANGHAI)
        if local.hour >= 18:
            at = clock.at_local(local.date() + timedelta(days=1), 9, local.minute)
        while not calendars.calendar().is_workday(clock.legal_date(at)):
            at += timedelta(days=1)
        self._later(at, act)

    def _act(self, act: Callable[[], None]) -> None:
        try:
            act()
            self.steps += 1
        except Refused as no:
            self.refusals[f"{no.code}（{no.sentence}）"] += 1

    def _file(self, rng: Random) -> None:
        item = rng.choice(self.spot if rng.random() < self.knobs.on_the_spot and self.spot else self.other)
        applicant, by = self._applicant(rng, item)
        options = frozenset(rng.choice(one.options).code for one in item.situations)
        needed = [m for m in item.materials_for(options) if m.source != "made"]
        left_out = rng.choice(needed).code if needed and rng.random() < self.knobs.incomplete else ""
        online = rng.random() < self.knobs.online and item.online.receive
        station = rng.choice([kind for kind in item.stations if self._site_of(kind)] or ["county"])
        site = None if online else rng.choice(self._site_of(station))
        filing = Filing(
            county=self.county,
            item_code=item.code,
            applicant_id=applicant,
            answers=answers_for(item.form, rng, clock.today(), whole=item.kind == "bundle"),
            offers={m.code: self._paper(m) for m in needed if m.code != left_out},
            options=options,
            channel="net" if online else ("village" if station == "village" else "window"),
            site_id=site,
            agent_id=by if by != applicant else None,
            signers=[Signer(role, by, signed=True) for role in item.signatures if role != "applicant"],
        )
        taker = person(by) if online else self._desks().able(Power.RECEIVE, item, at=site)
        filed = casework.file_case(filing, taker, key=f"sim-{self.seed}-{self.made}-{self.filed}")
        self.filed += 1
        if item.kind == "bundle":
            casework.tend_bundle(filed.case_id)
            return
        self._soon(rng, lambda: self._intake(rng, filed.case_id, item, by), 2, 90)

    def _intake(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        file = read(case_id)
        acceptor = self._desks().able(Power.ACCEPT, item)
        if file.facts.state == "accepted":  # the law was faster
            self._soon(rng, lambda: self._review(rng, case_id, item, by), 60, 1500)
        elif file.facts.missing:
            lacking = dict.fromkeys(file.facts.missing, "没有提交，请补交清晰完整的材料")
            casework.ask_correction(case_id, acceptor, lacking)
            self._soon(rng, lambda: self._supply(rng, case_id, item, by), 60, 2000)
        elif item.kind == "filing":
            casework.put_on_record(case_id, acceptor)
            self._soon(rng, lambda: self._issue(rng, case_id, item, by), 1, 60)
        elif item.on_the_spot and item.kind == "permit":  # a registration is entered, however soon
            casework.decide_on_spot(case_id, self._both(item))
            self._soon(rng, lambda: self._issue(rng, case_id, item, by), 1, 20)
        else:
            casework.accept(case_id, acceptor)
            self._soon(rng, lambda: self._review(rng, case_id, item, by), 60, 1500)

    def _supply(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        missing = read(case_id).facts.missing
        casework.supply(case_id, person(by), {code: self._paper(item.material(code)) for code in missing})
        self._soon(rng, lambda: self._intake(rng, case_id, item, by), 5, 120)

    def _review(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        file = read(case_id)
        if item.elsewhere and file.facts.state == "accepted":
            casework.outside_result(
                case_id,
                result="granted",
                outside_number=f"W{self.made}",
                decided_on=clock.today(),
                message_id=f"sim-{case_id}",
                who=self._desks().able(Power.EXAMINE, item),
            )
            self._soon(rng, lambda: self._issue(rng, case_id, item, by), 1, 60)
            return
        if item.limits.publication is not None and not file.facts.proceedings:
            casework.publicise(case_id, self._desks().able(Power.EXAMINE, item))
            self._later(
                clock.at_local(read(case_id).facts.proceedings[-1].due_on + timedelta(days=1), 10),
                lambda: self._end_publication(rng, case_id, item, by),
            )
            return
        if file.facts.stage + 1 < len(item.desks):
            power = Power.EXAMINE if item.desks[file.facts.stage].power == "examine" else Power.DECIDE
            casework.pass_on(case_id, self._desks().able(power, item), opinion="符合要求")
            self._soon(rng, lambda: self._review(rng, case_id, item, by), 60, 1500)
            return
        self._decide(rng, case_id, item, by, file.facts.acceptor)

    def _end_publication(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        casework.end_publication(case_id, self._desks().able(Power.EXAMINE, item), result="no_objection")
        self._soon(rng, lambda: self._review(rng, case_id, item, by), 60, 300)

    def _decide(self, rng: Random, case_id: UUID, item: Item, by: UUID, acceptor: UUID | None) -> None:
        decider = self._desks().able(Power.DECIDE, item, other_than=frozenset({acceptor} if acceptor else ()))
        if item.fee is not None and read(case_id).facts.fee == "due":
            casework.settle_fee(case_id, decider, state="paid", voucher=f"PZ{self.made:08d}")
        if rng.random() < self.knobs.refused:
            casework.refuse(case_id, decider, ground="不符合本事项规定的条件", reason="现场情况与申请内容不一致")
            return
        if item.kind == "registration":
            casework.enter(case_id, decider, opinion="准予登记")
        else:
            casework.grant(case_id, decider, opinion="准予")
        self._soon(rng, lambda: self._issue(rng, case_id, item, by), 5, 240)

    def _issue(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        exit_desk = self._desks().able(Power.DELIVER, item)
        if read(case_id).facts.fee == "due":
            casework.settle_fee(case_id, exit_desk, state="paid", voucher=f"PZ{self.made:08d}")
        casework.issue(case_id, exit_desk)
        self._soon(rng, lambda: self._deliver(rng, case_id, item, by), 5, 400)

    def _deliver(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        casework.deliver(case_id, self._desks().able(Power.DELIVER, item), collector_id=by)
        if rng.random() < self.knobs.rated:
            self._soon(rng, lambda: self._rate(rng, case_id, by), 1, 300)

    def _rate(self, rng: Random, case_id: UUID, by: UUID) -> None:
        if rng.random() < self.knobs.bad:
            grade = rng.choice((Grade.DISSATISFIED, Grade.VERY_DISSATISFIED))
        else:
            grade = rng.choice((Grade.VERY_SATISFIED, Grade.SATISFIED))
        ratings.rate(case_id, person(by), grade, channel=rng.choice(("pc", "mobile", "qr", "hall_tablet")))

    # ---- who and where ----

    def _desks(self) -> Desks:
        return Desks(self.county, clock.today())

    def _both(self, item: Item) -> Who:
        """Somebody who may accept and decide: the chief representative of an on-the-spot item."""
        powers = who.powers()
        from tongban.rulebook.authority import Subject

        subject, day = Subject(item.code, item.unit), clock.today()
        deciders = {post.id for post in powers.able(self.county, Power.DECIDE, subject, day)}
        for post in powers.able(self.county, Power.ACCEPT, subject, day):
            holder = powers.holder(post.id, day)
            if post.id in deciders and holder is not None:
                return casework.staff(holder.id, post.id)
        raise LookupError(f"nobody may decide {item.code} on the spot")

    def _paper(self, material: Material) -> Offer:
        """Return a file of a kind the material takes."""
        return Offer(file_id=next(made for kind, made in self.files.items() if kind in material.formats))

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
