"""交换: what other agencies know, and cases that live in two systems."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The port earns its files here: a simulator and a real adapter exist from the first day."""

    name = "tongban.rooms.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
