"""综合窗口: people come to the window."""

from django.apps import AppConfig


class CounterConfig(AppConfig):
    """Pages only: no tables."""

    name = "tongban.doors.counter"
    label = "counter_door"
