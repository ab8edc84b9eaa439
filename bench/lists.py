"""Lists and desks of an ordinary clerk, and how their cost grows from ten thousand cases to millions.

One database for each size, all copies of one county; rounds go through the sizes in turn, so that neighbours of the
machine hit all of them alike.  Time in the database is what the connection waited; pages are those that the database
touched for the question (8 KiB each): neighbours do not change them.
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

#: Times a question is asked in one round by one user: light ones, heavy ones.
_LIGHT, _HEAVY = 10, 1
#: Said of a database that was loaded to the end.
_WHOLE = "loaded"
#: Sums of days are made case by case (five minutes a million): beyond this many cases figures over years are left out.
_SUMMED = 1_000_000


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
    from bench._many import fill
    from tongban.hall import database
    from tongban.hall.progress import Bar

    with Bar(f"装入 {size:,} 件", size) as bar:
        seconds = fill(name, kinds, size, processes, bar.step)
    with database.connect("admin", name) as admin:
        (taken,) = admin.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
        admin.execute(f"COMMENT ON DATABASE {name} IS '{_WHOLE}'")
    print(f"{size:,} 件：装入 {seconds:.0f} 秒，数据库 {taken / 1e9:.2f} GB。", flush=True)


def _measure(made: dict[int, str], persons: dict[int, int], rounds: int, users: list[int]) -> list[dict[str, Any]]:
    """Return one row for each question, number of users and size."""
    context = multiprocessing.get_context("spawn")
    with _servers(context, made, persons) as servers:
        taken: dict[tuple[str, int, int], dict[str, Any]] = {}
        for number in range(rounds):
            for count in users:
                order = list(servers) if number % 2 == 0 else list(reversed(servers))
                for size in order:
                    for name, label, spent in _asked(servers[size], count):
                        row = taken.setdefault((name, count, size), {"label": label, "times": [], "pages": None})
                        row["times"] += spent
        for size, pipe in servers.items():
            for name, pages in _asked(pipe, 0):
                taken[name, users[0], size]["pages"] = pages
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


def _asked(pipe: Any, users: int) -> Any:
    pipe.send(users)
    try:
        return pipe.recv()
    except EOFError:
        raise SystemExit("测速进程出错，原因见上。") from None


def _serve(pipe: Any, name: str, persons: int) -> None:
    """Ask one database whenever told to, as so many users; 0: tell how many pages each question touched."""
    from django.db import connection

    from bench._county import enter
    from bench._jobs import COUNTY, jobs
    from bench._many import CASES_A_PERSON

    enter(name)
    from tongban.rooms.supervision.actions import sum_up

    summed = persons * CASES_A_PERSON <= _SUMMED
    if summed:
        sum_up(COUNTY)
    asked = [job for job in jobs(persons) if summed or job.name != "months36"]
    while True:
        try:
            users = pipe.recv()
        except EOFError:
            return
        if users == 0:
            pipe.send([(job.name, _pages(job)) for job in asked])
        elif users == 1:
            pipe.send([(job.name, job.label, _times(job)) for job in asked])
        else:
            connection.close()
            with multiprocessing.get_context("fork").Pool(users) as pool:
                parts = [part for some in pool.map(_as_user, [(persons, n) for n in range(users)], 1) for part in some]
            together: dict[str, tuple[str, list[Any]]] = {}
            for job, label, spent in parts:
                together.setdefault(job, (label, []))[1].extend(spent)
            pipe.send([(job, *rest) for job, rest in together.items()])


def _as_user(who: tuple[int, int]) -> list[tuple[str, str, list[tuple[float, float, int]]]]:
    from bench._jobs import jobs

    asked = [job for job in jobs(who[0], seed=who[1] + 2) if not job.heavy and job.name != "months36"]
    return [(job.name, job.label, _times(job)) for job in asked]


def _times(job: Any) -> list[tuple[float, float, int]]:
    """Return (milliseconds in all, of them waiting for the database, statements) of each time it was asked."""
    from django.db import connection

    spent: list[tuple[float, float, int]] = []
    waited, statements = 0.0, 0

    def wait(execute: Any, *given: Any) -> Any:
        nonlocal waited, statements
        began = time.perf_counter()
        try:
            return execute(*given)
        finally:
            waited += time.perf_counter() - began
            statements += 1

    job.ask()  # prepares statements and warms what is kept in memory
    with connection.execute_wrapper(wait):
        for _ in range(_HEAVY if job.heavy else _LIGHT):
            waited, statements = 0.0, 0
            began = time.perf_counter()
            job.ask()
            spent.append(((time.perf_counter() - began) * 1000, waited * 1000, statements))
    return spent


def _pages(job: Any) -> int:
    """Return how many pages the database touches when it is asked once; statements that write are not counted."""
    from django.db import connection

    told = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "WITH")) and " FOR UPDATE" not in sql:
            told.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        job.ask()
    pages = 0
    with connection.cursor() as cursor:
        for sql, params in told:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", params)
            plan = cursor.fetchone()[0]
            top = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
            pages += top.get("Shared Hit Blocks", 0) + top.get("Shared Read Blocks", 0)
    return pages


def _row(name: str, users: int, size: int, row: dict[str, Any]) -> dict[str, Any]:
    times = row["times"]
    waits = sorted(wait for _, wait, _ in times)
    return {
        "name": name,
        "label": row["label"],
        "users": users,
        "size": size,
        "asked": len(times),
        "database_ms": statistics.median(waits),
        "database_p95_ms": waits[int(len(waits) * 0.95)],
        "total_ms": statistics.median(total for total, _, _ in times),
        "statements": max(count for _, _, count in times),
        "pages": row["pages"],
    }


def _print(found: list[dict[str, Any]], sizes: list[int], users: list[int]) -> None:
    by = {(row["name"], row["users"], row["size"]): row for row in found}
    last = sizes[-1]
    for count in users:
        print(f"\n{count} 人同时：在数据库的毫秒（中位数），括号内是全部毫秒；倍数是 {last:,} 件比 {sizes[0]:,} 件")
        print("".join(f"{size:>18,}" for size in sizes) + f"{'倍数':>8}{'最大 95%':>9}{'语句':>6}{'页数':>16}  问什么")
        for name in dict.fromkeys(row["name"] for row in found if row["users"] == count):
            rows = [by[name, count, size] for size in sizes if (name, count, size) in by]
            cells = "".join(f"{row['database_ms']:>9.2f} ({row['total_ms']:>6.1f})" for row in rows)
            ratio = rows[-1]["database_ms"] / rows[0]["database_ms"]
            pages = "–".join(str(row["pages"]) for row in (rows[0], rows[-1])) if rows[0]["pages"] is not None else ""
            p95, statements = rows[-1]["database_p95_ms"], rows[-1]["statements"]
            print(f"{cells}{ratio:>8.2f}{p95:>9.2f}{statements:>6}{pages:>16}  {rows[0]['label']}")
    print(f"负载 {os.getloadavg()[0]:.1f}", flush=True)
