"""导入：把县里已有的表带进来。要么全部写入，要么一行不写；同一份表导入两次，第二次什么也不改。

./run import divisions 区划.csv
./run import items 事项.xlsx --dry-run --report 报告.csv
./run import orgs 单位.xlsx --county 990127
./run import licences 证照.csv --county 990127 --keep-going --report 报告.csv
./run import national 目录 --county 990127      国家数据的一批，或接收方的异常反馈（dn_*.csv）

次序：divisions 区划，orgs 单位，sites 场所，posts 岗位，staff 人员，items 事项，windows 窗口，mandates 委托，
licences 历史证照，open-cases 在办件。各表的列见 docs/moving-in.md。
事项导入后是草稿，并列出每条还缺什么；补全之前不会公布。文件可以是 UTF-8 或 GB18030 的 CSV，也可以是 XLSX。
"""

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tongban.hall import tables
from tongban.hall.exchanging import national
from tongban.hall.importing import NAMES
from tongban.hall.progress import Bar
from tongban.rulebook.errors import Refused

if TYPE_CHECKING:
    from tongban.rooms.catalogue.actions.importing import ItemReport, Note
    from tongban.rooms.people.actions import DivisionReport

HELP = "导入县里的表（区划、单位、岗位、人员、事项、证照、在办件等，CSV 或 XLSX），逐行报告，全成或全不成"
NEEDS_DJANGO = True

_HEADING = ("行", "类别", "何处", "问题", "怎么改")
_SORTS = {"error": "错误", "warning": "提醒", "lack": "待补"}
_OUTCOMES = {
    "new": "新增",
    "changed": "更新",
    "renamed": "更名",
    "same": "没有变化",
    "kept": "保留人工修改",
    "refused": "有错",
}
#: Remarks shown on the screen; all of them go to the report.
_SHOWN = 12

Line = tuple[int, str, str, str, str]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "what", metavar="种类", choices=("divisions", "items", *NAMES, "national"), help="哪一种表，见上面的次序"
    )
    parser.add_argument("file", metavar="文件", type=Path, help="CSV 或 XLSX 文件；国家数据是目录")
    parser.add_argument("--county", metavar="区划", default="", help="县的六位区划代码；区划和事项不写则从表中看出")
    parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    parser.add_argument("--report", metavar="报告", type=Path, help="把逐行报告写到这个 CSV 文件")
    parser.add_argument("--keep-going", action="store_true", help="有错的行放过，其余的照样写入")
    parser.add_argument(
        "--by",
        metavar="经办",
        type=_by,
        default="house",
        help="记入台账的经办，写代号不写姓名，如 staff:001；默认 house",
    )
    national.import_arguments(parser)


def _by(text: str) -> str:
    """Read who is named in the journal: never a name."""
    if re.fullmatch(r"[a-z]+(:[A-Za-z0-9-]{1,40})?", text):
        return text
    raise argparse.ArgumentTypeError(f"要写代号，如 staff:001，不写姓名；“{text}”不行")


def run(args: argparse.Namespace) -> int:
    """Import one file.  Returns 1 when a row has an error."""
    if args.what == "national":
        return national.bring_in(args)
    if args.what in NAMES:
        return _row_by_row(args)
    rows = _rows(args)
    if args.report:
        with tables.writing(args.report):
            args.report.open("a").close()  # where the report cannot be left, nothing is imported either
    return _divisions(args, rows) if args.what == "divisions" else _items(args, rows)


def _row_by_row(args: argparse.Namespace) -> int:
    from tongban.hall.importing.bringing import bring_in
    from tongban.hall.importing.kinds import KINDS
    from tongban.hall.importing.reporting import report_to

    kind = KINDS[args.what]
    if not re.fullmatch("[0-9]{6}", args.county):
        raise Refused("county_missing", "请用 --county 写明县的六位区划代码，例如 --county 990127。")
    with Bar(f"核对{kind.label}表") as bar:
        table = tables.open_table(args.file)
        bar.step(table.count)
    with report_to(args.report) as report, Bar(f"导入{kind.label}", table.count) as bar:
        written = bring_in(
            kind,
            table,
            report,
            county=args.county,
            by=args.by,
            dry_run=args.dry_run,
            keep_going=args.keep_going,
            step=bar.step,
        )
        wrong = report.counts["refused"]
        changed = report.counts["new"] + report.counts["changed"]
        ending = _sentence(bool(wrong), written, dry_run=args.dry_run, torn=table.torn, changed=bool(changed))
        report.end(ending)
    print(f"{kind.label}：读入 {table.count} 行。")
    for line in report.lines():
        print(line)
    if args.report:
        print(f"逐行报告：{args.report}")
    print(ending)
    return 1 if wrong or table.torn else 0


