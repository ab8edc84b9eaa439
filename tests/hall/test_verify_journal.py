"""./run verify journal: all agrees after real work, and whatever is touched behind the house's back is named."""

from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

COUNTY = "990127"
ITEM = "small-food-shop"


def work(county) -> UUID:
    """A few days: a correction, a special procedure over a holiday, a silence, a finished case; returns the last."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Offer
    from tongban.rulebook.clock import Limit

    with county.at(2026, 9, 15):
        county.filed()
        first = next(one.code for one in county.item(ITEM).materials if one.source == "applicant")
        lacking = county.filed(leave_out=(first,))
        casework.ask_correction(lacking, county.able("accept", ITEM), {first: "没有提交"})
    with county.at(2026, 9, 16):
        casework.supply(lacking, county.citizen(), {first: Offer(file_id=county.upload())})
    with county.at(2026, 9, 22):
        casework.sweep()
        paused = county.accepted()
        reviewer = county.able("examine", ITEM)
        proceeding = next(iter(county.item(ITEM).pausing))
        casework.pause(paused, reviewer, proceeding=proceeding, time_needed=Limit.parse("5d"), notice=True)
        done = county.delivered()
    with county.at(2026, 9, 25):
        casework.resume(paused, reviewer, result="passed")
    return done


def verified():
    from tongban.hall.verifying import journal

    return journal.verify()


def as_owner(sql: str, *values: object) -> None:
    """Change what only the owner of the tables can, by taking the triggers away."""
    from django.db import connection

    from tongban.hall import database

    with psycopg.connect(database.server_url("owner", connection.settings_dict["NAME"]), autocommit=True) as owner:
        for table in ("ledger_entry", "ledger_number"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        owner.execute(sql, values)
        for table in ("ledger_entry", "ledger_number"):
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


def as_application(sql: str, *values: object) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_journal_gives_every_case_again(county):
    """S191.  Given the log, When replayed, Then every case has the same state."""
    from tongban.hall import postman

    work(county)
    report = verified()
    assert report.differences == []
    assert (report.counts["办件"], report.counts["程序"]) == (4, 1)
    assert report.counts["重算的到期日"] > report.counts["期限"] > 8
    assert report.counts["办件编号"] == 13
    with county.at(2026, 9, 25, 18):
        postman.drain(60)
    assert verified().differences == []


def test_same_history_has_the_same_digest_whatever_its_ids(county):
    from django.db import transaction

    digests = []
    for _ in range(2):
        with transaction.atomic():
            work(county)
            digests.append(verified().digest)
            transaction.set_rollback(True)
    assert digests[0] == digests[1]
    with county.at(2026, 9, 22):
        county.filed()
    assert verified().digest not in digests


def test_digest_tells_one_day_from_the_next(county):
    from django.db import transaction

    digests = set()
    for day in (22, 23):
        with transaction.atomic(), county.at(2026, 9, day):
            county.filed()
            digests.add(verified().digest)
            transaction.set_rollback(True)
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE casework_case SET state = 'refused' WHERE id = %s", "办件的 state 是 refused，台账推得 delivered"),
        ("UPDATE casework_case SET version = 9 WHERE id = %s", "版本是 9，台账有 6 条"),
        ("UPDATE casework_case SET decided_at = decided_at + interval '1 second' WHERE id = %s", "办件的 decided_at"),
        (
            "UPDATE casework_clock SET due_on = '2026-12-31' WHERE case_id = %s AND name = 'promised'",
            "期限 promised 1的 due_on 是 2026-12-31，台账推得 2026-10-13",
        ),
        (
            "DELETE FROM casework_clock WHERE case_id = %s AND name = 'promised'",
            "期限有 [('delivery', 1), ('intake', 1), ('statutory', 1)]",
        ),
    ],
    ids=["state", "version", "moment", "clock", "clock gone"],
)
def test_row_changed_beside_the_journal_is_named(county, sql, named):
    done = work(county)
    as_application(sql, done)
    report = verified()
    assert [sentence for sentence in report.differences if str(done) in sentence and named in sentence], (
        report.differences
    )


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (
            "UPDATE ledger_entry SET body = body || '{\"x\": 1}' WHERE subject_id = %s AND seq = 2",
            "第 2 条（accept）的内容",
        ),
        (
            "UPDATE ledger_entry SET at = at - interval '1 microsecond' WHERE subject_id = %s AND seq = 2",
            "第 2 条（accept）",
        ),
        ("DELETE FROM ledger_entry WHERE subject_id = %s AND seq = 2", "第 1 条之后是第 3 条"),
        ("DELETE FROM ledger_entry WHERE subject_id = %s", "没有台账"),
        (
            (
                "UPDATE ledger_entry SET body = jsonb_set(body, '{clocks,0,due_on}', '\"2026-12-30\"')"
                " WHERE subject_id = %s AND seq = 1"
            ),
            "intake 记为 2026-12-30 到期，重算得 2026-09-30",
        ),
        ("DELETE FROM ledger_number WHERE subject_id = %s AND kind = 'acceptance_notice'", "台账中的编号"),
    ],
    ids=["body", "moment", "entry gone", "stream gone", "due date", "number gone"],
)
def test_journal_changed_by_its_owner_is_named(own_county, sql, named):
    done = work(own_county)
    as_owner(sql, done)
    report = verified()
    assert [one for one in report.differences if str(done) in one and named in one], report.differences


def test_gap_in_a_register_is_named(own_county):
    work(own_county)
    as_owner("DELETE FROM ledger_number WHERE kind = 'receipt' AND n = 2 AND length(%s) > 0", "x")
    gaps = [one for one in verified().differences if one.startswith("编号簿 990127/scjg receipt 2026")]
    assert gaps == ["编号簿 990127/scjg receipt 2026：末号 5，登记 4 个，从 1 到 5。"]


def test_figure_that_is_not_the_sum_of_its_rows_is_named(county, monkeypatch):
    from tongban.hall.verifying import journal

    work(county)
    honest = journal.supervision.rows
    monkeypatch.setattr(journal.supervision, "rows", lambda code, *args: honest(code, *args)[code == "accepted" :])
    report = verified()
    assert report.differences == [
        "990127 2026-09 受理量：是 3/None，各行之和是 2/None。",
        "990127 2026-09 受理量：打开后的行与计入的行不同。",
    ]


def test_figure_that_does_not_count_what_the_journal_counts_is_named(county, monkeypatch):
    from tongban.hall.verifying import journal

    work(county)
    figure = journal.supervision.figure

    def more(code, *args):
        told = figure(code, *args)
        return replace(told, numerator=told.numerator + 1) if code == "finished" else told

    monkeypatch.setattr(journal.supervision, "figure", more)
    assert "990127 2026-09 办结量：计入 2 件，台账中有 1 件。" in verified().differences


def test_closed_day_rewritten_is_named(own_county):
    from tongban.rooms.ledger import closing

    done = work(own_county)
    with own_county.at(2026, 9, 30):
        closed = closing.close_due()
    report = verified()
    assert (report.differences, report.counts["封账日"]) == ([], len(closed))
    as_owner("UPDATE ledger_entry SET hash = 'x' WHERE subject_id = %s AND seq = 6", done)
    assert "990127 2026-09-22：封账之后记录被改动过。" in verified().differences


def test_command_prints_counts_and_the_first_twenty_differences(county, capsys):
    from tongban.hall.verifying import journal

    work(county)
    assert journal.run() == 0
    shown = capsys.readouterr().out
    assert "事实摘要" in shown
    assert "没有出入" in shown
    as_application(
        "UPDATE casework_clock SET due_on = due_on + 1, amber_from = amber_from + 1, provisional = NOT provisional"
    )
    assert journal.run() == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("发现"))
    assert len(lines[at + 1 :]) == 20


def test_streams_are_read_in_batches(county, monkeypatch):
    """However many cases, what is in memory is one batch and one stream."""
    from tongban.hall.verifying import journal

    work(county)
    whole = verified()
    monkeypatch.setattr(journal, "_BATCH", 2)
    in_small_steps = verified()
    assert (in_small_steps.counts, in_small_steps.digest) == (whole.counts, whole.digest)
