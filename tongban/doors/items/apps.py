"""事项管理: items are drafted, checked and published."""

from django.apps import AppConfig


class ItemsConfig(AppConfig):
    """Pages only: no tables."""

    name = "tongban.doors.items"
    label = "items_door"
