"""到期清除：按类别列出保存期限和已到期的条数；清除已到期的。后台每天也清一次。

./run retention --dry-run    只列出，不清除
./run retention              清除已到期的

期限在 tongban/items/retention.toml。办件的台账、文书、编号和查看记录不清除。
"""

import argparse

HELP = "到期清除：草稿、登录记录、办结多年的申请内容（--dry-run 只列出）"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--dry-run", action="store_true", help="只列出，不清除")


def run(args: argparse.Namespace) -> int:
    """List or let go what is due."""
    from tongban.hall import retention

    found = retention.due() if args.dry_run else retention.erase()
    word = "到期" if args.dry_run else "已清除"
    for one in found:
        more = "（一次最多这么多）" if one.rows == retention.MOST else ""
        kept = f"{one.rule.after}后 {one.rule.days} 天"
        print(f"{one.rule.label}：{kept}；{word} {one.rows} 条{more}。依据：{one.rule.basis}")
    return 0
