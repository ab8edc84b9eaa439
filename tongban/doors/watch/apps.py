"""监察: delays are seen while they can still be helped."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    """Pages only: no tables."""

    name = "tongban.doors.watch"
    label = "watch_door"
