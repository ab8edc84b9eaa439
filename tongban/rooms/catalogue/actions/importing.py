"""A list of items from elsewhere becomes drafts, each with what it still lacks.  Nothing is published.

Rows have ``department, main_item, name, code, type, department_code``.  All or nothing; the same list again changes
nothing; a draft that somebody has edited is kept as it is.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.catalogue import localcodes
from tongban.rooms.catalogue.actions.drafts import checked_code, fill, outcome_of, written
from tongban.rooms.catalogue.models import Draft
from tongban.rooms.catalogue.world import World, world
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import actions as people_actions
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue import Complaint
from tongban.rulebook.errors import Refused, Sentence, Words
from tongban.rulebook.numbers import check_credit_code, fault_of
from tongban.rulebook.numbers.items import TASK_TYPES

COLUMNS = ("department", "main_item", "name", "code", "type", "department_code")

#: 事项类型 -> kind of case and class.  The types not named here must be classed by a person.
_CLASSES = {"01": ("permit", "许可"), "05": ("permit", "给付"), "07": ("permit", "确认"), "20": ("permit", "公共服务")}
#: A county's own items (GB/T 39046 行使层级).
_COUNTY_LEVEL = 4
_MOST_LOCAL = 80


#: A row as it was read: ``None`` in cells that are missing, the rest of a row that is too long under the key ``None``.
RawRow = Mapping[str | None, Any]


@dataclass(frozen=True, slots=True)
class Note:
    """One remark about one row."""

    #: Line in the file, the heading being 1; 0: about the whole list.
    line: int
    #: ``error`` (nothing is written), ``warning``, or ``lack`` (what the draft still needs before publishing).
    sort: str
    where: str
    what: str
    how: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    line: int
    local_code: str
    #: Code of the draft; empty in a row with an error.
    code: str
    name: str
    #: ``new``, ``changed``, ``same``, ``kept`` or ``refused``.
    outcome: str


@dataclass(frozen=True, slots=True)
class ItemReport:
    """What became of the list."""

    county: str
    rows: tuple[RowResult, ...]
    #: Main items that the list names: (code, outcome).
    mains: tuple[tuple[str, str], ...]
    #: Units opened in people: (code, name).
    units: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    #: False: an error or a dry run; nothing was changed.
    written: bool
    #: Key of this import; None when it changed nothing.
    batch: UUID | None = None

    def count(self, outcome: str) -> int:
        """Return how many rows had this outcome."""
        return sum(row.outcome == outcome for row in self.rows)

    def noted(self, sort: str) -> int:
        """Return how many remarks are of this sort."""
        return sum(note.sort == sort for note in self.notes)


@dataclass(slots=True)
class _Work:
    """What an import has found out so far."""

    county: str
    by: str
    step: Callable[[int], None]
    notes: list[Note] = field(default_factory=list)
    units: list[tuple[str, str]] = field(default_factory=list)

    def note(self, line: int, sort: str, where: str, what: str, how: str) -> None:
        self.notes.append(Note(line, sort, where, what, how))


@dataclass(frozen=True, slots=True)
class _Source:
    """One draft to be: its content, and the row it comes from."""

    line: int
    code: str
    #: As it was written; empty for a main item.
    local_code: str
    content: dict[str, Any]
    task_type: str


def import_items(
    rows: Sequence[RawRow],
    *,
    county: str = "",
    by: str,
    dry_run: bool = False,
    step: Callable[[int], None] = lambda count: None,
) -> ItemReport:
    """Bring in a list of items as drafts.  ``rows`` are as read from a file, the first being line 2.

    Without ``county`` it is the division that the codes name; ``step`` is told how many rows are done.
    Raises ``Refused``: ``items_columns``, ``items_county``.
    """
    if missing := [column for column in COLUMNS if not rows or column not in rows[0]]:
        what = Sentence("没有 {names} 列", names=Words(missing)) if rows else Sentence("只有表头或是空的")
        raise Refused(
            "items_columns",
            "事项表{what}。表头应为 {columns}，请补齐后重新导入。",
            what=what,
            columns=",".join(COLUMNS),
        )
    if county and not re.fullmatch(r"[0-9]{6}", county):
        raise Refused("items_county", "县的区划代码是六位数字，收到的是“{county}”。请核对后重新导入。", county=county)
    table = [{column: (row.get(column) or "").strip() for column in COLUMNS} for row in rows]
    work = _Work(county or _county_of(table), by, step)
    _find_errors(work, rows, table)
    if work.notes:
        wrong = {note.line for note in work.notes}
        results = [
            RowResult(line, row["code"], "", row["name"], "refused")
            for line, row in enumerate(table, start=2)
            if line in wrong
        ]
        return ItemReport(work.county, tuple(results), (), (), tuple(work.notes), written=False)
    with transaction.atomic():
        report = _write(work, table)
        if dry_run:
            transaction.set_rollback(True)
    return report if not dry_run else _undone(report)


def _undone(report: ItemReport) -> ItemReport:
    return ItemReport(report.county, report.rows, report.mains, report.units, report.notes, written=False)


def _county_of(table: Sequence[Mapping[str, str]]) -> str:
    found = Counter(parts.division[:6] for row in table if (parts := localcodes.read_local_code(row["code"])))
    if len(found) != 1:
        raise Refused("items_county", "从编码看不出是哪个县的事项。请用 --county 写明六位区划代码。")
    return next(iter(found))


def _find_errors(work: _Work, rows: Sequence[RawRow], table: Sequence[Mapping[str, str]]) -> None:
    """Note what cannot be taken over at all."""
    seen: dict[str, int] = {}
    for line, (raw, row) in enumerate(zip(rows, table, strict=True), start=2):
        if None in raw or any(raw.get(column) is None for column in COLUMNS):
            work.note(line, "error", "", "列数与表头不符", "这一行可能被截断或多了逗号，请对照原件补全")
            continue
        for column, word in (("department", "部门"), ("name", "事项名称"), ("code", "编码"), ("type", "类型")):
            if not row[column]:
                work.note(line, "error", column, f"没有填写{word}", f"补上{word}")
            elif any(ord(character) < 32 or character == "\ufffd" for character in row[column]):
                work.note(line, "error", column, f"{word}里有无法辨认的字符", "检查文件编码后重新导出")
        if row["type"] and row["type"].zfill(2) not in TASK_TYPES:
            words = "、".join(f"{int(code)} {name}" for code, name in TASK_TYPES.items())
            work.note(line, "error", "type", f"没有类型 {row['type']}", f"从 {words} 中选")
        if row["code"] and (len(row["code"]) > _MOST_LOCAL or not localcodes.whole_code_for(row["code"])):
            work.note(
                line, "error", "code", f"编码 {row['code']} 不能用作地方编码", "写出 80 位以内的编码，含字母或数字"
            )
        if row["code"] and row["code"] in seen:
            work.note(line, "error", "code", f"与第 {seen[row['code']]} 行编码相同", "删去重复的一行，或改正编码")
        seen.setdefault(row["code"], line)
    _find_torn_end(work, table)


def _find_torn_end(work: _Work, table: Sequence[Mapping[str, str]]) -> None:
    """Note a last row whose last cell is only the beginning of what its department has everywhere else."""
    last = table[-1]["department_code"]
    others = {row["department_code"] for row in table[:-1] if row["department"] == table[-1]["department"]}
    line = len(table) + 1
    is_noted = any(note.line == line for note in work.notes)
    if others and last not in others and all(one.startswith(last) for one in others) and not is_noted:
        work.note(line, "error", "department_code", "最后一行像是被截断", "文件可能没有传完，请重新传一次")


def _write(work: _Work, table: Sequence[Mapping[str, str]]) -> ItemReport:
    """Open units, write drafts, check them all.  Call it in a transaction."""
    units = _units(work, table)
    known = {row.code: row for row in Draft.objects.select_for_update().filter(county=work.county).defer("content")}
    mains, leaves = _sources(work, table, units, known)
    around = world(work.county, clock.today())
    batch = uuid7()
    outcomes = _save(work, [*mains.values(), *leaves], known, around, batch)
    rows = tuple(
        RowResult(one.line, one.local_code, one.code, one.content["name"], outcomes[one.code]) for one in leaves
    )
    changed = Counter(outcomes.values())
    moved = bool(changed["new"] or changed["changed"] or work.units)
    if moved:
        digest = hashlib.sha256(repr(table).encode()).hexdigest()
        body = {"rows": len(rows), "new": changed["new"], "changed": changed["changed"], "digest": digest}
        ledger.record("import", batch, "import_items", work.by, body, county=work.county)
    main_outcomes = tuple((one.code, outcomes[one.code]) for one in mains.values())
    notes = tuple(sorted(work.notes, key=lambda note: note.line))
    return ItemReport(work.county, rows, main_outcomes, tuple(work.units), notes, True, batch if moved else None)


def _units(work: _Work, table: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the unit code of each department; whoever can be registered in people is."""
    there = people.units(work.county)
    is_known = people.division(f"{work.county}000000") is not None
    if not is_known:
        what = f"系统里还没有县 {work.county} 的区划，各部门都没有登记为单位"
        how = "请先导入这个县的区划表，再导入一次；如果要导入的是本县，请用 --county 写明本县的六位代码"
        work.note(0, "warning", "county", what, how)
    by_name = {unit.full_name: unit.code for unit in there}
    by_credit = {unit.credit_code: unit.code for unit in there}
    found: dict[str, str] = {}
    for name in dict.fromkeys(row["department"] for row in table):
        rows = [row for row in table if row["department"] == name]
        owners = (
            localcodes.owner_of(code, [row["code"] for row in rows])
            for code in dict.fromkeys(row["department_code"] for row in rows)
        )
        owner = next(filter(None, owners), "")
        found[name] = (
            by_name.get(name)
            or by_credit.get(owner)
            or (_new_unit(work, name, owner) if is_known else localcodes.unit_code_for(name))
        )
        if owner:
            by_credit.setdefault(owner, found[name])  # another name of the same agency is the same unit
    return found


