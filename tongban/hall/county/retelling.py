"""One case told again on another day by another person, as rows for COPY.

Days move by working days, so that what came five working days later comes five working days later; limits are counted
anew by the rulebook.  Ids, numbers, look-up codes, keys and hashes are its own.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework.actions.rows import numbered
from tongban.rooms.casework.queries.reading import running
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import loading
from tongban.rooms.licences.actions.documents import WORDS
from tongban.rooms.licences.actions.issuing import last_day, new_identifier
from tongban.rooms.people import queries as people
from tongban.rulebook import deciding
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.numbers import make_document_number

Row = dict[str, Any]

#: Tables of a case in the order in which they are copied, and what is sealed in them under the case's key.
_TABLES: Mapping[str, str] = {
    "casework_case": "",
    "casework_casekey": "",
    "casework_answers": "sealed",
    "casework_party": "",
    "casework_material": "",
    "casework_clock": "",
    "casework_lack": "reason",
    "casework_note": "sealed",
    "casework_fee": "",
    "licences_licence": "",
    "publication_entry": "",
    "ratings_rating": "comment",
}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(\+[0-9:]+|Z)?")


@dataclass(frozen=True)
class Template:
    """A case that was acted out, with all its rows."""

    id: UUID
    kind: str
    channel: str
    number: str
    lookup_code: str
    applicant: UUID
    agent: UUID | None
    filed_on: date
    #: Working days from the filing to the last entry.
    span: int
    rows: Mapping[str, Sequence[Row]]
    entries: Sequence[Row]

    @cached_property
    def key(self) -> bytes:
        """The case's key, opened once."""
        return crypto.unwrap(bytes.fromhex(self.rows["casework_casekey"][0]["wrapped"][2:]))

    @cached_property
    def plain(self) -> dict[tuple[str, int], str]:
        """What is sealed under the case's key, by table and row."""
        return {
            (table, n): crypto.open_text(bytes.fromhex(row[column][2:]), self.key)
            for table, column in _TABLES.items()
            for n, row in enumerate(self.rows[table])
            if column and row[column]
        }

    @cached_property
    def facts(self) -> list[str]:
        """What stands on each of its licences."""
        return [
            crypto.open_text(bytes.fromhex(row["facts"][2:]), crypto.unwrap(bytes.fromhex(row["wrapped_key"][2:])))
            for row in self.rows["licences_licence"]
        ]


@dataclass(frozen=True, slots=True)
class Retold:
    """The rows of one case, by table."""

    rows: Mapping[str, Sequence[Row]]


_CHOSEN = """
SELECT c.id FROM casework_case c
WHERE c.county = %s AND c.closed_at IS NOT NULL AND c.kind IN ('permit', 'registration', 'filing')
    AND c.filed_at >= %s AND c.filed_at < %s AND c.parent_id IS NULL AND c.applicant_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM casework_proceeding p WHERE p.case_id = c.id)
    AND NOT EXISTS (SELECT FROM casework_tie t WHERE t.case_id = c.id)
    AND NOT EXISTS (SELECT FROM licences_licenceuse u WHERE u.case_id = c.id)
ORDER BY c.filed_at, c.number
"""
_STREAM = (
    "SELECT seq, step, at, actor, post, county, body::text FROM ledger_entry"
    " WHERE subject_kind = 'case' AND subject_id = %s ORDER BY seq"
)


