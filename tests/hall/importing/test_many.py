"""Ten thousand old licences: one transaction, bounded memory, a stated time."""

import csv
import time
import tracemalloc
from datetime import date

from tests.rooms.people.sample import citizen, firm_code

ROWS = 10_000
#: Seconds on two cores that others use as well; alone it takes about half.
LIMIT = 180
#: Megabytes that Python may hold more at the end than at the beginning, at the highest.
MEMORY = 60


def table(path, rows: int):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        heading = ["证照种类", "证照编号", "持有人", "证件号码", "发证单位", "发证日期", "有效期止"]
        writer.writerow([*heading, "经营者名称", "经营场所", "主体业态", "经营项目"])
        for n in range(rows):
            who = (
                (f"示例县第{n}示例店", firm_code(n + 100))
                if n % 2
                else (f"示例{n}", citizen(date(1960 + n // 1000, 1, 1), n % 1000))
            )
            kept = ["食品经营许可证", f"JY{n:014d}", *who, "scjg", "2023-05-10", "2028-05-09"]
            writer.writerow([*kept, f"示例店{n}", "示例路 1 号", "餐饮", "热食"])
    return path


def test_ten_thousand_licences(own_county, bring, tmp_path):
    from tongban.rooms.licences import queries

    path = table(tmp_path / "many.csv", ROWS)
    with own_county.at(2026, 3, 2):
        tracemalloc.start()
        start = time.monotonic()
        result = bring("licences", path)
        seconds = time.monotonic() - start
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        start = time.monotonic()
        again = bring("licences", path)
        seconds_again = time.monotonic() - start
    print(seconds, seconds_again, peak)
    assert (result.status, again.status) == (0, 0)
    assert queries.counts("990127")["food-business-licence"] == ROWS
