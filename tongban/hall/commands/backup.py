"""备份：数据库和文件放进一个新目录，密钥另存成一个单独的文件。

密钥不在备份目录里：请把密钥文件放到别处保管。没有密钥，备份里的个人信息读不出来；
两样放在一起，等于没有加密。用 ./run restore 恢复。

--base 做基础备份：与 TONGBAN_WAL 归档的变更日志一起，可以恢复到任意时刻。每周做一次就够。
"""

import argparse
from pathlib import Path

HELP = "备份数据库和文件；密钥另存一份"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", metavar="目录", help="备份放在哪个新目录，默认 .state/backups/日期时间")
    parser.add_argument("--keys", metavar="文件", help="密钥存成哪个文件，默认在备份目录旁边，名为 目录名.keys.tar")
    parser.add_argument("--base", action="store_true", help="做基础备份，可恢复到之后的任意时刻（须开启 TONGBAN_WAL）")


def run(args: argparse.Namespace) -> int:
    from tongban.hall import rewinding, safekeeping

    folder = Path(args.folder) if args.folder else safekeeping.fresh_folder()
    keys = Path(args.keys) if args.keys else folder.with_name(folder.name + ".keys.tar")
    if args.base:
        manifest = rewinding.base_backup(folder, keys)
        print(f"基础备份在 {folder}：数据库和 {manifest.files} 个文件。之后的变更在 TONGBAN_WAL 里，请一并异地保存。")
    else:
        manifest = safekeeping.back_up(folder, keys)
        print(f"备份在 {folder}：{manifest.rows} 行数据，{manifest.files} 个文件。")
    print(f"密钥在 {keys}：请移到别处保管，不要和备份放在一起。")
    return 0
