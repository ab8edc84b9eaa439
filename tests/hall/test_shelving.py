"""Ranges of the journal off line: what keeps one here, what the file proves, and that it comes back as it was."""

import argparse
import contextlib
import json
import time
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import fetched, refused
from tongban.hall import schema, shelving
from tongban.hall.commands import ledger as command
from tongban.hall.verifying import journal
from tongban.rooms import clock, ids
from tongban.rooms.ledger import closing, ranges
from tongban.rooms.ledger.models import Detached
from tongban.rulebook.errors import Refused

COUNTY = "990127"
SHOP = "small-food-shop"
EVERYTHING = f"SELECT {shelving._COLUMNS} FROM ledger_entry WHERE subject_kind = 'case' ORDER BY subject_id, seq"


@dataclass(frozen=True)
class Shelf:
    """A county with one finished case whose key is of this year, and one of the next year but one."""

    county: object
    year: int
    old: UUID
    new: UUID


@pytest.fixture
def year(monkeypatch):
    """Set the year in which keys are made."""
    monkeypatch.setattr(ids, "_last", ids._last)
    monkeypatch.setattr(ids, "_count", ids._count)

    def put(year: int) -> None:
        moment = datetime(year, 6, 1, tzinfo=UTC)
        monkeypatch.setattr(clock, "machine_milliseconds", lambda: int(moment.timestamp() * 1000))

    return put


@pytest.fixture
def shelf(own_county, year) -> Shelf:
    from tongban.hall import postman

    now = ranges.this_year()
    with own_county.at(2026, 9, 22):
        old = own_county.delivered()
    with own_county.at(2026, 9, 23):
        postman.drain(120)
    year(now + 2)
    with own_county.at(2026, 9, 23, 12):
        new = own_county.filed()
    with own_county.at(2026, 9, 24):
        closing.close_due()
    assert ranges.year_of(new) == now + 2
    return Shelf(own_county, now, old, new)


def detached(shelf: Shelf, file: Path, *more: Path) -> Detached:
    with shelf.county.at(2026, 9, 25):
        (row,) = shelving.detach(shelf.year + 1, file, beside_files=more, who="root")
    return row


def verified(capsys, *files: Path) -> tuple[int, str, str]:
    """Return status, what was said, and the digest of what happened."""
    capsys.readouterr()
    status = journal.run(files)
    said = capsys.readouterr().out
    return status, said, next(line for line in said.splitlines() if line.startswith("事实摘要"))


def as_owner(sql: str) -> None:
    with schema.as_owner() as connection, connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_range_leaves_and_comes_back_as_it_was(shelf, tmp_path, capsys):
    file = tmp_path / "range.zip"
    before = fetched(EVERYTHING)
    status, _, digest = verified(capsys)
    assert status == 0
    row = detached(shelf, file)
    left = fetched(EVERYTHING)
    assert {one[1] for one in left} == {shelf.new}
    assert (row.entries, row.cases, row.table) == (len(before) - len(left), 1, f"ledger_entry_{shelf.year}")
    assert fetched("SELECT to_regclass(%s)", row.table) == [(None,)]
    told = looking.fetched("SELECT step, body->>'sha256' FROM ledger_entry WHERE subject_id = %s", row.id)
    assert told == [("detach_range", row.sha256)]

    with shelf.county.at(2026, 9, 26):
        back = shelving.attach(file)
    assert back.id == row.id
    assert fetched(EVERYTHING) == before
    assert ranges.off_line() == ()
    status, _, again = verified(capsys)
    assert (status, again) == (0, digest)
    assert file.exists()
    with refused("range_file_unknown"):
        shelving.attach(file)
    for verb in ("UPDATE {} SET step = 'y'", "TRUNCATE {}"):
        with pytest.raises(Exception, match="append_only"):
            as_owner(verb.format(row.table))
    with pytest.raises(Exception, match="permission denied"):
        fetched(f"SELECT FROM {row.table}")


