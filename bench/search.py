"""找事项 over lists of several sizes: the county's items with altered names, in an index made as the rooms make it."""

import argparse
import statistics
import time
from dataclasses import replace
from random import Random
from typing import Any

#: What people type: names, how they say it, letters, a slip, and something that is nowhere.
WORDS = (
    "小餐饮",
    "身份证丢了",
    "营业执照",
    "开饭店",
    "xcy",
    "yingyezhizhao",
    "排水许可",
    "公租房申青",
    "新生儿",
    "没有的事",
)
#: Put before a name, so that no two items are called alike.
_ALTERED = (
    "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳"
)


def main(args: argparse.Namespace) -> int:
    """Make the lists, ask, print a table, write JSON."""
    from bench._county import bench_database, warm_county
    from bench._telling import tell
    from tongban.rooms import clock
    from tongban.rooms.catalogue.queries import finding

    with bench_database():
        county, day = warm_county().county, clock.today()
        seed = list(finding._rows(county, day))
        rows = [_size(size, seed, county, day, args.rounds) for size in args.items]
    print(f"{'事项':>8}{'建索引 秒':>10}{'中位数 ms':>10}{'最快 ms':>9}{'最慢 ms':>9}{'扫名称 ms':>10}")
    for row in rows:
        print(
            f"{row['items']:>8,}{row['made_s']:>10.2f}{row['median_ms']:>10.2f}{row['quickest_ms']:>9.2f}"
            f"{row['slowest_ms']:>9.2f}{row['names_ms']:>10.2f}"
        )
    more, longer = (rows[-1][name] / rows[0][name] for name in ("items", "median_ms"))
    print(f"{more:.0f} 倍的事项，{longer:.1f} 倍的时间")
    tell(args, "search", rows=rows)
    return 0


def _size(size: int, seed: list[Any], county: str, day: Any, rounds: int) -> dict[str, Any]:
    """Ask a list of ``size`` items; beside it the baseline: whether a word stands in a name, name after name."""
    from tongban.rooms.catalogue.models import CatalogueMark
    from tongban.rooms.catalogue.queries import finding

    began = time.perf_counter()
    index = finding._Index(_altered(seed, size))
    made = time.perf_counter() - began
    mark = CatalogueMark.objects.values_list("mark", flat=True).filter(county=county).first()
    finding._kept[county] = ((mark, day), index)
    try:
        finding.find(county, day, "xcy")  # what sounds alike is made at the first letters
        spent, names = [], []
        for _ in range(rounds):
            for words in WORDS:
                began = time.perf_counter()
                finding.find(county, day, words)
                spent.append((time.perf_counter() - began) * 1000)
                began = time.perf_counter()
                [one for one in index.names if words in one]
                names.append((time.perf_counter() - began) * 1000)
    finally:
        del finding._kept[county]
    return {
        "items": size,
        "made_s": made,
        "median_ms": statistics.median(spent),
        "quickest_ms": min(spent),
        "slowest_ms": max(spent),
        "names_ms": statistics.median(names),
    }


def _altered(seed: list[Any], size: int) -> list[Any]:
    rng = Random(5)
    made = list(seed[:size])
    while len(made) < size:
        row, item, parent = rng.choice(seed)
        name = "".join(rng.choices(_ALTERED, k=3)) + item.name
        code = f"{row.code}-{len(made)}"
        made.append((replace(row, name=name, code=code), replace(item, name=name, code=code), parent))
    return made
