"""取号机和显示屏: what stands in the hall by itself."""

from django.apps import AppConfig


class KioskConfig(AppConfig):
    """Pages only: no tables."""

    name = "tongban.doors.kiosk"
    label = "kiosk_door"
