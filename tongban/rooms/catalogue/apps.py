"""目录: drafts, published versions, change orders, claims."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Above people and files, below casework."""

    name = "tongban.rooms.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
