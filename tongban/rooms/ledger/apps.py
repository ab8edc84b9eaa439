"""台账: the journal, what was promised, which numbers were drawn."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The lowest room: it knows no other."""

    name = "tongban.rooms.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
