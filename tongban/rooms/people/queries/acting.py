"""For whom somebody may act today: herself, her wards, the organisations she stands for, who gave her a mandate."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tongban.rooms.people.models import Guardian, Mandate, Person, Relation
from tongban.rooms.people.queries.persons import on_day, same_person


@dataclass(frozen=True, slots=True)
class Represented:
    """Somebody for whom somebody acts."""

    person_id: UUID
    name: str
    #: ``natural``, ``legal`` or ``agency``.
    kind: str
    #: ``guardian``, ``representative`` or ``agent``.
    capacity: str
    #: Of an agent: item codes, or the single ``*``; empty for the others, who need no mandate.
    items: tuple[str, ...] = ()
    #: Of an agent: what the mandate lets her do.
    powers: tuple[str, ...] = ()
    until: date | None = None

    def covers(self, item_code: str) -> bool:
        """Whether an application for this item may be filed for her."""
        if self.capacity != "agent":
            return True
        return "file" in self.powers and ("*" in self.items or item_code in self.items)


def acts_for(person_id: UUID, day: date) -> tuple[Represented, ...]:
    """Return for whom this person may act on ``day``: wards, then organisations, then principals.  Three queries."""
    wards = Guardian.objects.filter(same_person("guardian", person_id), on_day(day)).select_related("ward__merged_into")
    firms = Relation.objects.filter(same_person("first", person_id), on_day(day), kind="represents").select_related(
        "second__merged_into"
    )
    mandates = (
        Mandate.objects.filter(same_person("agent", person_id), valid_from__lte=day, valid_until__gte=day)
        .filter(revoked_at=None, confirmed_at__isnull=False)
        .select_related("principal__merged_into")
    )
    found = [_of(row.ward, "guardian", until=row.valid_until) for row in wards.order_by("id")]
    found += [_of(row.second, "representative", until=row.valid_until) for row in firms.order_by("id")]
    found += [
        _of(row.principal, "agent", tuple(row.items), tuple(row.powers), row.valid_until)
        for row in mandates.order_by("id")
    ]
    return tuple(one for one in found if one is not None)


def _of(
    person: Person,
    capacity: str,
    items: tuple[str, ...] = (),
    powers: tuple[str, ...] = (),
    until: date | None = None,
) -> Represented | None:
    root = person.merged_into or person
    if root.died is not None:
        return None
    return Represented(root.id, root.name, root.kind, capacity, items, powers, until)
