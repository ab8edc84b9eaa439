"""Months of history for a simulated county, loaded by COPY.

Some hundred cases are acted out through the real actions at the beginning of the history.  Those that went the common
ways are then told again on other days, by other people: the same steps after as many working days, with ids, numbers,
keys and hashes of their own, and every limit counted anew.  Bundles, publications and cases that used an old licence
are not repeated; papers are not made, for a history has none; decisions wait for the next issue to be made public.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tongban.hall.county.profiles import Profile
from tongban.hall.county.retelling import Retold, Teller, templates
from tongban.hall.county.simulation import Simulation
from tongban.rooms import calendars
from tongban.rooms.ledger import loading
from tongban.rulebook.errors import Refused

#: Cases that are acted out to be told again, at most, and for how many working days they are followed.
_ACTED, _FOLLOWED = 240, 15
#: Cases copied at a time.
_BATCH = 400


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a history brought."""

    first: date
    last: date
    cases: int
    entries: int
    #: Cases that were acted out, and how many of them could be told again.
    acted: int
    templates: int


def load_history(
    first: date,
    last: date,
    *,
    seed: int,
    per_day: int,
    county: str,
    knobs: Profile,
    progress: Callable[[int, int], None] | None = None,
) -> Loaded:
    """Load the cases of the working days from ``first`` to ``last``, both included; all of them are over by then.

    Raises ``Refused``: ``history_short``, ``not_a_demo``.
    """
    days = _working_days(first, last)
    if len(days) <= _FOLLOWED:
        raise Refused("history_short", f"历史至少要有 {_FOLLOWED + 1} 个工作日。请把月数加大。")
    acting = Simulation(seed=seed, per_day=max(20, min(per_day, _ACTED)), start=first, county=county, knobs=knobs)
    acted = acting.run(_FOLLOWED, arrivals=1)
    found = templates(county, first)
    if not found:
        raise Refused("history_short", "没有办结的办件可以作历史的样本。请加大每天的件数。")
    teller = Teller(county, acting.persons, acting.firms)
    rng = Random(f"{seed}:history")
    total, cases, entries = per_day * (len(days) - 1), 0, 0
    batch: list[Retold] = []
    for at, day in enumerate(days[1:], start=1):
        # Only what is over when the history ends: its last days see the quick ones.
        fitting = [one for one in found if at + one.span < len(days)]
        for _ in range(per_day if fitting else 0):
            batch.append(teller.tell(rng.choice(fitting), day, rng))
            if len(batch) == _BATCH:
                entries += _load(teller, batch)
                cases += len(batch)
                batch = []
                if progress is not None:
                    progress(cases, total)
    entries += _load(teller, batch)
    return Loaded(days[0], days[-1], cases + len(batch), entries, acted.filed, len(found))


def _load(teller: Teller, batch: list[Retold]) -> int:
    """Copy a handful of cases; returns how many entries they have."""
    rows: dict[str, list[dict[str, object]]] = {}
    for one in batch:
        for table, some in one.rows.items():
            rows.setdefault(table, []).extend(some)
    loading.load({table: rows[table] for table in teller.order if table in rows}, teller.registers)
    return len(rows.get("ledger_entry", ()))


def _working_days(first: date, last: date) -> list[date]:
    calendar = calendars.calendar()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if calendar.is_workday(day)]


def months_before(day: date, months: int) -> date:
    """Return the same day of the month so many months before, or the last one there is."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))
