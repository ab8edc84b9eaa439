"""模拟运行：编造的人到示例县来办事，走与真人相同的办理动作，只在演示环境中可用。

./run simulate --days 3 --per-day 300 --seed 7     三个工作日，每天 300 件；同一种子得到同样的事实
./run verify journal                               模拟之后核对台账、期限、编号和指标
"""

import argparse
from datetime import date

from tongban.hall.arguments import day, whole

HELP = "模拟运行：编造的人来办事，走与真人相同的办理动作（仅限演示）"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=whole(1, 250), default=1, metavar="天数", help="模拟几个工作日，默认 1")
    parser.add_argument("--per-day", type=whole(1, 100_000), default=300, metavar="件数", help="每天收多少件，默认 300")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="种子", help="随机数种子，默认 1；同一种子得到同样的事实"
    )
    parser.add_argument("--start", type=day, default=date(2026, 10, 13), metavar="日期", help="第一天，默认 2026-10-13")
    parser.add_argument("--seal", action="store_true", help="同时制作并加盖文书（默认留给后台投递员）")


def run(args: argparse.Namespace) -> int:
    from django.conf import settings

    from tongban.hall.county.opening import open_county
    from tongban.hall.county.simulation import Simulation
    from tongban.hall.progress import Bar
    from tongban.rooms import clock

    if not settings.TONGBAN_DEMO:
        print("正式运行的系统不能模拟办件。请在演示环境中使用。")
        return 2
    open_county()
    with Bar("模拟运行", args.days * args.per_day) as bar:
        seen = 0

        def progress(done: int, total: int) -> None:
            nonlocal seen
            bar.total(total)
            bar.step(done - seen)
            seen = done

        made = Simulation(seed=args.seed, per_day=args.per_day, start=args.start).run(args.days, progress=progress)
    last = made.days[-1]
    print(f"模拟 {made.days[0]} 至 {last}，{len(made.days)} 个工作日：收件 {made.filed} 件，办理步骤 {made.steps} 步。")
    if made.refusals:
        print("系统拒绝：" + "；".join(f"{code} {n} 次" for code, n in sorted(made.refusals.items())))
    clock.set_demo(clock.at_local(last, 18), running=True)
    if args.seal:
        from tongban.hall import postman

        print(f"文书和通知：{postman.drain(3600)}")
    return 0
