"""The law of permits, registrations and filings once more, read from the statutes and not from the rulebook.

It counts day by day where the rulebook bisects, computes every last day anew where the rulebook carries clocks along,
and has its own table of what leads where.  It knows the items' files and the holiday notices only as plain TOML.
Where the two disagree, one of them is wrong: ``test_against_the_law`` drives both.
"""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "tongban" / "items"
CHINA = timezone(timedelta(hours=8))
ONE = timedelta(days=1)


class Offices:
    """Days on which offices are open: Monday to Friday, but for what the notices say."""

    def __init__(self) -> None:
        self.shut: set[date] = set()
        self.moved: set[date] = set()
        for path in (DATA / "calendars").glob("*.toml"):
            for holiday in tomllib.loads(path.read_text())["holiday"]:
                day = holiday["first"]
                while day <= holiday["last"]:
                    self.shut.add(day)
                    day += ONE
                self.moved |= set(holiday.get("work", ()))

    def open(self, day: date) -> bool:
        return day in self.moved or (day.isoweekday() <= 5 and day not in self.shut)


OFFICES = Offices()

#: step: from: to: who: papers owed: what time does to the case.  ``.`` stays; words in any order.
COMMON = """
begin: new: draft: applicant clerk:
save: draft: .: applicant clerk:
discard: draft: withdrawn: applicant house:
file: new draft: filed: applicant clerk house: receipt
ask_correction: filed: correcting: acceptor: correction_notice
supply: correcting: filed: applicant clerk: receipt
supply_part: correcting: .: applicant clerk:
lapse: correcting: lapsed: law: lapse_notice
not_accept: filed: not_accepted: acceptor: non_acceptance
deliver: issued: delivered: exit clerk house: delivery_receipt
"""


def noted(*states: str) -> str:
    """A word among colleagues changes nothing, wherever the case stands."""
    return f"note: {' '.join(states)}: .: clerk acceptor reviewer decider head government exit:\n"


#: Where a case is in anybody's hands, and where it has come to its end.
BY_HAND = "filed correcting accepted paused elsewhere granted issued delivered refused not_accepted withdrawn lapsed"

