"""What becomes of one simulated case: intake, correction, review, decision, result, rating; bundles part by part.

People do what people do: some never bring what was asked for, some take their application back, some are refused, some
rate and a few of those badly.  How many, say the knobs of the profile.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from tongban.hall.county.elsewhere import Elsewhere
from tongban.hall.county.opening import Desks
from tongban.hall.county.profiles import Profile
from tongban.hall.county.sheets import KINDS, sheet
from tongban.rooms import calendars, clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Offer, Who, person
from tongban.rooms.casework.queries.parts import parts_of
from tongban.rooms.casework.queries.reading import read
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.files import actions as files
from tongban.rooms.people import queries as who
from tongban.rooms.ratings import actions as ratings
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.catalogue.item import Item, Material
from tongban.rulebook.indicators import Grade


class Courses(ABC):
    """The way of each case.  Whoever inherits keeps the time (``_later``) and made the files."""

    knobs: Profile
    county: str
    #: How many events were planned so far.
    made: int
    #: Made-up files that were kept, by what they stand for and their kind.
    files: dict[tuple[str, str], UUID]
    #: Parts of bundles that are under way.
    begun: set[UUID]
    #: The other agencies' systems, where they are played; None: results are entered at once.
    outside: Elsewhere | None

    @abstractmethod
    def _later(self, at: datetime, act: Callable[[], object]) -> None:
        """Do it at that moment."""

    def _soon(self, rng: Random, act: Callable[[], None], low: int, high: int) -> None:
        """Do it after some minutes of work; outside working days it waits for the next one."""
        at = clock.now() + timedelta(minutes=rng.randint(low, high))
        local = at.astimezone(clock.SHANGHAI)
        if local.hour >= 18:
            at = clock.at_local(local.date() + timedelta(days=1), 9, local.minute)
        while not calendars.calendar().is_workday(clock.legal_date(at)):
            at += timedelta(days=1)
        self._later(at, act)

    def _begin(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        """A case was filed: somebody looks at it soon."""
        if item.kind == "bundle":
            self._tend(rng, case_id, item, by)
        elif not set(item.signatures) - {"applicant"} and rng.random() < self.knobs.withdrawn:
            self._soon(rng, lambda: self._withdraw(case_id, by), 2, 300)
        else:
            self._soon(rng, lambda: self._intake(rng, case_id, item, by), 2, 90)

    # ---- bundles ----

    def _tend(self, rng: Random, bundle_id: UUID, bundle: Item, by: UUID) -> None:
        """Start the parts that can start; hand out the whole when it is joined."""
        casework.tend_bundle(bundle_id)
        for part in sorted(parts_of(bundle_id), key=lambda one: one.role):
            if part.case_id not in self.begun:
                self.begun.add(part.case_id)
                item = catalogue.in_force(self.county, part.item_code, clock.today()).item
                own = Random(rng.getrandbits(64))
                self._soon(own, self._taking_in(own, part.case_id, item, by), 2, 90)
        if read(bundle_id).facts.state in ("granted", "partly_refused"):
            self._soon(rng, lambda: self._issue(rng, bundle_id, bundle, by), 5, 60)

    def _taking_in(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> Callable[[], None]:
        return lambda: self._intake(rng, case_id, item, by)

    def _decided(self, rng: Random, case_id: UUID, by: UUID) -> None:
        """A part was decided: its bundle goes on, as the postman would see to."""
        parent = read(case_id).uuid("parent_id")
        if parent is not None:
            bundle = read(parent).facts.item
            own = Random(rng.getrandbits(64))
            self._soon(own, lambda: self._tend(own, parent, bundle, by), 1, 10)

    # ---- one case ----

    def _withdraw(self, case_id: UUID, by: UUID) -> None:
        casework.withdraw(case_id, person(by), reason="改日再办")

    def _intake(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        file = read(case_id)
        desks = self._desks()
        if file.facts.state == "accepted":  # the law was faster
            self._soon(rng, lambda: self._review(rng, case_id, item, by), 60, 1500)
        elif file.facts.missing:
            lacking = dict.fromkeys(file.facts.missing, "没有提交，请补交清晰完整的材料")
            casework.ask_correction(case_id, desks.able(Power.ACCEPT, item), lacking)
            if rng.random() >= self.knobs.given_up:
                self._soon(rng, lambda: self._supply(rng, case_id, item, by), 60, 2000)
        elif rng.random() < self.knobs.not_accepted:
            acceptor = desks.able(Power.ACCEPT, item)
            casework.not_accept(case_id, acceptor, ground="依法不属于本机关职权范围", reason="请向有权机关提出")
            self._decided(rng, case_id, by)
        elif item.kind == "filing":
            casework.put_on_record(case_id, desks.able(Power.ACCEPT, item))
            self._granted(rng, case_id, item, by, 60)
        elif item.promise is not None and item.promise.option in file.facts.options:
            casework.grant_on_promise(case_id, desks.able(Power.DECIDE, item))
            self._decided(rng, case_id, by)
            self._soon(rng, lambda: self._deliver(rng, case_id, item, by), 5, 60)
        elif item.on_the_spot and item.kind == "permit":  # a registration is entered, however soon
            casework.decide_on_spot(case_id, self._both(item))
            self._granted(rng, case_id, item, by, 20)
        else:
            casework.accept(case_id, desks.able(Power.ACCEPT, item))
            self._soon(rng, lambda: self._review(rng, case_id, item, by), 60, 1500)

    def _supply(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        missing = read(case_id).facts.missing
        casework.supply(case_id, person(by), {code: self._paper(item.material(code)) for code in missing})
        self._soon(rng, lambda: self._intake(rng, case_id, item, by), 5, 120)

    def _elsewhere(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        """Another agency's system decides: it is asked as in life, or, where none is played, its result is entered."""
        examiner = self._desks().able(Power.EXAMINE, item)
        if self.outside is not None:
            self.outside.send(case_id, item, examiner, lambda: self._granted(rng, case_id, item, by, 60))
            return
        casework.outside_result(
            case_id,
            result="granted",
            outside_number=f"W{self.made}",
            decided_on=clock.today(),
            message_id=f"sim-{case_id}",
            who=examiner,
        )
        self._granted(rng, case_id, item, by, 60)

    def _review(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        file = read(case_id)
        if item.elsewhere and file.facts.state == "accepted":
            self._elsewhere(rng, case_id, item, by)
            return
        if item.limits.publication is not None and not file.facts.proceedings:
            casework.publicise(case_id, self._desks().able(Power.EXAMINE, item))
            self._later(
                clock.at_local(read(case_id).facts.proceedings[-1].due_on + timedelta(days=1), 10),
                lambda: self._end_publication(rng, case_id, item, by),
            )
            return
        if item.limits.extension and "extended" not in file.facts.flags and rng.random() < self.knobs.extended:
            power = Power.EXTEND_JOINT if item.limits.joint else Power.EXTEND
            casework.extend(case_id, self._desks().able(power, item), reason="情况复杂，需要进一步核实")
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
            self._decided(rng, case_id, by)
            return
        if item.kind == "registration":
            casework.enter(case_id, decider, opinion="准予登记")
        else:
            casework.grant(case_id, decider, opinion="准予")
        self._granted(rng, case_id, item, by, 240)

    def _granted(self, rng: Random, case_id: UUID, item: Item, by: UUID, most: int) -> None:
        self._decided(rng, case_id, by)
        self._soon(rng, lambda: self._issue(rng, case_id, item, by), min(5, most // 20), most)

    def _issue(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        exit_desk = self._desks().able(Power.DELIVER, item)
        if read(case_id).facts.fee == "due":
            casework.settle_fee(case_id, exit_desk, state="paid", voucher=f"PZ{self.made:08d}")
        casework.issue(case_id, exit_desk)
        self._soon(rng, lambda: self._deliver(rng, case_id, item, by), 5, 400)

    def _deliver(self, rng: Random, case_id: UUID, item: Item, by: UUID) -> None:
        exit_desk = self._desks().able(Power.DELIVER, item)
        if read(case_id).facts.fee == "due":
            casework.settle_fee(case_id, exit_desk, state="paid", voucher=f"PZ{self.made:08d}")
        casework.deliver(case_id, exit_desk, collector_id=by)
        if rng.random() < self.knobs.rated:
            self._soon(rng, lambda: self._rate(rng, case_id, by), 1, 300)

    def _rate(self, rng: Random, case_id: UUID, by: UUID) -> None:
        if rng.random() < self.knobs.bad:
            grade = rng.choice((Grade.DISSATISFIED, Grade.VERY_DISSATISFIED))
        else:
            grade = rng.choice((Grade.VERY_SATISFIED, Grade.SATISFIED))
        ratings.rate(case_id, person(by), grade, channel=rng.choice(("pc", "mobile", "qr", "hall_tablet")))

    # ---- who and with what ----

    def _desks(self) -> Desks:
        return Desks(self.county, clock.today())

    def _both(self, item: Item) -> Who:
        """Somebody who may accept and decide: the chief representative of an on-the-spot item."""
        powers = who.powers()
        subject, day = Subject(item.code, item.unit), clock.today()
        deciders = {post.id for post in powers.able(self.county, Power.DECIDE, subject, day)}
        for post in powers.able(self.county, Power.ACCEPT, subject, day):
            holder = powers.holder(post.id, day)
            if post.id in deciders and holder is not None:
                return casework.staff(holder.id, post.id)
        raise LookupError(f"nobody may decide {item.code} on the spot")

    def _paper(self, material: Material) -> Offer:
        """Return a sheet that stands for the material, of a kind it takes; kept once for all cases of this run."""
        made = material.name, next(kind for kind in KINDS if kind in material.formats)
        if made not in self.files:
            self.files[made] = files.store(sheet(*made), county=self.county, actor="house")
        return Offer(file_id=self.files[made])
