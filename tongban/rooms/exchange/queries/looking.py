"""谁看了我的数据: every call about somebody, as she herself sees it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from tongban.rooms.exchange.models import CallLog, Resource
from tongban.rooms.people import queries as people


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody asked a source about her."""

    at: datetime
    #: The unit that asked, and who of it: as the journal names him, never by name.
    unit: str
    who: str
    #: Code and name of the resource.
    resource: str
    resource_name: str
    fields: tuple[str, ...]
    #: Why: the purpose stated, or the case it was asked for.
    purpose: str
    #: None where it was not for a case.
    case_id: UUID | None
    case_number: str
    #: ``found``: these fields were told; ``missing``, ``down``, ``asked``, ``refused``: nothing was.
    outcome: str

    @property
    def told(self) -> bool:
        """Whether anything of hers left the source."""
        return self.outcome == "found"


def looks(person_id: UUID, *, most: int = 100) -> tuple[Look, ...]:
    """Return who asked about a person or an organisation, refused calls too, the latest first.

    Four queries for any number.  What is known under records merged with hers is among them.
    """
    hashes = people.number_hashes(person_id)
    rows = list(CallLog.objects.filter(about__in=hashes).order_by("-at", "-id")[:most]) if hashes else []
    numbers = _numbers([row.case_id for row in rows if row.case_id])
    names = dict(Resource.objects.filter(id__in={row.resource_id for row in rows}).values_list("id", "name"))
    return tuple(
        Look(
            at=row.at,
            unit=row.unit,
            who=row.who,
            resource=row.resource_code,
            resource_name=names.get(row.resource_id, "") if row.resource_id else "",
            fields=tuple(row.fields),
            purpose=row.purpose,
            case_id=row.case_id,
            case_number=numbers.get(row.case_id, "") if row.case_id else "",
            outcome=row.outcome,
        )
        for row in rows
    )


def _numbers(case_ids: list[UUID]) -> dict[UUID, str]:
    if not case_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, coalesce(number, '') FROM casework_case WHERE id = ANY(%s)", [case_ids])
        return {UUID(str(row[0])): row[1] for row in cursor.fetchall()}