def test_verify_says_what_it_cannot_prove_and_proves_it_with_the_file(shelf, tmp_path, capsys):
    file = tmp_path / "range.zip"
    _, _, digest = verified(capsys)
    row = detached(shelf, file)
    status, said, _ = verified(capsys)
    assert status == 2
    assert f"{COUNTY} 有 2 天的封账要有移出的台账才能核对：2026-09-22、2026-09-23" in said
    assert row.sha256 in said
    assert "台账已移出的办件　" in said
    status, said, again = verified(capsys, file)
    assert (status, again) == (0, digest)
    assert "核对一致" in said
    # What is here is verified all the same.
    fetched("UPDATE casework_case SET state = 'refused' WHERE id = %s RETURNING id", shelf.new)
    assert verified(capsys)[0] == 1
    # And what is read beside the table is read no longer than asked for.
    assert {one[1] for one in fetched(EVERYTHING)} == {shelf.new}


def test_an_entry_changed_in_the_table_after_its_day_was_closed_does_not_leave(shelf, tmp_path):
    table = f"ledger_entry_{shelf.year}"
    for sql in (
        f"ALTER TABLE {table} DISABLE TRIGGER append_only",
        f"UPDATE {table} SET hash = 'x' WHERE seq = 6",
        f"ALTER TABLE {table} ENABLE TRIGGER append_only",
    ):
        as_owner(sql)
    with refused("range_not_sound"):
        detached(shelf, tmp_path / "range.zip")
    assert not list(tmp_path.iterdir())


def test_a_file_that_was_changed_is_not_taken_back(shelf, tmp_path):
    file = tmp_path / "range.zip"
    detached(shelf, file)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    altered = tmp_path / "altered.zip"
    altered.write_bytes(content)
    for wrong in (altered, tmp_path / "gone.zip"):
        with refused("range_file_unknown" if wrong == altered else "range_file_unreadable"):
            shelving.attach(wrong)
        with refused("range_file_unknown" if wrong == altered else "range_file_unreadable"):
            journal.verify([wrong])
    with refused("range_file_twice"):
        journal.verify([file, file])


def test_the_file_says_what_it_is(shelf, tmp_path):
    import hashlib

    file = tmp_path / "range.zip"
    row = detached(shelf, file)
    with zipfile.ZipFile(file) as packed:
        content, manifest = packed.read("journal.copy"), json.loads(packed.read("manifest.json"))
    assert (manifest["entries"], manifest["cases"], manifest["range"]) == (row.entries, 1, row.table)
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert len(content.splitlines()) == row.entries
    assert [one["day"] for one in manifest["roots"]] == ["2026-09-22", "2026-09-23"]
    closed = {root.day.isoformat(): json.loads(root.as_line()) for root in closing.roots(COUNTY)}
    assert manifest["roots"] == [closed["2026-09-22"], closed["2026-09-23"]]
    assert (file.stat().st_mode & 0o777, row.size) == (0o600, file.stat().st_size)


def test_what_still_needs_a_range_keeps_it_here(shelf, tmp_path, year):
    file = tmp_path / "range.zip"
    with refused("range_year_not_over"):
        shelving.detach(shelf.year + 3, file, who="root")
    with refused("no_range_before"):
        shelving.detach(shelf.year, file, who="root")
    with refused("ranges_several"):
        shelving.detach(shelf.year + 2, file, who="root")
    fetched("UPDATE casework_case SET closed_at = NULL WHERE id = %s RETURNING id", shelf.old)
    with refused("range_case_open"):
        detached(shelf, file)
    fetched("UPDATE casework_case SET closed_at = filed_at WHERE id = %s RETURNING id", shelf.old)
    owed = fetched(
        "UPDATE ledger_promise SET done_at = NULL WHERE kind = 'archive' AND subject_id = %s RETURNING id", shelf.old
    )
    assert owed
    with refused("range_promise_owed"):
        detached(shelf, file)
    fetched("UPDATE ledger_promise SET done_at = due_at WHERE id = %s RETURNING id", owed[0][0])
    file.write_bytes(b"")
    with refused("range_file_there"):
        detached(shelf, file)
    assert file.read_bytes() == b""
    file.unlink()
    with refused("range_file_unwritable"):
        detached(shelf, Path("/proc/range.zip"))
    with schema.as_owner() as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_dayroot DISABLE TRIGGER append_only")
        cursor.execute("DELETE FROM ledger_dayroot WHERE day = '2026-09-23'")
    with refused("range_day_open"):
        detached(shelf, file)
    assert not list(tmp_path.iterdir())


