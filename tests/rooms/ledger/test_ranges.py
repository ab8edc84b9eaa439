"""The journal in ranges: where an entry lies, what keeps it there, and who may reach it."""

import json
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.rooms.casework.looking import fetched, refused

COUNTY = "990127"
PARTS = "SELECT relid::regclass::text FROM pg_partition_tree('ledger_entry') WHERE level > 0"


@pytest.fixture
def year(monkeypatch):
    """Set the year in which keys are made: the machine's clock, not the one on the wall."""
    from tongban.rooms import clock

    def put(year: int) -> None:
        moment = datetime(year, 6, 1, tzinfo=UTC)
        monkeypatch.setattr(clock, "machine_milliseconds", lambda: int(moment.timestamp() * 1000))

    return put


def write(url: str, kind: str, subject: UUID) -> str:
    """Write an entry as the application does; returns the part it lies in."""
    with psycopg.connect(url) as application:
        application.execute(
            "INSERT INTO ledger_entry (subject_kind, subject_id, seq, county, step, at, actor, post, body, hash)"
            " VALUES (%s, %s, 1, %s, 'x', now(), 'house', '', '{}', 'x')",
            [kind, subject, COUNTY],
        )
        told = application.execute(
            "SELECT tableoid::regclass::text FROM ledger_entry WHERE subject_kind = %s AND subject_id = %s",
            [kind, subject],
        )
        return told.fetchone()[0]


def made(owner_url: str) -> tuple[str, ...]:
    from tongban.hall import schema

    with psycopg.connect(owner_url, autocommit=True) as owner:
        return schema.make_ranges(owner)


def parts(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(PARTS).fetchall()]


def test_a_key_of_a_year_begins_at_its_first_moment_here():
    from tongban.rooms import clock
    from tongban.rooms.ledger import ranges

    first = ranges.edge(2027)
    assert first.int >> 80 == int(datetime(2026, 12, 31, 16, tzinfo=UTC).timestamp() * 1000)
    assert (ranges.year_of(first), ranges.year_of(UUID(int=first.int - 1))) == (2027, 2026)
    assert clock.legal_date(datetime.fromtimestamp((first.int >> 80) / 1000, UTC)) == date(2027, 1, 1)


def test_an_entry_lies_in_the_range_of_its_case_and_whatever_does_not_end_apart(own_database):
    from tongban.rooms.ledger import ranges

    now = ranges.this_year()
    before_next = UUID(int=ranges.edge(now + 1).int - 1)
    assert write(own_database.url, "case", ranges.edge(1999)) == f"ledger_entry_{now}"
    assert write(own_database.url, "case", before_next) == f"ledger_entry_{now}"
    assert write(own_database.url, "case", ranges.edge(now + 1)) == f"ledger_entry_{now + 1}"
    assert write(own_database.url, "case", ranges.edge(now + 3)) == ranges.LATER
    assert write(own_database.url, "case", UUID(int=2**128 - 1)) == ranges.LATER
    for kind in ("licence", "a", "zone"):
        assert write(own_database.url, kind, before_next) == ranges.OTHERS


def test_ranges_of_coming_years_are_made_once_and_behind_them_there_is_always_another(own_database, year):
    from tongban.rooms.ledger import ranges

    now = ranges.this_year()
    assert made(own_database.owner_url) == ()
    year(now + 2)
    assert made(own_database.owner_url) == (f"ledger_entry_{now + 3}", f"ledger_entry_{now + 4}")
    assert made(own_database.owner_url) == ()
    assert write(own_database.url, "case", ranges.edge(now + 4)) == f"ledger_entry_{now + 4}"
    assert write(own_database.url, "case", ranges.edge(now + 5)) == ranges.LATER


