"""三员分立 and 双人授权: powers that never meet in one hand, and changes that take two officers."""

from datetime import date
from functools import partial

import pytest

from tongban.rooms import clock
from tongban.rooms.ledger import queries as ledger
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.people.models import AuthorityRow, Holding
from tongban.rulebook.authority import Power
from tongban.rulebook.basis import design
from tongban.rulebook.errors import Refused

COUNTY = "990127"


def actor(county, post):
    who = county.staff(post)
    return queries.actor_of(who.id, who.post_id, clock.today())


def refused(act) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.code


def grant(**who):
    return people.grant_authority(
        county=COUNTY,
        items=["*"],
        powers=who.pop("powers"),
        order_text="示例任命〔2026〕1号",
        basis=design("测试"),
        actor="house",
        **who,
    )


def authority(post: str, *powers: str, **more) -> dict:
    return {
        "items": ["*"],
        "powers": list(powers),
        "order": "示例任命〔2026〕1号",
        "basis_kind": "local",
        "basis": "示例县岗位管理办法",
        "post": post,
        **more,
    }


def test_one_post_does_not_come_to_two_of_the_three_powers(county):
    assert refused(lambda: grant(post="system-officer", powers=["security"])) == "powers_apart"
    assert refused(lambda: grant(post="editor", powers=["system", "audit"])) == "powers_apart"
    assert refused(lambda: grant(unit="xzsp", powers=["audit"])) == "powers_apart"
    grant(post="system-officer", powers=["edit"])


def test_one_person_does_not_come_to_two_of_them_by_two_posts(county):
    officer = county.staff("system-officer")
    post = people.create_post("audit-2", county=COUNTY, unit="jcs", site="hall", title="审计岗", actor="house")
    people.hold_post(officer.id, post, actor="house")
    assert refused(lambda: grant(post="audit-2", powers=["audit"])) == "powers_apart"
    second = people.create_post("audit-3", county=COUNTY, unit="jcs", site="hall", title="审计岗", actor="house")
    grant(post="audit-3", powers=["audit"])
    assert refused(lambda: people.hold_post(officer.id, second, actor="house")) == "powers_apart"
    # The same person employed by a second unit is still the same person.
    again = people.hire(actor(county, "system-officer").person_id, unit="jcs", number="T900", county=COUNTY, actor="x")
    assert refused(lambda: people.hold_post(again, second, actor="house")) == "powers_apart"


def test_what_is_over_before_the_other_begins_is_no_meeting(county):
    officer = county.staff("system-officer")
    post = people.create_post("audit-4", county=COUNTY, unit="jcs", site="hall", title="审计岗", actor="house")
    grant(post="audit-4", powers=["audit"], valid_from=date(2020, 1, 1), valid_until=date(2020, 12, 31))
    people.hold_post(officer.id, post, actor="house")


def test_a_grant_takes_effect_when_the_other_officer_confirms(county):
    system, security = actor(county, "system-officer"), actor(county, "security-officer")
    before = AuthorityRow.objects.count()
    proposal = people.propose("grant_authority", authority("editor", "supervise"), by=system)
    assert AuthorityRow.objects.count() == before
    assert refused(lambda: people.confirm_proposal(proposal, by=system)) == "authority_none"
    people.confirm_proposal(proposal, by=security)
    editor = queries.post_coded(COUNTY, "editor")
    assert Power.SUPERVISE in queries.powers().held_by(editor.id, clock.today())
    assert [one.step for one in ledger.stream(proposal, "proposal")] == ["propose", "confirm_proposal"]
    assert refused(lambda: people.confirm_proposal(proposal, by=security)) == "proposal_unknown"


def test_a_declined_proposal_changes_nothing_and_says_why(county):
    system, security = actor(county, "system-officer"), actor(county, "security-officer")
    proposal = people.propose("grant_authority", authority("editor", "supervise"), by=system)
    assert refused(lambda: people.decline_proposal(proposal, " ", by=security)) == "reason_missing"
    people.decline_proposal(proposal, "没有任命文件", by=security)
    (row,) = queries.proposals(COUNTY, state="declined")
    assert (row.reason, row.proposed_by, row.decided_by) == ("没有任命文件", system.name, security.name)
    assert queries.proposals(COUNTY, state="open") == ()


def test_what_the_change_would_refuse_is_refused_when_proposed(county):
    system = actor(county, "system-officer")
    assert refused(lambda: people.propose("grant_authority", authority("system-officer", "audit"), by=system)) == (
        "powers_apart"
    )
    assert refused(lambda: people.propose("make_king", {}, by=system)) == "proposal_unknown"
    assert queries.proposals(COUNTY, state="open") == ()


def test_only_the_system_officer_proposes(county):
    for post in ("security-officer", "audit-officer", "editor"):
        act = partial(people.propose, "grant_authority", authority("editor", "edit"), by=actor(county, post))
        assert refused(act) == "authority_none"


def test_a_holding_is_begun_and_ended_by_two(county):
    system, security = actor(county, "system-officer"), actor(county, "security-officer")
    post = people.create_post("desk-x", county=COUNTY, unit="xzsp", site="hall", title="新岗", actor="house")
    body = {"staff": str(county.staff("editor").id), "post": str(post)}
    people.confirm_proposal(people.propose("hold_post", body, by=system), by=security)
    holding = Holding.objects.get(post_id=post)
    # Both names of one holding: the day it ends, and the row.
    end = {"holding": str(holding.id), "on": clock.today().isoformat()}
    people.confirm_proposal(people.propose("end_holding", end, by=system), by=security)
    holding.refresh_from_db()
    assert holding.valid_until == clock.today()


def test_an_authority_is_withdrawn_by_two(county):
    system, security = actor(county, "system-officer"), actor(county, "security-officer")
    row = AuthorityRow.objects.get(post__code="editor")
    proposal = people.propose("withdraw_authority", {"authority": str(row.id)}, by=system)
    assert not AuthorityRow.objects.filter(id=row.id, withdrawn_at__isnull=False).exists()
    people.confirm_proposal(proposal, by=security)
    assert AuthorityRow.objects.filter(id=row.id, withdrawn_at__isnull=False).exists()
