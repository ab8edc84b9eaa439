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
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tongban.hall import state
from tongban.hall.exchanging import national
from tongban.hall.progress import Bar
from tongban.rooms.cells import Rows
from tongban.rooms.importing import NAMES
from tongban.rulebook.errors import Refused

if TYPE_CHECKING:
    from tongban.rooms.importing import tables

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
    from tongban.rooms.importing.lists import read_list

    rows = read_list(args.what, args.file)
    if args.report:
        with state.writing(args.report):
            args.report.open("a").close()  # where the report cannot be left, nothing is imported either
    return _divisions(args, rows) if args.what == "divisions" else _items(args, rows)


def _row_by_row(args: argparse.Namespace) -> int:
    from tongban.rooms.importing import reporting, tables
    from tongban.rooms.importing.bringing import bring_in
    from tongban.rooms.importing.kinds import KINDS

    kind = KINDS[args.what]
    if not re.fullmatch("[0-9]{6}", args.county):
        raise Refused("county_missing", "请用 --county 写明县的六位区划代码，例如 --county 990127。")
    with Bar(f"核对{kind.label}表") as bar:
        table = tables.open_table(args.file)
        bar.step(table.count)
    with ExitStack() as open_ones:
        report = reporting.Report()
        if args.report:
            open_ones.enter_context(state.writing(args.report))
            # The mark at the beginning lets office software read it as UTF-8.
            file = open_ones.enter_context(args.report.open("w", encoding="utf-8-sig", newline=""))
            report = reporting.writing_to(file, Rows)
        bar = open_ones.enter_context(Bar(f"导入{kind.label}", table.count))
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
        ending = reporting.ending(bool(wrong), written, torn=table.torn, changed=bool(changed))
        report.end(ending)
    print(f"{kind.label}：读入 {table.count} 行。")
    for line in report.lines():
        print(line)
    if args.report:
        print(f"逐行报告：{args.report}")
    print(ending)
    return 1 if wrong or table.torn else 0


def _items(args: argparse.Namespace, rows: Sequence["tables.Row"]) -> int:
    from tongban.rooms.importing.lists import bring_items

    with Bar("导入事项", len(rows)) as bar:
        report = bring_items(
            rows,
            county=args.county,
            by=args.by,
            dry_run=args.dry_run,
            keep_going=args.keep_going,
            step=bar.step,
        )
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


def _divisions(args: argparse.Namespace, rows: Sequence["tables.Row"]) -> int:
    from tongban.rooms.importing.lists import bring_divisions, torn_rows

    if torn := torn_rows(rows):
        lines = [(number, _SORTS["error"], "", "列数与表头不符", "这一行可能被截断，请对照原件补全") for number in torn]
        _save(args.report, lines)
        _show(lines, args.report)
        return _ending(args, wrong=True, written=False)
    with Bar("导入区划"):
        found, report = bring_divisions(rows, by=args.by, dry_run=args.dry_run, keep_going=args.keep_going)
    results = [(number, _OUTCOMES[row.outcome], row.code, row.sentence, "") for number, row in found.items()]
    _save(args.report, results)
    print(f"区划：读入 {len(rows)} 行，{_counted(row.outcome for row in found.values())}。")
    wrong = [(number, _SORTS["error"], row.code, row.sentence, "") for number, row in found.items() if row.sentence]
    _show(wrong, args.report)
    changed = report.count("same") < len(report.rows)
    return _ending(args, bool(wrong), report.written and not args.dry_run, changed=changed)


def _ending(args: argparse.Namespace, wrong: bool, written: bool, *, changed: bool = True) -> int:
    from tongban.rooms.importing.reporting import ending

    if args.report:
        print(f"逐行报告：{args.report}")
    print(ending(wrong, written, changed=changed))
    return 1 if wrong else 0


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
        writer = Rows(file)
        writer.writerow(_HEADING)
        writer.writerows(ordered)
