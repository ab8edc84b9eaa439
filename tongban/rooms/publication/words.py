"""Names and numbers as they may stand in public."""


def masked_name(name: str, kind: str) -> str:
    """Return a natural person's name as 张*: its first character stays, and at most three stars stand for the rest.

    The name of an organisation is no personal data and stays.
    """
    if kind != "natural":
        return name
    return name[:1] + "*" * max(1, min(len(name) - 1, 3))


def masked_number(tail: str, kind: str) -> str:
    """Return a number of which only the end is shown; of a natural person the last two of the four kept."""
    shown = tail[-2:] if kind == "natural" else tail
    return "*" * 8 + shown if shown else ""