def _new_unit(work: _Work, name: str, owner: str) -> str:
    """Open a unit and return its code; where that is not possible yet, say why and return the code it will have."""
    code = localcodes.unit_code_for(name)
    if not owner:
        how = "查到它的统一社会信用代码后登记单位，单位代号用 " + code
        work.note(0, "warning", "department", f"部门“{name}”没有可用的统一社会信用代码，单位没有登记", how)
        return code
    try:
        people_actions.open_unit(
            code,
            county=work.county,
            actor=work.by,
            full_name=name,
            short_name=name[:16],
            credit_code=owner,
        )
        work.units.append((code, name))
    except Refused as refused:
        work.note(
            0,
            "warning",
            "department",
            f"部门“{name}”没有登记为单位：{refused.sentence.rstrip('。')}",
            "处理后再导入一次",
        )
    return code


def _sources(
    work: _Work, table: Sequence[Mapping[str, str]], units: Mapping[str, str], known: Mapping[str, Draft]
) -> tuple[dict[tuple[str, str], _Source], list[_Source]]:
    """Return the drafts to be: main items by (department, name), and the rows."""
    by_local = {row.local_code: row.code for row in known.values() if row.local_code}
    taken = set(known)
    mains: dict[tuple[str, str], _Source] = {}
    leaves = []
    for line, row in enumerate(table, start=2):
        _warn(work, line, row)
        unit, task_type = units[row["department"]], row["type"].zfill(2)
        parent = ""
        if row["main_item"]:
            parent = localcodes.main_code_for(row["department"], row["main_item"])
            content = _content(parent, row["main_item"], unit, task_type) | {"leaf": False}
            mains.setdefault((row["department"], row["main_item"]), _Source(line, parent, "", content, task_type))
        code = by_local.get(row["code"]) or localcodes.code_for(row["code"])
        if row["code"] not in by_local and code in taken:
            code = localcodes.whole_code_for(row["code"])
        taken.add(code)
        content = _content(code, row["name"], unit, task_type) | {"local_code": row["code"].replace("-", "")}
        if parent:
            content["parent"] = parent
        leaves.append(_Source(line, code, row["code"], content, task_type))
    return mains, leaves


