"""What people are told when the rulebook says no: each refusal once, whole, with what stands behind it.

Guards of steps have a table of their own (``test_guards.py``), and so have items (``test_catalogue.py``).
"""

import ast
import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from tests.rulebook.stepping import gone_on
from tests.rulebook.tables import assert_as_written, refusal
from tongban.rooms.calendars import calendar as known_calendar
from tongban.rulebook import (
    asking,
    authority,
    clock,
    deciding,
    fees,
    ladder,
    plan,
    renewing,
    replay,
    taking_over,
    tickets,
    workdays,
)
from tongban.rulebook.authority import Authority, Place, Power, Subject
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import Situation, TimeRule, freeze, reasons
from tongban.rulebook.catalogue.item import Item, Option
from tongban.rulebook.clock import SHANGHAI, Excluded, Limit, OfficeHours, disclosure, explaining, permits, petition
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import HOUSE, LAW, Actor, Facts, Given, Proceeding
from tongban.rulebook.indicators import DEFINITIONS, adding
from tongban.rulebook.indicators.grades import Grade, GradeCodes
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.numbers import (
    CertificateKind,
    check_case_number,
    check_catalog_code,
    check_certificate,
    check_citizen_id,
    check_credit_code,
    check_document_number,
    check_handle_code,
    check_licence_identifier,
    check_lookup_code,
    check_organisation_code,
    check_task_code,
    make_case_number,
    make_document_number,
    make_licence_identifier,
    upgrade_citizen_id,
)
from tongban.rulebook.numbers.iso7064 import mod_11_10
from tongban.rulebook.plan import PlanPart
from tongban.rulebook.steps import Post
from tongban.rulebook.taking_over import Past
from tongban.rulebook.telling import hindrance

ROOT = Path(__file__).parents[2] / "tongban"
DAY, YESTERDAY, TOMORROW = date(2026, 9, 21), date(2026, 9, 20), date(2026, 9, 22)
NOW = datetime(2026, 9, 21, 10, tzinfo=SHANGHAI)
CALENDAR = known_calendar()
ME, HALL = UUID(int=1), "990127"
PERMIT = KINDS["permit"]


def seed(code: str) -> Item:
    return freeze(tomllib.loads((ROOT / "items" / "items" / f"{code}.toml").read_text("utf-8")))


SHOP, RENEWAL, BUNDLE = seed("small-food-shop"), seed("nurse-renewal"), seed("open-restaurant")
LATE = seed("late-step-supervision")

# ---- places from which something is refused ----

ROW = Authority(
    "chief",
    "market",
    HALL,
    frozenset({"food"}),
    frozenset({Power.DECIDE}),
    "",
    date(2026, 1, 1),
    date(2026, 12, 31),
    "示例授〔2026〕1号",
    design("授权"),
)


def asks(power: Power = Power.DECIDE, item: str = "food", site: str = HALL, day: date = DAY) -> Callable[[], object]:
    return lambda: authority.require([ROW], power, Subject(item, "market"), Place(site), day)


def step(name: str, who: Actor, given: Given = Given(), /, **so: object) -> Callable[[], object]:  # noqa: B008 - frozen
    facts = Facts(**{"kind": PERMIT, "item": SHOP, "state": "filed", "received_on": DAY, **so})  # type: ignore[arg-type]
    return lambda: deciding.decide(facts, name, who, given, NOW, CALENDAR)


def staff(*posts: Post, related: bool = False) -> Actor:
    return Actor("staff", ME, frozenset(posts), related)


CITIZEN = Actor("person", ME, frozenset({Post.APPLICANT}))
ACCEPTOR, REVIEWER = staff(Post.ACCEPTOR), staff(Post.REVIEWER)


