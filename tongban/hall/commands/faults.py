"""故障演练：在单独的目录里开一个示例县，边办件边出故障，查有没有丢、有没有重。

随时 kill -9 办理进程、网站、投递员和数据库；对方系统慢、出错、丢答复、整天不通、说两遍；上传时磁盘满，办件中磁盘满
（允许挂载的机器上是一块小磁盘，不允许的只在上传时注入，表中写明是哪一种）；时钟过零点、过年底、进入没有放假安排的
年度；办件不停时备份，恢复到空目录。每种至少一次，到时间为止。每次故障后核对：已答复的步骤在台账中恰有一次，旧编号换了
内容必被拒绝，台账、期限、编号、指标无出入，承诺没有丢，对方没有收到两次，期限届满只处理一次。最后等投递员兑现全部承诺
（七分钟没有一件办成就不再等），剩下的逐类说明。有丢、有重，状态为 1。

./run faults --seed 1 --minutes 1     同一种子，故障的先后相同

从旧版数据表升级（带着在办件）：./run test tests/faults/test_upgrade.py
演练自己看得见丢和重：          ./run test tests/faults/test_facts.py
演练的结果：                    docs/operation/drill.md
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from tongban.hall.arguments import whole

HELP = "故障演练：杀进程、断对方、满磁盘、拨时钟，查有没有丢、有没有重"
NEEDS_DJANGO = False


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, metavar="种子", help="随机数种子，默认 1")
    parser.add_argument("--minutes", type=whole(1, 600), default=5, metavar="分钟", help="演练多久，默认 5")
    parser.add_argument("--keep", action="store_true", help="留下演练的目录（日志、数据库、各人的记录）")


def run(args: argparse.Namespace) -> int:
    folder = Path(tempfile.mkdtemp(prefix="tongban-faults-"))
    folder.chmod(0o711)  # the database runs as somebody else where root started it
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "TONGBAN_"))]:
        del os.environ[name]
    os.environ |= {
        "TONGBAN_STATE": str(folder / "state"),
        "TONGBAN_DEMO": "1",
        "TONGBAN_LOG": "ERROR",
        "DJANGO_SETTINGS_MODULE": "tongban.hall.settings",
    }
    import django

    django.setup()
    from tongban.hall import schema
    from tongban.hall.faults.drill import drill

    good = False
    try:
        schema.prepare()
        good = drill(folder, args.seed, args.minutes * 60)
        return 0 if good else 1
    finally:
        _leave(folder, keep=args.keep or not good)


def _leave(folder: Path, *, keep: bool) -> None:
    from django.db import connections

    from tongban.hall import database

    connections.close_all()
    database.stop_server()
    if keep:
        print(f"演练的目录留在 {folder}。")
    else:
        shutil.rmtree(folder, ignore_errors=True)
