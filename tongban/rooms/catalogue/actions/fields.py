"""一数一源 (S105): which department answers for which datum."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from tongban.rooms.catalogue.models import OwnedField
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused


@transaction.atomic
def own_field(county: str, code: str, *, titles: Sequence[str], owner: str, by: str, resource: str = "") -> UUID:
    """Say which unit answers for a datum, and what forms call it; the same code again changes it.

    From then on whoever publishes a form that asks for it is warned.  Raises ``Refused``: ``field_incomplete``,
    ``unit_unknown``.
    """
    if not code.strip() or not [title for title in titles if title.strip()]:
        raise Refused("field_incomplete", "请写明数据项的代码和表单上的名称。")
    people.unit(county, owner)
    row, _ = OwnedField.objects.update_or_create(
        county=county, code=code, defaults={"titles": list(titles), "owner": owner, "resource": resource}
    )
    body = {"field": code, "owner": owner, "resource": resource}
    ledger.record("field", row.id, "own_field", by, body, county=county)
    return row.id
