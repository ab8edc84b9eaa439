"""几个县各有自己的数据库、密钥和文件：列出各县，或连同前台一起启动（县由 TONGBAN_COUNTIES 写明）。

./run counties                        各县的域名和数据库，能不能用
./run counties serve --port 8000      启动各县的网站和投递员，前台按域名分到各县；按 Ctrl-C 一起停止
./run --at 990127 postman             任何命令都可以只对一个县：--at 写在命令之前
./run counties figures --from 2026-10-01 --to 2026-10-31    各县指标相加：分子、分母各自相加，从不平均
./run counties add 甲.json 乙.json    把各县 ./run figures --export 导出的文件相加
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tongban.hall import counties
from tongban.hall.arguments import day, whole
from tongban.hall.counties import Place
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import BY_CODE, adding, told, value_of

HELP = "几个县各用各的数据库：列出，或连同前台一起启动"
NEEDS_DJANGO = False

#: Seconds a child may take to end by itself.
PATIENCE = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        choices=("list", "serve", "figures", "add"),
        default="list",
        metavar="做什么",
        help="list 列出（默认）、serve 启动、figures 各县指标相加、add 导出的文件相加",
    )
    parser.add_argument("files", nargs="*", metavar="文件", help="add：各县导出的指标文件")
    parser.add_argument("--from", dest="first", type=day, metavar="日期", help="figures：第一天，默认是本月1日")
    parser.add_argument("--to", dest="last", type=day, metavar="日期", help="figures：最后一天，默认是今天")
    parser.add_argument("--host", default="127.0.0.1", metavar="地址", help="前台监听的地址，默认只许本机访问")
    parser.add_argument("--port", type=whole(1, 65535), default=8000, metavar="端口", help="前台的端口，默认 8000")
    parser.add_argument("--workers", type=whole(1, 64), default=2, metavar="个数", help="每县网站进程的个数，默认 2")
    parser.add_argument("--postmen", type=whole(0, 16), default=1, metavar="个数", help="每县投递员的个数，默认 1")


def run(args: argparse.Namespace) -> int:
    if args.what == "add":
        return _print_sum([_read(Path(name)) for name in args.files])
    known = counties.places()
    if not known:
        print("没有写 TONGBAN_COUNTIES，这里只有一个县。写法见 docs/decisions/0018。", file=sys.stderr)
        return 2
    if args.what == "list":
        return _list(known)
    if args.what == "figures":
        return _print_sum([_asked(one, args) for one in known.values()])
    return asyncio.run(_serve(known, args))


def _list(known: dict[str, Place]) -> int:
    """Print the counties; the status is 1 where one of them does not answer."""
    silent = 0
    for one in known.values():
        asked = _run(one, "figures", "--county", one.code)
        silent += bool(asked.returncode)
        state = "可用" if asked.returncode == 0 else (asked.stderr.strip().splitlines() or ["没有应答"])[-1]
        where = "外部数据库" if one.database else f"自带数据库 {one.state}"
        print(f"{one.code}　{'、'.join(one.hosts) or '（没有域名）'}　{where}　{state}")
    return 1 if silent else 0


def _asked(one: Place, args: argparse.Namespace) -> adding.Sheet:
    """Let a county's own process count, and read what it exports.  A county that does not answer is not left out."""
    words = ["figures", "--county", one.code, "--export", "-"]
    for option, value in (("--from", args.first), ("--to", args.last)):
        words += [option, value.isoformat()] if value else []
    answer = _run(one, *words)
    if answer.returncode:
        said = (answer.stderr.strip().splitlines() or ["没有应答"])[-1]
        raise Refused("county_silent", f"县 {one.code} 没有给出指标，没有相加。它说：{said}")
    return adding.read(answer.stdout, f"县 {one.code} 的指标")


def _read(path: Path) -> adding.Sheet:
    try:
        return adding.read(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError):
        raise Refused("figures_unreadable", f"读不到 {path}。请核对路径。") from None


def _print_sum(sheets: list[adding.Sheet]) -> int:
    whole = adding.added(sheets)
    print(f"{'、'.join(whole.counties)}　{whole.first} 至 {whole.last}")
    for code, one in whole.figures.items():
        share = f"{one.numerator}" if one.denominator is None else f"{one.numerator}/{one.denominator}"
        parts = " ".join(f"{sheet.counties[0]}:{told(code, value_of(code, sheet.figures[code]))}" for sheet in sheets)
        print(f"{code}\t{BY_CODE[code].name}\t{told(code, value_of(code, one))}\t{share}\t{parts}")
    rows = sum(one.rows_above + one.rows_below for one in whole.figures.values())
    print(f"共 {len(sheets)} 个县，计入 {rows} 行次。")
    return 0


def _run(one: Place, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(_command(*words), env=one.environment(os.environ), capture_output=True, text=True)


def _command(*words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "tongban.hall", *words]


async def _serve(known: dict[str, Place], args: argparse.Namespace) -> int:
    """Start everything and wait until asked to stop, or until a child ends by itself."""
    from tongban.hall.commands.serve import cannot_listen
    from tongban.hall.front import Front

    if hindrance := cannot_listen(args.host, args.port):
        print(hindrance, file=sys.stderr)
        return 1
    webs = {code: _web(one) for code, one in known.items()}
    children: dict[str, asyncio.subprocess.Process] = {}
    stop = asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(ending, stop.set)
    try:
        for one in known.values():
            for name, words in _words(one, webs[one.code][1], args).items():
                # A group of its own: Ctrl-C reaches only this process, which then ends the others in order.
                children[f"{one.code} {name}"] = await asyncio.create_subprocess_exec(
                    *_command(*words), env=one.environment(os.environ), process_group=0
                )
        server = await Front(counties.by_host(known), webs).listen(args.host, args.port)
        print(f"{len(known)} 个县在 http://{args.host}:{args.port} 按域名分送，按 Ctrl-C 停止。", flush=True)
        async with server:
            return await _watch(children, stop)
    finally:
        await asyncio.gather(*map(_end, children.values()))


def _web(one: Place) -> tuple[str, int]:
    """Return where the county's web server is: as told, else on a free port of this machine."""
    if one.web:
        host, _, port = one.web.rpartition(":")
        return host.strip("[]"), int(port)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1", int(probe.getsockname()[1])


def _words(one: Place, port: int, args: argparse.Namespace) -> dict[str, tuple[str, ...]]:
    """Return the commands that serve a county here; none where its web is on another machine."""
    if one.web:
        return {}
    web = ("serve", "--no-postman", "--port", str(port), "--workers", str(args.workers))
    return {"网站": web} | {f"投递员{number + 1}": ("postman",) for number in range(args.postmen)}


async def _watch(children: dict[str, asyncio.subprocess.Process], stop: asyncio.Event) -> int:
    ends = {asyncio.create_task(child.wait()): name for name, child in children.items()}
    asked = asyncio.create_task(stop.wait())
    over, left = await asyncio.wait({*ends, asked}, return_when=asyncio.FIRST_COMPLETED)
    for one in left:
        one.cancel()
    if asked in over:
        return 0
    print(f"{'、'.join(ends[one] for one in over)}意外退出，全部停止。原因见上面的日志。", file=sys.stderr)
    return 1


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    child.terminate()
    try:
        async with asyncio.timeout(PATIENCE):
            await child.wait()
    except TimeoutError:
        os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
