"""``./run export national`` and ``./run import national``: batches out, answers and other batches in."""

import argparse
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from tongban.hall import state
from tongban.hall.arguments import day
from tongban.hall.progress import Bar
from tongban.rooms.cells import Rows
from tongban.rooms.importing import tables
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade

if TYPE_CHECKING:
    from tongban.rooms.exchange.national.drafting import Drafted
    from tongban.rooms.exchange.national.queries import HeldCount, HeldView

#: Reasons shown on the screen; all of them go to the report.
_SHOWN = 12
#: Where the receiving database is, so that no command line shows it.
_DSN = "TONGBAN_NATIONAL_DSN"
_SERVED = "服务对象代码集：c0109 或 gbt39046，按接收方的规定选"


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what only a national export takes."""
    group = parser.add_argument_group("国家数据报送（national）")
    span = group.add_mutually_exclusive_group()
    span.add_argument("--since", metavar="日期", type=day, help="重报这一天起有变化的；不写则报上次报送以来的变化")
    span.add_argument("--full", action="store_true", help="全部重报")
    group.add_argument("--dsn", metavar="连接", default="", help=f"同时写入这个数据库；也可用环境变量 {_DSN}")
    group.add_argument("--served", metavar="版本", choices=("c0109", "gbt39046"), default="c0109", help=_SERVED)
    group.add_argument("--report", metavar="报告", type=Path, help="把没有报送的行和原因写到这个 CSV 文件")
    group.add_argument("--by", metavar="经办", type=_by, default="house", help="记入台账的经办代号，如 staff:001")


def import_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what only a national import takes."""
    group = parser.add_argument_group("国家数据（national）")
    group.add_argument("--dsn", metavar="连接", default="", help=f"从这个数据库读异常反馈；也可用环境变量 {_DSN}")


def _by(text: str) -> str:
    """Read who is named in the journal: never a name."""
    if re.fullmatch(r"[a-z]+(:[A-Za-z0-9-]{1,40})?", text):
        return text
    raise argparse.ArgumentTypeError(f"要写代号，如 staff:001，不写姓名；“{text}”不行")


def export(args: argparse.Namespace) -> int:
    """Push one batch into a folder, and into a database where one is named.  Returns 0 also when nothing changed."""
    from tongban.rooms.exchange.national import push as pushing
    from tongban.rooms.exchange.national import queries
    from tongban.rooms.exchange.national.codes import Chosen
    from tongban.rooms.exchange.national.sinks import Database, Folder, Sink

    if args.report:
        with state.writing(args.report):
            args.report.touch()
    with state.writing(args.to):
        sinks: list[Sink] = [Folder(args.to)]
    dsn = args.dsn or os.environ.get(_DSN, "")
    try:
        if dsn:
            sinks.append(Database(dsn))
    except Refused:
        sinks[0].abandon()
        raise
    total = pushing.expected(args.county, full=args.full, since=args.since)
    with state.writing(args.to), Bar("报送国家数据", total) as bar:
        pushed = pushing.push(
            args.county,
            sinks,
            by=args.by,
            grades=_grades,
            full=args.full,
            since=args.since,
            chosen=Chosen(served=args.served),
            step=bar.step,
        )
    for name, counts in pushed.counts.items():
        print(f"  {name}：新增 {counts['I']}，修改 {counts['U']}，删除 {counts['D']}。")
    print(f"批次 {pushed.number}：{pushed.rows} 行已写入 {args.to}{'和接收数据库' if dsn else ''}。")
    _show_held(queries.held_counts(args.county))
    if args.report:
        _save_held(args.report, queries.held(args.county))
        print(f"没有报送的行和原因：{args.report}")
    return 0


def bring_in(args: argparse.Namespace) -> int:
    """Read a folder: answers about our rows, or a whole batch.  Returns 1 when a row was refused."""
    from tongban.rooms.exchange.national.fields import ERROR_ANSWERS
    from tongban.rooms.exchange.national.sinks import MANIFEST

    folder: Path = args.file
    if not args.county:
        raise Refused("county_missing", "导入国家数据要写明是哪个县的：--county 六位区划代码。")
    if not folder.is_dir():
        raise Refused("folder_missing", f"找不到目录 {folder}。国家数据按目录导入：一个表一个 CSV。")
    answers = [name for name in ERROR_ANSWERS if (folder / f"{name}.csv").is_file()]
    dsn = args.dsn or os.environ.get(_DSN, "")
    if (folder / MANIFEST).is_file():
        return _read_batch(args, folder)
    if not answers and not dsn:
        raise Refused("nothing_to_read", f"{folder} 里既没有 {MANIFEST}，也没有异常反馈表。请核对目录。")
    return _read_answers(args, folder, answers, dsn)


