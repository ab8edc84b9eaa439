"""变异测试：把规则库随机改错一处，看 tests/rulebook 能不能发现；抽样，分数带误差。例：./run mutants --seed 23

先由 mutmut 在分出的进程里判断；没有被发现的，再各用一个新进程跑一遍全部规则测试：装入时算好的表，只有这样才看得出。
都在 mutants/ 里的副本上进行，不动源代码。仍没有发现的，改动写在 mutants/survivors.txt。一个核，400 处约需半小时。
"""

import argparse
import math
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path
from random import Random

from tongban.hall import state
from tongban.hall.arguments import whole
from tongban.hall.progress import Bar

HELP = "变异测试：把规则库随机改错一处，看测试能不能发现"
NEEDS_DJANGO = False

#: mutmut's copy of code and tests.
COPY = state.ROOT / "mutants"
MUTMUT = Path(sys.executable).with_name("mutmut")
#: What mutmut calls a mutant that the tests noticed: a test failed, never ended, or Python fell.
NOTICED = frozenset({"killed", "timeout", "segfault"})
#: So many times as long as without a mutant the tests may take; then they do not end, and the mutant is noticed.
PATIENCE = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=whole(1, 1_000_000), default=400, metavar="处数", help="抽多少处，默认 400")
    parser.add_argument("--seed", type=whole(0, 1_000_000), default=1, metavar="数", help="抽样的种子，默认 1")
    parser.add_argument("--only", default="", metavar="模块", help="只从名字里有这个词的模块抽，如 catalogue.rules")


def run(args: argparse.Namespace) -> int:
    os.chdir(state.ROOT)
    shutil.rmtree(COPY, ignore_errors=True)
    with Bar("写出所有改动"):
        # A pattern of one small module: what this call is for is that it writes all mutants.
        _mutmut("run", "--max-children", "1", "tongban.rulebook.ladder*")
    names = sorted(name for name in _verdicts() if args.only in module_of(name))
    sample = sorted(Random(args.seed).sample(names, min(args.count, len(names))))
    if not sample:
        print(f"没有模块的名字里有“{args.only}”。", file=sys.stderr)
        return 1
    with Bar(f"用分出的进程判断 {len(sample)} 处"):
        _mutmut("run", "--max-children", "1", *sample)
    verdicts = _verdicts()
    doubtful = [name for name in sample if verdicts[name] not in NOTICED]
    began = time.monotonic()
    if not _passes("", None):
        print(
            "没有改动时，规则测试在 mutants/ 里也不通过，无法判断。请先运行 ./run test tests/rulebook。",
            file=sys.stderr,
        )
        return 1
    patience = PATIENCE * (time.monotonic() - began)
    survivors = []
    with Bar("逐个用新进程判断", len(doubtful)) as bar:
        for name in doubtful:
            survivors += [name] if _passes(name, patience) else []
            bar.step(note=f"未发现 {len(survivors)}")
    (COPY / "survivors.txt").write_text("\n".join(_mutmut("show", name) for name in survivors))
    _tell(len(names), sample, doubtful, survivors)
    return 0


def module_of(mutant: str) -> str:
    """Return the module of a mutant, below ``tongban.rulebook``."""
    return re.split(r"\.xǁ|\.x_", mutant)[0].removeprefix("tongban.rulebook").removeprefix(".")


def score(noticed: int, count: int) -> tuple[float, float]:
    """Return the share noticed and half its interval of 95 %, both in per cent.

    Two of each are added for the interval (Agresti and Coull): a small sample without a survivor is not certain.
    """
    likely = (noticed + 2) / (count + 4)
    return 100 * noticed / count, 196 * math.sqrt(likely * (1 - likely) / (count + 4))


def _tell(whole: int, sample: list[str], doubtful: list[str], survivors: list[str]) -> None:
    share, margin = score(len(sample) - len(survivors), len(sample))
    print(f"共 {whole} 处，抽 {len(sample)} 处：分出的进程发现 {len(sample) - len(doubtful)} 处，", end="")
    print(f"新进程又发现 {len(doubtful) - len(survivors)} 处，未发现 {len(survivors)} 处。")
    print(f"分数 {share:.1f} %（±{margin:.1f}，95 %）")
    for module, times in Counter(map(module_of, survivors)).most_common():
        print(f"{times:>5}  {module}")
    if survivors:
        print(f"未发现的改动见 {COPY / 'survivors.txt'}")


def _mutmut(*words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(state.ROOT)}
    done = subprocess.run([str(MUTMUT), *words], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"mutmut {words[0]} 没有成功：\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def _verdicts() -> dict[str, str]:
    lines = (line.strip().partition(": ") for line in _mutmut("results", "--all", "True").splitlines())
    return {name: verdict for name, colon, verdict in lines if colon}


def _passes(mutant: str, patience: float | None) -> bool:
    """Whether all tests of the rulebook pass on the copy, from its import on with this mutant ("": none).

    ``patience``: the seconds within which they have to end; None: however long they take.
    """
    options = tomllib.loads((state.ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    command = [sys.executable, "-P", "-m", "pytest", "-x", "-q", *options["pytest_add_cli_args"], "tests/rulebook"]
    environment = {**os.environ, "PYTHONPATH": str(COPY), "MUTANT_UNDER_TEST": mutant}
    try:
        done = subprocess.run(command, cwd=COPY, env=environment, capture_output=True, timeout=patience)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
