"""What hurts the county does what it says."""

from random import Random

import pytest

from tongban.hall.faults import troubles
from tongban.hall.faults.facts import Found


@pytest.mark.parametrize("mounting", [True, False])
def test_an_upload_to_a_full_disk_is_refused_whole_and_the_next_one_is_taken(own_county, monkeypatch, mounting):
    if not mounting:
        monkeypatch.setattr(troubles, "_MOUNT", ("false",))
    found = Found()
    name = troubles.full_disk(None, Random(1), found)
    assert found.sentences == []
    assert found.checked["磁盘满后的上传"] == 1
    assert name in (("磁盘满（小磁盘）", "磁盘满（注入）") if mounting else ("磁盘满（注入）",))


def test_every_kind_of_trouble_is_there_once():
    assert len(set(troubles.TROUBLES)) == len(troubles.TROUBLES)
    assert set(troubles.KILLS) < set(troubles.TROUBLES)
