"""Each guard of a step in the situations that it tells apart: it holds, or it refuses with its code and sentence."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.rulebook.tables import assert_as_written, refusal
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import Material, TimeRule, freeze
from tongban.rulebook.catalogue.item import Promise
from tongban.rulebook.clock import Due, Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import FORM, Actor, Facts, Given, Lack, Proceeding, Running
from tongban.rulebook.guards import GUARDS
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Post

ITEM = freeze(
    tomllib.loads((Path(__file__).parents[2] / "tongban" / "items" / "items" / "small-food-shop.toml").read_text())
)
DAY = date(2026, 9, 21)
ONE, OTHER = UUID(int=1), UUID(int=2)
RULE = TimeRule(Limit.parse("7d"), design("公示七日"))
PROMISE = Promise("quick", "letter", TimeRule(Limit.parse("2m"), design("核查")), design("承诺"), "撤销许可")
SPOT = design("当场可以核对")


def staff(*posts: Post, number: UUID = ONE) -> Actor:
    return Actor("staff", number, frozenset(posts))


def opened(kind: str, *, closed: bool = False, no: int = 1) -> Proceeding:
    return Proceeding(no, kind, DAY, DAY, kind == "hearing", DAY if closed else None)


def clock(*, extended: bool = False) -> Running:
    return Running(
        "statutory", 1, DAY, Limit.parse("20wd"), Due(DAY, None, False), DAY, Limit.parse("10wd") if extended else None
    )


def item(**changed: Any) -> dict[str, Any]:
    return {"item": replace(ITEM, **changed)}


def limits(**changed: Any) -> dict[str, Any]:
    return item(limits=replace(ITEM.limits, **changed))


def lacking(**reasons: str) -> Given:
    return Given(lacking=tuple(Lack(code, reason) for code, reason in reasons.items()))


def proceeding(kind: str, time: str | None = "10d", *, notice: bool = False) -> Given:
    return Given(proceeding=kind, time_needed=Limit.parse(time) if time else None, notice=notice)


NOBODY = staff()
#: An item that has more on its list than may stop the clock.
LISTED = item(proceedings=("site_check", "hearing", "testing"), pausing=("hearing", "site_check"))

#: (guard, what is so of the case, who acts, what is given, the code of the refusal or None).
TABLE: list[tuple[str, dict[str, Any], Actor, Given, str | None]] = [
    # 许可法 32: accepted when complete
    ("complete", {}, NOBODY, Given(), None),
    ("complete", {"missing": ("layout",)}, NOBODY, Given(), "materials_missing"),
    ("complete", {"missing": (FORM, "health", "unheard-of")}, NOBODY, Given(), "materials_missing"),
    ("complete", {"unsigned": ("applicant",)}, NOBODY, Given(), "signatures_missing"),
    ("complete", {"unsigned": ("other_side", "agent", "helper", "unheard-of")}, NOBODY, Given(), "signatures_missing"),
    ("complete", {"missing": ("layout",), "unsigned": ("applicant",)}, NOBODY, Given(), "materials_missing"),
    ("complete", {"following": ("health",)}, NOBODY, Given(), None),
    # 许可法 32(4): everything at once, each with its reason
    ("all_named", {}, NOBODY, Given(), "correction_empty"),
    ("all_named", {}, NOBODY, lacking(layout="没有比例"), None),
    ("all_named", {}, NOBODY, lacking(layout="没有比例", health=" "), "correction_reason_missing"),
    ("all_named", {"missing": ("layout",)}, NOBODY, lacking(layout="没有交"), None),
    ("all_named", {"missing": ("layout", FORM)}, NOBODY, lacking(layout="没有交"), "correction_incomplete"),
    ("all_named", {"missing": ("layout", "health")}, NOBODY, lacking(form="缺地址"), "correction_incomplete"),
    # what the notice named is in; what it did not name is not asked for now
    ("all_supplied", {}, NOBODY, Given(), None),
    ("all_supplied", {"missing": ("layout",)}, NOBODY, Given(), None),
    ("all_supplied", {"missing": ("layout",), "told": frozenset({"layout"})}, NOBODY, Given(), "supply_incomplete"),
    (
        "all_supplied",
        {"missing": ("layout",), "told": frozenset({"layout"})},
        NOBODY,
        Given(supplied=frozenset({"layout"})),
        None,
    ),
    (
        "all_supplied",
        {"missing": ("layout", "health"), "told": frozenset({"layout", "health"})},
        NOBODY,
        Given(supplied=frozenset({"layout"})),
        "supply_incomplete",
    ),
    # 受审分离
    ("separated", {"acceptor": ONE}, staff(Post.DECIDER), Given(), "acceptor_decides"),
    ("separated", {"acceptor": ONE}, staff(Post.DECIDER, number=OTHER), Given(), None),
    ("separated", {"acceptor": ONE, **item(on_the_spot=SPOT)}, staff(Post.DECIDER), Given(), None),
    # accepted by silence: by nobody, so nobody is kept from deciding
    ("separated", {"acceptor": None}, Actor("law", None, frozenset({Post.LAW})), Given(), None),
    # 即办件: a named exemption, and both powers in one hand
    ("on_the_spot", {}, staff(Post.ACCEPTOR, Post.DECIDER), Given(), "not_on_the_spot"),
    ("on_the_spot", item(on_the_spot=SPOT), staff(Post.ACCEPTOR, Post.DECIDER), Given(), None),
    ("on_the_spot", item(on_the_spot=SPOT), staff(Post.ACCEPTOR), Given(), "spot_powers_missing"),
    ("on_the_spot", item(on_the_spot=SPOT), staff(Post.DECIDER), Given(), "spot_powers_missing"),
    # 告知承诺: offered and chosen
    ("on_promise", {}, NOBODY, Given(), "no_promise_offered"),
    ("on_promise", item(promise=PROMISE), NOBODY, Given(), "promise_not_chosen"),
    ("on_promise", {**item(promise=PROMISE), "options": frozenset({"normal"})}, NOBODY, Given(), "promise_not_chosen"),
    ("on_promise", {**item(promise=PROMISE), "options": frozenset({"quick", "other"})}, NOBODY, Given(), None),
    ("time_told", {}, NOBODY, Given(), "time_missing"),
    ("time_told", {}, NOBODY, Given(time_needed=Limit.parse("20wd")), None),
    # the chain of desks; this item has two
    ("more_desks", {"stage": 0}, NOBODY, Given(), None),
    ("more_desks", {"stage": 1}, NOBODY, Given(), "last_desk"),
    ("earlier_desk", {"stage": 0}, NOBODY, Given(), "first_desk"),
    ("earlier_desk", {"stage": 1}, NOBODY, Given(), None),
    ("last_desk", {"stage": 0}, NOBODY, Given(), "not_last_desk"),
    ("last_desk", {"stage": 1}, NOBODY, Given(), None),
    # 特别程序
    ("none_open", {}, NOBODY, Given(), None),
    ("none_open", {"proceedings": (opened("hearing", closed=True),)}, NOBODY, Given(), None),
    (
        "none_open",
        {"proceedings": (opened("hearing", closed=True), opened("testing", no=2))},
        NOBODY,
        Given(),
        "proceeding_open",
    ),
    ("proceeding_given", LISTED, NOBODY, proceeding("site_check"), None),
    ("proceeding_given", LISTED, NOBODY, proceeding("hearing", notice=True), None),
    ("proceeding_given", LISTED, NOBODY, proceeding("expert_review"), "proceeding_unknown"),
    ("proceeding_given", LISTED, NOBODY, proceeding("hearing", None), "proceeding_time_missing"),
    # on the item's own list of what stops the clock, but not on article 45's
    ("proceeding_given", LISTED, NOBODY, proceeding("site_check", notice=True), "pause_not_lawful"),
    # on article 45's list, but not on the item's
    ("proceeding_given", LISTED, NOBODY, proceeding("testing", notice=True), "pause_not_lawful"),
    (
        "proceeding_given",
        {**LISTED, "proceedings": (opened("testing"),)},
        NOBODY,
        proceeding("hearing"),
        "proceeding_open",
    ),
    ("proceeding_result", {}, NOBODY, Given(result="passed"), "no_proceeding"),
    (
        "proceeding_result",
        {"proceedings": (opened("hearing", closed=True),)},
        NOBODY,
        Given(result="passed"),
        "no_proceeding",
    ),
    ("proceeding_result", {"proceedings": (opened("hearing"),)}, NOBODY, Given(), "proceeding_result_missing"),
    ("proceeding_result", {"proceedings": (opened("hearing"),)}, NOBODY, Given(result="passed"), None),
    ("proceeding_result", {"proceedings": (opened("hearing"),)}, NOBODY, Given(result="合格"), "result_not_a_code"),
    ("proceeding_result", {"proceedings": (opened("hearing"),)}, NOBODY, Given(result="Passed"), "result_not_a_code"),
    ("proceeding_result", {"proceedings": (opened("hearing"),)}, NOBODY, Given(result="p" * 40), None),
    ("proceeding_result", {"proceedings": (opened("hearing"),)}, NOBODY, Given(result="p" * 41), "result_not_a_code"),
    # 许可法 34(3): looked at on the spot by two at least
    ("proceeding_result", {"proceedings": (opened("site_check"),)}, NOBODY, Given(result="passed"), "two_needed"),
    (
        "proceeding_result",
        {"proceedings": (opened("site_survey"),)},
        NOBODY,
        Given(result="passed", present=(ONE, ONE)),
        "two_needed",
    ),
    (
        "proceeding_result",
        {"proceedings": (opened("site_check"),)},
        NOBODY,
        Given(result="passed", present=(ONE, OTHER)),
        None,
    ),
    (
        "proceeding_result",
        {"proceedings": (opened("site_check", closed=True), opened("testing", no=2))},
        NOBODY,
        Given(result="passed"),
        None,
    ),
    # 许可法 42: once, by the approver the article names
    ("extendable", {"clocks": (clock(),)}, staff(Post.HEAD), Given(), None),
    ("extendable", limits(extension=None), staff(Post.HEAD), Given(), "not_extendable"),
    ("extendable", {}, staff(Post.GOVERNMENT), Given(), "wrong_approver"),
    ("extendable", limits(joint=True), staff(Post.HEAD), Given(), "wrong_approver"),
    ("extendable", limits(joint=True), staff(Post.GOVERNMENT), Given(), None),
    ("extendable", {"clocks": (clock(), clock(extended=True))}, staff(Post.HEAD), Given(), "extended_already"),
    ("not_extended", {"clocks": (clock(),)}, NOBODY, Given(), None),
    ("not_extended", {"clocks": (clock(extended=True),)}, NOBODY, Given(), "extended_already"),
    ("handled_elsewhere", {}, NOBODY, Given(), "not_elsewhere"),
    ("handled_elsewhere", item(elsewhere="estate"), NOBODY, Given(), None),
    # 许可法 38: a no has its ground
    ("grounded", {}, NOBODY, Given(ground=" "), "ground_missing"),
    ("grounded", {}, NOBODY, Given(ground="食品安全法 第三十六条"), None),
    # 容缺 and fees stand before the result
    ("followed", {}, NOBODY, Given(), None),
    ("followed", {"following": ("health", "layout")}, NOBODY, Given(), "following_missing"),
    ("fee_settled", {"fee": ""}, NOBODY, Given(), None),
    ("fee_settled", {"fee": "due"}, NOBODY, Given(), "fee_due"),
    ("fee_settled", {"fee": "paid"}, NOBODY, Given(), None),
    ("fee_settled", {"fee": "waived"}, NOBODY, Given(), None),
    # 公示
    ("published", {}, NOBODY, Given(), None),
    ("published", limits(publication=RULE), NOBODY, Given(), "not_published"),
    (
        "published",
        {**limits(publication=RULE), "proceedings": (opened("publication"), opened("hearing", closed=True))},
        NOBODY,
        Given(),
        "not_published",
    ),
    (
        "published",
        {**limits(publication=RULE), "proceedings": (opened("publication", closed=True),)},
        NOBODY,
        Given(),
        None,
    ),
    ("publication_over", {"proceedings": (opened("publication"),)}, NOBODY, Given(), "proceeding_result_missing"),
    ("publication_over", {"proceedings": (opened("publication"),)}, NOBODY, Given(result="no_objection"), None),
    # 一件事: all parts, or one that was granted where one is enough; (all, finished, refused)
    ("parts_finished", {"parts": (3, 3, 1)}, NOBODY, Given(), None),
    ("parts_finished", {"parts": (3, 2, 0)}, NOBODY, Given(), "parts_open"),
    ("parts_finished", {"parts": (3, 1, 0)}, NOBODY, Given(), "parts_open"),
    ("parts_finished", {"parts": (0, 0, 0)}, NOBODY, Given(), "parts_open"),
    ("parts_finished", {"parts": (3, 1, 0), **item(join="any")}, NOBODY, Given(), None),
    ("parts_finished", {"parts": (3, 1, 1), **item(join="any")}, NOBODY, Given(), "parts_open"),
    ("parts_finished", {"parts": (3, 3, 3), **item(join="any")}, NOBODY, Given(), None),
    ("not_reopened", {}, NOBODY, Given(), None),
    ("not_reopened", {"flags": frozenset({"overdue"})}, NOBODY, Given(), None),
    ("not_reopened", {"flags": frozenset({"reopened"})}, NOBODY, Given(), "reopened_already"),
    ("not_rated", {}, NOBODY, Given(), None),
    ("not_rated", {"flags": frozenset({"overdue"})}, NOBODY, Given(), None),
    ("not_rated", {"flags": frozenset({"rated"})}, NOBODY, Given(), "rated_already"),
]


def answer(guard: str, so: dict[str, Any], who: Actor, given: Given) -> Refused | None:
    """Ask a guard."""
    try:
        GUARDS[guard](Facts(**{"kind": KINDS["permit"], "item": ITEM, **so}), who, given)
    except Refused as no:
        return no
    return None


@pytest.mark.parametrize(
    ("guard", "so", "who", "given", "code"), TABLE, ids=[f"{line[0]}-{line[4] or 'holds'}" for line in TABLE]
)
def test_a_guard_holds_or_refuses(guard: str, so: dict[str, Any], who: Actor, given: Given, code: str | None) -> None:
    no = answer(guard, so, who, given)
    assert (no.code if no else None) == code


def test_every_guard_is_seen_to_hold_and_to_refuse() -> None:
    assert {line[0] for line in TABLE if line[4]} == set(GUARDS) == {line[0] for line in TABLE if not line[4]}


def test_what_a_guard_says() -> None:
    """The sentence tells what to do, and the article stands behind it."""
    said = [(line[0], no) for line in TABLE if (no := answer(*line[:4]))]
    assert_as_written("guards.txt", (f"{guard} | {refusal(no)}" for guard, no in said))


def test_a_material_is_called_by_the_name_of_this_very_item() -> None:
    named = Material("layout", "竣工图", "applicant", design("测试"))
    no = answer("complete", {"missing": ("layout",), **item(materials=(named,))}, NOBODY, Given())
    assert no is not None
    assert no.sentence == "还缺：竣工图。请一次性告知申请人补正后再受理。"
