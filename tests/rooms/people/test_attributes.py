"""一码一库: sources that differ are kept side by side, and a rule says which is shown."""

from datetime import timedelta

import pytest

from tongban.rulebook.errors import Refused

DAY = (2026, 9, 22)


def test_two_sources_differ_on_a_phone_and_both_are_kept_with_their_source(county):
    """S104.  Given two sources differ on a phone, When merged, Then both are kept with source and the rule's winner is
    shown.
    """
    from tongban.rooms.ledger import queries as ledger
    from tongban.rooms.people import actions

    with county.at(*DAY):
        she = county.citizen().id
        other = actions.register_person("林示例", county=county.code, actor="house")
        actions.note_attribute(she, "phone", "13800000001", source="gaj", actor="house")
        actions.note_attribute(other, "phone", "13800000002", source="ybj", actor="house")
        actions.merge(she, other, ground="same_papers", actor="staff:X1")
        latest = actions.read_golden(she, who="staff:X1", purpose="核对电话")["phone"]
        owned = actions.read_golden(other, who="staff:X1", purpose="核对电话", owners={"phone": ["gaj"]})["phone"]
    assert {(one.value, one.source) for one in (latest.winner, *latest.losers)} == {
        ("13800000001", "gaj"),
        ("13800000002", "ybj"),
    }
    assert (owned.winner.source, owned.rule, [one.source for one in owned.losers]) == ("gaj", "owner", ["ybj"])
    assert ("staff:X1", "核对电话") in [(one.who, one.purpose) for one in ledger.who_looked(she)]


def test_a_later_word_of_a_source_takes_the_place_of_its_earlier_and_an_old_one_changes_nothing(county):
    from tongban.rooms import clock
    from tongban.rooms.people import actions
    from tongban.rooms.people.models import Attribute

    with county.at(*DAY):
        she, now = county.citizen().id, clock.now()
        for value, days in (("甲村", 0), ("乙村", 2), ("丙村", 1)):
            actions.note_attribute(she, "domicile", value, source="gaj", actor="house", at=now + timedelta(days=days))
        found = actions.read_golden(she, who="house", purpose="核对")["domicile"]
        with pytest.raises(Refused) as no:
            actions.note_attribute(she, "domicile", " ", source="gaj", actor="house")
        with pytest.raises(Refused) as silent:
            actions.read_golden(she, who="house", purpose="")
    assert (found.winner.value, found.losers, found.rule) == ("乙村", (), "only")
    assert (no.value.code, silent.value.code) == ("attribute_empty", "purpose_missing")
    assert "乙村".encode() not in bytes(Attribute.objects.get(person_id=she).value_sealed)
