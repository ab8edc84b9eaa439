"""Files of each test lie in a folder of their own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

#: Noon of a working day.
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def folder(db, settings, tmp_path) -> Iterator[Path]:
    from tongban.rooms import clock

    settings.TONGBAN_FILES = tmp_path / "files"
    settings.TONGBAN_FILES.mkdir()
    with clock.held(NOON):
        yield settings.TONGBAN_FILES
