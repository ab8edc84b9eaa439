"""Django's PostgreSQL backend with two habits of this house: see ``base``."""
