"""The mark that tells every process that the list has changed."""

from tongban.rooms.catalogue.models import CatalogueMark
from tongban.rooms.ids import uuid7


def list_changed(county: str) -> None:
    """Write a fresh mark in the transaction of the change; see ``queries.book`` for who reads it."""
    CatalogueMark.objects.update_or_create(county=county, defaults={"mark": uuid7()})