def test_what_came_in_while_nobody_made_ranges_stays_where_it_is(own_database, year):
    """Years went by without a start: the last range becomes one of several years."""
    from tongban.rooms.ledger import ranges

    now = ranges.this_year()
    waiting = ranges.edge(now + 5)
    assert write(own_database.url, "case", waiting) == ranges.LATER
    year(now + 5)
    new = (f"ledger_entry_{now + 5}", f"ledger_entry_{now + 6}", f"ledger_entry_{now + 7}")
    assert made(own_database.owner_url) == new
    with psycopg.connect(own_database.owner_url) as owner:
        assert owner.execute("SELECT subject_id FROM " + new[0]).fetchall() == [(waiting,)]
        spans = [(one.table, one.first, one.until) for one in ranges.there(owner.cursor())]
    edges = [ranges.edge(now + n) for n in (3, 6, 7, 8)]
    assert spans[-4:] == [*zip(new, edges, edges[1:], strict=False), (ranges.LATER, edges[-1], None)]


def test_while_the_journal_is_read_for_long_nobody_waits_for_a_new_range(own_database, year):
    from tongban.rooms.ledger import ranges

    with psycopg.connect(own_database.url) as reader:
        reader.execute("SELECT count(*) FROM ledger_entry")
        year(ranges.this_year() + 1)
        assert made(own_database.owner_url) == ()
        assert write(own_database.url, "case", ranges.edge(ranges.this_year())).startswith("ledger_entry_")
    # Whatever else holds the table for a moment (a vacuum by itself) puts it off in the same way.
    assert any(made(own_database.owner_url) for _ in range(10))


def test_a_login_that_owns_nothing_makes_no_range_and_starts_all_the_same(own_database, year):
    from tongban.rooms.ledger import ranges

    year(ranges.this_year() + 1)
    assert made(own_database.url) == ()


@pytest.mark.parametrize("verb", ["UPDATE {} SET step = 'y'", "DELETE FROM {}", "TRUNCATE {}"])
def test_no_part_is_changed_by_its_own_name_also_one_made_later(own_database, year, verb):
    from tongban.rooms.ledger import ranges

    year(ranges.this_year() + 1)
    assert made(own_database.owner_url)
    found = parts(own_database.owner_url)
    assert len(found) == 7
    for part in found:
        for url, said in ((own_database.owner_url, "append_only"), (own_database.url, "permission denied")):
            with psycopg.connect(url) as connection, pytest.raises(psycopg.Error, match=said):
                connection.execute(verb.format(part))


def test_the_application_reaches_no_part_by_its_own_name_also_one_made_later(own_database, year):
    from tongban.rooms.ledger import ranges

    year(ranges.this_year() + 1)
    assert made(own_database.owner_url)
    for part in parts(own_database.owner_url):
        for verb in ("SELECT FROM {}", "INSERT INTO {} (seq) VALUES (1)", "LOCK TABLE {} IN ROW EXCLUSIVE MODE"):
            with psycopg.connect(own_database.url) as application, pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(verb.format(part))


def test_a_step_that_lost_a_race_is_known_by_the_range_that_refused_it(county):
    """Each range has constraints of its own name."""
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        case = county.filed()
        fetched(
            "INSERT INTO ledger_entry (subject_kind, subject_id, seq, county, step, at, actor, post, body, hash)"
            " SELECT subject_kind, subject_id, 2, county, 'x', at, actor, post, body, hash FROM ledger_entry"
            " WHERE subject_kind = 'case' AND subject_id = %s RETURNING seq",
            case,
        )
        with refused("moved_meanwhile"):
            casework.accept(case, county.able("accept", "small-food-shop"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        "SELECT FROM ledger_entry WHERE subject_kind = 'case' AND subject_id = $1 AND seq = 1",
        "SELECT FROM ledger_entry WHERE subject_kind <> 'case' AND subject_id = $1",
    ],
    ids=["a case", "what does not end"],
)
def test_a_prepared_question_about_one_stream_looks_into_one_part(asked):
    """Also by the plan that the server keeps for any key."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE one (uuid) AS {asked}")
        cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE one ('{uuid4()}')")
        plan = cursor.fetchone()[0]
        cursor.execute("DEALLOCATE one")
    read = json.loads(plan) if isinstance(plan, str) else plan
    assert len(set(relations(read))) == 1, plan


def relations(plan):
    """Yield the tables that a plan reads, as JSON tells it."""
    if isinstance(plan, dict) and "Relation Name" in plan:
        yield plan["Relation Name"]
    for part in plan.values() if isinstance(plan, dict) else plan if isinstance(plan, list) else ():
        yield from relations(part)