def _content(code: str, name: str, unit: str, task_type: str) -> dict[str, Any]:
    """Return what a row says about an item; what it does not say is left for a person to complete."""
    return {"code": code, "name": name, "unit": unit, "level": _COUNTY_LEVEL} | class_of(task_type, name)


def class_of(task_type: str, name: str) -> dict[str, str]:
    """Return kind of case and class that a 事项类型 means; empty where a person must say."""
    kind_and_class = _CLASSES.get(task_type)
    if task_type == "10" and "备案" in name:
        kind_and_class = ("filing", "备案")
    return dict(zip(("kind", "item_class"), kind_and_class or (), strict=False))


def _warn(work: _Work, line: int, row: Mapping[str, str]) -> None:
    """Note what is taken over as it is, but is not as it should be."""
    fault = fault_of(check_credit_code, row["department_code"])
    if fault is not None:
        what = f"部门编码 {row['department_code'] or '（空）'} 不是统一社会信用代码"
        work.note(line, "warning", "department_code", what, fault.sentence)
    parts = localcodes.read_local_code(row["code"])
    if parts is None:
        what = f"编码 {row['code']} 不是通行的六段形式"
        work.note(line, "warning", "code", what, "已原样存入地方编码；请向上级核对编码")
    elif parts.owner_fault is not None:
        what = f"编码中的实施主体 {parts.owner} 有误"
        work.note(line, "warning", "code", what, parts.owner_fault.sentence)
    task_type = row["type"].zfill(2)
    if task_type not in _CLASSES and not (task_type == "10" and "备案" in row["name"]):
        what = f"类型 {task_type} {TASK_TYPES[task_type]}，看不出属于哪类事项"
        work.note(line, "warning", "type", what, "由经办人在草稿中填写 kind 和 item_class")


