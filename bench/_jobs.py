"""The questions of an ordinary day, asked through the rooms as the doors ask them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

COUNTY = "990127"
#: Post of the ordinary clerk, and of who supervises.
CLERK, OFFICER = "scjg-reviewer", "jcs-officer"


@dataclass(frozen=True)
class Job:
    """One question."""

    name: str
    #: What people call it.
    label: str
    #: Asks it and returns how many rows came.  The number says of whom: the same one asks the same again.
    ask: Callable[[int], int]
    #: Counts over a period: asked fewer times, and by one user only.
    heavy: bool = False


def jobs(persons: int, seed: int = 1) -> list[Job]:
    """Return the questions, asked of other persons and cases at each turn."""
    from bench._many import CASES_A_PERSON, person_id, phone_of
    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries import desk, mine, searching, seeing, sweeping
    from tongban.rooms.casework.queries.lanes import Narrowed
    from tongban.rooms.people import queries as people
    from tongban.rooms.supervision import queries as supervision

    today, clerk = clock.today(), post(CLERK)
    numbers = _some("number FROM casework_case", "number IS NOT NULL", persons * CASES_A_PERSON, seed)
    strangers = _some("name FROM people_person", "phone_hash IS NOT NULL", persons, seed)
    hers = _names_seen(clerk, persons * CASES_A_PERSON, seed)

    def chosen(turn: int) -> int:
        return Random(f"{seed}:{turn}").randrange(persons)

    def my_cases(turn: int) -> int:
        who = casework.person(person_id(chosen(turn)))
        return len(mine.my_cases(who, [who.id], most=20))

    def my_waiting(turn: int) -> int:
        who = casework.person(person_id(chosen(turn)))
        return len(mine.waiting_for(who, [who.id]))

    def on_desk(**narrowed: Any) -> int:
        sight = desk.sight_of(clerk)
        tabs = [tab for tab in desk.tabs_of(sight) if tab in desk.MINE]
        return len(desk.on_desk(sight, tabs, Narrowed(**narrowed)).lines)

    def api_list(**narrowed: Any) -> int:
        return len(seeing.lines(clerk, COUNTY, after=None, most=20, **narrowed)[0])

    def by_number(turn: int) -> int:
        return int(desk.numbered(desk.sight_of(clerk), numbers[turn % len(numbers)]) is not None)

    def named(name: str) -> int:
        return len(searching.of_name(desk.sight_of(clerk), name).lines)

    def by_name(turn: int) -> int:
        return named(hers[turn % len(hers)])

    def by_strangers_name(turn: int) -> int:
        return named(strangers[turn % len(strangers)])

    def by_phone(turn: int) -> int:
        sight = desk.sight_of(clerk)
        found = people.holder_of_phone(COUNTY, phone_of(chosen(turn)))
        return len(searching.of_applicants(sight, [one.id for one in found]))

    def sweep(_: int) -> int:
        return casework.sweep().acted

    def missed(_: int) -> int:
        return sweeping.missed_moments(clock.now())[0]

    def lights(_: int) -> int:
        return len(supervision.lights(COUNTY))

    def lit(_: int) -> int:
        return len(supervision.lit_cases(COUNTY, supervision.Light.RED, most=20))

    def month(_: int) -> int:
        first = months(today, 2)[0]
        return int(supervision.figure("finished_on_time", COUNTY, *first).denominator or 0)

    def years(_: int) -> int:
        return len(supervision.course("finished", COUNTY, months(today, 36)))

    return [
        Job("mine", "我的办件", my_cases),
        Job("mine_waiting", "我的待办", my_waiting),
        Job("desk", "桌面（待办）", lambda _: on_desk()),
        Job("desk_red", "桌面，只看超期", lambda _: on_desk(light="red")),
        Job("api_list", "接口列表", lambda _: api_list()),
        Job("api_list_state", "接口列表，一种状态", lambda _: api_list(state="accepted")),
        Job("number", "按办件编号查", by_number),
        Job("name", "按姓名查，有本岗位的办件", by_name),
        Job("name_stranger", "按姓名查，任何人", by_strangers_name),
        Job("phone", "按电话查", by_phone),
        Job("sweep_idle", "期限巡查，无到期", sweep),
        Job("missed", "到期未办的个数", missed),
        Job("lit", "监督：红灯前 20 件", lit),
        Job("lights", "监督：红黄绿灯计数", lights, heavy=True),
        Job("months36", "36 个月的指标，照汇总", years),
        Job("month", "一个月的指标，逐件数", month, heavy=True),
    ]


def _some(what: str, where: str, rows: int, seed: int) -> list[Any]:
    """Return some hundreds from all over a table of so many rows; their pages are touched by it, no index is."""
    from django.db import connection

    share = min(100.0, 100 * 20_000 / rows)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what} TABLESAMPLE SYSTEM ({share}) REPEATABLE ({seed}) WHERE {where}")
        found = [row[0] for row in cursor.fetchall()]
    return Random(seed).sample(found, min(400, len(found)))


def _names_seen(clerk: Any, cases: int, seed: int) -> list[str]:
    """Return names of applicants of whom this post may see a case, from all over the table."""
    from tongban.rooms.casework.queries import desk
    from tongban.rooms.people import queries as people

    sight = desk.sight_of(clerk)
    units = ", ".join(f"'{unit}'" for unit in sorted(sight.units))
    hers = desk.lines_of(sight, _some("id FROM casework_case", f"unit IN ({units})", cases, seed))
    known = people.persons_by_id(one.applicant_id for one in hers if one.applicant_id)
    names = sorted({one.name for one in known.values()})
    return Random(seed).sample(names, len(names))


def post(code: str) -> Any:
    """Return who holds this post today, as somebody who acts."""
    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import queries as people

    found = people.post_coded(COUNTY, code)
    assert found is not None, code
    holder = people.powers().holder(found.id, clock.today())
    assert holder is not None, code
    return casework.staff(holder.id, found.id)


def months(today: date, count: int) -> list[tuple[date, date]]:
    """Return so many calendar months, the last one that of ``today``."""
    begun = today.year * 12 + today.month - 1
    firsts = [date(n // 12, n % 12 + 1, 1) for n in range(begun - count + 1, begun + 2)]
    return [(first, after - timedelta(days=1)) for first, after in pairwise(firsts)]
