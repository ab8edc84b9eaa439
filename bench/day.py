"""A peak day: so many cases carried by several processes through all their steps, sealing apart.

Then the documents owed are sealed by one process for a while, and how long the rest takes is worked out from its pace.
"""

import argparse
import multiprocessing
import time
from typing import Any

#: Seconds of sealing watched.
_WATCHED = 20.0


def main(args: argparse.Namespace) -> int:
    """Carry them, count by rows, watch the backlog drain, print, write JSON."""
    from django.db import connection

    from bench._county import bench_database, warm_county
    from bench._telling import tell
    from tongban.hall.postman.keeping import Drained, keep_some
    from tongban.rooms.ledger import queries as ledger

    with bench_database() as name:
        place = warm_county()
        connection.close()
        edges = [args.cases * n // args.processes for n in range(args.processes + 1)]
        context = multiprocessing.get_context("spawn")
        with context.Pool(args.processes, _enter, (name, place)) as pool:
            pool.map(_carry, [1] * args.processes, chunksize=1)  # everybody is there and warm
            before = _delivered()
            began = time.monotonic()
            pool.map(_carry, [edges[n + 1] - edges[n] for n in range(args.processes)], chunksize=1)
            spent = time.monotonic() - began
        carried = _delivered() - before
        backlog = ledger.waiting("document")
        keep_some(Drained(), ("document",))  # loads font and keys
        left, began = ledger.waiting("document"), time.monotonic()
        while time.monotonic() - began < _WATCHED and keep_some(Drained(), ("document",)):
            pass
        pace = (left - ledger.waiting("document")) / (time.monotonic() - began)
    drain = backlog / pace if pace else float("inf")
    print(f"{carried} 件六步办完，{args.processes} 个进程：{spent:.1f} 秒，每秒 {carried / spent:.1f} 件")
    print(f"照此 20000 件要 {20_000 * spent / max(carried, 1) / 60:.1f} 分钟（不含盖章）")
    print(f"待盖章 {backlog} 份；一个进程每秒盖 {pace:.1f} 份，清完要 {drain / 60:.1f} 分钟")
    tell(args, "day", carried=carried, seconds=spent, backlog=backlog, sealed_per_second=pace, drain_seconds=drain)
    return int(carried != args.cases)


def _enter(name: str, place: Any) -> None:
    global _carrier
    from bench._county import Carrier, enter

    enter(name)
    _carrier = Carrier(place)


_carrier: Any = None


def _carry(count: int) -> None:
    for _ in range(count):
        _carrier.lifecycle()


def _delivered() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM casework_case c JOIN ratings_rating r ON r.act_id = c.id WHERE c.state = 'issued'"
        )
        return int(cursor.fetchone()[0])
