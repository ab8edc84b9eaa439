"""The yearly table of divisions, brought in whole or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import words
from tongban.rooms.people.actions.places import LEVELS
from tongban.rooms.people.models import Division
from tongban.rulebook.errors import Refused, Sentence, Words

COLUMNS = ("code", "name", "level", "parent_code")

#: How many digits of the code a level fills; the rest are zeros.
_FILLED = {"province": 2, "city": 4, "county": 6, "town": 9, "village": 12}


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """What became of one row of the table."""

    #: Its line, counted from 1 without the heading.
    line: int
    code: str
    #: ``new``, ``same``, ``renamed`` or ``refused``.
    outcome: str
    #: Why it was refused and how to mend it; empty otherwise.
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class DivisionReport:
    """What became of the table.  One refused row and nothing is written."""

    rows: tuple[DivisionRow, ...]
    written: bool

    def count(self, outcome: str) -> int:
        """Return how many rows had this outcome."""
        return sum(row.outcome == outcome for row in self.rows)


@transaction.atomic
def import_divisions(
    rows: Iterable[Mapping[str, str]], *, actor: str, valid_from: date | None = None
) -> DivisionReport:
    """Bring in a table with the columns ``COLUMNS``.  The same table again changes nothing; a new name is taken over.

    Raises ``Refused`` when the table is empty or a column is missing.
    """
    given = list(rows)
    if missing := [key for key in COLUMNS if not given or any(key not in row for row in given)]:
        what = Sentence("没有 {names} 列", names=Words(missing)) if given else Sentence("只有表头或是空的")
        raise Refused(
            "divisions_columns",
            "区划表{what}。表头应为 {columns}，请补齐后重新导入。",
            what=what,
            columns=",".join(COLUMNS),
        )
    table = [{key: (row[key] or "").strip() for key in COLUMNS} for row in given]
    codes = {row["code"] for row in table}
    wanted = codes | {row["parent_code"] for row in table}
    known = {row.code: row for row in Division.objects.filter(code__in=wanted, valid_until=None)}
    seen: set[str] = set()
    results = []
    for line, row in enumerate(table, start=1):
        fault = "同一个代码在表中出现了两次。请删去一行。" if row["code"] in seen else _fault(row, codes | set(known))
        seen.add(row["code"])
        before = known.get(row["code"])
        outcome = "new" if before is None else "same" if before.name == row["name"] else "renamed"
        results.append(DivisionRow(line, row["code"], "refused" if fault else outcome, fault))
    report = DivisionReport(tuple(results), written=not any(row.outcome == "refused" for row in results))
    if report.written and report.count("same") < len(table):
        _write(table, known, valid_from or clock.today(), actor)
    return report


def _fault(row: Mapping[str, str], known: set[str]) -> str:
    """Return why the row cannot be taken and how to mend it, or an empty text."""
    code, level, parent = row["code"], row["level"], row["parent_code"]
    if len(code) != 12 or not code.isascii() or not code.isdigit():
        return "区划代码应为 12 位数字。请改正这一行的 code。"
    if level not in LEVELS:
        return f"级别应为 {'、'.join(LEVELS)} 之一。请改正这一行的 level。"
    if code[_FILLED[level] :].strip("0") or not code[: _FILLED[level]].strip("0"):
        return f"代码 {code} 的位数与级别 {level} 不符。请核对 code 与 level。"
    if level == "village" and code.endswith("000"):
        return f"代码 {code} 末三位为 000，是乡镇而不是村。请核对 code 与 level。"
    try:
        words.check_name(row["name"])
    except Refused as refused:
        return refused.sentence
    if level in {"town", "village"}:
        if parent not in known:
            return f"上级区划 {parent} 不在表中，系统里也没有。请补上上级区划这一行。"
        if code[: 9 if level == "village" else 6] != parent[: 9 if level == "village" else 6]:
            return f"代码 {code} 不属于上级 {parent}。请核对 parent_code。"
    return ""


def _write(table: list[dict[str, str]], known: dict[str, Division], begins: date, actor: str) -> None:
    ordered = sorted(table, key=lambda row: LEVELS.index(row["level"]))
    ids: dict[str, UUID] = {code: row.id for code, row in known.items()}
    fresh, renamed = [], []
    for row in ordered:
        name = words.check_name(row["name"])
        before = known.get(row["code"])
        if before is not None:
            if before.name != name:
                before.name = name
                renamed.append(before)
            continue
        made = Division(
            id=uuid7(),
            county=row["code"][:6],
            code=row["code"],
            name=name,
            level=row["level"],
            parent_id=ids.get(row["parent_code"]),
            valid_from=begins,
        )
        ids[row["code"]] = made.id
        fresh.append(made)
    Division.objects.bulk_create(fresh)
    Division.objects.bulk_update(renamed, ["name"])
    top = ordered[0]["code"]
    digest = crypto.digest("\n".join(f"{row['code']} {row['name']}" for row in ordered))
    body = {
        "rows": len(table),
        "new": len(fresh),
        "renamed": [row.code for row in renamed],
        "from": begins,
        "digest": digest,
    }
    ledger.record("division", ids[top], "import_divisions", actor, body, county=top[:6])