REVIEWED = """
accept: filed: accepted: acceptor: acceptance_notice
deem_accepted: filed: accepted: law: acceptance_notice
pass_on: accepted: .: reviewer decider:
send_back: accepted: .: reviewer decider:
pause: accepted: paused: reviewer decider: special_procedure_notice
resume: paused: accepted: reviewer decider:
extend: accepted paused: .: head government: extension_notice
hand_over: accepted: elsewhere: reviewer house:
granted_elsewhere: elsewhere accepted: granted: outside reviewer clerk:
refused_elsewhere: elsewhere accepted: refused: outside reviewer clerk:
issue: granted: issued: exit decider clerk house:
archive: delivered refused not_accepted withdrawn lapsed: archived: house:
rate: issued delivered refused not_accepted withdrawn lapsed archived: .: applicant:
sign: filed correcting: .: applicant clerk:
"""
TABLES = {
    "permit": COMMON
    + noted(BY_HAND, "publicising")
    + REVIEWED
    + """
decide_on_spot: filed: granted: acceptor: acceptance_notice grant_decision
grant_on_promise: filed: issued: decider: acceptance_notice grant_decision
publicise: accepted: publicising: reviewer decider:
end_publication: publicising: accepted: reviewer decider:
grant: accepted: granted: decider: grant_decision
refuse: accepted: refused: decider: refusal_decision
deem_renewed: accepted paused publicising elsewhere filed correcting: granted: law: grant_decision
supply_later: filed accepted paused publicising granted: .: applicant clerk:
settle_fee: accepted paused publicising granted: .: clerk acceptor exit decider:
withdraw: draft filed correcting accepted paused publicising: withdrawn: applicant: withdrawal_notice
check_shared: filed accepted paused publicising: .: house acceptor reviewer clerk:
note_overdue: filed correcting accepted paused publicising elsewhere granted issued: .: law:
recount: filed correcting accepted paused publicising elsewhere granted issued: .: law:
""",
    "registration": COMMON
    + noted(BY_HAND)
    + REVIEWED
    + """
enter: accepted: granted: decider: registration_decision
not_register: accepted: refused: decider: refusal_decision
supply_later: filed accepted paused granted: .: applicant clerk:
settle_fee: accepted paused granted: .: clerk acceptor exit decider:
withdraw: draft filed correcting accepted paused: withdrawn: applicant: withdrawal_notice
check_shared: filed accepted paused: .: house acceptor reviewer clerk:
note_overdue: filed correcting accepted paused elsewhere granted issued: .: law:
recount: filed correcting accepted paused elsewhere granted issued: .: law:
""",
    "filing": COMMON
    + noted("filed correcting granted issued delivered not_accepted struck_out withdrawn lapsed")
    + """
put_on_record: filed: granted: acceptor decider: filing_record
issue: granted: issued: exit acceptor decider clerk house:
strike_out: granted issued delivered: struck_out: decider: strike_out_notice
supply_later: filed granted: .: applicant clerk:
withdraw: draft filed correcting: withdrawn: applicant: withdrawal_notice
check_shared: filed correcting: .: house acceptor reviewer clerk:
sign: filed correcting: .: applicant clerk:
rate: issued delivered not_accepted struck_out withdrawn lapsed archived: .: applicant:
archive: delivered not_accepted struck_out withdrawn lapsed: archived: house:
note_overdue: filed correcting granted issued: .: law:
recount: filed correcting granted issued: .: law:
""",
}
#: A no, and what is taken out of the ordinary, says why (许可法 32, 38, 42).
WITH_REASON = {"not_accept", "refuse", "not_register", "strike_out", "send_back", "extend"}
#: A no names the law it stands on.
WITH_GROUND = {"not_accept", "refuse", "not_register", "strike_out"}
DECISIONS = {
    "not_accept": "not_accepted",
    "lapse": "lapsed",
    "withdraw": "withdrawn",
    "refuse": "refused",
    "not_register": "refused",
    "refused_elsewhere": "refused",
    "strike_out": "struck_out",
} | dict.fromkeys(
    (
        "grant",
        "enter",
        "decide_on_spot",
        "grant_on_promise",
        "deem_renewed",
        "granted_elsewhere",
        "put_on_record",
    ),
    "granted",
)
#: 许可法 45, all eight of them.
STOPS_THE_CLOCK = ["hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"]


@cache
def table(kind: str) -> dict[str, tuple[set[str], str, set[str], tuple[str, ...]]]:
    """Return step -> (from, to, who, papers)."""
    rows = {}
    for line in filter(None, TABLES[kind].splitlines()):
        name, sources, target, who, papers = (part.strip() for part in (line + ":").split(":")[:5])
        rows[name] = (set(sources.split()), target, set(who.split()), tuple(papers.split()))
    return rows


@dataclass
class Break:
    """Something that takes its own time: a proceeding, or a publication."""

    kind: str
    since: date
    told_until: date
    stops: bool
    closed: date | None = None

    def covers(self, day: date) -> bool:
        """Whether its time is not counted on this day: never longer than was told in writing."""
        end = self.told_until if self.closed is None else min(self.closed, self.told_until)
        return self.stops and self.since <= day <= end


@dataclass
class Period:
    """A limit that runs."""

    name: str
    since: date
    length: str
    #: The further time of an extension, as it is written.
    more: str = ""
    over: bool = False
    #: What its end means has happened.
    acted: bool = False


@dataclass
class Papers:
    """What is on the table and who has signed: told to both sides alike."""

    missing: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    unsigned: set[str] = field(default_factory=set)
    options: frozenset[str] = frozenset()
    fee: str = ""
    expires: date | None = None


@dataclass
class Ask:
    """One attempt at a step."""

    step: str
    who: str  # kind: person, staff, law, house, outside
    number: int
    posts: frozenset[str]
    related: bool = False
    reason: str = ""
    ground: str = ""
    lacking: dict[str, str] = field(default_factory=dict)
    supplied: frozenset[str] = frozenset()
    proceeding: str = ""
    needed: str = ""
    notice: bool = False
    result: str = ""
    present: int = 0
    received: date | None = None


class No(Exception):
    """It may not be done."""


