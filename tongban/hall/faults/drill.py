"""One drill from opening the county to the table at the end."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from tongban.hall.faults.county import RECOVERY, RunningCounty, Stuck
from tongban.hall.faults.facts import Found, check, check_at_rest, wait_for_the_law
from tongban.hall.faults.troubles import KILLS, TROUBLES, Trouble, back_up, clock_days, clock_year, heal, restore


def drill(folder: Path, seed: int, seconds: float, say: Callable[[str], None] = print) -> bool:
    """Hurt a running county for so long, then let it rest and print what came of it; False: lost, doubled or wrong.

    Every kind of trouble comes at least once, however slow the machine is.
    """
    found, befell, kills = Found(), Counter[str](), Counter[str]()
    luck = Random(seed)
    say(f"种子 {seed}：示例县开张，故障从现在起持续 {seconds / 60:.0f} 分钟。")
    with RunningCounty(folder, seed) as county:
        try:
            county.wait_until_working()
            _hurt(county, luck, time.monotonic() + seconds, found, befell, kills, say)
            _rest(county, found, say)
        except Stuck as stuck:
            found.add("wrong", str(stuck))
        told = county.told()
    for title, counts in (("杀掉（kill -9）", kills), ("其他故障", befell), ("核对", found.checked)):
        say(f"\n{title}，共 {counts.total()} 次")
        for name, count in counts.most_common():
            say(f"{name:　<16}{count:>7}")
    codes = "；".join(f"{code} {n}" for code, n in Counter(told.refused.values()).most_common())
    say(f"\n请求 {len(told.asked)}，已答复 {len(told.done)}，拒绝 {len(told.refused)}{f'（{codes}）' if codes else ''}")
    for sentence in found.sentences[:20]:
        say(f"  ✗ {sentence}")
    say(f"丢失 {found.lost}，重复 {found.doubled}，其他不符 {found.wrong}。")
    return found.is_good


def _hurt(
    county: RunningCounty,
    luck: Random,
    end: float,
    found: Found,
    befell: Counter[str],
    kills: Counter[str],
    say: Callable[[str], None],
) -> None:
    """Every kind once, in an order of the seed's, and then kills and others by turns; after each the facts."""
    waiting = first_round(luck)
    while (waiting or time.monotonic() < end) and found.is_good:
        trouble = waiting.pop(0) if waiting else luck.choice(KILLS if luck.random() < 0.6 else TROUBLES[:-1])
        time.sleep(luck.random())
        began = time.monotonic()
        name = trouble(county, luck, found)
        (kills if trouble in KILLS else befell)[name] += 1
        county.wait_until_working()
        told = county.told()
        check(told, found)
        say(f"　{name}：{time.monotonic() - began:.1f} 秒后照常，已答复 {len(told.done)} 步")


def first_round(luck: Random) -> list[Trouble]:
    """Return every kind once; the year ends before days are leapt over, so from one whose holidays are known."""
    waiting = luck.sample(TROUBLES[:-1], len(TROUBLES) - 1)
    waiting.insert(waiting.index(clock_days), clock_year)
    return waiting


def _rest(county: RunningCounty, found: Found, say: Callable[[str], None]) -> None:
    """Back up at work; then everybody gets his answer, the law and the postman what is theirs; then restore."""
    say("　边办件边备份。")
    known = back_up(county)
    say("　所有人停手，等投递员兑现全部承诺，最后核对。")
    heal()
    county.wait_until_working()
    county.finish()
    if not wait_for_the_law(RECOVERY):
        found.add("wrong", "演练结束后仍有届满的期限没有处理。")
    began = time.monotonic()
    county.drain()
    say(f"　{time.monotonic() - began:.0f} 秒后承诺都已兑现或到了时限。")
    check_at_rest(county.told(), found)
    say("　把备份恢复到空目录，在那里核对。")
    restore(county, known, found)
