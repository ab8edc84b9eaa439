"""恢复：把 ./run backup 做的备份放回来。

先核对备份是否完整、密钥是否相符，再恢复到一个新的数据库，核对行数之后才换上去。
这里已经有数据时不会覆盖，除非加上 --force。恢复前请先停下网站（./run serve）。

恢复到某一时刻，用基础备份（./run backup --base）和变更日志（TONGBAN_WAL）：
./run restore 目录 --until '2026-10-13 15:42'     北京时间；这一刻之前提交的都在，之后的都不在
./run restore 目录 --until latest                 归档里有多少恢复多少
原有的数据库移到旁边（pg.before-…），核对无误后再自行删除；原有的文件都留着。
"""

import argparse
import sys
from datetime import datetime
from pathlib import Path

HELP = "恢复备份；已有数据时须加 --force"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="目录", help="备份目录")
    parser.add_argument("--keys", metavar="文件", help="密钥文件；这台机器上已有相同的密钥时不必给出")
    parser.add_argument("--force", action="store_true", help="覆盖这里已有的数据、文件和密钥")
    parser.add_argument("--until", type=_moment, metavar="时刻", help="恢复到这一刻（基础备份），或 latest")


def run(args: argparse.Namespace) -> int:
    from tongban.hall import safekeeping

    keys = Path(args.keys) if args.keys else None
    if args.until:
        return _until(Path(args.folder), keys, args.until)
    manifest = safekeeping.restore(Path(args.folder), keys, force=args.force)
    print(f"已恢复 {manifest.made_at} 的备份：{manifest.rows} 行数据，{manifest.files} 个文件。")
    return 0


def _until(folder: Path, keys: Path | None, until: datetime | str) -> int:
    from tongban.hall import rewinding
    from tongban.rooms import clock

    moment = until.replace(tzinfo=clock.SHANGHAI) if isinstance(until, datetime) else None
    done = rewinding.restore_until(folder, keys, moment)
    if done.last_change:
        print(f"已恢复，最后一个变更在 {done.last_change.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M:%S}（北京时间）。")
    else:
        print("已恢复到基础备份的时候：归档里没有那之后、这一刻之前的变更。")
    print(f"原有的数据库在 {done.aside}，核对无误后可以删除。接着请运行 ./run verify journal。")
    if done.missing_files:
        print(
            f"数据库里有 {len(done.missing_files)} 个文件在磁盘上找不到，例如 {done.missing_files[0]}。",
            file=sys.stderr,
        )
        print(f"请从文件的异地副本里放回 {_files()}。", file=sys.stderr)
    return 1 if done.missing_files else 0


def _files() -> str:
    from django.conf import settings

    return str(settings.TONGBAN_FILES)


def _moment(text: str) -> datetime | str:
    if text == "latest":
        return text
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or len(text) < len("2026-10-13 15:42"):
        raise argparse.ArgumentTypeError(f"看不懂时刻“{text}”，请写成 '2026-10-13 15:42'（北京时间）或 latest")
    return found
