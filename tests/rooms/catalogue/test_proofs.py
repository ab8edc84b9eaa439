"""证明事项清单: what was cancelled is not asked for any more."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from tests.rooms.catalogue.sample import BY, SINCE, TODAY, shop
from tongban.rooms.catalogue import actions, queries
from tongban.rulebook.basis import Basis, BasisKind, unchecked
from tongban.rulebook.errors import Refused

CODE, PROOF = "small-food-shop", "无违法记录证明"
BASIS = unchecked("示例县证明事项清理目录", BasisKind.LOCAL)


def asking(name: str = PROOF, **changes) -> dict:
    proof = {"code": "proof", "name": name, "source": "applicant", "basis": "law: 行政许可法 第三十一条"}
    proof |= {"criteria": "开具之日起三个月内", "issuer": "派出所"}
    content = shop()
    return content | {"materials": [*content["materials"], proof | changes]}


def set_proof(county, state="cancelled", **more):
    return actions.set_proof(county, more.pop("name", PROOF), state, basis=BASIS, by=BY, **more)


def publish(county, content, **more):
    actions.save_draft(county, content, BY)
    return actions.publish(county, CODE, by=BY, **more)


def test_a_cancelled_proof_stops_publishing(county):
    """S013: Given a cancelled proof, When an item lists it as material, Then publishing is refused."""
    set_proof(county)
    with pytest.raises(Refused) as refused:
        publish(county, asking())
    assert refused.value.code == "draft_incomplete"
    assert f"《{PROOF}》是已取消的证明" in refused.value.sentence
    publish(county, shop())


@pytest.mark.parametrize("state", ["kept", "promised", "shared"])
def test_any_other_state_lets_it_be_published(county, state):
    set_proof(county, state, instead="书面承诺")
    assert publish(county, asking())


def test_it_stops_only_from_its_day_on(county):
    set_proof(county, from_day=TODAY + timedelta(days=10))
    assert publish(county, asking())
    with pytest.raises(Refused):
        publish(county, asking(criteria="一个月内"), from_day=TODAY + timedelta(days=10))


def test_what_is_in_force_and_still_asks_is_named_until_it_no_longer_does(county):
    publish(county, asking(), from_day=SINCE)
    set_proof(county)
    found = queries.proofs_asked(county, TODAY)
    assert [(one.proof, one.item, one.material, one.wrongly) for one in found] == [(PROOF, CODE, "proof", True)]
    publish(county, shop())
    assert queries.proofs_asked(county, TODAY) == ()


def test_a_shared_proof_asked_of_its_source_is_not_asked_of_the_applicant(county):
    set_proof(county, "shared", instead="向 population 核验")
    publish(county, asking(source="shared", resource="population", criteria=""))
    assert queries.proofs_asked(county, TODAY) == ()


def test_the_list_on_a_day_and_its_counts(county):
    set_proof(county, "kept", from_day=date(2026, 1, 1))
    set_proof(county, name="婚姻状况证明")
    set_proof(county, "promised", instead="书面承诺", from_day=TODAY + timedelta(days=1))
    assert [(one.name, one.state) for one in queries.proofs(county, TODAY)] == [
        ("婚姻状况证明", "cancelled"),
        (PROOF, "kept"),
    ]
    assert queries.proof_counts(county, TODAY + timedelta(days=1)) == {"cancelled": 1, "promised": 1}
    assert queries.proof_counts(county, date(2025, 12, 31)) == {}


def test_a_slip_of_the_same_day_is_put_right_by_a_later_entry(county):
    set_proof(county, "cancelled")
    set_proof(county, "kept")
    assert queries.proof_counts(county, TODAY) == {"kept": 1}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": "gone"}, "proof_state"),
        ({"name": " "}, "proof_incomplete"),
        ({"basis": Basis(BasisKind.LOCAL, "")}, "proof_incomplete"),
        ({"state": "shared"}, "proof_incomplete"),
        ({"from_day": TODAY - timedelta(days=1)}, "proof_past"),
    ],
)
def test_a_wrong_line_is_refused(county, changes, code):
    set_proof(county, "kept")
    given = {"name": PROOF, "state": "cancelled", "basis": BASIS, "by": BY} | changes
    with pytest.raises(Refused) as refused:
        actions.set_proof(county, given.pop("name"), given.pop("state"), **given)
    assert refused.value.code == code
    assert queries.proof_counts(county, TODAY) == {"kept": 1}


@pytest.mark.parametrize("table", ["proof", "permitmode", "listentry", "listissue"])
def test_no_line_is_rewritten(county, table):
    set_proof(county)
    for statement in (f"UPDATE catalogue_{table} SET county = '990128'", f"DELETE FROM catalogue_{table}"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