def after(*steps: tuple[str, Actor, datetime], item: Item = SHOP, **so: object) -> dict[str, object]:
    """Return what is so of a case after these steps."""
    facts = Facts(**{"kind": KINDS[item.kind], "item": item, **so})  # type: ignore[arg-type]
    for name, who, at in steps:
        facts = gone_on(facts, deciding.decide(facts, name, who, Given(), at, CALENDAR))
    return {one.name: getattr(facts, one.name) for one in fields(Facts)}


def past(days: int) -> datetime:
    return NOW - timedelta(days=days)


FILED_LONG_AGO = after(("file", CITIZEN, past(20)))
ACCEPTED = after(("file", CITIZEN, past(5)), ("accept", ACCEPTOR, past(5)))
ACCEPTED_LONG_AGO = after(("file", CITIZEN, past(90)), ("accept", ACCEPTOR, past(90)))
PUBLICISED = replace(SHOP, limits=replace(SHOP.limits, publication=TimeRule(Limit.parse("7d"), design("公示"))))
NO_EXTENSION = replace(SHOP, limits=replace(SHOP.limits, extension=None))
WITH_QUESTION = replace(
    SHOP,
    situations=(Situation("size", "店有多大？", (Option("big", "大"), Option("small", "小"))),),
    agent_allowed=False,
)


def hinders(name: str, **so: object) -> Callable[[], object]:
    def ask() -> None:
        item = replace(SHOP, **so)
        no = hindrance(Facts(kind=PERMIT, item=item, state="accepted"), PERMIT.by_name[name], ACCEPTOR)
        if no:
            raise no

    return ask


def first(refusals: Iterator[Refused]) -> None:
    raise next(refusals)


def sheet(county: str, from_day: date = DAY) -> adding.Sheet:
    nothing = adding.sums(Decimal(0), Decimal(0), (), ())
    return adding.Sheet((county,), from_day, DAY, {one.code: nothing for one in DEFINITIONS})


def with_digest(told: dict[str, object]) -> str:
    return json.dumps(told | {"digest": adding._digest(told)})


FIGURES = json.loads(adding.written(sheet("990127")))
ALTERED = json.dumps(FIGURES | {"counties": ["990128"]})
FORMULA = with_digest({name: one for name, one in FIGURES.items() if name != "digest"} | {"definitions": "others"})


def year(**changed: object) -> Callable[[], object]:
    return lambda: workdays.from_toml({"year": 2026, **changed})


def holiday(**changed: object) -> Callable[[], object]:
    return year(holiday=[{"name": "元旦", "first": date(2026, 1, 1), "last": date(2026, 1, 3), **changed}])


QUEUE = {"ranks": {"elderly": 1}, "appointment_rank": 2, "ordinary_rank": 3, "bound_minutes": 30, "grace_minutes": 10}


def queue(**changed: object) -> Callable[[], object]:
    return lambda: tickets.QueueRule.from_data(QUEUE | changed)


def parts(*given: PlanPart) -> Callable[[], object]:
    return lambda: plan.make_plan(given)


def took(state: str, kind: str = "permit", **days: object) -> Callable[[], object]:
    past_days = Past(**{"received_on": YESTERDAY, **days})  # type: ignore[arg-type]
    return lambda: taking_over.check(KINDS[kind], state, past_days, DAY)


def extended_in_the_old_system() -> None:
    facts = Facts(kind=PERMIT, item=NO_EXTENSION)
    begun = deciding.decide(facts, "take_over", HOUSE, Given(), NOW, CALENDAR)
    taking_over.as_it_ran(begun, facts, Past(YESTERDAY, YESTERDAY, extended=True), CALENDAR)


CREDIT, TASK = "11990127MB0000019Q", "11990127MB0000019Q4990117002000"
LICENCE = "1.2.156.3005.2.11990127MB0000019Q001.11990127MB0000019Q.20260000000001.001.B"


def citizen(text: str) -> Callable[[], object]:
    return lambda: check_citizen_id(text, today=DAY)


def certificate(kind: CertificateKind, text: str) -> Callable[[], object]:
    return lambda: check_certificate(kind, text, today=DAY)