class Model:
    """One case under the law."""

    def __init__(self, item: dict[str, Any], papers: Papers) -> None:
        self.item, self.papers, self.kind = item, papers, item["kind"]
        self.limits = item["limits"]
        self.state, self.decision, self.desk = "new", "", 0
        self.received: date | None = None
        self.accepted: date | None = None
        self.acceptor: int | None = None
        self.periods: list[Period] = []
        self.breaks: list[Break] = []
        self.told: set[str] = set()
        self.notices = 0
        self.told_twice = self.extended = self.rated = self.late = False

    # ---- time ----

    def ends(self, period: Period) -> datetime:
        """Return the moment at which a period is over."""
        pausable = period.name in ("statutory", "promised") and self.kind != "filing"
        last = self.last_day(period.since, period.length, pausable, self.rolls(period.name))
        if period.more:
            # What is given on top goes on from the first end, a half day from the half day.
            last = self.last_day(self.plain_end(period, pausable), period.more, pausable, True)
        midnight = datetime(last.year, last.month, last.day, tzinfo=CHINA)
        half = period.length.endswith(".5wd")
        return midnight + (timedelta(hours=14) if half else ONE)  # 09-12 and 13:30-17:30: half of it is over at 14:00

    def plain_end(self, period: Period, pausable: bool) -> date:
        return self.last_day(period.since, period.length, pausable, self.rolls(period.name))

    def rolls(self, name: str) -> bool:
        return name != "renewal" and not (name == "intake" and self.kind == "registration")

    def last_day(self, since: date, length: str, pausable: bool, rolls: bool) -> date:
        """Walk the calendar: the first day is not counted; a break's days are neither counted nor the last."""
        found = re.fullmatch(r"([0-9.]+)(wd|d|m|y)", length)
        assert found, length
        number, unit = float(found[1]), found[2]

        def out(day: date) -> bool:
            return pausable and any(b.covers(day) for b in self.breaks)

        if unit == "wd":
            left, day = -int(-number // 1), since
            if not left:
                while not OFFICES.open(day) or out(day):
                    day += ONE
                return day
            while left:
                day += ONE
                left -= OFFICES.open(day) and not out(day)
            return day
        if not number:
            return since
        left, day = int(number), since
        if unit in "my":
            month = since.month - 1 + left * (12 if unit == "y" else 1)
            year, month = since.year + month // 12, month % 12 + 1
            same = since.day
            while True:
                try:
                    left = (date(year, month, same) - since).days
                    break
                except ValueError:
                    same -= 1
        while left:
            day += ONE
            left -= not out(day)
        while rolls and (not OFFICES.open(day) or out(day)):
            day += ONE
        return day

    def begin(self, name: str, since: date, default: str = "") -> None:
        """Let a period run, if the item has it or the law gives it."""
        length = self.limits[name]["limit"] if name in self.limits else default
        if length:
            self.periods.append(Period(name, since, length))

    def end(self, *names: str) -> None:
        for period in self.periods:
            if not names or period.name in names:
                period.over = True

    def running(self) -> list[Period]:
        return [p for p in self.periods if not p.over]

    def meaning(self, period: Period) -> str:
        """What it means that this period is over."""
        if period.name == "intake" and self.kind != "filing" and self.silence_accepts():
            return "deem_accepted"
        return {"correction": "lapse", "renewal": "deem_renewed"}.get(period.name, "note_overdue")

    def silence_accepts(self) -> bool:
        return self.limits.get("intake_silence", "none") != "none"

    def lapsed(self, now: datetime) -> str:
        """Return what time alone has brought about by now and nobody has noted."""
        due = sorted((self.ends(p), p.name, self.meaning(p)) for p in self.running() if not p.acted)
        return due[0][2] if due and due[0][0] <= now else ""

    def silence_has_spoken(self, name: str, now: datetime) -> bool:
        """Whether by law it is decided already, noted or not."""
        return any(p.name == name and self.meaning(p) != "note_overdue" and self.ends(p) <= now for p in self.running())

    # ---- steps ----

    def take(self, ask: Ask, now: datetime) -> tuple[str, ...]:
        """Take a step and return the papers owed; raises ``No``."""
        sources, target, who, papers = table(self.kind)[ask.step]
        today = now.astimezone(CHINA).date()
        if self.state not in sources or not who & ask.posts or (ask.related and ask.who == "staff"):
            raise No
        if "law" in who and self.lapsed(now) != ask.step:  # a calendar that stays moves nothing: no recount either
            raise No
        if (ask.step in WITH_REASON and not ask.reason.strip()) or (ask.step in WITH_GROUND and not ask.ground.strip()):
            raise No
        rule = getattr(self, f"_{ask.step}", None)
        if rule:
            rule(ask, today, now)
        self.state = self.state if target == "." else target
        self.decision = DECISIONS.get(ask.step, self.decision)
        return papers

    def need(self, held: object) -> None:
        if not held:
            raise No

    def _file(self, ask: Ask, today: date, now: datetime) -> None:
        day = ask.received or today
        self.need(day <= today)
        length = self.renewing(day)
        self.received = day
        if self.kind == "filing":
            self.begin("promised", day)
            self.begin("intake", day)
        else:
            self.intake()
        if length:
            self.periods.append(Period("renewal", day, length))

    def intake(self) -> None:
        assert self.received
        default = {"permit": "5wd", "registration": "0d"}[self.kind] if self.silence_accepts() else ""
        self.begin("intake", self.received, default)

    def renewing(self, day: date) -> str:
        """许可法 50: whoever asks in time is not left without a licence by silence."""
        end = self.papers.expires
        if end is None or self.kind != "permit":
            return ""
        self.need(day <= end)
        if "renewal_opens" in self.limits:
            self.need(day >= before(end, self.limits["renewal_opens"]["limit"]))
        closes = self.limits["renewal_closes"]["limit"] if "renewal_closes" in self.limits else "30wd"
        return f"{(end - day).days}d" if day <= before(end, closes) else ""

    def _ask_correction(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(ask.lacking and all(why.strip() for why in ask.lacking.values()))
        self.need(self.papers.missing <= ask.lacking.keys())
        self.need(not self.silence_has_spoken("intake", now))
        self.need(not self.silence_has_spoken("renewal", now))
        self.told_twice |= bool(self.notices and ask.lacking.keys() - self.told)
        self.told |= ask.lacking.keys()
        self.notices += 1
        self.end("intake", *(["promised"] if self.kind == "filing" else []))
        self.begin("correction", today, "30d")

    def _supply(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(not (self.papers.missing & self.told) - ask.supplied)
        day = ask.received or today
        assert self.received
        if not self.told_twice:  # whoever was told in two parts does not wait for the second (许可法 72(4))
            self.need(self.received <= day <= today)
            self.received = day
        self.end("correction")
        if self.kind == "filing":
            self.begin("promised", self.received)
            self.begin("intake", self.received)
        else:
            self.intake()

    def _lapse(self, ask: Ask, today: date, now: datetime) -> None:
        self.end()

    _withdraw = _lapse

    def _not_accept(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(not self.silence_has_spoken("intake", now))
        self.need(not self.silence_has_spoken("renewal", now))
        self.end()

    _strike_out = _lapse

    def _complete(self) -> None:
        self.need(not self.papers.missing and not self.papers.unsigned)

    def _accepted(self, ask: Ask) -> None:
        """受理 counts from the day the papers were in, whoever accepts."""
        assert self.received
        self.accepted = self.received
        if ask.who == "staff":
            self.acceptor = ask.number
        self.end("intake")
        self.begin("statutory", self.accepted)
        self.begin("promised", self.accepted)

    def _accept(self, ask: Ask, today: date, now: datetime) -> None:
        self._complete()
        self._accepted(ask)

    def _deem_accepted(self, ask: Ask, today: date, now: datetime) -> None:
        self._accepted(ask)

    def _decide_on_spot(self, ask: Ask, today: date, now: datetime) -> None:
        self._complete()
        self.need("on_the_spot" in self.item and {"acceptor", "decider"} <= ask.posts)
        self._at_once(ask, today)

    def _grant_on_promise(self, ask: Ask, today: date, now: datetime) -> None:
        self._complete()
        self.need("promise" in self.item and self.item["promise"]["option"] in self.papers.options)
        self._at_once(ask, today)

    def _at_once(self, ask: Ask, today: date) -> None:
        self.accepted = self.received
        if ask.who == "staff":
            self.acceptor = ask.number
        self.end()
        self.begin("delivery", today, "10wd")

    def _put_on_record(self, ask: Ask, today: date, now: datetime) -> None:
        self._complete()
        self.end("promised", "intake")
        self.begin("delivery", today, "10wd")

    def _pass_on(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(self.desk < len(self.item["desks"]) - 1)
        self.desk += 1

    def _send_back(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(self.desk > 0)
        self.desk -= 1

    def _open(self) -> Break | None:
        return next((b for b in self.breaks if b.closed is None), None)

    def _pause(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(self._open() is None and ask.proceeding in self.item.get("proceedings", ()) and ask.needed)
        may_stop = ask.proceeding in STOPS_THE_CLOCK and ask.proceeding in self.item.get("pausing", ())
        self.need(may_stop or not ask.notice)
        until = self.last_day(today, ask.needed, False, False)
        self.breaks.append(Break(ask.proceeding, today, until, ask.notice))

    def _resume(self, ask: Ask, today: date, now: datetime) -> None:
        running = self._open()
        self.need(running and re.fullmatch("[a-z][a-z0-9_]{0,39}", ask.result))
        assert running
        self.need(ask.present >= 2 or running.kind not in ("site_check", "site_survey"))
        running.closed = today

    def _publicise(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(self._open() is None and "publication" in self.limits)
        until = self.last_day(today, self.limits["publication"]["limit"], False, True)
        self.breaks.append(Break("publication", today, until, False))

    def _end_publication(self, ask: Ask, today: date, now: datetime) -> None:
        running = self._open()
        self.need(running and re.fullmatch("[a-z][a-z0-9_]{0,39}", ask.result))
        assert running
        self.need(today > running.told_until)
        running.closed = today

    def _extend(self, ask: Ask, today: date, now: datetime) -> None:
        self.need("extension" in self.limits and not self.extended)
        self.need(("government" if self.limits.get("joint") else "head") in ask.posts)
        still = [p for p in self.running() if p.name in ("statutory", "promised") and self.ends(p) > now]
        self.need(still)
        for period in still:
            period.more = self.limits["extension"]["limit"]
        self.extended = True

    def _decide(self, ask: Ask) -> None:
        self.need(self.desk == len(self.item["desks"]) - 1 and self._open() is None)
        self.need("on_the_spot" in self.item or ask.number != self.acceptor)

    def _grant(self, ask: Ask, today: date, now: datetime) -> None:
        self._decide(ask)
        if "publication" in self.limits:
            self.need(any(b.kind == "publication" and b.closed for b in self.breaks))
        self._granted(today)

    def _enter(self, ask: Ask, today: date, now: datetime) -> None:
        self._decide(ask)
        self._granted(today)

    def _granted(self, today: date) -> None:
        self.end()
        self.begin("delivery", today, "10wd")

    def _refuse(self, ask: Ask, today: date, now: datetime) -> None:
        self._decide(ask)
        self.need(not self.silence_has_spoken("renewal", now))
        self.end()

    _not_register = _refuse

    def _deem_renewed(self, ask: Ask, today: date, now: datetime) -> None:
        self._granted(today)

    def _hand_over(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(self.item.get("elsewhere"))

    def _granted_elsewhere(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(self.item.get("elsewhere"))
        self._granted(today)

    def _refused_elsewhere(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(self.item.get("elsewhere") and not self.silence_has_spoken("renewal", now))
        self.end()

    def _issue(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(not self.papers.later)
        self.need(self.kind == "filing" or self.papers.fee != "due")

    def _deliver(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(self.papers.fee != "due")
        self.end()

    def _rate(self, ask: Ask, today: date, now: datetime) -> None:
        self.need(not self.rated)
        self.rated = True

    def _note_overdue(self, ask: Ask, today: date, now: datetime) -> None:
        for period in self.running():
            if self.meaning(period) == "note_overdue" and self.ends(period) <= now:
                period.acted = True
        self.late = True


def before(event: date, lead: str) -> date:
    """Return the last day that is still so many days before an event."""
    number, day = int(re.findall("[0-9]+", lead)[0]), event
    if lead.endswith("wd"):
        while number:
            day -= ONE
            number -= OFFICES.open(day)
        return day
    return day - timedelta(days=number)
