"""归档: a finished case becomes a package, in the statement that archives it."""

from django.apps import AppConfig

from tongban.rooms.ledger import statement


class ArchiveConfig(AppConfig):
    """Lets the step ``archive`` write its package."""

    name = "tongban.rooms.archive"
    label = "archive"

    def ready(self) -> None:
        statement.allow("archive_package")