def _sentence(wrong: bool, written: bool, *, dry_run: bool, torn: int, changed: bool) -> str:
    if torn:
        return f"第 {torn} 行是最后一行，列数不够，文件像是没有传完：一行也没有写入。请重新传一次。"
    if written and wrong:
        return "有错的行没有写入，其余的已写入。请改正后把整份表再导入一次。"
    if written:
        return "已写入。" if changed else "与上次相同，什么也没有改。"
    if wrong:
        return "有错误，一行也没有写入。请改正后重新导入。"
    assert dry_run, "what has no error and is whole is written"
    return "只是检查，没有写入。"


#: Headings of the two lists that come from above, as people write them.
_HEADINGS = {
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


def _rows(args: argparse.Namespace) -> list[tables.Row]:
    """Return the rows of a list from above under the headings that the rooms know."""
    names = _HEADINGS[args.what]
    return [
        {names.get(word, word) if word is not None else None: value for word, value in row.items()}
        for row in tables.read_rows(args.file)
    ]


def _items(args: argparse.Namespace, rows: Sequence[tables.Row]) -> int:
    from tongban.rooms.catalogue import actions

    def bring(rows: Sequence[tables.Row]) -> "ItemReport":
        with Bar("导入事项", len(rows)) as bar:
            return actions.import_items(rows, county=args.county, by=args.by, dry_run=args.dry_run, step=bar.step)

    report = bring(rows)
    wrong = {note.line for note in report.notes if note.sort == "error"}
    if args.keep_going and wrong and not _is_torn_items(report, len(rows) + 1):
        kept = [number for number in range(2, len(rows) + 2) if number not in wrong]
        if kept:
            report = _joined(report, bring([rows[number - 2] for number in kept]), kept)
    lines = [(note.line, _SORTS[note.sort], note.where, note.what, note.how) for note in report.notes]
    results = [(row.line, _OUTCOMES[row.outcome], row.code or row.local_code, row.name, "") for row in report.rows]
    _save(args.report, [*results, *lines])
    print(f"县 {report.county}：读入 {len(rows)} 行。")
    print(f"事项：{_counted(row.outcome for row in report.rows)}。")
    if report.mains:
        print(f"主项 {len(report.mains)} 个：{_counted(outcome for _, outcome in report.mains)}。")
    if report.units:
        print(f"新登记单位 {len(report.units)} 个：{'、'.join(name for _, name in report.units)}。")
    print("、".join(f"{label} {report.noted(sort)} 条" for sort, label in _SORTS.items()) + "。")
    _show([line for line in lines if line[1] == _SORTS["error"]], args.report)
    _show_kinds([line for line in lines if line[1] == _SORTS["warning"]], args.report)
    if report.noted("lack"):
        print(
            "“待补”是公布前还要补写的要素，逐条"
            + ("写在报告里。" if args.report else "用 --report 报告.csv 写出来看。")
        )
    return _ending(args, bool(report.noted("error")), report.written, changed=report.batch is not None)


def _is_torn_items(report: "ItemReport", last: int) -> bool:
    """Whether the last row was cut off: then the file is not whole, and nothing of it is taken."""
    return any(note.line == last and note.where in ("", "department_code") for note in _errors(report))


def _errors(report: "ItemReport") -> list["Note"]:
    return [note for note in report.notes if note.sort == "error"]


def _joined(first: "ItemReport", second: "ItemReport", kept: Sequence[int]) -> "ItemReport":
    """Return what became of the rows that were kept, under their own lines, with the errors of the others."""

    def line(number: int) -> int:
        return kept[number - 2] if number else 0

    rows = [*first.rows, *(replace(row, line=line(row.line)) for row in second.rows)]
    notes = [*_errors(first), *(replace(note, line=line(note.line)) for note in second.notes)]
    return replace(second, rows=tuple(rows), notes=tuple(notes))


def _divisions(args: argparse.Namespace, rows: Sequence[tables.Row]) -> int:
    from django.db import transaction

    from tongban.rooms.people import actions

    plain = [{key: value or "" for key, value in row.items() if key is not None} for row in rows]
    torn = [number for number, row in enumerate(rows, start=2) if None in row or None in row.values()]
    if torn:
        lines = [(number, _SORTS["error"], "", "列数与表头不符", "这一行可能被截断，请对照原件补全") for number in torn]
        _save(args.report, lines)
        _show(lines, args.report)
        return _ending(args, wrong=True, written=False)

    def bring(rows: Sequence[dict[str, str]]) -> "DivisionReport":
        with Bar("导入区划"), transaction.atomic():
            report = actions.import_divisions(rows, actor=args.by)
            if args.dry_run:
                transaction.set_rollback(True)
        return report

    report = bring(plain)
    found = {row.line + 1: row for row in report.rows}
    # A row that is left out may be the one above others: those are then wrong as well, and are left out in turn.
    while args.keep_going and not report.written:
        kept = [number for number, row in found.items() if row.outcome != "refused"]
        if not kept:
            break
        report = bring([plain[number - 2] for number in kept])
        found |= dict(zip(kept, report.rows, strict=True))
    results = [(number, _OUTCOMES[row.outcome], row.code, row.sentence, "") for number, row in found.items()]
    _save(args.report, results)
    print(f"区划：读入 {len(rows)} 行，{_counted(row.outcome for row in found.values())}。")
    wrong = [(number, _SORTS["error"], row.code, row.sentence, "") for number, row in found.items() if row.sentence]
    _show(wrong, args.report)
    changed = report.count("same") < len(report.rows)
    return _ending(args, bool(wrong), report.written and not args.dry_run, changed=changed)


def _ending(args: argparse.Namespace, wrong: bool, written: bool, *, changed: bool = True) -> int:
    if args.report:
        print(f"逐行报告：{args.report}")
    if wrong:
        print(_sentence(True, written, dry_run=args.dry_run, torn=0, changed=changed))
        return 1
    if not written:
        print("只是检查，没有写入。")
    else:
        print("已写入。" if changed else "与上次相同，什么也没有改。")
    return 0


def _counted(outcomes: Iterable[str]) -> str:
    counts = Counter(outcomes)
    return "，".join(f"{label} {counts[key]}" for key, label in _OUTCOMES.items() if counts[key]) or "没有"


def _show(lines: Sequence[Line], report: Path | None) -> None:
    for number, sort, where, what, how in lines[:_SHOWN]:
        place = f"第 {number} 行" if number else "全表"
        print(f"  {sort} {place} {where}：{what}{'。' + how if how else ''}")
    if len(lines) > _SHOWN:
        more = "见报告" if report else "用 --report 报告.csv 可看全部"
        print(f"  ……还有 {len(lines) - _SHOWN} 条，{more}。")


def _show_kinds(lines: Sequence[Line], report: Path | None) -> None:
    """Show one remark of each kind, and how many there are of it.  A column is a kind; with drafts, what is said is."""
    kinds = [where if re.fullmatch("[a-z_]+", where) else what for _, _, where, what, _ in lines]
    firsts = dict(reversed(list(zip(kinds, lines, strict=True))))
    for kind, count in Counter(kinds).items():
        number, sort, where, what, how = firsts[kind]
        place = f"第 {number} 行" if number else "全表"
        many = f"{count} 处，例如{place}" if count > 1 else place
        print(f"  {sort} {where} {many}：{what}。{how.rstrip('。')}。")
    if len(lines) > len(firsts) and not report:
        print("  每种只列一处，用 --report 报告.csv 可看全部。")


def _save(path: Path | None, lines: Sequence[Line]) -> None:
    if path is None:
        return
    ordered = sorted(lines, key=lambda line: line[0])
    # The mark at the beginning lets office software read it as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADING)
        writer.writerows(ordered)
