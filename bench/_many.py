"""Very many cases by COPY in the real schema: each with its party, a clock and two journal entries.

Made up by chance alone: spread over three years, over the units, items, desks and states there are, and over a fifth
as many persons.  A part of a hundred of them is open.  What they say is not counted by the rulebook and the entries
carry no hash of the one before, so nothing here is for ``./run verify``: only its size and its spread are real.
"""

import io
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import psycopg

#: Bytes on the disk a case comes to in the end, indexes included; measured at a million.
BYTES = 3_600
#: Share of cases that are still open, and of these that are late.
OPEN, LATE = 0.03, 0.02
#: One person for so many cases.
CASES_A_PERSON = 5
#: Cases copied at once.
_BATCH = 2_000
_DAYS = 1_095
#: Serial numbers of a day.
_SERIALS = 999_999
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉萍红建国文辉力梅鑫波斌宇浩凯健俊帆雪玲丹阳晨旭婷欣"
_STATES = ("filed", "correcting", "accepted", "accepted", "accepted", "paused")
_ENDS = (*("delivered",) * 12, "refused", "not_accepted", "withdrawn", "lapsed")
_DECISIONS = {"delivered": "granted", "refused": "refused"}
_CHANNELS = (("window", "1"), ("net", "2"), ("net", "2"), ("village", "5"))
_TABLES = ("people_person", "casework_case", "casework_party", "casework_clock", "ledger_entry")
_COLUMNS = {
    "people_person": "id, county, kind, name, born, phone_sealed, phone_hash, registered_at",
    "casework_case": (
        "id, county, number, lookup_code, kind, item_id, item_code, unit, site_id, applicant_id, channel, rehearsal,"
        " part_role, state, stage, desk, version, filed_at, received_on, accepted_on, acceptor, decided_at, decision,"
        " closed_at, next_moment, situation, flags"
    ),
    "casework_party": "id, case_id, role, person_id, signed_at, contact",
    "casework_clock": (
        'case_id, name, run, start_on, "limit", extension, excluded, due_on, due_at, amber_from, provisional,'
        " stopped_at, noted, calendar"
    ),
    "ledger_entry": "subject_kind, subject_id, seq, county, step, at, actor, post, body, hash",
}


@dataclass(frozen=True)
class Kinds:
    """What cases may be of: read from the county once."""

    county: str
    #: (Version id, code, kind, unit, desks).
    items: tuple[tuple[str, str, str, str, tuple[str, ...]], ...]
    #: Where they come in; empty: over the net.
    sites: tuple[str, ...]
    staff: str
    now: datetime


@dataclass(frozen=True)
class Part:
    """One loader's part: cases ``first`` up to ``last`` of ``total``, in the order of their filing."""

    first: int
    last: int
    total: int
    seed: int = field(default=1)