def _save(
    work: _Work, sources: Sequence[_Source], known: Mapping[str, Draft], around: World, batch: UUID
) -> dict[str, str]:
    """Write the drafts and return the outcome of each code."""
    outcomes: dict[str, str] = {}
    new: list[Draft] = []
    changed: list[Draft] = []
    looked_at: list[Draft] = []
    for one in sources:
        text, digest = written(one.content)
        row = known.get(checked_code(one.content))
        outcome = outcomes[one.code] = outcome_of(row, digest, "import")
        row = row or Draft(county=work.county, code=one.code, local_code=one.local_code)
        if outcome in ("new", "changed"):
            fill(row, one.content, text, digest, "import", work.by)
            row.task_type, row.batch = one.task_type, batch
            (new if outcome == "new" else changed).append(row)
        if outcome == "kept":
            what = "草稿已有人修改，没有用表中的内容覆盖"
            work.note(one.line, "warning", one.code, what, "需要时在草稿中手工改")
        elif row.content_hash == digest:
            complaints = [asdict(complaint) for complaint in _lacks(work, one, around)]
            if outcome == "same" and row.complaints != complaints:
                looked_at.append(row)
            row.complaints = complaints
        work.step(1)
    Draft.objects.bulk_create(new, batch_size=500)
    columns = ["name", "unit", "parent", "content", "content_hash", "origin_hash", "source", "complaints"]
    Draft.objects.bulk_update(changed, [*columns, "task_type", "batch", "updated_at", "updated_by"], batch_size=200)
    Draft.objects.bulk_update(looked_at, ["complaints"], batch_size=200)
    return outcomes


def _lacks(work: _Work, one: _Source, around: World) -> tuple[Complaint, ...]:
    complaints = around.inspect(one.content)[1]
    for complaint in complaints:
        work.note(
            one.line, "lack", f"{one.code} {complaint.where}", complaint.what, f"{complaint.how}（{complaint.why}）"
        )
    return complaints
