"""The one statement by which a step is written: the only SQL written by hand for writing.

It moves the case row where its version still matches (or inserts a new one), and hangs everything else
on that move: clocks, materials and other rows, numbers, the journal entry, promises, the key used.
If the row has moved meanwhile, nothing at all is written.
"""

from functools import cache

#: Tables a step may write beside the case row, each with what happens when the row is already there.
#: A room adds its own tables in its ``apps.py``; the order of rows given is the order of writing.
_TABLES: dict[str, str] = {}


def allow(table: str, *, key: str = "", update: tuple[str, ...] = ()) -> None:
    """Let steps write rows of ``table``; rows with the same ``key`` columns get ``update`` overwritten."""
    settings = ", ".join(f"{column} = EXCLUDED.{column}" for column in update)
    _TABLES[table] = f" ON CONFLICT ({key}) DO UPDATE SET {settings}" if update else ""


def allowed() -> frozenset[str]:
    """Return the tables that steps may write beside the case row."""
    return frozenset(_TABLES)


#: Everything of a case row that a step may change.  The journal entry stores exactly these, and a case that goes on
#: is written from its entry: folding the journal gives the row because the row was made of the journal.
CASE_COLUMNS = (
    "number",
    "lookup_code",
    "item_id",
    "unit",
    "site_id",
    "channel",
    "holder",
    "state",
    "stage",
    "desk",
    "applicant_id",
    "agent_id",
    "filed_at",
    "received_on",
    "accepted_on",
    "acceptor",
    "decided_at",
    "decision",
    "closed_at",
    "next_moment",
    "situation",
    "flags",
)


@cache
def step_statement(new: bool, tables: tuple[str, ...], draws: bool, promises: bool, keyed: bool) -> str:
    """Return the statement for a step that writes these things.  Few shapes exist, so each is prepared once.

    Parameters: row (of a new case), id, version, tables' rows by name, draws, entry fields, promises, key fields.
    """
    parts = [_INSERT_CASE if new else _UPDATE_CASE]
    parts += [
        f"{table}_rows AS (INSERT INTO {table} SELECT p.* FROM moved,"
        f" jsonb_populate_recordset(NULL::{table}, %({table})s::jsonb) p{_TABLES[table]})"
        for table in tables
    ]
    if draws:
        parts += [_DRAW, _NUMBERS]
    entry = _ENTRY.replace("/*before*/", "NULL::bytea" if new else _BEFORE)
    parts.append(entry.replace("/*numbers*/", _NUMBERS_OF_ENTRY if draws else ""))
    if promises:
        parts.append(_PROMISES_NUMBERED if draws else _PROMISES)
    if keyed:
        parts.append(_KEY)
    return f"WITH {', '.join(parts)} SELECT seq, body->'numbers' FROM entry"


_INSERT_CASE = """
moved AS (
    INSERT INTO casework_case SELECT p.* FROM jsonb_populate_record(NULL::casework_case, %(row)s::jsonb) p
    RETURNING id, version, county
)"""

_UPDATE_CASE = f"""
moved AS (
    UPDATE casework_case c SET version = c.version + 1, {", ".join(f"{name} = p.{name}" for name in CASE_COLUMNS)}
    FROM jsonb_populate_record(NULL::casework_case, %(body)s::jsonb->'row') p
    WHERE c.id = %(id)s AND c.version = %(version)s
    RETURNING c.id, c.version, c.county
)"""

# The counter's row is locked last and only by a step that really moved: a number is drawn or nothing is written.
_DRAW = """
drawn AS (
    INSERT INTO ledger_register (unit, kind, year, last)
    SELECT d.unit, d.kind, d.year, 1 FROM moved,
        jsonb_to_recordset(%(draws)s::jsonb) AS d(unit text, kind text, year int) ORDER BY d.unit, d.kind
    ON CONFLICT (unit, kind, year) DO UPDATE SET last = ledger_register.last + 1
    RETURNING unit, kind, year, last
)"""

_NUMBERS = """
numbers AS (
    INSERT INTO ledger_number (unit, kind, year, n, subject_id, seq)
    SELECT drawn.unit, drawn.kind, drawn.year, drawn.last, moved.id, moved.version FROM moved, drawn
)"""

_NUMBERS_OF_ENTRY = """ || jsonb_build_object('numbers', (
    SELECT jsonb_agg(jsonb_build_array(unit, kind, year, last) ORDER BY unit, kind) FROM drawn))"""

# What is hashed is what is stored: the body as text in PostgreSQL's own canonical form.
HASHED = (
    "sha256(coalesce({before}, ''::bytea) || convert_to(concat_ws('|', {subject_id}, {seq}, {step},"
    " extract(epoch FROM {at})::text, {actor}, {post}, {body}::text), 'UTF8'))"
)

