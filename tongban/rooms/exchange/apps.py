"""交换: what other agencies know, and cases that live in two systems."""

from django.apps import AppConfig

from tongban.rooms.ledger import statement


class ExchangeConfig(AppConfig):
    """The port earns its files here: a simulator and a real adapter exist from the first day."""

    name = "tongban.rooms.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lets filing ask sources for what nobody should have to bring."""
        statement.allow(
            "exchange_fetched",
            key="case_id, material",
            update=("resource_code", "system", "call_id", "reason", "values_sealed", "at"),
        )

        from tongban.rooms.casework import effects
        from tongban.rooms.exchange.actions import fetching

        effects.register_fetcher(fetching.fetch_at_filing)
