"""The other agencies' systems of 示例县: what the seed says of them, and that they speak over real HTTP."""

import tomllib
from collections import Counter
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest

from tongban.rooms.exchange.port import CaseFacts, Down, Linked, Rejected

DAY = (2026, 10, 13)


@pytest.fixture(scope="module")
def seed():
    from tongban.hall.county.opening import ITEMS

    folder = ITEMS / "counties"
    systems, hall, county = (
        tomllib.loads((folder / f"990127{name}.toml").read_text(encoding="utf-8")) for name in ("-systems", "-hall", "")
    )
    items = {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((ITEMS / "items").glob("*.toml"))
    }
    return systems, hall, county, items


def test_eight_departments_have_systems_of_their_own_in_three_manners(seed):
    systems, _, county, _ = seed
    own = systems["system"][:8]
    assert Counter(one["manner"] for one in own) == {"interface": 5, "file": 2, "paper": 1}
    assert len({one["department"] for one in own}) == 8
    assert {one["department"] for one in systems["system"]} <= {one["code"] for one in county["unit"]}
    assert all(one.get("key_id") for one in own if one["manner"] != "paper")
    faults = {name for one in own for name in one.get("faults", {})}
    assert {"twice", "loses", "wrong", "slow_ms", "down_on", "forgets", "invents"} <= faults


def test_each_system_names_the_items_and_resources_that_name_it(seed):
    systems, hall, _, items = seed
    by_system = {one["code"]: set(one.get("items", ())) for one in systems["system"]}
    elsewhere: dict[str, set[str]] = {code: set() for code in by_system}
    for content in items.values():
        if content.get("elsewhere"):
            elsewhere[content["elsewhere"]].add(content["code"])
    assert by_system == elsewhere
    resources: dict[str, set[str]] = {code: set() for code in by_system}
    for one in hall["resource"]:
        resources[one["system"]].add(one["code"])
    assert {one["code"]: set(one.get("resources", ())) for one in systems["system"]} == resources


def test_the_faults_of_the_seed_are_knobs_that_exist(seed):
    from tongban.rooms.exchange.simulator import Knobs

    for one in seed[0]["system"]:
        Knobs.from_data({**one.get("knobs", {}), **one.get("faults", {})})


def test_the_open_county_has_them_with_what_is_not_opened(county):
    from tongban.rooms.exchange import queries

    with county.at(*DAY):
        manners = {one.code: (one.manner, one.adapter) for one in queries.systems(county.code)}
        register = [(one.what, one.system, one.must_act, one.lawful) for one in queries.withheld(county.code)]
    assert manners["housing-fund"] == ("file", "folder")
    assert manners["province-police"] == ("paper", "")
    assert manners["province-tax"] == ("interface", "simulator")
    assert sorted(register) == [
        ("link", "housing-fund", "xzsp", False),
        ("rights", "province-police", "xzsp", False),
    ]


@pytest.fixture
def lines(own_county, settings):
    """Tax, social security and marriage over HTTP on this machine, at the seed's own faults."""
    from tongban.hall.outside import opened
    from tongban.rooms.exchange import actions, queries

    with own_county.at(*DAY), opened(own_county.code) as outside:
        codes = ("province-tax", "province-social-security", "marriage")
        settings.TONGBAN_EXCHANGE = {code: outside.address(code) for code in codes}
        for one in queries.systems(own_county.code):
            if one.code in codes:
                actions.register_system(
                    own_county.code, one.code, one.name, actor="house", adapter="http", key_id=one.key_id
                )
        yield outside


def facts(number: str) -> CaseFacts:
    return CaseFacts(uuid4(), number, "990127", "deed-tax", ("new",), None, {"name": "示例"})


def test_a_case_goes_over_http_and_its_result_comes_back(lines, own_county):
    from tongban.rooms.exchange.adapters import adapter_of
    from tongban.rooms.exchange.models import SimulatedCase, System

    tax = adapter_of(System.objects.get(code="province-tax"))
    number = tax.hand_over(facts("9901-1"), "k-1")
    assert tax.hand_over(facts("9901-1"), "k-1") == number
    assert list(SimulatedCase.objects.values_list("case_number", "attempts")) == [("9901-1", 2)]
    linked = Linked(number.number, 0, SimulatedCase.objects.get().taken_at)
    assert [(one.sequence, one.state) for one in tax.poll(linked)] == [(1, "accepted")]
    with own_county.at(2026, 10, 14):
        assert [(one.sequence, one.state) for one in tax.poll(linked)] == [(1, "accepted"), (2, "granted")]
        held = tax.holdings(linked.handed_at.date())
    assert [(one.case_number, one.state) for one in held] == [("9901-1", "accepted")]


def test_over_http_a_lost_answer_makes_no_second_case(lines, own_county):
    from tongban.rooms.exchange import actions
    from tongban.rooms.exchange.adapters import adapter_of
    from tongban.rooms.exchange.models import SimulatedCase, System

    actions.set_knobs(own_county.code, "province-social-security", loses=0.6, seed=4)
    line = adapter_of(System.objects.get(code="province-social-security"))
    # Three tries are one call; a case for which all three are lost is called again.
    for n in range(12):
        given = None
        while given is None:
            with suppress(Down):
                given = line.hand_over(facts(f"9901-{n}"), f"k-{n}")
    assert SimulatedCase.objects.count() == 12
    assert sum(SimulatedCase.objects.values_list("attempts", flat=True)) > 12


def test_a_source_answers_over_http_only_what_was_asked(lines, own_county):
    from tongban.rooms.exchange import actions

    told = actions.ask(
        own_county.code,
        "marriage",
        {"citizen_id": "990127197503152097"},
        fields=["marital_status"],
        unit="zrzy",
        who="staff:T1",
        case_id=uuid4(),
    )
    assert told.values == {"marital_status": "已婚"}


def test_who_does_not_hold_the_key_gets_nothing(lines):
    from tongban.rooms.exchange.adapters import HttpAdapter

    for code in ("province-tax", "nobody"):
        assert httpx.get(f"{lines.address(code)}/cases?day=2026-10-12", trust_env=False).status_code in (401, 404)
    stranger = HttpAdapter(lines.address("province-tax"), "province-tax", b"x" * 32)
    with pytest.raises(Rejected) as no:
        stranger.hand_over(facts("9901-1"), "k-1")
    assert no.value.code == "signature_wrong"


def test_outside_a_demo_nobody_plays_the_other_side(county, settings):
    from tongban.rooms.exchange import actions
    from tongban.rulebook.errors import Refused

    settings.TONGBAN_DEMO = False
    for act in (
        lambda: actions.answer_as(county.code, "province-tax", method="GET", path="/cases", headers={}, body=b""),
        lambda: actions.push_as(county.code, "province-tax", lambda told: True),
        actions.tend_folders,
        lambda: actions.make_demo_key("x"),
    ):
        with pytest.raises(Refused) as no:
            act()
        assert no.value.code == "simulator_refused"
