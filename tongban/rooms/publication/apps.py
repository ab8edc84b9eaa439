"""公开: what is published, and what was fixed on a date."""

from django.apps import AppConfig

from tongban.rooms.ledger import statement


class PublicationConfig(AppConfig):
    """A decision and its place in the queue for publication are written in one statement."""

    name = "tongban.rooms.publication"
    label = "publication"

    def ready(self) -> None:
        statement.allow("publication_entry")

        from tongban.rooms.casework import effects
        from tongban.rooms.publication.actions import results

        effects.register("publish", results.queue_decision)
