"""The mark that tells every process that powers have changed."""

from tongban.rooms.ids import uuid7
from tongban.rooms.people.models import PeopleVersion


def powers_changed() -> None:
    """Write a fresh mark in the transaction of the change; see ``queries.posts`` for who reads it."""
    PeopleVersion.objects.update_or_create(id=1, defaults={"mark": uuid7()})