def kinds_of(county: str) -> Kinds:
    """Read what there is."""
    from django.db import connection

    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.catalogue.queries.book import book

    runs = [run for runs in book(county).runs.values() for run in runs if run.leaf]
    known = catalogue.items([run.version_id for run in runs])
    items = [
        (str(run.version_id), run.code, known[run.version_id].kind, run.unit, known[run.version_id].desks)
        for run in runs
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_site WHERE county = %s ORDER BY id", [county])
        sites = tuple(str(row[0]) for row in cursor.fetchall())
        cursor.execute("SELECT id FROM people_staff WHERE county = %s ORDER BY id LIMIT 1", [county])
        (staff,) = cursor.fetchone()
    chosen = tuple(
        (version, code, kind, unit, tuple(desk.code for desk in desks))
        for version, code, kind, unit, desks in items
        if kind == "permit" and desks
    )
    return Kinds(county, chosen, sites, str(staff), clock.now())


def fill(name: str, kinds: Kinds, cases: int, processes: int, told: Callable[[int], None] = lambda _: None) -> float:
    """Load so many cases into the database; returns seconds, indexes and statistics included."""
    from tongban.hall import database

    began = time.monotonic()
    persons = max(40, cases // CASES_A_PERSON)
    url = database.server_url("admin", name)
    with psycopg.connect(url, autocommit=True) as admin, _without_indexes(admin):
        _copy_persons(admin, kinds, persons)
        edges = [cases * n // processes for n in range(processes + 1)]
        context = multiprocessing.get_context("spawn")
        with context.Pool(processes) as pool:
            parts = [Part(*pair, cases) for pair in pairwise(edges)]
            jobs = [pool.apply_async(_load, (url, kinds, part, persons)) for part in parts]
            for job in jobs:
                told(job.get())
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("VACUUM (ANALYZE) " + ", ".join(_TABLES))
    return time.monotonic() - began


@contextmanager
def _without_indexes(admin: "psycopg.Connection[Any]") -> Iterator[None]:
    """Leave out what is not a constraint while rows come in, and make it again behind them."""
    found = admin.execute(
        # An index of a whole table goes with those of its parts, and comes back with them.
        "SELECT i.indexrelid::regclass::text, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid AND c.relkind IN ('r', 'p')"
        " WHERE c.relname = ANY(%s) AND c.relnamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)",
        [list(_TABLES)],
    ).fetchall()
    for index, _ in found:
        admin.execute(f"DROP INDEX {index}")
    yield
    admin.execute("SET maintenance_work_mem = '512MB'")
    for _, made in found:
        admin.execute(made)


def _copy_persons(admin: "psycopg.Connection[Any]", kinds: Kinds, persons: int) -> None:
    from tongban.rooms import crypto

    rng = Random(7)
    sealed = crypto.seal_text("13000000000").hex()
    lines = io.StringIO()
    for n in range(persons):
        hashed = crypto.keyed_hash("phone", phone_of(n)).hex()
        lines.write(
            f"{person_id(n)}\t{kinds.county}\tnatural\t{_name(rng)}\t1980-01-01\t\\\\x{sealed}\t\\\\x{hashed}"
            f"\t{kinds.now.isoformat()}\n"
        )
    _copy(admin, "people_person", lines)


def phone_of(n: int) -> str:
    """Return the phone number of the person number ``n``."""
    return f"13{n:09d}"


def person_id(n: int) -> UUID:
    """Return the id of the person number ``n``."""
    return UUID(int=0x0180 << 112 | 0x7 << 76 | 0x2 << 62 | n)


def _name(rng: Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.choices(_GIVEN, k=rng.choice((1, 2, 2, 2))))


def _load(url: str, kinds: Kinds, part: Part, persons: int) -> int:
    with psycopg.connect(url) as connection:
        # Keys are known to be there; this is what a restore does as well.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for first in range(part.first, part.last, _BATCH):
            last = min(first + _BATCH, part.last)
            rows = {table: io.StringIO() for table in _TABLES[1:]}
            rng = Random(f"{part.seed}:{first}")
            for n in range(first, last):
                _write(rows, rng, kinds, n, part.total, persons)
            for table, lines in rows.items():
                _copy(connection, table, lines)
            connection.commit()
    return part.last - part.first


def _copy(connection: "psycopg.Connection[Any]", table: str, lines: io.StringIO) -> None:
    with connection.cursor().copy(f"COPY {table} ({_COLUMNS[table]}) FROM STDIN") as copy:
        copy.write(lines.getvalue())


def _open_for(rng: Random, n: int, total: int) -> float:
    """Return for how many days an open case has been there: never the same day for two of the same serial number."""
    wide = 30 / (total // _SERIALS + 1)
    return wide * (n // _SERIALS) + max(wide - 1, 0.5 * wide) * rng.random()


def _write(rows: dict[str, io.StringIO], rng: Random, kinds: Kinds, n: int, total: int, persons: int) -> None:
    from tongban.rulebook.numbers import make_case_number

    open_ = rng.random() < OPEN
    back = _open_for(rng, n, total) if open_ else 30 + (_DAYS - 30) * (1 - n / total)
    filed = kinds.now - timedelta(days=back)
    moment = int(filed.timestamp() * 1000)
    key = UUID(int=moment << 80 | 0x7 << 76 | (n & 0xFFF) << 64 | 0x2 << 62 | rng.getrandbits(61))
    version, code, kind, unit, desks = rng.choice(kinds.items)
    channel, digit = rng.choice(_CHANNELS)
    site = rng.choice(kinds.sites) if channel != "net" else "\\N"
    day = (filed + timedelta(hours=8)).date()
    # Unique: a number holds the day, and so many are never filed on one.
    number = make_case_number(kinds.county, day, digit, n % _SERIALS + 1)
    state = rng.choice(_STATES if open_ else _ENDS)
    late = open_ and rng.random() < LATE
    accepted = state not in ("filed", "correcting", "not_accepted", "lapsed", "withdrawn")
    ended = filed + timedelta(days=20 * rng.random())
    due = kinds.now + timedelta(days=-5 * rng.random() if late else 30 * rng.random()) if open_ else ended
    row = {
        "id": str(key),
        "county": kinds.county,
        "number": number,
        "lookup_code": f"{rng.getrandbits(40):010X}",
        "kind": kind,
        "item_id": version,
        "item_code": code,
        "unit": unit,
        "site_id": site,
        "applicant_id": str(person_id(rng.randrange(persons))),
        "channel": channel,
        "rehearsal": "f",
        "part_role": "",
        "state": state,
        "stage": "0",
        "desk": rng.choice(desks) if state == "accepted" else "",
        "version": "2",
        "filed_at": filed.isoformat(),
        "received_on": day.isoformat(),
        "accepted_on": day.isoformat() if accepted else "\\N",
        "acceptor": kinds.staff if accepted else "\\N",
        "decided_at": "\\N" if open_ or not accepted else ended.isoformat(),
        "decision": "" if open_ else _DECISIONS.get(state, ""),
        "closed_at": "\\N" if open_ else ended.isoformat(),
        # What is late was acted on; nothing is left to time in it.
        "next_moment": due.isoformat() if open_ and not late else "\\N",
        "situation": "{}",
        "flags": "{overdue}" if late else "{}",
    }
    rows["casework_case"].write("\t".join(row.values()) + "\n")
    rows["casework_party"].write(
        f"{UUID(int=key.int ^ 1 << 61)}\t{key}\tapplicant\t{row['applicant_id']}\t{filed.isoformat()}\t\n"
    )
    clock_name = "intake" if state == "filed" else "correction" if state == "correcting" else "promised"
    stopped = "\\N" if open_ else ended.isoformat()
    start, end = day.isoformat(), due.date()
    limit = "\t".join((f"{key}", clock_name, "1", start, "12wd", "", "[]", str(end), due.isoformat()))
    amber = (end - timedelta(days=3)).isoformat()
    rows["casework_clock"].write(f"{limit}\t{amber}\tf\t{stopped}\tf\tcn-2026\n")
    told = ", ".join(f'"{name}": "{value}"' for name, value in row.items() if value != "\\N")
    told_clock = f'"name": "{clock_name}", "run": 1, "due_on": "{end}", "due_at": "{due.isoformat()}", "limit": "12wd"'
    body = f'{{"row": {{{told}}}, "clocks": [{{{told_clock}}}]}}'
    for seq, step, at in ((1, "file", filed), (2, "accept" if accepted else "file", ended)):
        hashed = rng.getrandbits(256).to_bytes(32, "big").hex()
        rows["ledger_entry"].write(
            f"case\t{key}\t{seq}\t{kinds.county}\t{step}\t{at.isoformat()}\tstaff:{kinds.staff}\tclerk"
            f"\t{body}\t\\\\x{hashed}\n"
        )
