"""体检：查找这套系统常见的毛病，逐条说明是什么、怎么办。不改动任何东西。

查看磁盘、文件目录、密钥、正式运行的设置、时钟、放假安排、字体和程序、数据库、投递员、积压、印章。
退出码是毛病的条数（最多 100），0 表示没有发现。可以放进定时任务，有毛病时发邮件。
"""

import argparse
import os

HELP = "体检：查找常见的毛病并说明怎么办"
NEEDS_DJANGO = False


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="只打印毛病，没有毛病时什么也不打印")


def run(args: argparse.Namespace) -> int:
    if hindrance := _start():
        print(f"✗ 系统起不来\n    {hindrance}")
        return 1
    from tongban.hall.wellbeing.faults import LOOKS, papers_told

    count = 0
    for name, look in LOOKS.items():
        found = list(look())
        count += len(found)
        if not found and not args.quiet:
            print(f"✓ {name}")
        for fault in found:
            print(f"✗ {name}：{fault.wrong}\n    {fault.remedy}")
    if not args.quiet:
        print(f"· {papers_told()}")
    if count or not args.quiet:
        print(f"共 {count} 处毛病。" if count else "没有发现毛病。")
    return min(count, 100)


def _start() -> str:
    """Load the settings and start the embedded database; return what prevents it, in words, or nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.hall.settings")
    import django

    from tongban.hall import database

    try:
        django.setup()
        database.ensure_server()
    except SystemExit as no:  # a missing key, a wrong DATABASE_URL, a database that does not start: said in Chinese
        return str(no)
    return ""
