"""Closing of the day: what is in a root, what comes later, and what can no longer be changed unseen."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

COUNTY = "990127"
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 9, day) for day in (21, 22, 23))


def at(day: date, hour: int = 2) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def write(day: date, subject: UUID, step: str = "publish") -> None:
    from tongban.rooms.ledger import actions

    actions.record("item", subject, step, "house", {"item": "x"}, county=COUNTY, at=at(day))


@pytest.fixture
def subjects(own_database) -> list[UUID]:
    """Two streams that moved on Monday, one of them on Tuesday again."""
    first, second = uuid4(), uuid4()
    write(MONDAY, first)
    write(MONDAY, second)
    write(TUESDAY, first)
    return [first, second]


def close(day: date):
    from tongban.rooms import clock
    from tongban.rooms.ledger import closing

    with clock.held(at(date(2026, 9, 30))):
        return closing.close_day(COUNTY, day)


def change(url: str, sql: str, *values: object) -> None:
    """Do what only the owner of the tables can do, and only by taking the triggers away."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER append_only")
        owner.execute(sql, values)
        owner.execute("ALTER TABLE ledger_entry ENABLE TRIGGER append_only")


def test_days_closed_one_after_another_are_chained_signed_and_verified(subjects):
    from tongban.rooms.ledger import closing

    monday, tuesday = close(MONDAY), close(TUESDAY)
    assert (monday.entries, tuesday.entries) == (2, 1)
    assert (monday.before, tuesday.before) == (b"", monday.root)
    assert closing.roots(COUNTY) == (monday, tuesday)
    assert closing.verify_roots(COUNTY, closing.export_roots(COUNTY)) == ()


def test_day_closed_twice_is_the_same_root(subjects):
    assert close(MONDAY) == close(MONDAY)


def test_day_that_is_not_over_is_refused(subjects):
    from tongban.rooms import clock
    from tongban.rooms.ledger import closing
    from tongban.rulebook.errors import Refused

    with clock.held(at(MONDAY, 15)), pytest.raises(Refused) as refused:
        closing.close_day(COUNTY, MONDAY)
    assert refused.value.code == "day_not_over"
    with clock.held(at(MONDAY, 16)):  # midnight in Shanghai
        assert closing.close_day(COUNTY, MONDAY).entries == 2


def test_day_before_a_closed_one_is_refused(subjects):
    from tongban.rulebook.errors import Refused

    close(TUESDAY)
    with pytest.raises(Refused) as refused:
        close(MONDAY)
    assert refused.value.code == "day_out_of_order"


def test_entry_committed_after_the_closing_belongs_to_the_next_root(subjects, own_database):
    """A transaction still running when its day is closed is neither lost nor able to change the root."""
    from tongban.rooms.ledger import closing

    late = uuid4()
    with psycopg.connect(own_database.url) as running:
        running.execute(
            "INSERT INTO ledger_entry (subject_kind, subject_id, seq, county, step, at, actor, post, body, hash)"
            " VALUES ('item', %s, 1, %s, 'publish', %s, 'house', '', '{}', 'x')",
            [late, COUNTY, at(MONDAY, 15)],
        )
        monday = close(MONDAY)
        running.commit()
    assert monday.entries == 2
    assert closing.verify_roots(COUNTY) == ()
    assert close(TUESDAY).entries == 2
    assert closing.verify_roots(COUNTY) == ()


def test_due_days_are_closed_in_order_and_only_when_over(subjects):
    from tongban.rooms import clock
    from tongban.rooms.ledger import closing

    with clock.held(at(TUESDAY)):
        assert [root.day for root in closing.close_due()] == [MONDAY]
    write(WEDNESDAY, subjects[0])
    with clock.held(at(date(2026, 9, 24))):
        assert [root.day for root in closing.close_due()] == [TUESDAY, WEDNESDAY]
        assert closing.close_due() == ()


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE ledger_entry SET hash = '\\x00' WHERE subject_id = %s AND seq = 1", "封账之后记录被改动过"),
        ("DELETE FROM ledger_entry WHERE subject_id = %s AND seq = 1", "封账时有 2 条记录，现在有 1 条"),
        (
            (
                "INSERT INTO ledger_entry"
                " (subject_kind, subject_id, seq, county, step, at, actor, post, body, hash, xact)"
                " SELECT subject_kind, gen_random_uuid(), 1, county, step, at, actor, post, body, hash, xact"
                " FROM ledger_entry WHERE subject_id = %s AND seq = 1"
            ),
            "封账时有 2 条记录，现在有 3 条",
        ),
    ],
    ids=["changed", "deleted", "smuggled in"],
)
def test_journal_touched_after_closing_is_found(subjects, own_database, sql, found):
    from tongban.rooms.ledger import closing

    close(MONDAY)
    change(own_database.owner_url, sql, subjects[1])
    wrong = closing.verify_roots(COUNTY)
    assert [sentence for sentence in wrong if found in sentence] == [f"{COUNTY} {MONDAY}：{found}。"]


def test_root_rewritten_with_the_journal_is_found_by_its_signature_and_by_the_export(subjects, own_database):
    from tongban.rooms.ledger import closing

    close(MONDAY)
    exported = closing.export_roots(COUNTY)
    with psycopg.connect(own_database.owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger_dayroot DISABLE TRIGGER append_only")
        owner.execute("UPDATE ledger_dayroot SET root = sha256('another')")
    assert closing.verify_roots(COUNTY, exported) == (
        f"{COUNTY} {MONDAY}：封账之后记录被改动过。",
        f"{COUNTY} {MONDAY}：封账的签名不对。",
        f"{COUNTY} {MONDAY}：与以前导出的封账不一致。",
    )


def test_entry_cannot_be_changed_by_the_application(subjects, own_database):
    with (
        psycopg.connect(own_database.url, autocommit=True) as application,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        application.execute("UPDATE ledger_entry SET step = 'x'")
