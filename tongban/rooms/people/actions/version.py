"""The mark that tells every process that powers have changed."""

from tongban.rooms.ids import uuid7
from tongban.rooms.people.models import PeopleVersion


def powers_changed() -> None:
    """Write a fresh mark in the transaction of the change; see ``queries.posts`` for who reads it."""
    PeopleVersion.objects.bulk_create(
        [PeopleVersion(id=1, mark=uuid7())], update_conflicts=True, unique_fields=["id"], update_fields=["mark"]
    )
