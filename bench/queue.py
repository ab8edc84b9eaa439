"""Many people take tickets and book seats at once, from several processes: nothing oversold, nothing twice.

What came of it is counted by rows afterwards, not by what the callers were told.
"""

import argparse
import multiprocessing
import time
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

#: Sessions, and a place in each for every fifth of those who try it.
SESSIONS, A_PLACE_FOR = 20, 5


def main(args: argparse.Namespace) -> int:
    """Let them come, count rows, print, write JSON."""
    from django.db import connection

    from bench._county import bench_database, warm_county
    from bench._telling import tell
    from tongban.rooms import clock
    from tongban.rooms.people import queries as people
    from tongban.rooms.waiting import actions as waiting

    with bench_database() as name:
        county = warm_county().county
        site = next(one for one in people.sites(county) if one.code == "hall").id
        starts = clock.now() + timedelta(days=1)
        capacity = max(1, args.people // SESSIONS // A_PLACE_FOR)
        sessions = [
            waiting.open_session(
                site, starts + timedelta(hours=n), starts + timedelta(hours=n + 1), capacity, actor="house"
            )
            for n in range(SESSIONS)
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT code FROM waiting_queueclass WHERE hall_id = %s ORDER BY code",
                [site],
            )
            classes = [row[0] for row in cursor.fetchall()]
        connection.close()
        share = [args.people * n // args.processes for n in range(args.processes + 1)]
        context = multiprocessing.get_context("spawn")
        with context.Pool(args.processes, _enter, (name,)) as pool:
            pool.map(_warm, range(args.processes * 2))
            began = time.monotonic()
            parts = pool.starmap(
                _come, [(share[n], share[n + 1], site, classes, sessions) for n in range(args.processes)]
            )
            spent = time.monotonic() - began
        told: Counter[str] = sum(parts, Counter())
        wrong = _counted(sessions, capacity, told)
    print(f"{args.people} 人，{args.processes} 个进程：{spent:.1f} 秒，每秒 {args.people / spent:.0f} 人")
    print("，".join(f"{what} {count}" for what, count in sorted(told.items())))
    print("按行核对：" + ("没有超约，没有重号，没有一人两约。" if not wrong else "；".join(wrong)))
    tell(args, "queue", people=args.people, seconds=spent, told=told, wrong=wrong, capacity=capacity * SESSIONS)
    return int(bool(wrong))


def _enter(name: str) -> None:
    from bench._county import enter

    enter(name)


def _warm(_: int) -> None:
    from django.db import connection

    connection.ensure_connection()


def _come(first: int, last: int, site: Any, classes: list[str], sessions: list[Any]) -> Counter[str]:
    """Each takes a ticket, pressing twice, and tries one session, also twice."""
    from tongban.rooms.waiting import actions as waiting

    told: Counter[str] = Counter()
    for n in range(first, last):
        key = f"bench:{n}"
        one, other = (waiting.take_ticket(site, classes[n % len(classes)], key=key) for _ in range(2))
        told["号"] += one.id == other.id
        told["同一请求两个号"] += one.id != other.id
        holder = uuid4()
        for _ in range(2):
            try:
                booked = waiting.book(sessions[n % len(sessions)], holder, actor=f"person:{holder}", key=key)
            except waiting.SessionFull:
                told["已约满"] += 1
                break
            told["约"] += booked.new
    return told


def _counted(sessions: list[Any], capacity: int, told: Counter[str]) -> list[str]:
    """Return what is wrong, counted by rows."""
    from django.db import connection

    wrong = []
    with connection.cursor() as cursor:

        def one(sql: str, *values: Any) -> int:
            cursor.execute(sql, values)
            return int(cursor.fetchone()[0])

        booked = "SELECT count(*) FROM waiting_seat WHERE session_id = ANY(%s) AND state = 'booked'"
        if (seats := one(booked, sessions)) != told["约"]:
            wrong.append(f"约成 {told['约']}，表里 {seats}")
        over = f"SELECT count(*) FROM (SELECT session_id FROM ({booked.replace('count(*)', '*')}) s"
        if many := one(f"{over} GROUP BY session_id HAVING count(*) > %s) o", sessions, capacity):
            wrong.append(f"超约 {many} 场")
        if many := one(f"{over} GROUP BY session_id, holder_id HAVING count(*) > 1) o", sessions):
            wrong.append(f"一人两约 {many}")
        tickets = "SELECT count(*) FROM waiting_ticket WHERE key LIKE 'bench:%%'"
        if (taken := one(tickets)) != told["号"]:
            wrong.append(f"取号 {told['号']}，表里 {taken}")
        if many := one(
            "SELECT count(*) FROM (SELECT 1 FROM waiting_ticket GROUP BY queue_class_id, day, number"
            " HAVING count(*) > 1) o"
        ):
            wrong.append(f"重号 {many}")
        gaps = "SELECT count(*) FROM (SELECT 1 FROM waiting_ticket GROUP BY queue_class_id, day"
        if many := one(f"{gaps} HAVING max(number) <> count(*)) o"):
            wrong.append(f"断号 {many} 类")
    return wrong
