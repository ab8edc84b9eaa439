"""查找: cases by whose they are.  However many namesakes there are, only what a page shows leaves the database."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms.casework.queries.desk import DeskLine, Found, lines_for
from tongban.rooms.casework.queries.lanes import COLUMNS, Row
from tongban.rooms.casework.queries.reach import reached
from tongban.rooms.casework.queries.seeing import Sight, seen_by_staff

#: So many persons of one name are looked at, those registered last; a county of a million has some hundreds of its
#: commonest name.
NAMESAKES = 1_000

# One more than are looked at, so that it is known whether there are more.
_OF_NAME = """
SELECT p.id FROM people_person p WHERE p.county = %(county)s AND p.name = %(name)s AND p.merged_into_id IS NULL
ORDER BY p.id DESC LIMIT {persons}
"""
_ONE_OF = """
SELECT DISTINCT coalesce(p.merged_into_id, p.id) AS id FROM people_person p
WHERE p.id = ANY(ARRAY(SELECT jsonb_array_elements_text(%(who)s::jsonb)::uuid))
"""
# Of each person the latest, by the index of applicants, in which the unit stands as well: of cases of other units no
# row is read.  Cases of one moment (parts of a bundle) are taken together, so that pages neither double nor lose one.
# What was never filed, a draft taken back too, is nobody's to find.  The county is the person's: asked of the case as
# well, the index of all its cases by the day of filing would do for their order, and all of it might be walked.
_FOUND = """
WITH who AS MATERIALIZED ({who}), records AS (
    SELECT id FROM (SELECT id FROM who LIMIT {persons}) one
    UNION ALL
    SELECT p.id FROM who JOIN people_person p ON p.merged_into_id = who.id AND p.merged_into_id IS NOT NULL
)
SELECT counted.persons, {columns} FROM (SELECT count(*) AS persons FROM who) counted LEFT JOIN (
    SELECT c.* FROM records CROSS JOIN LATERAL (
        SELECT c.* FROM casework_case c
        WHERE c.applicant_id = records.id AND c.filed_at IS NOT NULL{seen}
        ORDER BY c.filed_at DESC FETCH FIRST (%(looked)s) ROWS WITH TIES
    ) c
    ORDER BY c.filed_at DESC, c.id DESC OFFSET %(skip)s LIMIT %(page)s
) c ON true
ORDER BY c.filed_at DESC, c.id DESC
"""


def of_name(sight: Sight, name: str, *, skip: int = 0, most: int = 20) -> Found:
    """Return the latest cases of persons of exactly this name that may be seen from this post, newest first.

    ``most`` behind the first ``skip``; those from which she must stand back are left out, so a page may hold fewer.
    Five queries at most, however many namesakes.
    """
    return _found(sight, _OF_NAME.format(persons=NAMESAKES + 1), {"name": name.strip()}, skip, most)


def of_applicants(sight: Sight, applicants: Sequence[UUID], *, most: int = 20) -> tuple[DeskLine, ...]:
    """Return the latest cases of these persons, under whichever record, that may be seen from this post, newest first.

    Those from which she must stand back are left out of ``most``.  Five queries at most.
    """
    asked = {"who": json.dumps([str(one) for one in applicants])}
    return _found(sight, _ONE_OF, asked, 0, most).lines


def _found(sight: Sight, who: str, asked: dict[str, Any], skip: int, most: int) -> Found:
    seen = reached(sight)
    if seen is None:
        return Found()
    where, values = seen
    sql = _FOUND.format(who=who, persons=NAMESAKES, columns=COLUMNS, seen=where)
    page = {"skip": skip, "page": most + 1, "looked": skip + most + 1}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"county": sight.actor.county, **values, **asked, **page})
        told = cursor.fetchall()
    rows = [Row(*row) for _, *row in told if row[0] is not None]
    may = seen_by_staff(sight, rows[:most]) if rows else frozenset()
    lines = lines_for(sight.day, [row for row in rows[:most] if row.id in may])
    return Found(lines, len(rows) > most, told[0][0] > NAMESAKES)