def licence(
    kind: str = CREDIT + "001", issuer: str = CREDIT, serial: str = "1", version: int = 1
) -> Callable[[], object]:
    return lambda: make_licence_identifier(kind, issuer, serial, version)


def case_number(body: str) -> Callable[[], object]:
    return lambda: check_case_number(body + mod_11_10(body))


SAID: dict[str, Callable[[], object]] = {
    # who may ask
    "a firm asks for what only people may have": lambda: first(
        asking.asker_refusals(replace(SHOP, applicants=("natural",)), "legal", by_agent=False, station="")
    ),
    "somebody asks for what only firms may have": lambda: first(
        asking.asker_refusals(replace(SHOP, applicants=("legal",)), "natural", by_agent=False, station="")
    ),
    "an agent comes": lambda: first(asking.asker_refusals(WITH_QUESTION, "natural", by_agent=True, station="")),
    "asked at another station": lambda: first(
        asking.asker_refusals(replace(SHOP, stations=("county", "town")), "natural", by_agent=False, station="village")
    ),
    "an option that is not there": lambda: first(
        asking.situation_refusals(WITH_QUESTION, frozenset({"z", "big", "a"}))
    ),
    "a question left unanswered": lambda: first(asking.situation_refusals(WITH_QUESTION, frozenset())),
    # powers
    "three officers in one": lambda: authority.check_apart([Power.AUDIT, Power.SYSTEM, Power.DECIDE]),
    "no such power": asks(Power.SEAL),
    "another item": asks(item="drinks"),
    "another site": asks(site="990128"),
    "before the order": asks(day=date(2025, 12, 31)),
    "after the order": asks(day=date(2027, 1, 1)),
    "posts in a circle": lambda: ladder.chain_of("a", {"a": "b", "b": "c", "c": "b"}),
    # reasons kept as data
    "a reason without its steps": lambda: reasons.from_toml({"reason": [{"code": "r", "label": "某", "text": "某"}]}),
    "two reasons of one code": lambda: reasons.from_toml(
        {"reason": [{"code": "r", "label": "某", "text": "某", "steps": ["refuse"]}] * 2}
    ),
    # days and limits
    "a lead in months": lambda: clock.latest_before(DAY, Limit.parse("1m"), CALENDAR),
    "a lead in half days": lambda: clock.latest_before(DAY, Limit.parse("1.5wd"), CALENDAR),
    "beyond the last year": lambda: clock.due(date(9999, 12, 1), Limit.parse("60d"), CALENDAR),
    "explained beyond the last year": lambda: explaining.explain(date(9999, 12, 1), Limit.parse("60d"), CALENDAR),
    "a limit nobody can read": lambda: Limit.parse(" " + "十个工作日" * 9),
    "a limit of thirds": lambda: Limit(Decimal("1.3"), clock.Unit.WD),
    "days turned round": lambda: Excluded(DAY, YESTERDAY),
    "hours nobody can read": lambda: OfficeHours.parse("上午"),
    "hours that overlap": lambda: OfficeHours.parse("09:00-12:00,11:00-17:30"),
    "a confirmation before its letter": lambda: disclosure.received_on(disclosure.Channel.FAX, DAY, YESTERDAY),
    "an answer put off too far": lambda: disclosure.reply(DAY, CALENDAR, extension=Limit.parse("21wd")),
    "a petition put off too far": lambda: petition.finish_by(DAY, CALENDAR, extension=Limit.parse("31d")),
    "a notice before the papers": lambda: permits.acceptance(DAY, CALENDAR, today=DAY, notice_on=YESTERDAY),
    "a renewal decided before it was filed": lambda: permits.renewal(
        DAY, TOMORROW, CALENDAR, today=DAY, decided_on=YESTERDAY
    ),
    "a renewal after the end": lambda: renewing.silence_renews_after(RENEWAL, TOMORROW, DAY, CALENDAR),
    "a renewal too early": lambda: renewing.silence_renews_after(
        replace(
            RENEWAL, limits=replace(RENEWAL.limits, renewal_opens=TimeRule(Limit.parse("90d"), design("提前九十日")))
        ),
        DAY,
        date(2027, 9, 21),
        CALENDAR,
    ),
    # steps
    "no such step": step("dance", ACCEPTOR),
    "not from here": step("grant", staff(Post.DECIDER)),
    "not before it is filed": step("grant", staff(Post.DECIDER), state=""),
    "when it is archived": step("accept", ACCEPTOR, state="archived"),
    "when it is over": step("open", HOUSE, item=LATE, kind=KINDS[LATE.kind], state="archived"),
    "not by this post": step("accept", staff(Post.CLERK)),
    "by somebody close to a party": step("accept", staff(Post.ACCEPTOR, related=True)),
    "without reasons": step("not_accept", ACCEPTOR, Given(ground="某法")),
    "by the law before its time": step("deem_accepted", LAW),
    "after silence has accepted": step("not_accept", ACCEPTOR, Given("某", "某法"), **FILED_LONG_AGO),
    "an objection too late": step("return_it", REVIEWER, Given("不归本单位"), kind=KINDS["petition"], state="routed"),
    "received tomorrow": step("file", CITIZEN, Given(received_on=TOMORROW), state=""),
    "supplied before it was filed": step(
        "supply", CITIZEN, Given(received_on=YESTERDAY), state="correcting", received_on=DAY
    ),
    "a new calendar that changes nothing": step("recount", LAW, **ACCEPTED),
    "extended after the end": step("extend", staff(Post.HEAD), Given("案情复杂"), **ACCEPTED_LONG_AGO),
    "publicised without a rule": step("publicise", REVIEWER, **ACCEPTED),
    "a publication that still runs": step(
        "end_publication",
        REVIEWER,
        Given(result="none"),
        item=PUBLICISED,
        state="publicising",
        proceedings=(Proceeding(1, "publication", YESTERDAY, DAY, False),),
    ),
    "nothing to be checked with a source": hinders("check_shared"),
    "no fee to be settled": hinders("settle_fee"),
    "no proceeding to be begun": hinders("pause", proceedings=()),
    # money and queue
    "pages below nothing": lambda: fees.charge_by_page(-1),
    "ranks that put ordinary people first": queue(ordinary_rank=1),
    "a rank of nothing": queue(appointment_rank=0),
    "no bound of waiting": queue(bound_minutes=0),
    "a grace below nothing": queue(grace_minutes=-1),
    "a rule of the queue cut short": queue(ranks=None),
    # 一件事
    "a bundle without parts": parts(),
    "two parts of one role": parts(PlanPart("a", "甲"), PlanPart("a", "乙")),
    "a part that waits for nobody known": parts(PlanPart("a", "甲", ("b",))),
    "a part in less than no time": parts(PlanPart("a", "甲", limit=Decimal("-0.5"))),
    "parts in a circle": parts(PlanPart("a", "甲", ("b",)), PlanPart("b", "乙", ("c",)), PlanPart("c", "丙", ("a",))),
    "a part that waits for itself": parts(PlanPart("a", "甲", ("a",))),
    "a day of starting without a length": lambda: plan.latest_start_dates(
        plan.make_plan([PlanPart("a", "甲")]), DAY, CALENDAR
    ),
    "a bundle tried over the past": lambda: replay.replay(None, BUNDLE, BUNDLE, CALENDAR),  # type: ignore[arg-type]
    # taken over from an old system
    "a kind that is not taken over": lambda: taking_over.step_for(KINDS["matter"], "working"),
    "a state that is not taken over": lambda: taking_over.step_for(PERMIT, "correcting"),
    "no day of acceptance": took("accepted"),
    "no day of decision": took("granted", accepted_on=DAY),
    "a decision too early": took("accepted", accepted_on=DAY, decided_on=DAY),
    "an acceptance too early": took("filed", accepted_on=DAY),
    "days in the wrong order": took("accepted", accepted_on=date(2026, 9, 1)),
    "a day to come": took("accepted", accepted_on=TOMORROW),
    "a pause the law does not know": took("accepted", accepted_on=DAY, excluded=(("survey", DAY, DAY),)),
    "a pause before the acceptance": took("accepted", accepted_on=DAY, excluded=(("hearing", YESTERDAY, DAY),)),
    "extended though it cannot be": extended_in_the_old_system,
    # the years' holidays
    "no year": year(year="2026"),
    "a holiday without a name": holiday(name=""),
    "a holiday that ends before it begins": holiday(last=date(2025, 12, 31)),
    "a day written as text": holiday(first="2026-01-01"),
    "a day of another year": holiday(last=date(2027, 1, 1)),
    "off and worked on one day": holiday(work=[date(2026, 1, 3)]),
    "worked on a working day": holiday(work=[date(2026, 1, 5)]),
    "no years at all": lambda: workdays.merge([]),
    "a year between is missing": lambda: workdays.merge(
        [workdays.from_toml({"year": 2024}), workdays.from_toml({"year": 2026})]
    ),
    # figures of several counties
    "nothing to add": lambda: adding.added([]),
    "a county twice": lambda: adding.added([sheet("990127"), sheet("990127")]),
    "two periods": lambda: adding.added([sheet("990127"), sheet("990128", YESTERDAY)]),
    "a file that was altered": lambda: adding.read(ALTERED, "甲.json"),
    "a file of other formulas": lambda: adding.read(FORMULA, "甲.json"),
    "no file of figures": lambda: adding.read("[]", "甲.json"),
    "a grade of six": lambda: Grade.from_code("6", GradeCodes.GBT_39046),
    "a grade of nothing": lambda: Grade.from_code("", GradeCodes.NATIONAL_RATING),
    # numbers
    "citizen: none": citizen(" "),
    "citizen: short": citizen("1101051949123100"),
    "citizen: long": citizen("1101051949123100211"),
    "citizen: old": citizen("110105491231002"),
    "citizen: a letter": citizen("1101051949123１O02X"),
    "citizen: another last letter": citizen("11010519491231002Y"),
    "citizen: no such day": citizen("110105194902300021"),
    "citizen: born tomorrow": citizen("990101202609220019"),
    "citizen: check": citizen("110105194912310021"),
    "old citizen: short": lambda: upgrade_citizen_id("11010549123100", today=DAY),
    "old citizen: a letter": lambda: upgrade_citizen_id("11010549123100X", today=DAY),
    "certificate: none": certificate(CertificateKind.CHINESE_PASSPORT, ""),
    "certificate: Chinese passport": certificate(CertificateKind.CHINESE_PASSPORT, "12345678"),
    "certificate: foreign passport": certificate(CertificateKind.FOREIGN_PASSPORT, "1234"),
    "certificate: Hong Kong and Macao": certificate(CertificateKind.HONG_KONG_MACAO_PERMIT, "T12345678"),
    "certificate: Taiwan": certificate(CertificateKind.TAIWAN_PERMIT, "123456789"),
    "certificate: foreign resident": certificate(CertificateKind.FOREIGN_RESIDENT, "ABC12345678901"),
    "certificate: residence permit of another place": certificate(
        CertificateKind.RESIDENCE_PERMIT, "11010519491231002X"
    ),
    "credit code: short": lambda: check_credit_code(CREDIT[:-1]),
    "credit code: a letter not used": lambda: check_credit_code("I" + CREDIT[1:]),
    "credit code: a letter in the division": lambda: check_credit_code(CREDIT[:2] + "A" + CREDIT[3:]),
    "credit code: check": lambda: check_credit_code(CREDIT[:-1] + "W"),
    "credit code: organisation": lambda: check_credit_code("11990127MB0000018M"),
    "organisation: check": lambda: check_organisation_code("12345678-0"),
    "item: none": lambda: check_catalog_code(""),
    "item: old": lambda: check_catalog_code("0100001001"),
    "item: a letter": lambda: check_catalog_code("37A117002011"),
    "item: no such type": lambda: check_catalog_code("377717002011"),
    "item: no main item": lambda: check_catalog_code("370117000011"),
    "item: old of the unit": lambda: check_task_code("1" * 24),
    "item: not of a unit": lambda: check_task_code("1" + TASK[1:][::-1]),
    "item: no such level": lambda: check_task_code(CREDIT + "8" + "990117002000"),
    "item: wrong within": lambda: check_task_code(CREDIT + "4" + "997717002000"),
    "item: no serial": lambda: check_handle_code(TASK + "00"),
    "item: wrong within the longest": lambda: check_handle_code(CREDIT + "8" + "990117002000" + "01"),
    "licence: no root": lambda: check_licence_identifier(LICENCE[1:]),
    "licence: a piece too few": lambda: check_licence_identifier(LICENCE.replace(".001.", ".")),
    "licence: version of two digits": lambda: check_licence_identifier(LICENCE.replace(".001.", ".01.")),
    "licence: version with a letter": lambda: check_licence_identifier(LICENCE.replace(".001.", ".00A.")),
    "licence: version nought": lambda: check_licence_identifier(LICENCE.replace(".001.", ".000.")),
    "licence: check": lambda: check_licence_identifier(LICENCE[:-1] + "C"),
    "licence: no serial": licence(serial=""),
    "licence: a mark in the serial": licence(serial="1-2"),
    "licence: versions used up": licence(version=1000),
    "licence: kind short": licence(kind=CREDIT),
    "licence: kind of nobody": licence(kind=CREDIT[:-1] + "W001"),
    "licence: kind with a letter": licence(kind=CREDIT + "00A"),
    "licence: issued by nobody": licence(issuer="990127"),
    "licence: issuer in small letters": licence(issuer=CREDIT.lower()),
    "case: short": lambda: check_case_number("9901"),
    "case: a letter": lambda: check_case_number("99012720260922100012X8"),
    "case: check": lambda: check_case_number("9901272026092210001239"),
    "case: no such day": case_number("990127202613011000001"),
    "case: no serial": case_number("990127202609221000000"),
    "case: the day is full": lambda: make_case_number(HALL, DAY, "1", 1_000_000),
    "document: a mark in the unit": lambda: make_document_number("示例〔政审", "受", 2026, 1),
    "document: no kind": lambda: make_document_number("示例政审", "", 2026, 1),
    "document: another form": lambda: check_document_number("示例政审受(2026)123号"),
    "look-up: short": lambda: check_lookup_code("ABC"),
    "look-up: a letter not used": lambda: check_lookup_code("ABCDEFGU"),
}


def said(call: Callable[[], object]) -> Refused | None:
    try:
        call()
    except Refused as no:
        return no
    return None


def test_what_is_said() -> None:
    """Whole sentences, so that one sees what people read; the code is for machines, the basis for who doubts."""
    told = {what: said(call) for what, call in SAID.items()}
    assert [what for what, no in told.items() if no is None] == []
    assert_as_written("refusals.txt", (f"{what} | {refusal(no)}" for what, no in told.items() if no))


def test_no_sentence_is_unread() -> None:
    """Whatever code the rulebook refuses with stands in one of the tables."""
    known = {no.code for call in SAID.values() if (no := said(call))}
    written = set()
    for path in (ROOT / "rulebook").rglob("*.py"):
        if path.name != "guards.py":
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                    code = node.args[0]
                    written |= {code.value} if isinstance(code, ast.Constant) else set()
    assert written - known == set()
