"""The notices on the notice board, read from files."""

from datetime import date

import pytest

from tongban.rooms.calendars import FOLDER, calendar, read
from tongban.rulebook.errors import Refused


def test_the_house_comes_with_one_calendar_read_once():
    assert (calendar().first, calendar().known_until) == (date(2023, 1, 1), date(2026, 12, 31))
    assert calendar() is calendar()
    assert calendar() == read(FOLDER)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"year = ", "calendar_unreadable"),
        (b"title = '\xff'", "calendar_unreadable"),
        (b"year = 2027\n[[holiday]]\nname = 'x'", "calendar_wrong"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, content, code):
    (tmp_path / "2027.toml").write_bytes(content)

    with pytest.raises(Refused) as no:
        read(tmp_path)

    assert no.value.code == code
    assert "2027.toml" in no.value.sentence


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(Refused) as no:
        read(tmp_path)

    assert no.value.code == "calendar_empty"
