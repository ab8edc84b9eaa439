"""The reader that keeps sums of days behind a mark in the journal."""

from django.db import connection, transaction

from tongban.rooms.supervision.models import Cell, Mark
from tongban.rooms.supervision.queries.standing import Sums, add, everyone, moved, sums_as_of


@transaction.atomic
def sum_up(county: str) -> int:
    """Bring the sums of a county up to the oldest transaction still at work; returns how many cells changed.

    Mark and cells move in one transaction, so nothing is added twice.  Two readers wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sum_up'), hashtext(%s))", [county])
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (bound,) = cursor.fetchone()
    mark = Mark.objects.filter(county=county).values_list("xact", flat=True).first()
    if mark is not None and mark > bound:  # restored into another server: begin anew
        Cell.objects.filter(county=county).delete()
        mark = None
    changed: Sums = {}
    if mark is None:
        for some in everyone(county):
            add(changed, sums_as_of(some, bound))
    else:
        since = moved(county, mark, bound)
        add(changed, sums_as_of(since, bound))
        add(changed, sums_as_of(since, mark), -1)
    rows = [(county, *key, *sums) for key, sums in changed.items() if any(sums)]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO supervision_cell (county, code, unit, day, above, below) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (county, code, unit, day) DO UPDATE SET above = supervision_cell.above + excluded.above,"
            " below = supervision_cell.below + excluded.below",
            rows,
        )
    Mark.objects.update_or_create(county=county, defaults={"xact": bound})
    return len(rows)
