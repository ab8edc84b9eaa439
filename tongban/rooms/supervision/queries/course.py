"""How a figure went over many periods: sums of days kept behind a mark in the journal, and what moved since.

A figure is the sum kept + what the cases moved since add now - what they added at the mark.  What was corrected late
moves its case like anything else, so the days it belonged to are put right.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection

from tongban.rooms.supervision.queries.facts import COUNTED_OVER, alike
from tongban.rooms.supervision.queries.figures import figures_over, unnamed
from tongban.rooms.supervision.queries.scope import Scope
from tongban.rooms.supervision.queries.standing import ALL, Sums, add, moved, sums_as_of
from tongban.rulebook.indicators import ADDS_ON, Figure, compute, summed

#: All units of a day are added first: a period then looks at its days and not at each of their cells.
#: The mark belongs to this server: after a restore into another one transactions may count from lower.
_KEPT = """
WITH days AS MATERIALIZED (
    SELECT code, day, sum(above) AS above, sum(below) AS below FROM supervision_cell
    WHERE county = %(county)s AND code = ANY(%(codes)s) AND (%(unit)s::text IS NULL OR unit = %(unit)s)
        AND day >= %(first)s AND day <= %(last)s
    GROUP BY code, day
)
SELECT m.xact, f.code, s.no, coalesce(sum(d.above), 0)::bigint, coalesce(sum(d.below), 0)::bigint
FROM supervision_mark m
CROSS JOIN unnest(%(codes)s::text[]) AS f(code)
CROSS JOIN unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY AS s(first, last, no)
LEFT JOIN days d ON d.code = f.code AND d.day >= s.first AND d.day <= s.last
WHERE m.county = %(county)s AND m.xact <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
GROUP BY m.xact, f.code, s.no ORDER BY f.code, s.no
"""


def course(
    code: str, county: str, spans: Sequence[tuple[date, date]], *, unit: str | None = None
) -> tuple[Figure, ...]:
    """Return one figure for each of these periods, as ``figures_over`` counts it, but its rows are not named.

    From the sums kept where the figure adds up day by day (``ADDS_ON``): four queries, however long the periods.  All
    others, and a county nobody has summed yet, are counted.
    """
    if code in ADDS_ON and (found := _summed((code,), county, spans, unit)):
        return found[code]
    return figures_over(code, county, spans, unit=unit)


def totals(
    county: str, first: date, last: date, codes: Iterable[str] = COUNTED_OVER, *, unit: str | None = None
) -> dict[str, Figure]:
    """Return figures of one period by code, as ``figures`` counts them, but their rows are not named.

    From the sums kept where there are some (four queries), the others counted from rows alike (five at most).
    """
    asked = tuple(codes)
    kept = _summed(tuple(code for code in asked if code in ADDS_ON), county, [(first, last)], unit)
    facts = alike(Scope(county, first, last, unit), (code for code in asked if code not in kept))
    return {code: kept[code][0] if code in kept else unnamed(compute(code, facts)) for code in asked}


def _summed(
    codes: Sequence[str], county: str, spans: Sequence[tuple[date, date]], unit: str | None
) -> dict[str, tuple[Figure, ...]]:
    """Return figures that add up, for each of these periods; nothing where nobody has summed yet."""
    if not codes:
        return {}
    values = {
        "codes": list(codes),
        "county": county,
        "unit": unit,
        "firsts": [first for first, _ in spans],
        "lasts": [last for _, last in spans],
        "first": min(first for first, _ in spans),
        "last": max(last for _, last in spans),
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, values)
        kept = cursor.fetchall()
    if not kept:
        return {}
    tail = _tail(county, int(kept[0][0]))
    found: dict[str, list[Figure]] = {code: [] for code in codes}
    for _, code, no, above, below in kept:
        first, last = spans[no - 1]
        for (of, whose, day), (more, under) in tail.items():
            if of == code and first <= day <= last and unit in (None, whose):
                above, below = above + more, below + under
        found[code].append(summed(code, int(above), int(below)))
    return {code: tuple(some) for code, some in found.items()}


def _tail(county: str, mark: int) -> Sums:
    """Return what has changed since the mark.  Three queries for up to two thousand cases."""
    since = moved(county, mark)
    changed = sums_as_of(since, ALL)
    add(changed, sums_as_of(since, mark), -1)
    return changed
