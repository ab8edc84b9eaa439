"""检查代码：格式、写法、类型、楼层、迁移、房屋规矩。提交之前运行。

全部通过时返回 0；没通过的，逐项显示原因。
"""

import argparse
import subprocess
import sys

from tongban.hall import state
from tongban.hall.commands.test import environment
from tongban.hall.progress import Bar

HELP = "检查代码：格式、写法、类型、楼层、迁移、房屋规矩"
NEEDS_DJANGO = False

_PYTHON = [sys.executable, "-P", "-m"]
_SOURCES = ["run", "."]

#: What is checked, in the order of the time it takes.
CHECKS = {
    "格式 ruff format": [*_PYTHON, "ruff", "format", "--check", "--quiet", *_SOURCES],
    "写法 ruff check": [*_PYTHON, "ruff", "check", "--quiet", *_SOURCES],
    "楼层 lint-imports": [
        *(sys.executable, "-P", "-c"),
        "import sys; from importlinter.cli import lint_imports_command as c; sys.argv[0] = 'lint-imports'; c()",
    ],
    "迁移 makemigrations": [*_PYTHON, "tongban.hall", "manage", "makemigrations", "--check", "--dry-run"],
    "房屋规矩 test_building": [
        *(*_PYTHON, "pytest", "-q", "-p", "no:xdist", "--ds=tongban.hall.settings", "tests/test_building.py"),
    ],
    "类型 mypy": [*_PYTHON, "mypy"],
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", metavar="词", default="", help="只做名称里有这个词的检查，例如 --only mypy")


def run(args: argparse.Namespace) -> int:
    chosen = {name: command for name, command in CHECKS.items() if args.only in name}
    if not chosen:
        print(f"没有名称里含“{args.only}”的检查。现有：{'、'.join(CHECKS)}。", file=sys.stderr)
        return 2
    failed = 0
    for name, command in chosen.items():
        with Bar(name):
            done = subprocess.run(
                command, cwd=state.ROOT, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        print(f"{'通过' if done.returncode == 0 else '没通过'}  {name}", flush=True)
        if done.returncode:
            failed += 1
            print(done.stdout, flush=True)
    return min(failed, 1)
