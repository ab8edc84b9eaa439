"""One case from filing to rating, six durable transactions, through the actions and as bare SQL, round by round.

The baseline writes the very rows that the actions write: one case is carried through the actions first, the rows each
step wrote are read back from the database, and the baseline writes such rows again with fresh keys, by one prepared
statement per step.  Sealing is left to the postman in both.  Rounds alternate, so that a slow disk hits both.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import queue
import statistics
import subprocess
import time
from typing import Any

from bench._working import server_seconds

STEPS = ("file", "accept", "pass_on", "grant", "issue", "rate")


def main(args: argparse.Namespace) -> int:
    """Measure, print a table, write JSON."""
    from bench import _http
    from bench._county import bench_database, warm_county
    from bench._rows import record_lifecycle
    from tongban.hall import database

    with bench_database() as name:
        place = warm_county()
        recipe = record_lifecycle(place)
        url = database.server_url("app", name)
        context = multiprocessing.get_context("spawn")
        rounds = []
        with contextlib.ExitStack() as stack:
            line = stack.enter_context(_http.served(url, place, args.workers)) if args.http else None
            ways = ("baseline", "actions", *(("http",) if line else ()))
            for number in range(args.rounds):
                pair: dict[str, float] = {}
                for who in ways if number % 2 == 0 else ways[::-1]:
                    job = (who, url, name, args.count, place, line if who == "http" else recipe)
                    pair[who], pair[f"{who}_ms"] = _measure(context, args.processes, job)
                pair["ratio"] = pair["actions"] / pair["baseline"]
                told = (
                    f"第 {number + 1} 轮：基准 {pair['baseline']:7.1f} 件/秒，经由动作 {pair['actions']:7.1f} 件/秒，"
                )
                told += f"比值 {pair['ratio']:.3f}"
                if line:
                    pair["http_ratio"] = pair["http"] / pair["baseline"]
                    told += f"；经由 HTTP {pair['http']:7.1f} 件/秒，比值 {pair['http_ratio']:.3f}"
                rounds.append(pair)
                print(told, flush=True)
    result = _result(args, rounds, recipe)
    print(f"中位数：基准 {result['baseline']:.1f}，经由动作 {result['actions']:.1f}，比值 {result['ratio']:.3f}")
    if args.http:
        print(
            f"经由 HTTP（{args.workers} 个网站进程，令牌、职权、计次都在）：{result['http']:.1f}，"
            f"比值 {result['http_ratio']:.3f}"
        )
    print(
        f"每件处理器时间（本进程和它的数据库进程）：基准 {result['baseline_ms']:.2f} 毫秒，"
        f"经由动作 {result['actions_ms']:.2f} 毫秒，比值 {result['processor_ratio']:.3f}；负载 {result['load']:.1f}"
    )
    print("每步写的行：" + "；".join(f"{s} {n}" for s, n in result["rows_per_step"].items()))
    if args.json:
        args.json.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0


def _measure(context: Any, processes: int, job: tuple[Any, ...]) -> tuple[float, float]:
    """Return lifecycles a second, all processes together, and milliseconds of processor time for one."""
    barrier, times = context.Barrier(processes), context.Queue()
    workers = [context.Process(target=_work, args=(barrier, times, *job)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    spans = []
    while len(spans) < processes:
        try:
            spans.append(times.get(timeout=1))
        except queue.Empty:
            if any(worker.exitcode for worker in workers):  # one has failed and said why: do not wait for the others
                barrier.abort()
                raise SystemExit("测速进程出错，原因见上。") from None
    for worker in workers:
        worker.join()
    began, ended = min(span[0] for span in spans), max(span[1] for span in spans)
    done = processes * job[3]
    return done / (ended - began), 1000 * sum(span[2] for span in spans) / done


def _work(barrier: Any, times: Any, who: str, url: str, name: str, count: int, place: Any, recipe: Any) -> None:
    from bench._county import enter

    enter(name)
    if who == "baseline":
        from bench._rows import Baseline

        baseline = Baseline(url, recipe)
        one, server = baseline.lifecycle, baseline.connection.info.backend_pid
    elif who == "http":
        from bench._http import Caller

        one, server = Caller(place, recipe).lifecycle, 0
    else:
        from django.db import connection

        from bench._county import Carrier

        connection.ensure_connection()
        one, server = Carrier(place).lifecycle, connection.connection.info.backend_pid
    for _ in range(8):  # prepare statements, let the server settle on their plans (after five), fill caches
        one()
    barrier.wait()
    began, worked = time.monotonic(), _worked(server)
    for _ in range(count):
        one()
    times.put((began, time.monotonic(), _worked(server) - worked))


def _worked(server: int) -> float:
    """Return seconds of processor time of this process and of the server's process for it, where that runs here.

    Neighbours change it little, so it tells more than the pace on a machine that others use as well.
    """
    return time.process_time() + server_seconds(server)


def _result(args: argparse.Namespace, rounds: list[dict[str, float]], recipe: Any) -> dict[str, Any]:
    more = ("http", "http_ratio") if args.http else ()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "what": "lifecycle",
        "ratio": statistics.median(r["ratio"] for r in rounds),
        "processor_ratio": statistics.median(r["baseline_ms"] / r["actions_ms"] for r in rounds),
        "baseline_ms": statistics.median(r["baseline_ms"] for r in rounds),
        "actions_ms": statistics.median(r["actions_ms"] for r in rounds),
        "load": os.getloadavg()[0],
        "baseline": statistics.median(r["baseline"] for r in rounds),
        "actions": statistics.median(r["actions"] for r in rounds),
        "unit": "lifecycles/s",
        **{name: statistics.median(r[name] for r in rounds) for name in more},
        "rounds": rounds,
        "processes": args.processes,
        "count": args.count,
        "cpus": os.cpu_count(),
        "rows_per_step": {step: sum(len(rows) for _, rows in parts) for step, parts in recipe["steps"]},
        "commit": commit.stdout.strip(),
    }
