"""Backup and restore, there and back."""

import json
import os
import tarfile

import psycopg
import pytest

from tongban.hall import safekeeping
from tongban.rulebook.errors import Refused


@pytest.fixture
def house(own_database, settings, tmp_path):
    """A database with two rows, one file, and keys, all of them this test's own."""
    settings.TONGBAN_FILES = tmp_path / "files"
    settings.TONGBAN_KEYS = tmp_path / "keys"
    (tmp_path / "files" / "ab").mkdir(parents=True)
    (tmp_path / "files" / "ab" / "scan").write_bytes(b"\x00scan\xff")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "field.key").write_bytes(b"k" * 32)
    with psycopg.connect(own_database.url) as app:
        for unit in ("甲", "乙"):
            app.execute("INSERT INTO ledger_register (unit, kind, year, last) VALUES (%s, '受理', 2026, 7)", [unit])
    return own_database


def registers(database) -> list[tuple[str, int]]:
    with psycopg.connect(database.url) as app:
        return app.execute("SELECT unit, last FROM ledger_register ORDER BY unit").fetchall()


def test_what_was_backed_up_comes_back(house, settings, tmp_path):
    """Rows, files and keys are lost; backup and key file bring all of them back."""
    made = safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    assert made.tables["ledger_register"] == 2
    with psycopg.connect(house.url) as app:
        app.execute("DELETE FROM ledger_register")
    (settings.TONGBAN_FILES / "ab" / "scan").unlink()
    (settings.TONGBAN_FILES / "late").write_bytes(b"made after the backup")
    (settings.TONGBAN_KEYS / "field.key").write_bytes(b"x" * 32)

    safekeeping.restore(tmp_path / "backup", tmp_path / "safe.keys.tar", force=True)

    assert registers(house) == [("乙", 7), ("甲", 7)]
    assert [path.read_bytes() for path in settings.TONGBAN_FILES.rglob("*") if path.is_file()] == [b"\x00scan\xff"]
    assert (settings.TONGBAN_KEYS / "field.key").read_bytes() == b"k" * 32


def test_a_restored_journal_still_refuses_the_application(house, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    safekeeping.restore(tmp_path / "backup", None, force=True)
    with psycopg.connect(house.url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("DELETE FROM ledger_entry")


def test_keys_are_not_in_the_backup(house, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == [
        *("database.dump", "files.tar", "manifest.json"),
    ]
    assert [path.name for path in (tmp_path / "backup").iterdir() if b"k" * 32 in path.read_bytes()] == []
    assert (tmp_path / "safe.keys.tar").stat().st_mode & 0o777 == 0o600


def test_keys_may_not_be_put_into_the_backup(house, tmp_path):
    with pytest.raises(Refused) as no:
        safekeeping.back_up(tmp_path / "backup", tmp_path / "backup" / "keys.tar")
    assert no.value.code == "keys_inside_backup"
    assert not (tmp_path / "backup").exists()


def test_restore_does_not_overwrite_without_force(house, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    with pytest.raises(Refused) as no:
        safekeeping.restore(tmp_path / "backup", None, force=False)
    assert no.value.code == "restore_would_overwrite"


def test_restore_into_an_empty_house_needs_no_force(house, settings, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    with psycopg.connect(house.url) as app:
        app.execute("DELETE FROM ledger_register")
    settings.TONGBAN_FILES = tmp_path / "newfiles"
    settings.TONGBAN_FILES.mkdir()
    safekeeping.restore(tmp_path / "backup", None, force=False)
    assert registers(house) == [("乙", 7), ("甲", 7)]


def test_an_altered_backup_is_refused_and_nothing_is_touched(house, settings, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    dump = tmp_path / "backup" / "database.dump"
    data = bytearray(dump.read_bytes())
    data[len(data) // 2] ^= 1
    dump.write_bytes(data)
    with pytest.raises(Refused) as no:
        safekeeping.restore(tmp_path / "backup", None, force=True)
    assert no.value.code == "backup_altered"
    assert registers(house) == [("乙", 7), ("甲", 7)]


def test_keys_of_another_house_are_refused_and_nothing_is_touched(house, settings, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    (settings.TONGBAN_KEYS / "field.key").write_bytes(b"x" * 32)
    with pytest.raises(Refused) as no:
        safekeeping.restore(tmp_path / "backup", None, force=True)
    assert no.value.code == "keys_do_not_fit"
    assert (settings.TONGBAN_FILES / "ab" / "scan").exists()


def test_a_key_file_that_would_write_elsewhere_is_refused(house, settings, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        archive.add(settings.TONGBAN_KEYS / "field.key", "../files/field.key")
    with pytest.raises(Refused) as no:
        safekeeping.restore(tmp_path / "backup", tmp_path / "evil.tar", force=True)
    assert no.value.code == "backup_altered"
    assert not (settings.TONGBAN_FILES / "field.key").exists()


def test_a_missing_key_file_is_refused(house, settings, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    with pytest.raises(Refused) as no:
        safekeeping.restore(tmp_path / "backup", tmp_path / "nosuch.tar", force=True)
    assert no.value.code == "backup_unreadable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "files", "keys", "safe.keys.tar"]


def test_an_unfinished_backup_is_refused(house, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    os.unlink(tmp_path / "backup" / "manifest.json")
    with pytest.raises(Refused) as no:
        safekeeping.restore(tmp_path / "backup", None, force=True)
    assert no.value.code == "backup_incomplete"


def test_a_backup_does_not_overwrite_another(house, tmp_path):
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    before = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    with pytest.raises(Refused) as no:
        safekeeping.back_up(tmp_path / "backup", tmp_path / "other.keys.tar")
    assert no.value.code == "backup_exists"
    assert json.loads((tmp_path / "backup" / "manifest.json").read_text()) == before


def test_a_folder_that_cannot_be_made_is_told_and_nothing_is_touched(house, settings, tmp_path):
    """The key folder may lie where only root writes: then the keys are put there by hand, and that is said."""
    safekeeping.back_up(tmp_path / "backup", tmp_path / "safe.keys.tar")
    settings.TONGBAN_KEYS = tmp_path / "nosuch" / "keys"
    with pytest.raises(Refused) as no:
        safekeeping.restore(tmp_path / "backup", tmp_path / "safe.keys.tar", force=True)
    assert no.value.code == "folder_closed"
    assert registers(house) == [("乙", 7), ("甲", 7)]