def test_a_range_that_somebody_reads_for_long_stays_and_nobody_waits(shelf, tmp_path):
    from django.db import connection

    from tongban.hall import database

    with psycopg.connect(database.server_url("app", connection.settings_dict["NAME"])) as reader:
        reader.execute("SELECT count(*) FROM ledger_entry")
        with refused("journal_busy"):
            detached(shelf, tmp_path / "range.zip")
    assert not list(tmp_path.iterdir())
    assert ranges.off_line() == ()
    detached(shelf, tmp_path / "range.zip")


def test_two_ranges_with_a_day_in_common_are_proved_together(shelf, tmp_path, capsys, year, monkeypatch):
    """The later case ends, its range leaves as well: both files are wanted for the day that both moved on."""
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework

    first = tmp_path / "first.zip"
    monkeypatch.setattr(shelving, "folder", lambda: tmp_path)
    detached(shelf, first)
    with shelf.county.at(2026, 9, 25):
        casework.withdraw(shelf.new, shelf.county.citizen())
        postman.drain(120)
    year(shelf.year + 3)
    with shelf.county.at(2026, 9, 26):
        closing.close_due()
        with refused("range_shares_days"):
            shelving.detach(shelf.year + 3, who="root")
        made = shelving.detach(shelf.year + 3, beside_files=[first], who="root")
    assert [row.table for row in made] == [f"ledger_entry_{shelf.year + 1}", f"ledger_entry_{shelf.year + 2}"]
    empty, second = (tmp_path / f"{row.table}.zip" for row in made)
    assert (verified(capsys, first)[0], verified(capsys, second)[0]) == (2, 2)
    status, said, _ = verified(capsys, first, second, empty)
    assert (status, "核对一致" in said) == (0, True)


def test_a_step_on_a_case_that_is_off_line_is_refused_and_begins_no_new_stream(shelf, tmp_path):
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.ledger import actions
    from tongban.rooms.ledger.statement import CASE_COLUMNS

    detached(shelf, tmp_path / "range.zip")
    file = read(shelf.old)
    ((row,),) = fetched("SELECT to_jsonb(c) FROM casework_case c WHERE id = %s", shelf.old)
    row = json.loads(row) if isinstance(row, str) else row
    write = actions.Write(
        case_id=shelf.old,
        version=file.version,
        row={name: row[name] for name in CASE_COLUMNS},
        step="archive",
        at=clock.now(),
        actor="house",
        post="house",
        body={"clocks": [], "proceedings": []},
    )
    before = looking.tables()
    with refused("journal_away"):
        actions.take_step(write)
    assert looking.tables() == before


