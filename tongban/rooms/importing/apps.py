"""搬家: what the system officer hands in as a table, tried first and written when it was confirmed."""

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    """It brings in through the actions of other rooms: its own table says what was handed in and what came of it."""

    name = "tongban.rooms.importing"
    label = "importing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lets the second officer confirm a table that changes who may do what."""
        from tongban.rooms.importing import actions
        from tongban.rooms.people.actions import register_proposal

        register_proposal("import", actions.carry_out)
