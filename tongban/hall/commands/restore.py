"""恢复：把 ./run backup 做的备份放回来。

先核对备份是否完整、密钥是否相符，再恢复到一个新的数据库，核对行数之后才换上去。
这里已经有数据时不会覆盖，除非加上 --force。恢复前请先停下网站（./run serve）。
"""

import argparse
from pathlib import Path

HELP = "恢复备份；已有数据时须加 --force"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="目录", help="备份目录")
    parser.add_argument("--keys", metavar="文件", help="密钥文件；这台机器上已有相同的密钥时不必给出")
    parser.add_argument("--force", action="store_true", help="覆盖这里已有的数据、文件和密钥")


def run(args: argparse.Namespace) -> int:
    from tongban.hall import safekeeping

    keys = Path(args.keys) if args.keys else None
    manifest = safekeeping.restore(Path(args.folder), keys, force=args.force)
    print(f"已恢复 {manifest.made_at} 的备份：{manifest.rows} 行数据，{manifest.files} 个文件。")
    return 0
