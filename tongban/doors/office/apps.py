"""审批: cases are examined and decided."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Pages only: no tables."""

    name = "tongban.doors.office"
    label = "office_door"
