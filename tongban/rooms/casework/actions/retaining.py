"""到期清除: what was written in drafts nobody filed, and in cases closed long ago, goes with its key."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from tongban.rooms.casework.actions.filling import discard_draft
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.models import CaseKey
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused

_DRAFTS = """
SELECT id FROM casework_case c WHERE state = 'draft' AND NOT EXISTS (
    SELECT 1 FROM ledger_entry e WHERE e.subject_kind = 'case' AND e.subject_id = c.id AND e.at >= %s)
ORDER BY id LIMIT %s
"""
_CLOSED = """
SELECT c.id FROM casework_case c JOIN casework_casekey k ON k.case_id = c.id
WHERE c.closed_at < %s ORDER BY c.id LIMIT %s
"""


def old_drafts(before: datetime, most: int) -> tuple[UUID, ...]:
    """Return drafts that nobody has saved since, oldest first.  One query."""
    return _ids(_DRAFTS, before, most)


def old_texts(before: datetime, most: int) -> tuple[UUID, ...]:
    """Return cases closed before, whose texts can still be read, oldest first.  One query."""
    return _ids(_CLOSED, before, most)


def discard_old_drafts(before: datetime, most: int) -> int:
    """Discard drafts that nobody has saved since ``before``; returns how many.  Each is a step of its journal."""
    done = 0
    for case_id in old_drafts(before, most):
        try:
            discard_draft(case_id, Who("house"))
        except Refused:  # filed or saved at this moment: then it is not old any more
            continue
        done += 1
    return done


def erase_old_texts(before: datetime, most: int) -> int:
    """Drop the keys of cases closed before; returns how many.  Row, journal, documents and numbers stay."""
    done = 0
    for case_id in old_texts(before, most):
        with transaction.atomic():
            if CaseKey.objects.filter(case_id=case_id).delete()[0]:
                body = {"case": case_id, "closed_before": before}
                # A stream of its own: that of the case folds to its row, and the row has not changed.
                ledger.record("retention", uuid7(), "erase_texts", "house", body, county=case_county(case_id), new=True)
                done += 1
    return done


def case_county(case_id: UUID) -> str:
    """Return the county of a case.  One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT county FROM casework_case WHERE id = %s", [case_id])
        found = cursor.fetchone()
    return str(found[0]) if found else ""


def _ids(query: str, before: datetime, most: int) -> tuple[UUID, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, [before, most])
        return tuple(UUID(str(row[0])) for row in cursor.fetchall())
