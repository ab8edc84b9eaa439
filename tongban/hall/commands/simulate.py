"""模拟运行：编造的人到示例县来办事，走与真人相同的办理动作，只在演示环境中可用。

./run simulate --days 3 --per-day 300 --seed 7     三个工作日，每天 300 件；同一种子得到同样的事实
./run simulate --history-months 3 --per-day 1500   先批量装入三个月的历史，再模拟一天
./run simulate --profile L                         最大的现实县的一天：7500 件
./run verify journal                               模拟之后核对台账、期限、编号和指标
"""

import argparse
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tongban.hall.arguments import day, whole

if TYPE_CHECKING:
    from tongban.hall.county.profiles import Profile

HELP = "模拟运行：编造的人来办事，走与真人相同的办理动作（仅限演示）"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=whole(1, 250), default=1, metavar="天数", help="模拟几个工作日，默认 1")
    parser.add_argument("--per-day", type=whole(1, 100_000), default=0, metavar="件数", help="每天收多少件，默认按方案")
    parser.add_argument(
        "--profile",
        default="default",
        metavar="方案",
        help="模拟方案：000 至 004 为五个来源，L 为最大的现实县；默认每天 300 件",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="种子", help="随机数种子，默认 1；同一种子得到同样的事实"
    )
    parser.add_argument("--start", type=day, default=date(2026, 10, 13), metavar="日期", help="第一天，默认 2026-10-13")
    parser.add_argument(
        "--history-months", type=whole(0, 9), default=0, metavar="月数", help="先批量装入几个月的历史，默认 0，最多 9"
    )
    parser.add_argument(
        "--outside", action="store_true", help="扮演其他部门的系统：移交、应答、每天对账，并带上各自的毛病"
    )
    parser.add_argument("--seal", action="store_true", help="同时制作并加盖文书（默认留给后台投递员）")


def run(args: argparse.Namespace) -> int:
    from django.conf import settings

    from tongban.hall.county.opening import open_county
    from tongban.hall.county.profiles import profile
    from tongban.hall.county.simulation import Simulation
    from tongban.hall.progress import Bar
    from tongban.rooms import clock

    if not settings.TONGBAN_DEMO:
        print("正式运行的系统不能模拟办件。请在演示环境中使用。")
        return 2
    knobs = profile(args.profile)
    open_county()
    if args.history_months:
        _load_history(args, knobs)
    with Bar("模拟运行", args.days * (args.per_day or knobs.per_day)) as bar:
        seen = 0

        def progress(done: int, total: int) -> None:
            nonlocal seen
            bar.total(total)
            bar.step(done - seen)
            seen = done

        simulation = Simulation(
            seed=args.seed, per_day=args.per_day, start=args.start, knobs=knobs, outside=args.outside
        )
        made = simulation.run(args.days, progress=progress)
    last = made.days[-1]
    print(f"模拟 {made.days[0]} 至 {last}，{len(made.days)} 个工作日：收件 {made.filed} 件，办理步骤 {made.steps} 步。")
    if made.booked:
        print(f"预约大厅 {made.booked} 人，爽约 {made.missed} 人。")
    if simulation.outside is not None:
        print(f"移交其他系统 {simulation.outside.sent} 件，已有结果 {simulation.outside.came_back} 件。")
    if made.refusals:
        print("系统拒绝：" + "；".join(f"{code} {n} 次" for code, n in sorted(made.refusals.items())))
    clock.set_demo(clock.at_local(last, 18), running=True)
    _tell_backlog(args.seal)
    return 0


def _load_history(args: argparse.Namespace, knobs: "Profile") -> None:
    """Load the months before the first day; what they say is checked like anything else."""
    import time

    from tongban.hall.county.history import load_history, months_before
    from tongban.hall.county.opening import COUNTY
    from tongban.hall.progress import Bar

    first, last = months_before(args.start, args.history_months), args.start - timedelta(days=1)
    began = time.monotonic()
    with Bar("装入历史") as bar:
        seen = 0

        def progress(done: int, total: int) -> None:
            nonlocal seen
            bar.total(total)
            bar.step(done - seen)
            seen = done

        per_day = args.per_day or knobs.per_day
        made = load_history(first, last, seed=args.seed, per_day=per_day, county=COUNTY, knobs=knobs, progress=progress)
    print(
        f"历史 {made.first} 至 {made.last}：实际办理 {made.acted} 件，照其中 {made.templates} 件装入 {made.cases} 件、"
        f"台账 {made.entries} 条，用时 {time.monotonic() - began:.0f} 秒。历史不制文书。"
    )


def _tell_backlog(seal: bool) -> None:
    """Say how many documents wait for their seal and how long that takes; with ``seal``, do it.

    The pace is that of a handful sealed now: sealing changes no fact of any case.
    """
    import time

    from tongban.hall.postman import drain
    from tongban.hall.postman.keeping import HANDFUL, Drained, keep_some
    from tongban.rooms.ledger import queries as ledger

    waiting = ledger.waiting("document")
    if seal:
        print(f"待盖章文书 {waiting} 份。文书和通知：{drain(3600)}")
        return
    keep_some(Drained(), ("document",))  # the first one also loads font and keys
    began = time.monotonic()
    keep_some(Drained(), ("document",))
    left = ledger.waiting("document")
    pace = HANDFUL / (time.monotonic() - began)
    minutes = left / pace / 60
    print(f"待盖章文书 {left} 份，留给投递员；按刚才每秒 {pace:.0f} 份（一个进程），约需 {minutes:.0f} 分钟。")
