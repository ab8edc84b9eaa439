"""导出：把施行中的事项和证照种类写成 TOML，可以在别处再载入。

./run export items 目录 --county 990127              今天施行的版本
./run export items 目录 --county 990127 --drafts     草稿（包括还没有公布的）
./run export divisions 区划.csv --county 990127      区划表，可用 ./run import divisions 再导入
./run export national 目录 --county 990127           国家政务服务数据：上次以来的变化，一个表一个 CSV
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from tongban.hall import state
from tongban.hall.exchanging import national
from tongban.hall.progress import track
from tongban.rooms.cells import Rows

HELP = "导出事项（TOML）、区划（CSV）或国家数据（CSV），可以再导入"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    kinds = "divisions 区划，items 事项，national 国家数据"
    parser.add_argument("what", metavar="种类", choices=("divisions", "items", "national"), help=kinds)
    parser.add_argument("to", metavar="目录或文件", type=Path, help="写到哪里；事项写到目录，区划写到 CSV 文件")
    parser.add_argument("--county", metavar="区划", required=True, help="县的六位区划代码")
    parser.add_argument("--drafts", action="store_true", help="导出事项草稿，而不是施行中的版本")
    national.export_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write what was asked for.  Returns 1 when the county has none of it."""
    if args.what == "national":
        return national.export(args)
    with state.writing(args.to):
        count = _divisions(args) if args.what == "divisions" else _items(args)
    if count:
        print(f"已写入 {count} 个{'事项' if args.what == 'items' else '区划'}到 {args.to}。")
        return 0
    hint = "事项还是草稿的，请加 --drafts；否则" if args.what == "items" and not args.drafts else ""
    print(f"县 {args.county} 没有可导出的内容。{hint}请核对区划代码。", file=sys.stderr)
    return 1


def _items(args: argparse.Namespace) -> int:
    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries
    from tongban.rooms.catalogue.interchange import to_toml

    found: list[tuple[str, Callable[[], dict[str, Any]]]]
    if args.drafts:
        drafts = queries.drafts(args.county)
        found = [(one.code, partial(queries.draft_content, args.county, one.code)) for one in drafts]
    else:
        listed = queries.listed(args.county, clock.today())
        found = [(one.code, partial(queries.content, one.version_id)) for one in listed]
    folders = args.to / "items", args.to / "licence_kinds"
    for folder in folders if found else ():
        folder.mkdir(parents=True, exist_ok=True)
    for code, content in track(found, "导出事项"):
        (folders[0] / f"{code}.toml").write_text(to_toml(content()), encoding="utf-8")
    for kind in queries.kinds() if found else ():
        plain = {key: value for key, value in asdict(kind).items() if value is not None}
        (folders[1] / f"{kind.code}.toml").write_text(to_toml(plain), encoding="utf-8")
    return len(found)


def _divisions(args: argparse.Namespace) -> int:
    from tongban.rooms.people import queries

    rows = queries.divisions(args.county)
    if rows:
        with args.to.open("w", encoding="utf-8-sig", newline="") as file:
            writer = Rows(file)
            writer.writerow(("code", "name", "level", "parent_code"))
            writer.writerows((one.code, one.name, one.level, one.parent_code) for one in rows)
    return len(rows)