def test_pages_and_programs_say_that_the_course_is_kept_off_line(shelf, tmp_path):
    from tests.doors.api.conftest import Tokens
    from tests.doors.browsing import signed_in
    from tongban.rooms.archive import actions as archive
    from tongban.rooms.archive import queries as packages
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.casework.queries.telling import MOVED_OUT, history
    from tongban.rooms.licences.actions.sources import source

    detached(shelf, tmp_path / "range.zip")
    with shelf.county.at(2026, 9, 26):
        (told,) = history(read(shelf.old), names=True)
        assert (told.label, told.step, told.state) == (MOVED_OUT, "moved_out", "已归档")
        for who, path in (
            (shelf.county.citizen(), f"/mine/cases/{shelf.old}/"),
            (shelf.county.able("examine", SHOP), f"/office/{shelf.old}/"),
            (shelf.county.able("accept", SHOP), f"/counter/case/{shelf.old}/"),
        ):
            answer = signed_in(who).get(path)
            assert (answer.status_code, MOVED_OUT in answer.content.decode()) == (200, True), path
            assert "请您评价" not in answer.content.decode(), "what would be refused is not offered"
        officer = signed_in(shelf.county.staff("audit-officer"))
        said = officer.post("/manage/closings/").content.decode()
        assert "另有 2 天的记录已移出另存" in said
        assert "核对不符" not in said
        token = Tokens().person()
        answer = token.get(f"/cases/{shelf.old}/journal")
        assert (answer.status_code, answer.told["code"]) == (409, "journal_away")
        assert token.get(f"/cases/{shelf.old}").status_code == 200
        with refused("journal_away"):
            source(shelf.old, 1)
        with refused("journal_away"):
            archive.verify_package(packages.of_case(shelf.old).id)


def test_figures_are_what_they_were_also_when_summed_anew(shelf, tmp_path):
    from datetime import date

    from tongban.rooms.supervision import actions, queries

    def counted() -> list[tuple]:
        spans = [(date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 9, 22), date(2026, 9, 22))]
        codes = ("accepted", "finished", "online_cases", "finished_early", "finished_on_time")
        return [(one.numerator, one.denominator) for code in codes for one in queries.course(code, COUNTY, spans)]

    with shelf.county.at(2026, 9, 26):
        actions.sum_up(COUNTY)
        before = counted()
        assert before[0] == (1, None)
        fetched("UPDATE supervision_mark SET xact = -xact RETURNING county")  # as if the postman had been away
        with refused("range_not_summed"):
            detached(shelf, tmp_path / "range.zip")
        fetched("UPDATE supervision_mark SET xact = -xact RETURNING county")
        for _ in range(300):  # transactions of other databases on this server hold the mark back as well
            actions.sum_up(COUNTY)
            with contextlib.suppress(Refused):
                detached(shelf, tmp_path / "range.zip")
                break
            time.sleep(0.2)
        assert counted() == before
        fetched("DELETE FROM supervision_mark RETURNING county")
        fetched("DELETE FROM supervision_cell RETURNING county")
        actions.sum_up(COUNTY)
        assert counted() == before


def test_a_draft_is_tried_only_over_cases_whose_journal_is_here(shelf, tmp_path):
    from datetime import date

    from tongban.rooms.supervision import queries

    september = COUNTY, SHOP, date(2026, 9, 1), date(2026, 9, 30)
    assert queries.replay_count(*september) == 2
    detached(shelf, tmp_path / "range.zip")
    assert queries.replay_count(*september) == 1
    item = shelf.county.item(SHOP)
    assert [one.difference.id for one in queries.replayed(*september, item)] == [shelf.new]


def test_the_list_of_what_is_off_line_is_not_the_applications_to_change(own_database):
    for sql in ("INSERT INTO ledger_detached (id) VALUES (NULL)", "DELETE FROM ledger_detached"):
        with psycopg.connect(own_database.url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(sql)


def run(**words: object) -> int:
    given = {"before": None, "file": None, "beside": [], **words}
    return command.run(argparse.Namespace(**given))


def test_commands_take_off_line_list_and_bring_back(shelf, tmp_path, capsys):
    for does, code in (("detach", "range_unnamed"), ("attach", "range_file_unnamed")):
        with refused(code):
            run(does=does)
    file = tmp_path / "range.zip"
    with shelf.county.at(2026, 9, 25):
        assert run(does="detach", before=shelf.year + 1, file=file) == 0
        said = capsys.readouterr().out
        assert f"已移出 ledger_entry_{shelf.year}：1 个办件" in said
        assert run(does="list") == 0
        assert ranges.off_line()[0].sha256 in capsys.readouterr().out
        assert run(does="attach", file=file) == 0
        assert "已放回" in capsys.readouterr().out
        assert run(does="list") == 0
        assert "已移出" not in capsys.readouterr().out
