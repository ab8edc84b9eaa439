"""备用库：用同样的数据库程序建一个跟随主库的备用库，主库坏了就转它为主库。

./run standby make 目录                   从自带的主库复制并开始跟随
./run standby make 目录 --from 连接        从别处的主库复制（用户须有 REPLICATION 权限）
./run standby status 目录                 在不在跟随、跟到了什么时候
./run standby promote 目录                转为主库，并打印网站要改用的地址
./run standby start 目录，stop 目录         启动和停止

主库还连着时不能转；转过以后，旧的主库不要再启动，用 make 从新的主库重建。密钥和文件不在数据库里，要另行同步。
"""

import argparse
from pathlib import Path

HELP = "备用库：跟随主库，主库坏了转它为主库"
NEEDS_DJANGO = False


def arguments(parser: argparse.ArgumentParser) -> None:
    words = ("make", "start", "stop", "status", "promote")
    parser.add_argument("what", metavar="做什么", choices=words, help="make、start、stop、status 或 promote")
    parser.add_argument("folder", metavar="目录", type=Path, help="备用库的目录，最好在另一块磁盘上")
    parser.add_argument("--from", dest="source", default="", metavar="连接", help="主库的连接地址，默认是自带的主库")


def run(args: argparse.Namespace) -> int:
    from tongban.hall import standby

    if args.what == "make":
        standby.make(args.folder, args.source)
        print(f"备用库在 {args.folder}，正在跟随主库。")
    elif args.what == "start":
        standby.start(args.folder)
    elif args.what == "stop":
        standby.stop(args.folder)
    elif args.what == "promote":
        found = standby.promote(args.folder)
        print("备用库已转为主库。请让网站和投递员改用下面的地址，再启动：")
        for name, value in found.items():
            print(f"{name}='{value}'")
    else:
        return _status(args.folder)
    return 0


def _status(folder: Path) -> int:
    """Print how it is; 0 only when it follows, or works on its own."""
    from tongban.hall import standby

    now = standby.standing(folder)
    if not now.runs:
        print("备用库没有运行。请运行 ./run standby start 目录。")
        return 1
    if not now.follows:
        print("已转为主库，独立运行。")
        return 0
    when = f"，最后一个变更在 {now.last_change:%Y-%m-%d %H:%M:%S %z}" if now.last_change else ""
    print(f"{'正在跟随主库' if now.connected else '没有连上主库，主库恢复后会自动补上'}{when}。")
    return 0 if now.connected else 1
