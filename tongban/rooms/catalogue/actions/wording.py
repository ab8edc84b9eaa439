"""县里的用语: put in force, or taken back by an empty text.  Whoever owns the words checks them before."""

from uuid import UUID

from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.catalogue.models import Wording
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger


@transaction.atomic
def put_wording(key: str, text: str, *, county: str, actor: str) -> UUID:
    """Put words in force from now on."""
    made = uuid7()
    Wording.objects.create(id=made, county=county, key=key, text=text, put_by=actor, put_at=clock.now())
    told = {"key": key, "digest": crypto.digest(text)}
    ledger.record("wording", made, "put_wording", actor, told, county=county, new=True)
    return made
