"""Amounts of money: kept as whole fen (分) under a name that ends in ``_fen``, asked and shown in yuan (元).

Design: whole fen add up without rounding; nobody thinks of her rent in fen.
"""

from decimal import Decimal, InvalidOperation

_SUFFIX = "_fen"


def is_fen(name: str) -> bool:
    """Whether what a form or licence keeps under this name is an amount."""
    return name.endswith(_SUFFIX)


def label(name: str, title: str) -> str:
    """Return a title as people read it: an amount is asked for in yuan."""
    return title.replace("(分)", "(元)") if is_fen(name) else title


def in_yuan(name: str, value: object) -> str:
    """Return a value as people read it: whole fen as yuan, anything else (also what was mistyped) as it is."""
    text = str(value)
    if not is_fen(name) or not text.lstrip("-").isdecimal():
        return text
    amount = f"{Decimal(text) / 100:.2f}"
    return amount.removesuffix(".00")


def in_fen(text: str) -> int | str:
    """Return typed yuan as whole fen; what is no amount, or has parts of a fen, stays as it was typed."""
    try:
        amount = Decimal(text.replace(",", "").replace("，", "")) * 100
    except InvalidOperation:
        return text
    return int(amount) if amount.is_finite() and amount == amount.to_integral_value() else text
