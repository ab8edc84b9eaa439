"""Commands of the national exchange, called by ``export`` and ``import``."""
