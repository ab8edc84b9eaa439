"""Pages as people open them: median, 95th percentile, queries and size, by role, in a county with thousands of cases.

One user at a time over Django's own client (no network), the pages' caches warm; the clock of the machine.
"""

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

#: Times each page is opened, after one that warms caches.
OPENED = 15


@dataclass(frozen=True)
class Opened:
    """What one page cost."""

    role: str
    address: str
    status: int
    #: Milliseconds.
    median: float
    p95: float
    queries: int
    #: Bytes of the page itself.
    size: int


def main(args: argparse.Namespace) -> int:
    """Fill a county, open every page, print a table, write JSON."""
    import logging

    from bench._county import bench_database, warm_county
    from bench._jobs import COUNTY
    from tongban.rooms.supervision.actions import sum_up

    logging.getLogger("django.request").setLevel(logging.ERROR)

    with bench_database():
        warm_county()
        cases = _fill(args.cases)
        sum_up(COUNTY)  # as the postman does every minute
        found = [_open(role, client, address) for role, client, addresses in _visits() for address in addresses]
    print(f"县里有 {cases} 个办件；每页打开 {OPENED} 次，一次一人。\n")
    print(f"{'角色':<8}{'中位数 ms':>10}{'95% ms':>10}{'查询':>6}{'KB':>8}  网址")
    for one in found:
        mark = "" if one.status == 200 else f"  （{one.status}）"
        told = f"{one.role:<8}{one.median:>10.1f}{one.p95:>10.1f}{one.queries:>6}{one.size / 1024:>8.1f}"
        print(f"{told}  {one.address}{mark}")
    slow = [one for one in found if one.median >= 200 or one.queries > 25]
    slowest, most = max(one.median for one in found), max(one.queries for one in found)
    print(f"\n{len(found)} 页，最慢的中位数 {slowest:.1f} ms，查询最多 {most} 次。")
    if args.json:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
        rows = [vars(one) | {"address": one.address} for one in found]
        result = {"what": "pages", "cases": cases, "pages": rows, "commit": commit.stdout.strip()}
        args.json.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 1 if slow else 0


def _fill(cases: int) -> int:
    """Simulate days up to today until so many cases are filed."""
    from django.conf import settings

    from tongban.hall.county.simulation import Simulation
    from tongban.hall.progress import Bar
    from tongban.rooms import clock

    settings.TONGBAN_DEMO = True
    days = 10
    made = 0
    try:
        with Bar("模拟", cases) as bar:

            def progress(done: int, total: int) -> None:
                nonlocal made
                bar.total(total)
                bar.step(done - made)
                made = done

            start = clock.today() - timedelta(days=days + 5)
            result = Simulation(seed=7, per_day=cases // days, start=start).run(days, progress=progress)
    finally:
        settings.TONGBAN_DEMO = False
    return result.filed


def _visits() -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Yield (role, signed-in client, addresses)."""
    from django.db import connection

    from tongban.rooms import clock

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM casework_case WHERE kind = 'permit' AND state = 'accepted' AND unit = 'scjg'"
            " ORDER BY id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    case = str(row[0]) if row else ""
    month = clock.today().replace(day=1)
    yield (
        "无",
        _client(None),
        ("/", "/find/?q=身份证", "/items/990127/small-food-shop", "/progress/", "/results/", "/kiosk/"),
    )
    yield "市民", _client("林示例"), ("/mine/", "/file/small-food-shop/", "/mine/licences/", "/mine/appointments/")
    yield "窗口", _client("window-1"), ("/counter/",)
    yield "村站", _client("village-001001-agent"), ("/station/",)
    yield "审查", _client("scjg-reviewer"), ("/office/", *((f"/office/{case}/",) if case else ()))
    yield "决定", _client("scjg-chief"), ("/office/",)
    figures = (
        "/watch/figures/",
        "/watch/figures/finished/",
        f"/watch/figures/finished/rows/?first={month}",
        "/watch/figures/finished_on_time/?by=item",
        "/watch/figures/materials_spared/",
        f"/watch/figures/materials_spared/rows/?first={month}",
    )
    yield (
        "监督",
        _client("jcs-officer"),
        ("/watch/", "/watch/lights/?light=green", "/watch/warnings/", *figures, "/watch/board/"),
    )
    yield "事项", _client("editor"), ("/manage/items/", "/manage/items/small-food-shop/")
    yield "系统", _client("system-officer"), ("/manage/",)


def _client(who: str | None) -> Any:
    """Return a client signed in as a citizen by name, a post by code, or nobody."""
    from django.test import Client

    from tongban.doors.visiting import COOKIE
    from tongban.rooms import clock
    from tongban.rooms.people import actions as people
    from tongban.rooms.people import queries

    client = Client()
    if who is None:
        return client
    post = queries.post_coded("990127", who)
    if post is None:
        person = queries.named("990127", who)[0]
        account = people.open_account("990127", f"demo:{person.id}", actor="house", person_id=person.id)
        entered = people.sign_in(account, way="code")
    else:
        holder = queries.powers().holder(post.id, clock.today())
        assert holder is not None
        account = people.open_account("990127", f"staff:{holder.number}", actor="house", staff_id=holder.id)
        entered = people.sign_in(account, way="password", post_id=post.id)
    client.cookies[COOKIE] = entered.secret
    return client


def _open(role: str, client: Any, address: str) -> Opened:
    from django.db import connection

    seen = 0

    def count(execute: Any, *given: Any) -> Any:
        nonlocal seen
        seen += 1
        return execute(*given)

    client.get(address, follow=True)
    with connection.execute_wrapper(count):
        answer = client.get(address, follow=True)
    times = []
    for _ in range(OPENED):
        began = time.perf_counter()
        client.get(address, follow=True)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    size = len(answer.content) if not answer.streaming else 0
    return Opened(role, address, answer.status_code, statistics.median(times), times[-1], seen, size)
