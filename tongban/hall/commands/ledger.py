"""台账的分表：办件的台账按收件的年份分放，其余的（证照、事项、人员……）永不分开。

./run ledger                          列出各张分表：到哪一年、多大；移出了哪些
./run ledger make                     建好今后两年的分表（每次启动时也会建）
./run ledger detach --before 2027     把 2027 年以前的移出：写成文件，与数据库核对一致后才移出
./run ledger attach --file 文件       把移出的放回

make、detach、attach 要建表用户的地址 DATABASE_OWNER_URL。移出的文件请另存两份：没有它，那些办件的台账就没有了。
"""

import argparse
import getpass
from pathlib import Path

from tongban.rulebook.errors import Refused

HELP = "台账的分表：列出，建好今后两年的，移出老的，放回"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("does", nargs="?", choices=tuple(_DOES), default="list", metavar="办什么")
    parser.add_argument("--before", type=int, metavar="年份", help="detach：移出这一年以前的")
    parser.add_argument(
        "--file", type=Path, metavar="文件", help="detach：写到哪里，默认 .state/ledger/分表名.zip；attach：放回哪个"
    )
    parser.add_argument(
        "--with",
        dest="beside",
        action="append",
        default=[],
        type=Path,
        metavar="文件",
        help="detach：以前移出的、与它有同一天封账的分表的文件，可以写几次",
    )


def run(args: argparse.Namespace) -> int:
    """Do what is asked and say what came of it."""
    return _DOES[args.does](args)


def _list(_args: argparse.Namespace) -> int:
    from django.db import connection

    from tongban.rooms.ledger import ranges

    with connection.cursor() as cursor:
        for one in ranges.sizes(cursor):
            held = {ranges.LATER: "以后各年", ranges.OTHERS: "办件以外"}.get(one.table) or f"到{one.table[-4:]}年底"
            print(f"{held:　<7} {one.table:<20} 约 {one.rows:>12,} 条 {one.size / 2**20:>10,.1f} MB")
    for away in ranges.off_line():
        print(f"已移出　　　　 {away.table:<20}   {away.entries:>12,} 条，{away.at:%Y-%m-%d}，sha256 {away.sha256}")
    return 0


def _detach(args: argparse.Namespace) -> int:
    from tongban.hall import shelving

    if args.before is None:
        raise Refused("range_unnamed", "请用 --before 写明移出哪一年以前的台账，例如 --before 2027。")
    for row in shelving.detach(args.before, args.file, beside_files=args.beside, who=getpass.getuser()):
        file = args.file or shelving.folder() / f"{row.table}.zip"
        print(
            f"已移出 {row.table}：{row.cases:,} 个办件、{row.entries:,} 条记录，{row.size / 2**20:,.1f} MB，在 {file}"
        )
        print(f"sha256 {row.sha256}")
    print("请把文件另存两份到别处；核对台账时用 ./run verify journal --with 给出它，要放回时用 ./run ledger attach。")
    return 0


def _attach(args: argparse.Namespace) -> int:
    from tongban.hall import shelving

    if args.file is None:
        raise Refused("range_file_unnamed", "请用 --file 写明放回哪个文件。")
    row = shelving.attach(args.file)
    print(f"已放回 {row.table}：{row.cases:,} 个办件、{row.entries:,} 条记录。请运行 ./run verify journal 核对。")
    return 0


def _make(_args: argparse.Namespace) -> int:
    from django.db import connection

    from tongban.hall import database, schema
    from tongban.rooms.ledger import ranges

    with database.connect("owner", connection.settings_dict["NAME"]) as owner:
        made = schema.make_ranges(owner)
        if ranges.lacking(owner.cursor()):
            raise Refused(
                "ranges_not_made",
                "分表没有建成：有程序正在长时间读台账，或者这个数据库用户不能建表。"
                "请稍后再试，并用 DATABASE_OWNER_URL 给出建表用户的地址。",
            )
    print(f"已建 {'、'.join(made)}。" if made else "今后两年的分表都在。")
    return 0


_DOES = {"list": _list, "make": _make, "detach": _detach, "attach": _attach}
