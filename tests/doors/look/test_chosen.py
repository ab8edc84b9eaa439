"""An id in a form or an address is one, or the page says what to do; nobody's nonsense becomes an error."""

from uuid import UUID, uuid4

import pytest

from tongban.doors.look.chosen import chosen_id, id_in
from tongban.rulebook.errors import Refused


@pytest.mark.parametrize("text", ["", None, "x", "None", "00000000-0000-0000-0000-00000000000g", "１", "1" * 33])
def test_what_is_no_id_is_nothing_or_refused(text):
    assert id_in(text) is None
    with pytest.raises(Refused, match="没有这个选项") as no:
        chosen_id(text)
    assert no.value.code == "choice_missing"


def test_an_id_is_read_however_it_is_written():
    one = uuid4()
    for text in (str(one), one.hex, str(one).upper(), one):
        assert (id_in(text), chosen_id(text)) == (one, one)
    assert isinstance(id_in(str(one)), UUID)
