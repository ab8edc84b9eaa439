"""What tests of casework look at: the row, the journal, what is owed, the numbers drawn, and that all agree."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from tongban.rulebook.errors import Refused


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Expect a refusal with this code and a sentence that ends as sentences do."""
    with pytest.raises(Refused) as no:
        yield
    assert no.value.code == code, no.value.sentence
    assert no.value.sentence.endswith("。")


@contextmanager
def unchanged(code: str) -> Iterator[None]:
    """Expect a refusal after which every table is what it was."""
    before = tables()
    with refused(code):
        yield
    assert tables() == before


def fetched(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    " AND NOT relispartition ORDER BY 1"
)


def tables() -> dict[str, str]:
    """Return a digest of the content of every table but the people's access log and the sequence of serials."""
    names = [name for (name,) in fetched(_TABLES)]
    found = {}
    for name in names:
        if name.startswith(("django_", "auth_", "procrastinate_")):
            continue
        ((count, digest),) = fetched(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t")
        found[name] = f"{count}:{digest}"
    return found


def counts(case_id: UUID) -> dict[str, int]:
    """Return how many rows of each kind a case has."""
    wanted = ("clock", "proceeding", "party", "tie", "answers", "material", "lack", "note", "fee")
    found = {
        name: fetched(f"SELECT count(*) FROM casework_{name} WHERE case_id = %s", case_id)[0][0] for name in wanted
    }
    return {name: count for name, count in found.items() if count}


def steps(case_id: UUID) -> list[str]:
    """Return the steps of a case, the first one first."""
    from tongban.rooms.ledger import queries as ledger

    return [entry.step for entry in ledger.stream(case_id)]


def last(case_id: UUID) -> Any:
    """Return the last journal entry."""
    from tongban.rooms.ledger import queries as ledger

    return ledger.stream(case_id)[-1]


def owed(case_id: UUID, seq: int | None = None) -> list[tuple[str, str]]:
    """Return what is owed because of a step (the last one): (kind, document or whom)."""
    seq = seq or last(case_id).seq
    rows = fetched("SELECT kind, body FROM ledger_promise WHERE subject_id = %s ORDER BY kind, key", case_id)
    bodies = [(kind, json.loads(body) if isinstance(body, str) else body) for kind, body in rows]
    return sorted(
        (kind, body.get("document") or body.get("to") or "") for kind, body in bodies if body.get("seq") == seq
    )


def documents(case_id: UUID) -> list[str]:
    """Return the documents owed by the last step."""
    return [what for kind, what in owed(case_id) if kind == "document"]


def file(case_id: UUID) -> Any:
    from tongban.rooms.casework.queries.reading import read

    return read(case_id)


def state(case_id: UUID) -> str:
    return str(file(case_id).facts.state)


def running(case_id: UUID) -> dict[str, Any]:
    """Return the due days of the clocks that run."""
    return {clock.name: clock.due.on for clock in file(case_id).facts.clocks if clock.is_running}


def agrees(case_id: UUID) -> None:
    """Check that the journal alone gives the row, the clocks, the proceedings and the numbers; and its chain."""
    rows = fetched(
        "SELECT seq, step, to_char(extract(epoch FROM at), 'FM9999999990.000000'), actor, post, body::text, hash"
        " FROM ledger_entry WHERE subject_id = %s ORDER BY seq",
        case_id,
    )
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    before, clocks, proceedings, numbers = b"", {}, {}, []
    for seq, step, at, actor, post, text, digest in rows:
        line = "|".join((str(case_id), str(seq), step, at, actor, post, text))
        before = hashlib.sha256(before + line.encode()).digest()
        assert bytes(digest) == before, (seq, step)
        body = json.loads(text)
        clocks |= {(one["name"], one["run"]): one for one in body["clocks"]}
        proceedings |= {one["no"]: one for one in body["proceedings"]}
        numbers += [(*number, seq) for number in body.get("numbers") or ()]
    kept = {
        column: value for column, value in _json("casework_case", "id", case_id)[0].items() if column in body["row"]
    }
    assert _same(kept) == _same(body["row"])
    assert _json("casework_case", "id", case_id)[0]["version"] == len(rows)
    assert [_same(one) for one in _json("casework_clock", "case_id", case_id, "name, run")] == [
        _same(clocks[key]) for key in sorted(clocks)
    ]
    assert [_same(one) for one in _json("casework_proceeding", "case_id", case_id, "no")] == [
        _same(proceedings[key]) for key in sorted(proceedings)
    ]
    drawn = fetched("SELECT unit, kind, year, n, seq FROM ledger_number WHERE subject_id = %s", case_id)
    assert sorted(drawn) == sorted(numbers)


def _json(table: str, key: str, value: UUID, order: str = "1") -> list[dict[str, Any]]:
    rows = fetched(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {key} = %s ORDER BY {order}", value)
    return [json.loads(text) for (text,) in rows]


def _same(row: dict[str, Any]) -> dict[str, Any]:
    """Moments as moments: the row and the journal write them in different zones."""
    from datetime import datetime

    moments = {"filed_at", "decided_at", "closed_at", "next_moment", "start_at", "due_at", "stopped_at"}
    return {k: datetime.fromisoformat(v) if k in moments and v else v for k, v in row.items()}


def registers() -> dict[tuple[str, str, int], list[int]]:
    """Return all numbers drawn, by register."""
    found: dict[tuple[str, str, int], list[int]] = {}
    for unit, kind, year, n in fetched("SELECT unit, kind, year, n FROM ledger_number ORDER BY 1, 2, 3, 4"):
        found.setdefault((unit, kind, year), []).append(n)
    return found


def both(county: Any, item_code: str) -> Any:
    """Return somebody who may accept and decide this item today: whom an on-the-spot item needs."""
    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import queries as people
    from tongban.rulebook.authority import Power, Subject

    powers, item, day = people.powers(), county.item(item_code), clock.today()
    subject = Subject(item.code, item.unit)
    deciders = {post.id for post in powers.able(county.code, Power.DECIDE, subject, day)}
    for post in powers.able(county.code, Power.ACCEPT, subject, day):
        holder = powers.holder(post.id, day)
        if post.id in deciders and holder is not None:
            return casework.staff(holder.id, post.id)
    raise LookupError(item_code)


def empower(county: Any, post: str, item_code: str, power: str) -> None:
    """Give a post one more power over an item, by an order of the tests."""
    from tongban.rooms.people import actions as people
    from tongban.rulebook.basis import design

    people.grant_authority(
        county=county.code,
        post=post,
        items=[item_code],
        powers=[power],
        order_text="测试授权书〔2026〕1号",
        basis=design("测试"),
        actor="house",
    )


def held_licence(county: Any, person_id: UUID, kind: str, *, valid_until: Any) -> UUID:
    """Enter an old licence of somebody into the store, good until the given day."""
    from datetime import date

    from tongban.rooms.casework import actions as casework
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.licences import actions as licences

    facts = {field.name: "测试" for field in catalogue.kind(kind).fields}
    return licences.import_licence(
        county.code,
        kind,
        casework.Who("house"),
        holder_id=person_id,
        issuer="scjg",
        number="测试证号0001",
        facts=facts,
        issued_on=date(2022, 1, 4),
        valid_until=valid_until,
    )
