"""接口: by which other programs do what people do."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """No rules and no tables: it calls actions and queries."""

    name = "tongban.doors.api"
    label = "api"
