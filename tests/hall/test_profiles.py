"""Profiles of a simulated county are data, and unknown ones are named."""

import pytest

from tongban.hall.county.profiles import codes, profile
from tongban.rulebook.errors import Refused


def test_every_profile_is_whole():
    assert codes() == ("000", "001", "002", "003", "004", "L", "default")
    for code in codes():
        knobs = profile(code)
        shares = (knobs.on_the_spot, knobs.online, knobs.incomplete, knobs.refused, knobs.rated, knobs.bad)
        assert all(0 <= share <= 1 for share in shares), code
        assert knobs.per_day > 0, code
        assert knobs.people > 0, code


@pytest.mark.parametrize("code", ["X", "../items/elderly-card", ""])
def test_unknown_profile_is_refused_with_those_there_are(code):
    with pytest.raises(Refused) as no:
        profile(code)
    assert no.value.code == "profile_unknown"
    assert "L" in no.value.sentence
