"""门户: what a citizen meets first."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages only: no tables."""

    name = "tongban.doors.portal"
    label = "portal"