# By what is known beforehand, not by the row that moved: so one range of the journal is opened for it.
_BEFORE = (
    "(SELECT b.hash FROM ledger_entry b"
    " WHERE b.subject_kind = 'case' AND b.subject_id = %(id)s AND b.seq = %(version)s)"
)

_ENTRY = f"""
entry AS (
    INSERT INTO ledger_entry (subject_kind, subject_id, seq, county, step, at, actor, post, body, hash)
    SELECT 'case', e.id, e.version, e.county, e.step, e.at, e.actor, e.post, e.body,
        {
    HASHED.format(
        before="/*before*/",
        subject_id="e.id",
        seq="e.version",
        step="e.step",
        at="e.at",
        actor="e.actor",
        post="e.post",
        body="e.body",
    )
}
    FROM (
        SELECT moved.id, moved.version, moved.county, %(step)s::text AS step, %(at)s::timestamptz AS at,
            %(actor)s::text AS actor, %(post)s::text AS post, %(body)s::jsonb /*numbers*/ AS body
        FROM moved
    ) e
    RETURNING seq, body
)"""

_PROMISES = """
promised AS (
    INSERT INTO ledger_promise (id, kind, subject_kind, subject_id, key, body, due_at, attempts, trouble)
    SELECT p.id, p.kind, 'case', moved.id, p.key, p.body, p.due_at, 0, ''
    FROM moved, jsonb_to_recordset(%(promises)s::jsonb)
        AS p(id uuid, kind text, key text, body jsonb, due_at timestamptz, register text)
)"""

_PROMISES_NUMBERED = """
promised AS (
    INSERT INTO ledger_promise (id, kind, subject_kind, subject_id, key, body, due_at, attempts, trouble)
    SELECT p.id, p.kind, 'case', moved.id, p.key,
        CASE WHEN d.last IS NULL THEN p.body
             ELSE p.body || jsonb_build_object('n', d.last, 'year', d.year, 'unit', d.unit) END,
        p.due_at, 0, ''
    FROM moved, jsonb_to_recordset(%(promises)s::jsonb)
        AS p(id uuid, kind text, key text, body jsonb, due_at timestamptz, register text)
    LEFT JOIN drawn d ON d.kind = p.register
)"""

_KEY = """
used AS (
    INSERT INTO ledger_usedkey (actor, key, digest, subject_id, seq, at)
    SELECT %(actor)s::text, %(key)s::text, %(key_digest)s::bytea, moved.id, moved.version, %(at)s::timestamptz
    FROM moved
)"""

#: One entry of a stream that is not a case: read the head, write the next.
RECORD = f"""
WITH head AS (
    SELECT seq, hash FROM ledger_entry WHERE subject_kind <> 'case' AND subject_id = %(subject_id)s
    ORDER BY seq DESC LIMIT 1
), e AS (
    SELECT coalesce((SELECT seq FROM head), 0) + 1 AS seq, (SELECT hash FROM head) AS before,
        %(subject_id)s::uuid AS subject_id, %(step)s::text AS step, %(at)s::timestamptz AS at,
        %(actor)s::text AS actor, ''::text AS post, %(body)s::jsonb AS body
)
INSERT INTO ledger_entry (subject_kind, subject_id, seq, county, step, at, actor, post, body, hash)
SELECT %(subject_kind)s, e.subject_id, e.seq, %(county)s, e.step, e.at, e.actor, e.post, e.body,
    {
    HASHED.format(
        before="e.before",
        subject_id="e.subject_id",
        seq="e.seq",
        step="e.step",
        at="e.at",
        actor="e.actor",
        post="e.post",
        body="e.body",
    )
}
FROM e RETURNING seq
"""

#: Numbers of a register drawn outside a case step (issues of publications, archive numbers).
DRAW_ONE = """
WITH drawn AS (
    INSERT INTO ledger_register (unit, kind, year, last) VALUES (%(unit)s, %(kind)s, %(year)s, 1)
    ON CONFLICT (unit, kind, year) DO UPDATE SET last = ledger_register.last + 1
    RETURNING unit, kind, year, last
)
INSERT INTO ledger_number (unit, kind, year, n, subject_id, seq)
SELECT unit, kind, year, last, %(subject_id)s, %(seq)s FROM drawn RETURNING n
"""

#: The next promises that are due and nobody holds.
CLAIM = """
UPDATE ledger_promise SET claimed_until = %(until)s, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM ledger_promise
    WHERE done_at IS NULL AND due_at <= %(now)s AND (claimed_until IS NULL OR claimed_until < %(machine)s)
        AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
        AND (%(subject)s::uuid IS NULL OR subject_id = %(subject)s)
    ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, subject_kind, subject_id, key, body, attempts
"""
