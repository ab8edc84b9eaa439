"""Sealed licences a second: composed, typeset, sealed and kept, by one process on one core."""

import argparse
import time
from uuid import UUID


def main(args: argparse.Namespace) -> int:
    """Carry cases to their licence, then seal what they owe, print, write JSON."""
    from bench._county import Carrier, bench_database, warm_county
    from bench._telling import tell
    from tongban.hall.postman.keeping import Drained, keep
    from tongban.rooms.ledger import actions as ledger

    with bench_database():
        carrier = Carrier(warm_county())
        for _ in range(args.count):
            carrier.lifecycle()
        done = Drained()
        first = ledger.claim(2, kinds=("document",))
        for promise in first:  # loads font, keys and seals
            keep(promise)
        began, worked = time.perf_counter(), time.process_time()
        sealed: list[UUID] = []
        while claimed := ledger.claim(20, kinds=("document",)):
            for promise in claimed:
                trouble = keep(promise)
                if trouble:
                    done.troubled[promise.kind, trouble] += 1
                else:
                    sealed.append(promise.id)
        spent, worked = time.perf_counter() - began, time.process_time() - worked
    pace, per_core = len(sealed) / spent, len(sealed) / worked
    print(f"盖章文书 {len(sealed)} 份，未成 {done.troubled.total()} 份")
    print(f"每秒 {pace:.1f} 份；每核每秒 {per_core:.1f} 份（按本进程的处理器时间，邻居不影响它多少）")
    tell(args, "documents", sealed=len(sealed), per_second=pace, per_core_second=per_core)
    return int(bool(done.troubled))
