"""Lists and desks of an ordinary clerk, and how their cost grows from ten thousand cases to millions.

One database for each size, all copies of one county; rounds go through the sizes in turn, so that neighbours of the
machine hit all of them alike.  Each question is asked twice: the first time of somebody or of a case nobody has asked
for yet (at millions of cases its rows are not in the database's memory), and at once the same again, as on a page that
is looked at more than once.  Desks, lists and counts are the same for everybody at every turn, so both times alike.
Compared is the processor time of the database's process, which neighbours change little; told as well is how long the
connection waited (for the processor and the disk too), and the pages that the database touched (8 KiB each).  What
parallel workers did for a count is in the waiting and in the pages only.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Turns of a question in one round by one user: light ones, heavy ones.
_LIGHT, _HEAVY = 10, 1
#: Turns beforehand: a statement is prepared at its second, and its plan is settled after five.
_BEFORE = 6
#: Turns over which pages and rows are told.
_TOLD = 9
#: Said of a database that was loaded to the end.
_WHOLE = "loaded"


def main(args: argparse.Namespace) -> int:
    """Load, measure, print a table, write JSON."""
    from django.db import connection

    from bench._county import bench_database, warm_county
    from bench._many import BYTES, CASES_A_PERSON, kinds_of
    from tongban.hall import database

    sizes = sorted(args.sizes)
    after = "留给下一次" if args.keep else "测完即删"
    print("需要磁盘约 " + "、".join(f"{size:,} 件 {size * BYTES / 1e9:.1f} GB" for size in sizes) + f"，{after}。")
    run = "lists" if args.keep else os.getpid()
    made = {size: f"bench_{run}_{size}" for size in sizes}
    try:
        if missing := [size for size in sizes if not (args.keep and _is_loaded(made[size]))]:
            with bench_database() as base:
                kinds = kinds_of(warm_county().county)
                connection.close()
                for size in missing:
                    database.create_database(made[size], base)
                    _fill(made[size], kinds, size, args.processes)
        persons = {size: max(40, size // CASES_A_PERSON) for size in sizes}
        found = _measure(made, persons, args.rounds, args.users)
    finally:
        for name in () if args.keep else made.values():
            database.drop_database(name)
    _print(found, sizes, args.users)
    if args.json:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
        told = {"what": "lists", "load": os.getloadavg()[0], "cpus": os.cpu_count(), "commit": commit.stdout.strip()}
        args.json.write_text(json.dumps(told | {"rows": found}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return 0


def _is_loaded(name: str) -> bool:
    """Whether an earlier run has left this database whole; it is brought up to date.  Half a one is dropped."""
    from bench._county import enter
    from tongban.hall import database, schema

    with database.connect("admin", "postgres") as admin:
        found = admin.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
    if found and found[0] != _WHOLE:
        database.drop_database(name)
        return False
    if found:
        enter(name)
        with database.connect("owner", name) as owner:
            schema.migrate(owner)
    return bool(found)


def _fill(name: str, kinds: Any, size: int, processes: int) -> None:
    from django.db import connection

    from bench._county import enter
    from bench._jobs import COUNTY
    from bench._many import fill
    from tongban.hall import database
    from tongban.hall.progress import Bar
    from tongban.rooms.supervision.actions import sum_up

    with Bar(f"装入 {size:,} 件", size) as bar:
        seconds = fill(name, kinds, size, processes, bar.step)
    enter(name)
    began = time.perf_counter()
    sum_up(COUNTY)
    summed = time.perf_counter() - began
    connection.close()
    with database.connect("admin", name) as admin:
        (taken,) = admin.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
        admin.execute(f"COMMENT ON DATABASE {name} IS '{_WHOLE}'")
    print(f"{size:,} 件：装入 {seconds:.0f} 秒，数据库 {taken / 1e9:.2f} GB，汇总 {summed:.0f} 秒。", flush=True)


def _measure(made: dict[int, str], persons: dict[int, int], rounds: int, users: list[int]) -> list[dict[str, Any]]:
    """Return one row for each question, number of users and size."""
    context = multiprocessing.get_context("spawn")
    with _servers(context, made, persons) as servers:
        taken: dict[tuple[str, int, int], dict[str, Any]] = {}
        for number in range(rounds):
            for count in users:
                order = list(servers) if number % 2 == 0 else list(reversed(servers))
                for size in order:
                    for name, label, spent in _asked(servers[size], (count, number)):
                        row = taken.setdefault((name, count, size), {"label": label, "asked": [], "told": None})
                        row["asked"] += spent
        for size, pipe in servers.items():
            for name, told in _asked(pipe, (0, 0)):
                taken[name, users[0], size]["told"] = told
    return [_row(*key, row) for key, row in taken.items()]


@contextmanager
def _servers(context: Any, made: dict[int, str], persons: dict[int, int]) -> Iterator[dict[int, Any]]:
    pipes, workers = {}, []
    for size, name in made.items():
        pipes[size], theirs = context.Pipe()
        workers.append(context.Process(target=_serve, args=(theirs, name, persons[size])))
        workers[-1].start()
        theirs.close()
    try:
        yield pipes
    finally:
        for pipe in pipes.values():
            pipe.close()
        for worker in workers:
            worker.join()


def _asked(pipe: Any, what: tuple[int, int]) -> Any:
    pipe.send(what)
    try:
        return pipe.recv()
    except EOFError:
        raise SystemExit("测速进程出错，原因见上。") from None


def _serve(pipe: Any, name: str, persons: int) -> None:
    """Ask one database whenever told (users, round); no users: tell pages and rows of each question."""
    from django.db import connection

    from bench._county import enter
    from bench._jobs import jobs

    enter(name)
    asked = jobs(persons)
    while True:
        try:
            users, number = pipe.recv()
        except EOFError:
            return
        if users == 0:
            pipe.send([(job.name, _pages_and_rows(job)) for job in asked])
        elif users == 1:
            pipe.send([(job.name, job.label, _times(job, number)) for job in asked])
        else:
            connection.close()
            some = [(persons, user, number) for user in range(users)]
            with multiprocessing.get_context("fork").Pool(users) as pool:
                parts = [part for found in pool.map(_as_user, some, 1) for part in found]
            together: dict[str, tuple[str, list[Any]]] = {}
            for job, label, spent in parts:
                together.setdefault(job, (label, []))[1].extend(spent)
            pipe.send([(job, *rest) for job, rest in together.items()])


def _as_user(who: tuple[int, int, int]) -> list[tuple[str, str, list[Any]]]:
    from bench._jobs import jobs

    persons, user, number = who
    asked = [job for job in jobs(persons, seed=user + 2) if not job.heavy and job.name != "months36"]
    return [(job.name, job.label, _times(job, number)) for job in asked]


def _times(job: Any, number: int) -> list[tuple[float, float, float, float, int]]:
    """Return of each turn milliseconds of the server's processor and waited for it, the first time and again.

    And how many statements a time takes.
    """
    from django.db import connection

    from bench._working import server_seconds

    waited, statements = 0.0, 0

    def wait(execute: Any, *given: Any) -> Any:
        nonlocal waited, statements
        began = time.perf_counter()
        try:
            return execute(*given)
        finally:
            waited += time.perf_counter() - began
            statements += 1

    def timed(turn: int) -> tuple[float, float]:
        nonlocal waited, statements
        waited, statements = 0.0, 0
        began = server_seconds(server)
        job.ask(turn)
        return (server_seconds(server) - began) * 1000, waited * 1000

    for turn in range(1 if job.heavy else _BEFORE):
        job.ask(-1 - turn)
    turns, server = _HEAVY if job.heavy else _LIGHT, connection.connection.info.backend_pid
    with connection.execute_wrapper(wait):
        return [(*timed(turn), *timed(turn), statements) for turn in range(number * turns, (number + 1) * turns)]


def _pages_and_rows(job: Any) -> tuple[float, float]:
    """Return how many pages the database touches and how many rows come, at the turn in the middle of some."""
    some = [_touched(job, 200 + turn) for turn in range(1 if job.heavy else _TOLD)]
    return statistics.median(pages for pages, _ in some), statistics.median(rows for _, rows in some)


def _touched(job: Any, turn: int) -> tuple[int, int]:
    """Return (pages, rows) of one turn; statements that write are not counted."""
    from django.db import connection

    told = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "WITH")) and " FOR UPDATE" not in sql:
            told.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        rows = job.ask(turn)
    pages = 0
    with connection.cursor() as cursor:
        for sql, params in told:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", params)
            plan = cursor.fetchone()[0]
            top = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
            pages += top.get("Shared Hit Blocks", 0) + top.get("Shared Read Blocks", 0)
    return pages, rows


def _row(name: str, users: int, size: int, row: dict[str, Any]) -> dict[str, Any]:
    first, first_waited, again, again_waited, statements = zip(*row["asked"], strict=True)
    pages, rows = row["told"] or (None, None)
    return {
        "name": name,
        "label": row["label"],
        "users": users,
        "size": size,
        "turns": len(first),
        "first_ms": statistics.median(first),
        "again_ms": statistics.median(again),
        "first_waited_ms": statistics.median(first_waited),
        "again_waited_ms": statistics.median(again_waited),
        "waited_p95_ms": sorted(first_waited)[int(len(first) * 0.95)],
        "statements": max(statements),
        "pages": pages,
        "rows": rows,
    }


def _print(found: list[dict[str, Any]], sizes: list[int], users: list[int]) -> None:
    by = {(row["name"], row["users"], row["size"]): row for row in found}
    last = sizes[-1]
    for count in users:
        print(f"\n{count} 人同时：数据库进程的处理器毫秒（中位数），第一次／马上再问；倍数是 {last:,} 比 {sizes[0]:,}")
        heads = "".join(f"{size:>19,}" for size in sizes)
        print(f"{heads}{'倍数':>13}{'等了，最大 95%':>20}{'语句':>4}{'页数':>15}{'行数':>9}  问什么")
        for name in dict.fromkeys(row["name"] for row in found if row["users"] == count):
            rows = [by[name, count, size] for size in sizes if (name, count, size) in by]
            head, tail = rows[0], rows[-1]
            cells = "".join(f"{row['first_ms']:>10.2f} /{row['again_ms']:>7.2f}" for row in rows)
            ratios = [tail[key] / head[key] for key in ("first_ms", "again_ms")]
            told = [f"{head[key]:g}–{tail[key]:g}" if head[key] is not None else "" for key in ("pages", "rows")]
            print(
                f"{cells}{ratios[0]:>8.2f} /{ratios[1]:>5.2f}"
                f"{tail['first_waited_ms']:>9.1f} /{tail['again_waited_ms']:>6.1f}{tail['waited_p95_ms']:>7.1f}"
                f"{tail['statements']:>6}{told[0]:>17}{told[1]:>11}  {head['label']}"
            )
    print(f"负载 {os.getloadavg()[0]:.1f}", flush=True)
