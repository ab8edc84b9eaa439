"""演示：虚构的示例县开张，一个办件从村里申请走到结果归档，查验证照，打开当天的数字，再模拟一天，最后启动网站。

安装之后不需要联网，也不会动别处的数据；可以重复运行，数据在 .state 目录里，删掉这个目录就从头开始。
"""

import argparse
import sys
import time
from datetime import date, timedelta

from tongban.hall.arguments import whole
from tongban.hall.commands.serve import cannot_listen, serve

HELP = "演示：开县、走通一个办件、模拟一天、启动网站（加 --exit 做完就停）"
NEEDS_DJANGO = True

#: The day whose figures the demo opens.
DAY = date(2026, 10, 10)
#: Days of which some cases are never finished, so that supervision has something to look at; cases of each.
LEFT, FEW = (date(2026, 9, 21), date(2026, 9, 29)), 8
#: The working day on whose morning the pages are opened: the hall is open, numbers can be drawn.
OPENED = date(2026, 10, 14)
#: The day on which its case was filed.
FIRST = date(2026, 9, 18)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--exit", action="store_true", help="做完就停止，不启动网站")
    parser.add_argument(
        "--cases", type=whole(1, 300), default=120, metavar="件数", help="模拟多少个办件，默认 120，最多 300"
    )
    parser.add_argument("--port", type=whole(1, 65535), default=8000, metavar="端口", help="网站的端口，默认 8000")


def run(args: argparse.Namespace) -> int:
    from django.conf import settings

    if not settings.TONGBAN_DEMO:
        print("这里连的是正式数据库，不能运行演示。请去掉 DATABASE_URL 再试。", file=sys.stderr)
        return 2
    if not args.exit and (hindrance := cannot_listen("127.0.0.1", args.port)):
        print(f"{hindrance}只看演示、不启动网站，请加 --exit。", file=sys.stderr)
        return 1
    began = time.monotonic()
    status = _show(args)
    print(f"\n以上用时 {time.monotonic() - began:.1f} 秒。")
    if status:
        return status
    if args.exit:
        print("接着可以：./run serve 启动网站，./run figures 看数字，./run verify journal 核对台账。")
        return 0
    return serve(port=args.port)


def _show(args: argparse.Namespace) -> int:
    from tongban.hall import state
    from tongban.hall.county.opening import make_ready, open_county
    from tongban.hall.county.proof import prove
    from tongban.hall.progress import Bar
    from tongban.rooms import clock
    from tongban.rooms.licences import queries as licences

    with Bar("示例县开张") as bar:
        opened = open_county()
        make_ready()
        bar.show("完成")
    print(f"一、示例县（虚构）开张：事项 {opened.items} 个，岗位 {opened.posts} 个。\n")
    print("二、一个办件，从村里申请到结果归档（2026 年国庆前后）\n")
    proof = prove(state.folder() / "proof")
    if proof.licence is None:
        print("证照没有做出来。请看上面的日志。", file=sys.stderr)
        return 1
    verdict = licences.verify_pdf(proof.licence.read_bytes())
    print(f"\n三、查验证照 {proof.licence}：{verdict.sentence}")
    print("　　也可以自己查：./run verify 加上面的文件名；Debian 的 pdfsig、qpdf --check 也认。\n")
    if verdict.state != "valid" or not _figures():
        return 1
    _leave_some()
    _simulate(args.cases)
    clock.set_demo(clock.at_local(OPENED, 9), running=True)
    return 0


def _figures() -> bool:
    """Print the figures of the day and of the whole time, each opened to its rows; False: one does not agree."""
    from tongban.hall.county.opening import COUNTY
    from tongban.rooms import clock
    from tongban.rooms.supervision import queries as supervision
    from tongban.rulebook.indicators import DEFINITIONS

    print(f"四、数字：{DAY} 当日，和 {FIRST} 至 {DAY} 全程；每个都点得开、对得上\n")
    good = True
    with clock.held(clock.at_local(DAY, 20)):
        for definition in DEFINITIONS:
            shown = []
            for first in (DAY, FIRST):
                figure = supervision.figure(definition.code, COUNTY, first, DAY)
                rows = supervision.rows(definition.code, COUNTY, first, DAY)
                agrees = sum(row.above for row in rows) == figure.numerator
                agrees &= sum(row.below or 0 for row in rows) == (figure.denominator or 0)
                good &= agrees
                shown.append(f"{figure}（{len(rows)} 行{'' if agrees else '，对不上！'}）")
            print(f"　　{definition.name}：当日 {shown[0]}　全程 {shown[1]}")
    print("　　" + ("全部与明细一致。" if good else "有数字与明细不一致！"))
    return good


def _leave_some() -> None:
    """Begin some cases on earlier days and do not finish them; the law looks each day and opens what is owed for it."""
    from dataclasses import replace

    from tongban.hall.county.opening import COUNTY
    from tongban.hall.county.profiles import profile
    from tongban.hall.county.simulation import Simulation
    from tongban.hall.postman.keeping import Drained, keep_some
    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision import queries as supervision

    if supervision.warnings(COUNTY):
        return
    knobs = replace(profile(), on_the_spot=0.0, booked=0.0, people=12)
    for n, day in enumerate(LEFT):
        Simulation(seed=n + 1, per_day=FEW, start=day, knobs=knobs).run(1)
    day = LEFT[0]
    while day < date(2026, 10, 13):
        day += timedelta(days=1)
        with clock.held(clock.at_local(day, 8)):
            casework.sweep(1_000)
            keep_some(Drained(), ("matter",))


def _simulate(cases: int) -> None:
    from tongban.hall.county.simulation import Simulation
    from tongban.hall.progress import Bar
    from tongban.rooms import clock

    print(f"\n五、模拟 2026-10-13 的一部分：{cases} 个办件\n")
    with Bar("模拟", cases) as bar:
        seen = 0

        def progress(done: int, total: int) -> None:
            nonlocal seen
            bar.total(total)
            bar.step(done - seen)
            seen = done

        seed = clock.machine_milliseconds() % 1_000_000
        made = Simulation(seed=seed, per_day=cases, start=date(2026, 10, 13)).run(1, progress=progress)
    print(f"　　收件 {made.filed} 件，办理步骤 {made.steps} 步；文书由后台投递员陆续盖章。")
