"""The two lists that come from above, divisions and items: whole rows for the rooms that keep them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from django.db import transaction

from tongban.rooms.catalogue import actions as catalogue
from tongban.rooms.catalogue.actions.importing import ItemReport, Note
from tongban.rooms.importing import tables
from tongban.rooms.people import actions as people
from tongban.rooms.people.actions import DivisionReport, DivisionRow

#: Headings as people write them, and what the rooms call them.
HEADINGS = {
    "divisions": {
        "区划代码": "code",
        "代码": "code",
        "区划名称": "name",
        "名称": "name",
        "级别": "level",
        "上级代码": "parent_code",
        "上级区划代码": "parent_code",
    },
    "items": {
        "部门": "department",
        "部门名称": "department",
        "主项": "main_item",
        "主项名称": "main_item",
        "事项名称": "name",
        "名称": "name",
        "编码": "code",
        "事项编码": "code",
        "类型": "type",
        "事项类型": "type",
        "部门编码": "department_code",
        "部门代码": "department_code",
    },
}

Step = Callable[[int], None]


def read_list(what: str, path: Path) -> list[tables.Row]:
    """Return the rows of a list under the headings that the rooms know.  Raises ``Refused`` as ``tables`` does."""
    names = HEADINGS[what]
    return [
        {names.get(word, word) if word is not None else None: value for word, value in row.items()}
        for row in tables.read_rows(path)
    ]


def torn_rows(rows: Sequence[tables.Row]) -> list[int]:
    """Return the lines whose cells are not as many as the heading's."""
    return [number for number, row in enumerate(rows, start=2) if None in row or None in row.values()]


def bring_divisions(
    rows: Sequence[tables.Row], *, by: str, dry_run: bool = False, keep_going: bool = False
) -> tuple[dict[int, DivisionRow], DivisionReport]:
    """Bring in a list of divisions without torn rows; returns what became of each line, and of the whole."""
    plain = [{key: value or "" for key, value in row.items() if key is not None} for row in rows]

    def bring(rows: Sequence[dict[str, str]]) -> DivisionReport:
        with transaction.atomic():
            report = people.import_divisions(rows, actor=by)
            if dry_run:
                transaction.set_rollback(True)
        return report

    report = bring(plain)
    found = {row.line + 1: row for row in report.rows}
    # A row that is left out may be the one above others: those are then wrong as well, and are left out in turn.
    while keep_going and not report.written:
        kept = [number for number, row in found.items() if row.outcome != "refused"]
        if not kept:
            break
        report = bring([plain[number - 2] for number in kept])
        found |= dict(zip(kept, report.rows, strict=True))
    return found, report


def bring_items(
    rows: Sequence[tables.Row], *, county: str, by: str, step: Step, dry_run: bool = False, keep_going: bool = False
) -> ItemReport:
    """Bring in a list of items as drafts."""

    def bring(rows: Sequence[tables.Row]) -> ItemReport:
        return catalogue.import_items(rows, county=county, by=by, dry_run=dry_run, step=step)

    report = bring(rows)
    wrong = {note.line for note in report.notes if note.sort == "error"}
    if keep_going and wrong and not is_torn(report, len(rows) + 1):
        kept = [number for number in range(2, len(rows) + 2) if number not in wrong]
        if kept:
            report = _joined(report, bring([rows[number - 2] for number in kept]), kept)
    return report


def is_torn(report: ItemReport, last: int) -> bool:
    """Whether the last row was cut off: then the file is not whole, and nothing of it is taken."""
    return any(note.line == last and note.where in ("", "department_code") for note in _errors(report))


def _errors(report: ItemReport) -> list[Note]:
    return [note for note in report.notes if note.sort == "error"]


def _joined(first: ItemReport, second: ItemReport, kept: Sequence[int]) -> ItemReport:
    """Return what became of the rows that were kept, under their own lines, with the errors of the others."""

    def line(number: int) -> int:
        return kept[number - 2] if number else 0

    rows = [*first.rows, *(replace(row, line=line(row.line)) for row in second.rows)]
    notes = [*_errors(first), *(replace(note, line=line(note.line)) for note in second.notes)]
    return replace(second, rows=tuple(rows), notes=tuple(notes))
