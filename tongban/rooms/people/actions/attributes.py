"""一码一库 (S104): what sources say of a person is kept side by side; a pure rule says which is shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.actions.persons import open_person
from tongban.rooms.people.models.attributes import Attribute
from tongban.rooms.people.queries.persons import same_person
from tongban.rulebook.errors import Refused
from tongban.rulebook.golden import Golden, Said, golden


@transaction.atomic
def note_attribute(
    person_id: UUID, field: str, value: str, *, source: str, actor: str, at: datetime | None = None
) -> None:
    """Keep what a source says of one field; older news of the same source than what is kept changes nothing.

    Raises ``Refused``: ``person_unknown``, ``attribute_empty``.
    """
    if not field.strip() or not value.strip() or not source.strip():
        raise Refused("attribute_empty", "请写明数据项、内容和来源。")
    person, moment = open_person(person_id, lock=True), at or clock.now()
    kept = Attribute.objects.filter(person=person, field=field, source=source).first()
    if kept is not None and kept.at > moment:
        return
    Attribute.objects.update_or_create(
        person=person,
        field=field,
        source=source,
        defaults={"county": person.county, "value_sealed": crypto.seal_text(value.strip()), "at": moment},
    )
    ledger.record(
        "person", person.id, "note_attribute", actor, {"field": field, "source": source}, county=person.county
    )


def read_golden(
    person_id: UUID, *, who: str, purpose: str, owners: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Golden]:
    """Return each field with the source that is believed and those that are not; the read is logged.

    ``owners``: field -> the units that answer for it, the first named before the others.  Words about records merged
    with hers are among them.  Raises ``Refused``: ``purpose_missing``, ``person_unknown``.
    """
    if not purpose.strip():
        raise Refused("purpose_missing", "查看个人数据要写明用途。请补充后再查看。")
    person = open_person(person_id)
    with transaction.atomic():
        ledger.log_access(who, "person", person.id, purpose)
    said: dict[str, list[Said]] = {}
    for row in Attribute.objects.filter(same_person("person", person.id)).order_by("field", "source", "id"):
        said.setdefault(row.field, []).append(Said(crypto.open_text(bytes(row.value_sealed)), row.source, row.at))
    found = {field: golden(several, (owners or {}).get(field, ())) for field, several in said.items()}
    return {field: one for field, one in found.items() if one is not None}