def templates(county: str, day: date) -> list[Template]:
    """Return the cases filed on ``day`` that are over and can be told again."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN, [county, clock.at_local(day), clock.at_local(day + timedelta(days=1))])
        for (case_id,) in cursor.fetchall():
            rows = {table: _rows(cursor, table, case_id) for table in _TABLES}
            cursor.execute(_STREAM, [case_id])
            columns = ("seq", "step", "at", "actor", "post", "county", "body")
            entries = [dict(zip(columns, entry, strict=True)) for entry in cursor.fetchall()]
            row = rows["casework_case"][0]
            span = _between(day, clock.legal_date(entries[-1]["at"]))
            agent = UUID(row["agent_id"]) if row["agent_id"] else None
            told = (row["kind"], row["channel"], row["number"], row["lookup_code"], UUID(row["applicant_id"]), agent)
            found.append(Template(case_id, *told, day, span, rows, entries))
    return found


def _rows(cursor: Any, table: str, case_id: UUID) -> list[Row]:
    column = "id" if table == "casework_case" else "case_id"
    cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t WHERE t.{column} = %s ORDER BY t::text", [case_id])
    return [json.loads(text) for (text,) in cursor.fetchall()]


def _between(first: date, last: date) -> int:
    calendar = calendars.calendar()
    return sum(calendar.is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


class Teller:
    """Tells cases again for one county."""

    order = (*_TABLES, "ledger_entry", "ledger_number")

    def __init__(self, county: str, persons: Sequence[UUID], firms: Sequence[tuple[UUID, UUID]]) -> None:
        self.county, self.persons, self.firms = county, persons, firms
        #: The last number drawn in each register.
        self.registers = loading.registers()
        self._firms = {firm for firm, _ in firms}
        self._days: dict[tuple[date, date], dict[date, date]] = {}
        self._limits: dict[tuple[Any, ...], tuple[str, str, str, bool]] = {}

    def tell(self, one: Template, day: date, rng: Random) -> Retold:
        """Return the rows of ``one`` as filed on ``day`` by somebody else."""
        telling = _Telling(self, one, day, *self._people(one, rng))
        return Retold(telling.rows())

    def _people(self, one: Template, rng: Random) -> tuple[UUID, UUID | None]:
        if one.applicant in self._firms:
            return rng.choice(self.firms)
        return rng.choice(self.persons), None

    def moved(self, day: date, first: date, new: date) -> date:
        """Return ``day`` as many working days after ``new`` as it is after ``first``."""
        known = self._days.setdefault((first, new), {})
        if day not in known:
            known[day] = _moved(day, first, new)
        return known[day]

    def draw(self, unit: str, kind: str, year: int) -> int:
        """Return the next number of a register."""
        key = (unit, kind, year)
        self.registers[key] = self.registers.get(key, 0) + 1
        return self.registers[key]

    def recounted(self, kind: str, told: Row) -> tuple[str, str, str, bool]:
        """Return due day, due moment, amber and provisional of a clock, by the rulebook."""
        key = (kind, *(str(told[name]) for name in ("name", "start_on", "start_at", "limit", "extension", "excluded")))
        if key not in self._limits:
            made = deciding.recount(running(told), KINDS[kind].clock_by_name[told["name"]], calendars.calendar())
            due_at = made.due_at.astimezone(UTC).isoformat()
            self._limits[key] = (made.due.on.isoformat(), due_at, made.amber_from.isoformat(), made.due.provisional)
        return self._limits[key]


def _moved(day: date, first: date, new: date) -> date:
    calendar = calendars.calendar()
    if day < first:
        return new - (first - day)
    last_workday = day
    while not calendar.is_workday(last_workday):
        last_workday -= timedelta(days=1)
    left, found = _between(first, last_workday), new
    while left:
        found += timedelta(days=1)
        left -= calendar.is_workday(found)
    return found + (day - last_workday)


class _Telling:
    """One telling: what old ids, numbers and days become."""

    def __init__(self, teller: Teller, one: Template, day: date, applicant: UUID, agent: UUID | None) -> None:
        self.teller, self.one, self.day = teller, one, day
        self.id = uuid7()
        row = one.rows["casework_case"][0]
        own = numbered(teller.county, one.channel, self._at(datetime.fromisoformat(row["filed_at"])))
        self.same: dict[str, str] = {one.number: own["number"], one.lookup_code: own["lookup_code"]}
        self.ids = {str(one.id): str(self.id), str(one.applicant): str(applicant)}
        if one.agent is not None and agent is not None:
            self.ids[str(one.agent)] = str(agent)
        for table, rows in one.rows.items():
            if table not in ("casework_case", "licences_licence"):
                self.ids |= {old["id"]: str(uuid7()) for old in rows if "id" in old}
        self.licences = [self._name(old) for old in one.rows["licences_licence"]]

    def rows(self) -> dict[str, list[Row]]:
        """Return everything, by table."""
        entries, numbers = self._entries()
        clocks = {(one["name"], one["run"]): one for entry in entries for one in entry["body"]["clocks"]}
        last = entries[-1]["body"]["row"]
        made = {table: [self._told(row) for row in rows] for table, rows in self.one.rows.items()}
        made["casework_case"] = [{**made["casework_case"][0], **last}]
        made["casework_clock"] = [clocks[row["name"], row["run"]] for row in made["casework_clock"]]
        self._seal(made)
        self._licences(made["licences_licence"], entries)
        shared = {"subject_kind": "case", "subject_id": str(self.id)}
        made["ledger_entry"] = [shared | entry for entry in loading.chained(self.id, entries)]
        made["ledger_number"] = numbers
        return made

    def _entries(self) -> tuple[list[Row], list[Row]]:
        entries, numbers = [], []
        open_clocks: dict[tuple[str, int], Row] = {}
        for old in self.one.entries:
            at = self._at(old["at"])
            body = self._told(json.loads(old["body"]))
            for told in body["clocks"]:
                due = self.teller.recounted(self.one.kind, told)
                told["due_on"], told["due_at"], told["amber_from"], told["provisional"] = due
                open_clocks[told["name"], told["run"]] = told
            moments = [c["due_at"] for c in open_clocks.values() if c["stopped_at"] is None and not c["noted"]]
            body["row"]["next_moment"] = min(moments, key=datetime.fromisoformat, default=None)
            for number in body.get("numbers") or ():
                number[2] = clock.legal_date(at).year
                number[3] = self.teller.draw(*number[:3])
                names = dict(zip(("unit", "kind", "year", "n"), number, strict=True))
                numbers.append({**names, "subject_id": str(self.id), "seq": old["seq"]})
            actor = _UUID.sub(lambda found: self.ids.get(found[0], found[0]), old["actor"])
            entries.append({**old, "at": at, "actor": actor, "body": body})
        return entries, numbers

    def _seal(self, made: dict[str, list[Row]]) -> None:
        """What is sealed is sealed under a key of its own."""
        key, wrapped = crypto.new_key()
        made["casework_casekey"][0]["wrapped"] = wrapped
        for (table, n), text in self.one.plain.items():
            made[table][n][_TABLES[table]] = crypto.seal_text(text, key)

    def _name(self, old: Row) -> UUID:
        """Give a licence its id and its identifier."""
        made = uuid7()
        self.ids[old["id"]] = str(made)
        issuer = people.unit(self.teller.county, old["issuer"]).credit_code
        self.same[old["identifier"]] = str(new_identifier(catalogue.kind(old["kind"]), issuer, made))
        return made

    def _licences(self, made: list[Row], entries: Sequence[Row]) -> None:
        drawn = {kind: (unit, year, n) for e in entries for unit, kind, year, n in e["body"].get("numbers") or ()}
        for row, text, old in zip(made, self.one.facts, self.one.rows["licences_licence"], strict=True):
            key, wrapped = crypto.new_key()
            row["wrapped_key"], row["facts"] = wrapped, crypto.seal_text(text, key)
            unit, year, n = drawn["licence"]
            short = people.unit(self.teller.county, unit.rpartition("/")[2]).short_name
            row["number"] = make_document_number(short, WORDS["licence"], year, n)
            if old["valid_until"]:
                months = catalogue.item(UUID(self.one.rows["casework_case"][0]["item_id"])).result
                kind = catalogue.kind(old["kind"])
                until = last_day(
                    date.fromisoformat(row["issued_on"]), (months and months.valid_months) or kind.valid_months
                )
                row["valid_until"] = until.isoformat() if until else None

    def _at(self, moment: datetime) -> datetime:
        local = moment.astimezone(clock.SHANGHAI)
        day = self.teller.moved(local.date(), self.one.filed_on, self.day)
        return datetime.combine(day, local.timetz()).astimezone(UTC)

    def _told(self, value: Any) -> Any:
        """Return a value with its ids, numbers and days as they are in this telling."""
        if isinstance(value, dict):
            return {key: self._told(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._told(one) for one in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        if text in self.same:
            return self.same[text]
        if _DAY.fullmatch(text):
            return self.teller.moved(date.fromisoformat(text), self.one.filed_on, self.day).isoformat()
        if _MOMENT.fullmatch(text):
            return self._at(datetime.fromisoformat(text)).isoformat()
        return _UUID.sub(lambda found: self.ids.get(found[0], found[0]), text)
