"""Opening the numbers of many persons at once: what another agency must be given by law, each read logged."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from tongban.rooms import crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.models import Identifier, Person
from tongban.rulebook.errors import Refused


def reveal_many(person_ids: Iterable[UUID], *, who: str, purpose: str) -> dict[UUID, dict[str, str]]:
    """Return persons' numbers in plain by the ids asked for, by scheme, following merges; phones stay closed.

    Each person's read is logged with its purpose.  Two queries beside the log.
    Raises ``Refused("purpose_missing")``.
    """
    if not purpose.strip():
        raise Refused("purpose_missing", "查看证件号码和电话要写明用途。请补充后再查看。")
    asked = set(person_ids)
    roots = {row[0]: row[1] or row[0] for row in Person.objects.filter(id__in=asked).values_list("id", "merged_into")}
    members = {
        member: merged or member
        for member, merged in Person.objects.filter(id__in=set(roots.values()))
        .union(Person.objects.filter(merged_into__in=set(roots.values())))
        .values_list("id", "merged_into")
    }
    plain: dict[UUID, dict[str, str]] = {root: {} for root in roots.values()}
    with transaction.atomic():
        for root in sorted(plain):
            ledger.log_access(who, "person", root, purpose)
    rows = Identifier.objects.filter(person_id__in=members, withdrawn_at=None).order_by("added_at", "id")
    for row in rows:
        plain[members[row.person_id]][row.scheme] = crypto.open_text(bytes(row.value_sealed))
    return {one: plain[root] for one, root in roots.items()}
