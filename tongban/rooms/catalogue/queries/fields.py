"""一数一源 (S105): who answers for which datum, and which forms ask for it all the same."""

from dataclasses import dataclass
from datetime import date

from tongban.rooms.catalogue import models
from tongban.rooms.catalogue.queries.items import items, listed
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue import OwnedField, typed_again


@dataclass(frozen=True, slots=True)
class TypedAgain:
    """A field of a form that another department answers for."""

    item: str
    item_name: str
    unit: str
    #: Name and title of the field in the form.
    field: str
    title: str
    #: Who answers for it, and the resource it is read from.
    owner: str
    resource: str


def owned_fields(county: str) -> tuple[OwnedField, ...]:
    """Return the data that departments answer for, by code.  Two queries, one where there are none."""
    rows = list(models.OwnedField.objects.filter(county=county).order_by("code"))
    names = {unit.code: unit.full_name for unit in people.units(county)} if rows else {}
    return tuple(
        OwnedField(row.code, tuple(row.titles), row.owner, names.get(row.owner, row.owner), row.resource)
        for row in rows
    )


def fields_typed_again(county: str, day: date) -> tuple[TypedAgain, ...]:
    """Return the fields of forms in force on ``day`` that are typed though another department answers for them."""
    owned = owned_fields(county)
    if not owned:
        return ()
    leaves = [one for one in listed(county, day) if one.leaf]
    versions = items([one.version_id for one in leaves])
    return tuple(
        TypedAgain(item.code, item.name, item.unit, name, title, datum.owner, datum.resource)
        for item in (versions[one.version_id] for one in leaves)
        for name, title, datum in typed_again(item, owned)
    )
