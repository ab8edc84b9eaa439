"""人员与场所: persons, places, powers."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """One floor above the ledger."""

    name = "tongban.rooms.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
