"""文件: uploads and made documents."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Above people, below everything that shows papers."""

    name = "tongban.rooms.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
