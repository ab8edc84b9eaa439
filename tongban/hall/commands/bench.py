"""测速：与同一次运行的基准相比，只看比值。例：./run bench lifecycle --json 结果.json

lifecycle 是一个办件从收件到评价的六步，基准是手写语句、同样的行。
"""

import argparse
import importlib
import sys
from pathlib import Path

from tongban.hall import state
from tongban.hall.arguments import whole

HELP = "测速：与同一次运行的基准相比，只看比值"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    names = sorted(path.stem for path in (state.ROOT / "bench").glob("*.py") if not path.stem.startswith("_"))
    parser.add_argument(
        "what",
        metavar="测什么",
        choices=names,
        help="lifecycle：一个办件的六步；lists：列表和桌面；search：找事项；queue：取号和预约；documents：盖章文书；"
        "day：高峰日；pages：各个页面",
    )
    parser.add_argument("--json", type=Path, metavar="文件", help="把结果写成 JSON")
    parser.add_argument("--rounds", type=whole(1, 1000), default=5, metavar="轮数", help="交替测几轮，默认 5")
    parser.add_argument(
        "--count", type=whole(1, 10_000), default=60, metavar="件数", help="每轮每个进程办多少件，默认 60"
    )
    parser.add_argument(
        "--cases", type=whole(50, 5_000_000), default=5000, metavar="件数", help="pages、day：多少办件，默认 5000"
    )
    parser.add_argument(
        "--sizes",
        type=_sizes,
        default=[10_000, 1_000_000],
        metavar="件数,件数",
        help="lists：几种大小的县，默认 10000,1000000；5000000 约需 18 GB 磁盘",
    )
    parser.add_argument("--keep", action="store_true", help="lists：把装好的数据库留给下一次，有就不再装")
    parser.add_argument("--users", type=_sizes, default=[1, 16], metavar="人数,人数", help="lists：几人同时，默认 1,16")
    parser.add_argument(
        "--items", type=_sizes, default=[2_000, 40_000], metavar="个数,个数", help="search：几种大小的事项清单"
    )
    parser.add_argument(
        "--people", type=whole(20, 1_000_000), default=10_000, metavar="人数", help="queue：多少人，默认 10000"
    )
    parser.add_argument("--http", action="store_true", help="lifecycle：再测一遍六个 HTTP 请求")
    parser.add_argument(
        "--workers", type=whole(1, 64), default=2, metavar="个数", help="lifecycle --http：网站进程数，默认 2"
    )
    parser.add_argument(
        "--processes", type=whole(1, 64), default=4, metavar="个数", help="进程数，一个进程一个连接，默认 4"
    )


def _sizes(text: str) -> list[int]:
    one = whole(1, 10_000_000)
    return [one(part) for part in text.split(",")]


def run(args: argparse.Namespace) -> int:
    sys.path.insert(0, str(state.ROOT))
    return int(importlib.import_module(f"bench.{args.what}").main(args))
