"""运行测试：两个进程、随机次序。后面的词原样交给 pytest，例如 ./run test tests/rooms/ledger -q -k journal。

只给出 tests/rulebook 下的路径时，不启动数据库，也不加载 Django。
"""

import argparse
import hashlib
import os
import sys
from pathlib import Path

from tongban.hall import state

HELP = "运行测试（两个进程、随机次序；后面的词交给 pytest）"
NEEDS_DJANGO = False
PASSES_THROUGH = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="词", help="测试文件、目录和 pytest 的选项")


def run(args: argparse.Namespace) -> int:
    os.chdir(state.ROOT)
    command = [sys.executable, "-P", "-m", "pytest", *default_options(args.words), *args.words]
    os.execve(sys.executable, command, environment())  # noqa: S606 - pytest takes the place of this process


def environment() -> dict[str, str]:
    """Return the tests' own surroundings: their database, keys and files are never those of the demo."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TONGBAN_", "DATABASE_", "DJANGO_"))}
    # Another PostgreSQL, another data folder: one version does not read the other's.
    bindir = os.environ.get("PG_BINDIR", "")
    other = hashlib.sha256(bindir.encode()).hexdigest()[:6] if bindir else ""
    kept |= {"TONGBAN_STATE": str(state.ROOT / ".state" / f"tests{other}"), "TONGBAN_FSYNC": "off", "TONGBAN_DEMO": "1"}
    return kept | {"TONGBAN_LOG": "WARNING"}


def default_options(words: list[str]) -> list[str]:
    """Return the options that go without saying: for the law alone no Django and one process, two for the rest."""
    places = [word for word in words if not word.startswith("-") and Path(word.split("::")[0]).exists()]
    law_only = places and all(Path(place).is_relative_to("tests/rulebook") for place in places)
    if law_only:
        return ["-p", "no:django"]  # over before two processes would have started
    options = ["--ds=tongban.hall.settings"]
    if len(places) == 1 and Path(places[0].split("::")[0]).is_file():
        return options  # two processes take longer to start than one file to run
    if not any(word.startswith(("-n", "--numprocesses", "--pdb", "--collect")) for word in words):
        options += ["-n", "2"]
    return options
