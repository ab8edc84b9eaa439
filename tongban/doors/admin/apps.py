"""系统管理: staff, posts, keys and what the house keeps of itself."""

from django.apps import AppConfig


class AdminConfig(AppConfig):
    """Pages only: no tables."""

    name = "tongban.doors.admin"
    label = "admin_door"
