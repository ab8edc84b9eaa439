"""What a page asks for a step, which steps it offers, and who may ask for an item at all."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tongban.rulebook.asking import asker_refusals, situation_refusals
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import Material, Option, Situation, freeze
from tongban.rulebook.deciding import possible
from tongban.rulebook.facts import Actor, Facts, Proceeding
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Post
from tongban.rulebook.telling import AT_A_DESK, asks, asks_alike, hindrance, leads_on

ITEM = freeze(
    tomllib.loads((Path(__file__).parents[2] / "tongban" / "items" / "items" / "small-food-shop.toml").read_text())
)
PERMIT = KINDS["permit"]
DAY = date(2026, 9, 21)


def facts(**so: Any) -> Facts:
    return Facts(**{"kind": PERMIT, "item": ITEM, **so})


def staff(*posts: Post, related: bool = False) -> Actor:
    return Actor("staff", UUID(int=1), frozenset(posts), related)


CITIZEN = Actor("person", UUID(int=9), frozenset({Post.APPLICANT}), related=True)

#: Step of a permit -> what is asked of anybody, and what besides in a case whose item has review points.
ASKED = {
    "file": ("", ""),
    "accept": ("", ""),
    "ask_correction": ("lacking", ""),
    "not_accept": ("ground reason", ""),
    "decide_on_spot": ("opinion", "points"),
    "grant_on_promise": ("opinion", "points"),
    "pass_on": ("opinion", "points"),
    "send_back": ("reason", ""),
    "pause": ("proceeding", ""),
    "end_publication": ("objection", ""),
    "extend": ("reason", ""),
    "grant": ("opinion", "points"),
    "refuse": ("ground reason", "points"),
    "hand_over": ("system", ""),
    "granted_elsewhere": ("outside", ""),
    "refused_elsewhere": ("outside", ""),
    "settle_fee": ("fee", ""),
    "check_shared": ("shared", ""),
    "note": ("note", ""),
    "deliver": ("", ""),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_a_step_wants_to_be_told(name: str) -> None:
    alike, besides = (set(words.split()) for words in ASKED[name])
    step = PERMIT.by_name[name]
    assert set(asks_alike(step)) == alike
    assert set(asks(step, facts())) == alike | besides
    assert set(asks(step, facts(item=replace(ITEM, review_points=())))) == alike


def proceeding(kind: str, *, closed: bool = False) -> Proceeding:
    return Proceeding(1, kind, DAY, DAY, False, DAY if closed else None)


@pytest.mark.parametrize(
    ("proceedings", "present"),
    [
        ((proceeding("hearing"),), False),
        ((proceeding("site_check"),), True),
        ((proceeding("site_survey"),), True),
        ((proceeding("site_check", closed=True), proceeding("hearing")), False),
    ],
)
def test_the_end_of_a_proceeding_wants_its_record_and_a_look_on_the_spot_two_people(
    proceedings: tuple[Proceeding, ...], present: bool
) -> None:
    # 许可法 34(3)
    told = asks(PERMIT.by_name["resume"], facts(proceedings=proceedings))
    assert told == ("result", *(["present"] if present else []), "record", "opinion")


def test_what_is_asked_comes_in_one_order_whatever_the_step() -> None:
    assert asks_alike(PERMIT.by_name["refuse"]) == ("ground", "reason")
    assert asks_alike(KINDS["appeal"].by_name["not_take"]) == ("ground", "reason")


def test_a_matter_in_hand_is_given_with_its_limit() -> None:
    limited = [step for kind in KINDS.values() for step in kind.steps if "time_told" in step.needs]
    assert limited
    assert all("within" in asks_alike(step) for step in limited)


@pytest.mark.parametrize(
    ("name", "on"),
    [
        ("accept", True),
        ("pass_on", True),
        ("grant", True),
        ("decide_on_spot", True),
        ("send_back", False),
        ("refuse", False),
        ("not_accept", False),
        ("pause", False),
        ("file", False),
    ],
)
def test_the_normal_way_leads_from_acceptance_over_the_desks_to_the_grant(name: str, on: bool) -> None:
    assert leads_on(PERMIT.by_name[name]) == on


SHARED = Material("id", "身份证", "shared", design("测试"), resource="population")


@pytest.mark.parametrize(
    ("name", "so", "code"),
    [
        # what only what is told can answer is not held against a step beforehand
        ("not_accept", {"state": "filed"}, None),
        ("ask_correction", {"state": "filed", "missing": ("layout",)}, None),
        ("pause", {"state": "accepted"}, None),
        ("pause", {"state": "accepted", "item": replace(ITEM, proceedings=())}, "no_proceedings"),
        ("publicise", {"state": "accepted"}, "no_publication"),
        ("resume", {"state": "paused"}, None),
        ("supply", {"state": "correcting", "missing": ("layout",), "told": frozenset({"layout"})}, None),
        ("accept", {"state": "filed", "missing": ("layout",)}, "materials_missing"),
        ("accept", {"state": "filed"}, None),
        ("grant", {"state": "accepted", "stage": 0}, "not_last_desk"),
        ("grant", {"state": "accepted", "stage": 1}, None),
        ("grant", {"state": "accepted", "stage": 1, "acceptor": UUID(int=1)}, "acceptor_decides"),
        ("refuse", {"state": "accepted", "stage": 1, "proceedings": (proceeding("hearing"),)}, "proceeding_open"),
        ("settle_fee", {"fee": "due"}, None),
        ("settle_fee", {"fee": "paid"}, "no_fee"),
        ("settle_fee", {"fee": ""}, "no_fee"),
        ("check_shared", {}, "nothing_shared"),
        ("check_shared", {"item": replace(ITEM, materials=(*ITEM.materials, SHARED))}, None),
        ("note", {"fee": "paid"}, None),
    ],
)
def test_what_hinders_a_step_whatever_is_told(name: str, so: dict[str, Any], code: str | None) -> None:
    no = hindrance(facts(**so), PERMIT.by_name[name], staff(Post.DECIDER))
    assert (no.code if no else None) == code


@pytest.mark.parametrize(
    ("state", "who", "steps"),
    [
        ("filed", staff(Post.ACCEPTOR), "ask_correction accept not_accept decide_on_spot check_shared note"),
        ("filed", staff(Post.EXIT), "note"),
        ("filed", staff(Post.DECIDER), "grant_on_promise note"),
        ("accepted", staff(Post.HEAD), "extend note"),
        ("accepted", staff(Post.HEAD, related=True), ""),
        (
            "filed",
            CITIZEN,
            "supply_later withdraw sign",
        ),
        ("archived", staff(*Post), "rate"),
        ("", staff(Post.CLERK), "begin file"),
    ],
)
def test_the_steps_that_are_offered(state: str, who: Actor, steps: str) -> None:
    """回避: staff close to a party are offered nothing; a person is always close to her own case."""
    assert " ".join(step.name for step in possible(facts(state=state), who)) == steps


def test_who_works_at_a_desk_is_neither_applicant_nor_window_nor_machine() -> None:
    assert set(Post) - AT_A_DESK == {
        Post.APPLICANT,
        Post.CLERK,
        Post.EXIT,
        Post.OUTSIDE,
        Post.LAW,
        Post.HOUSE,
    }


@pytest.mark.parametrize(
    ("change", "who", "by_agent", "station", "codes"),
    [
        ({}, "natural", False, "", ""),
        ({}, "legal", True, "village", ""),
        ({"applicants": ()}, "legal", False, "", ""),
        ({"applicants": ("natural",)}, "legal", False, "", "wrong_applicant"),
        ({"applicants": ("legal",)}, "natural", False, "", "wrong_applicant"),
        ({"agent_allowed": False}, "natural", False, "", ""),
        ({"agent_allowed": False}, "natural", True, "", "agent_not_allowed"),
        ({"stations": ("county",)}, "natural", False, "county", ""),
        ({"stations": ("county",)}, "natural", False, "town", "station_not_allowed"),
        # from home no station is asked for
        ({"stations": ("county",)}, "natural", False, "", ""),
        (
            {"applicants": ("legal",), "agent_allowed": False, "stations": ("county",)},
            "natural",
            True,
            "village",
            "wrong_applicant agent_not_allowed station_not_allowed",
        ),
    ],
)
def test_who_may_ask_where(change: dict[str, Any], who: str, by_agent: bool, station: str, codes: str) -> None:
    refused = asker_refusals(replace(ITEM, **change), who, by_agent=by_agent, station=station)
    assert " ".join(no.code for no in refused) == codes


QUESTIONS = (
    Situation("size", "店有多大？", (Option("big", "大"), Option("small", "小"))),
    Situation("kind", "卖什么？", (Option("hot", "热食"), Option("cold", "冷食"))),
)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"big", "cold"}, []),
        ({"big"}, ["situation_unanswered 请先回答“卖什么？”。"]),
        ({"big", "small", "hot"}, []),
        (set(), ["situation_unanswered 请先回答“店有多大？”。", "situation_unanswered 请先回答“卖什么？”。"]),
        ({"big", "hot", "wet"}, ["option_unknown 没有这些情形：wet。请重新选择。"]),
    ],
)
def test_each_question_is_answered_with_one_of_its_own_options(options: set[str], told: list[str]) -> None:
    refused = situation_refusals(replace(ITEM, situations=QUESTIONS), frozenset(options))
    assert [f"{no.code} {no.sentence}" for no in refused] == told
