"""审批专用章: a seal has a scope and a keeper; outside its scope it seals nothing."""

import pytest

from tongban.rulebook.errors import Refused

DAY = (2026, 9, 22)


def seal_of(county, unit="scjg", use="受理专用章"):
    from tongban.rooms.licences.models import Seal

    return Seal.objects.get(county=county.code, unit=unit, use=use, withdrawn_at=None).id


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as no:
        call(*args, **kwargs)
    return no.value.code


def test_a_seal_outside_its_scope_is_refused_and_seals_once_it_may(county):
    """S099.  Given a seal outside its scope, When used, Then it is refused; within it the paper is sealed."""
    from tongban.hall.postman import keeping
    from tongban.rooms.ledger import actions as ledger
    from tongban.rooms.licences import actions
    from tongban.rooms.licences.models import SealUse

    with county.at(*DAY):
        seals = [seal_of(county), seal_of(county, use="行政审批专用章")]
        for seal in seals:
            actions.limit_seal(seal, ["food-business-new"], actor="staff:X1")
        case_id = county.accepted("small-food-shop")
        owed = [one for one in ledger.claim(50, kinds=("document",)) if one.subject_id == case_id]
        refused = [one for one in owed if keeping.keep(one) == "seal_scope"]
        assert refused
        assert not SealUse.objects.filter(case_id=case_id, seal_id__in=seals).exists()
        for seal in seals:
            actions.limit_seal(seal, ["food-business-new", "small-food-shop"], actor="staff:X1")
        assert {keeping.keep(one) for one in refused} == {""}
    assert SealUse.objects.filter(case_id=case_id, seal_id__in=seals).count() == len(refused)


def test_a_seal_is_handed_over_within_its_unit_and_its_journal_names_both(county):
    from tongban.rooms.ledger import queries as ledger
    from tongban.rooms.licences import actions

    with county.at(*DAY):
        seal = seal_of(county)
        actions.hand_over_seal(seal, "scjg-acceptor", actor="staff:X1")
        actions.hand_over_seal(seal, "scjg-reviewer", actor="staff:X1")
        assert refusal(actions.hand_over_seal, seal, "mzj-acceptor", actor="x") == "keeper_unknown"
        assert refusal(actions.hand_over_seal, seal, "nobody", actor="x") == "keeper_unknown"
        actions.withdraw_seal(seal, reason="worn", actor="staff:X1")
        assert refusal(actions.limit_seal, seal, [], actor="x") == "seal_withdrawn"
    turns = [(one.body["from"], one.body["to"]) for one in ledger.stream(seal, "seal") if one.step == "hand_over"]
    assert turns == [("", "scjg-acceptor"), ("scjg-acceptor", "scjg-reviewer")]
