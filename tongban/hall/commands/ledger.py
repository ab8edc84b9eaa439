"""台账的分表：办件的台账按收件的年份分放，其余的（证照、事项、人员……）永不分开。

./run ledger          列出各张分表：到哪一年、多大
./run ledger make     建好今后两年的分表（每次启动时也会建；要建表用户的地址 DATABASE_OWNER_URL）
"""

import argparse

from tongban.rulebook.errors import Refused

HELP = "台账的分表：列出，建好今后两年的"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("does", nargs="?", choices=("list", "make"), default="list", metavar="办什么")


def run(args: argparse.Namespace) -> int:
    """Do what is asked and say what came of it."""
    return {"list": _list, "make": _make}[args.does]()


def _list() -> int:
    from django.db import connection

    from tongban.rooms.ledger import ranges

    with connection.cursor() as cursor:
        for one in ranges.sizes(cursor):
            held = {ranges.LATER: "以后各年", ranges.OTHERS: "办件以外"}.get(one.table) or f"到{one.table[-4:]}年底"
            print(f"{held:　<7} {one.table:<20} 约 {one.rows:>12,} 条 {one.size / 2**20:>10,.1f} MB")
    return 0


def _make() -> int:
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
