"""Ways to pages that another part of the house has."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def way(name: str, otherwise: str, *arguments: str) -> str:
    """Return the address of the page ``name``, or ``otherwise`` in a house that has no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return otherwise


def to_file(code: str, options: Iterable[str] = ()) -> str:
    """Return where an item is filed online; ``options``: what she has already said of her situation."""
    start = way("file-start", f"/file/{code}/", code)
    chosen = sorted(options)
    return f"{start}?{urlencode([('o', one) for one in chosen])}" if chosen else start
