"""等候: who waits, who is called, who has a seat."""

from django.apps import AppConfig


class WaitingConfig(AppConfig):
    """It refers to cases by their id only: an entry of its own never enters a case's stream."""

    name = "tongban.rooms.waiting"
    label = "waiting"
    default_auto_field = "django.db.models.BigAutoField"
