"""Tables that people take away: no cell may become a formula in the program that opens them."""

from collections.abc import Iterable


def harmless(cell: object) -> str:
    """Return a cell as text that no table program takes for a formula; a number stays one."""
    text = "" if cell is None else str(cell)
    formula = text.startswith(("=", "+", "@", "\t", "\r")) or (text.startswith("-") and not text[1:].isdigit())
    return f"'{text}" if formula else text


def harmless_row(cells: Iterable[object]) -> list[str]:
    """Return a row of such cells."""
    return [harmless(cell) for cell in cells]
