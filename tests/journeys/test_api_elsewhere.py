"""A case handled elsewhere, over real wires on both sides: the department's own system is down for a day, loses answers
and tells everything twice; each effect happens once, and the next day both sides agree.

The outside program knows only the OpenAPI document and its tokens; so does the department's system, which answers
signed requests on an address of its own and tells its news by itself.  What the house does alone (the postman, the
passing of days) is done for it beside.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.test_api_outside import COUNTY, House, Outside, company, filled, running

ITEM, SYSTEM = "tax-confirmation", "province-tax"


class Department:
    """The tax office's own system: an address of its own, and a token for ours."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.sent: Counter[str] = Counter()

    def equip(self) -> None:
        """Take what the county's administrator hands out: a token; the key both sides hold is there already."""
        from django.conf import settings

        from tongban.rooms.people import actions as people

        self.token = people.make_token(COUNTY, "税务系统", actor="house", scopes=["exchange"], system=SYSTEM).secret
        self.key = Path(settings.TONGBAN_KEYS, f"exchange-{SYSTEM}.key").read_bytes()

    def tell(self) -> int:
        """Tell what happened to each case, by itself; returns how many messages were taken."""
        from tongban.rooms.exchange import actions as exchange

        return exchange.push_as(COUNTY, SYSTEM, self._send)

    def _send(self, message: Mapping[str, Any]) -> bool:
        from tongban.rooms import clock
        from tongban.rooms.exchange.signing import moment_text, sign

        path = f"/api/v1/exchange/{SYSTEM}/messages"
        body = json.dumps(message).encode()
        moment = moment_text(datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC))
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "X-Tongban-Key": SYSTEM,
            "X-Tongban-Date": moment,
            "X-Tongban-Signature": sign(self.key.strip(), "POST", path, moment, body),
        }
        answer = httpx.post(f"{self.base}{path}", content=body, headers=headers, trust_env=False, timeout=60)
        assert answer.status_code == 200, answer.text
        self.sent[message["state"]] += 1
        return answer.json()["state"] in ("applied", "stale")


@pytest.fixture
def house(own_county) -> House:
    made = House(own_county)
    made.set_clock(13)
    return made


@pytest.fixture
def linked(house, settings) -> Iterator[Any]:
    """The tax office's system serves on the loopback address; our side is told where."""
    from tongban.hall.outside import opened
    from tongban.rooms.exchange import actions as exchange

    with opened(COUNTY) as server:
        settings.TONGBAN_EXCHANGE = {SYSTEM: server.address(SYSTEM)}
        exchange.register_system(COUNTY, SYSTEM, "省电子税务局", actor="house", adapter="http", key_id=SYSTEM)
        yield server


@pytest.fixture
def outside(house) -> Iterator[Outside]:
    with running() as base:
        yield Outside(base)


def test_a_case_handled_elsewhere_that_is_down_a_day_loses_answers_and_tells_twice(outside, house, linked):
    """S103, P06, S098: given a department's own system that is down for a day, when it returns, loses answers and tells
    everything twice, then the case is sent once, its result acts once, and the daily matching finds no difference.
    """
    from tongban.rooms.exchange import actions as exchange
    from tongban.rooms.exchange.models import SimulatedCase

    exchange.set_knobs(
        COUNTY, SYSTEM, down_on=["2026-10-13"], twice=True, shuffled=True, loses=0.5, seed=3, after_days=1
    )
    department = Department(str(outside.http.base_url))
    department.equip()

    # Filed without the register of firms: it is fetched, not asked for.
    firm, agent = company(outside, house)
    answers, papers = filled(outside, agent, ITEM, [])
    del papers["registry"]
    filing = {"item": ITEM, "applicant": firm, "answers": answers, "materials": papers}
    filed = outside.must("file_case", agent, filing)
    assert (filed["missing"], filed["fetched"]) == ([], ["registry"])
    case_id, number = filed["case_id"], filed["number"]
    outside.step(house.able("accept", ITEM), case_id, "accept")
    examiner = house.able("examine", ITEM)
    outside.step(examiner, case_id, "hand_over", {"system": SYSTEM})

    # A day on which nothing answers: the case waits, and its clock runs on here.
    for _ in range(2):
        house.postman()
    waiting = outside.must("read_case", agent, case_id=case_id)
    assert waiting["outside"] == [{"system": SYSTEM, "outside_number": "", "state": "sending"}]
    assert [one["name"] for one in waiting["clocks"] if one["running"]] == ["promised"]
    assert SimulatedCase.objects.count() == 0

    # The day after: the case arrives once, however many answers are lost on the way back.
    house.set_clock(14)
    for _ in range(20):
        house.postman()
        (there,) = outside.must("read_case", agent, case_id=case_id)["outside"]
        if there["outside_number"]:
            break
    assert [(one.case_number, one.number) for one in SimulatedCase.objects.all()] == [(number, there["outside_number"])]
    department.tell()

    # It decides, tells everything twice by itself, and is asked as well: one step here.
    house.set_clock(15)
    department.tell()
    house.postman()
    department.tell()
    assert department.sent == Counter({"accepted": 2, "granted": 2})
    done = outside.must("read_case", agent, case_id=case_id)
    assert done["outside"] == [{"system": SYSTEM, "outside_number": there["outside_number"], "state": "granted"}]
    assert outside.steps(agent, case_id).count("granted_elsewhere") == 1

    # The day after that both sides are held against one another: nothing differs any more.  The lost day may have been
    # looked at before the case was there: that difference has closed by itself.
    house.set_clock(16)
    house.postman()
    clerk = staff_token(house)
    days = {one["day"]: one for one in outside.must("list_matchings", clerk) if one["system"] == SYSTEM}
    assert sorted(days) == ["2026-10-13", "2026-10-14", "2026-10-15"]
    assert [(days[day]["state"], days[day]["differing"]) for day in sorted(days)[1:]] == [("matched", 0)] * 2
    assert outside.must("list_differences", clerk, system=SYSTEM) == []

    # And the firm sees who looked: the house, for this case, at the register of firms.
    exit_desk = house.able("deliver", ITEM)
    assert outside.step(exit_desk, case_id, "issue") == "issued"
    assert outside.step(exit_desk, case_id, "deliver", {"way": "electronic"}) == "delivered"
    fetches = outside.must("list_fetches", agent, case_id=case_id)
    assert [(one["material"], one["resource"], one["reason"]) for one in fetches] == [
        ("registry", "business-registry", "")
    ]


def staff_token(house: House) -> str:
    from tongban.rooms.people import actions as people

    who = house.county.able("examine", ITEM)
    return people.make_token(
        COUNTY, "对账", actor="house", scopes=["exchange"], staff_id=who.id, post_id=who.post_id
    ).secret