def _read_batch(args: argparse.Namespace, folder: Path) -> int:
    from tongban.rooms.exchange.national import mirror

    with Bar("读入国家数据") as bar:
        report = mirror.read_folder(
            args.county, folder, by=args.by, dry_run=args.dry_run, keep_going=args.keep_going, step=bar.step
        )
    print(f"批次 {report.batch}：读入 {sum(report.read.values())} 行。")
    print(f"新增 {report.new}，更新 {report.changed}，删除 {report.gone}，没有变化 {report.same}。")
    lines = [(one.line, one.table, one.fault.sentence, one.fault.mend) for one in report.refused]
    lacks = [
        (0, f"草稿 {one.code}", f"{lack.where}：{lack.what}", lack.how) for one in report.drafts for lack in one.lacks
    ]
    _show_refused(lines, args.report, lacks)
    _show_drafts(report.drafts, args.report)
    if report.refused:
        print("有错的行没有写入，其余的已写入。" if report.written else "有错误，一行也没有写入。请改正后重新导入。")
        return 1
    print("已写入。" if report.written else "只是检查，没有写入。")
    return 0


def _read_answers(args: argparse.Namespace, folder: Path, names: Sequence[str], dsn: str) -> int:
    from tongban.rooms.exchange.national import errors
    from tongban.rooms.exchange.national.fields import ERROR_ANSWERS

    if args.dry_run:
        raise Refused("answers_not_tried", "异常反馈只登记、不改动业务数据，不需要试导入。请去掉 --dry-run。")
    wrong: list[tuple[int, str, str, str]] = []
    for name in ERROR_ANSWERS:
        sources: list[Iterator[Mapping[str, str]]] = []
        if name in names:
            sources.append(_csv_rows(folder / f"{name}.csv"))
        if dsn:
            sources.append(errors.answers_in_database(dsn, name))
        for rows in sources:
            report = errors.take_answers(args.county, name, rows, by=args.by)
            print(f"{name}：读入 {report.read} 条，登记 {report.kept} 条，已登记过或已重报的 {report.past} 条。")
            wrong += [(line, name, sentence, "请向接收方核实。") for line, sentence in report.unmatched]
    _show_refused(wrong, args.report)
    return 1 if wrong else 0


def _csv_rows(path: Path) -> Iterator[Mapping[str, str]]:
    for row in tables.read_rows(path):
        yield {key: value or "" for key, value in row.items() if key is not None}


def _grades(case_ids: Sequence[UUID]) -> Mapping[UUID, Grade]:
    from tongban.rooms.ratings import queries as ratings

    found = {one: ratings.rating_of("case", one) for one in case_ids}
    return {one: Grade(rating.grade) for one, rating in found.items() if rating is not None}


def _show_held(waiting: "Sequence[HeldCount]") -> None:
    if not waiting:
        print("没有被扣下的行。")
        return
    print("没有报送的行（按原因）：")
    for one in waiting[:_SHOWN]:
        print(f"  {one.label} {one.rows} 行：{one.sentence}{one.mend}")
    if len(waiting) > _SHOWN:
        print(f"  ……还有 {len(waiting) - _SHOWN} 种原因，用 --report 报告.csv 可看全部。")


def _save_held(path: Path, rows: "Iterable[HeldView]") -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = Rows(file)
        writer.writerow(("表", "表名", "对象", "行标识", "列", "谁发现", "原因代码", "原因", "怎么改"))
        for one in rows:
            found = "接收方反馈" if one.source == "answer" else "报送前检查"
            name = (one.table, one.label, one.name, one.row_guid)
            writer.writerow((*name, one.column, found, one.code, one.sentence, one.mend))


def _show_drafts(drafts: "Sequence[Drafted]", report: Path | None) -> None:
    """Say how many drafts came of the items and how much they lack; none of them is published."""
    if not drafts:
        return
    counts = Counter(one.outcome for one in drafts)
    said = "，".join(f"{label} {counts[key]}" for key, label in _OUTCOMES.items() if counts[key])
    lacking = sum(len(one.lacks) for one in drafts)
    where = "逐条写在报告里" if report else "用 --report 报告.csv 写出来看"
    print(f"事项草稿 {len(drafts)} 个：{said}。还缺 {lacking} 处，补全之前不会公布；{where}。")


_OUTCOMES = {"new": "新增", "changed": "更新", "same": "没有变化", "kept": "保留人工修改"}


def _show_refused(
    lines: Sequence[tuple[int, str, str, str]], report: Path | None, lacks: Sequence[tuple[int, str, str, str]] = ()
) -> None:
    for line, table, sentence, mend in lines[:_SHOWN]:
        print(f"  错误 {table} 第 {line} 行：{sentence}{mend}")
    if len(lines) > _SHOWN:
        kinds = Counter(table for _, table, _, _ in lines)
        print(f"  ……共 {len(lines)} 处：{'、'.join(f'{name} {count}' for name, count in kinds.items())}。")
    if report is not None:
        with report.open("w", encoding="utf-8-sig", newline="") as file:
            writer = Rows(file)
            writer.writerow(("行", "表", "问题", "怎么改"))
            writer.writerows((*lines, *lacks))
