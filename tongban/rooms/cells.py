"""Tables that people take away: no cell may become a formula in the program that opens them."""

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO


def harmless(cell: object) -> str:
    """Return a cell as text that no table program takes for a formula; a number stays one."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if _would_run(text.lstrip("'")) else text


def harmless_row(cells: Iterable[object]) -> list[str]:
    """Return a row of such cells."""
    return [harmless(cell) for cell in cells]


def as_it_was(cell: str) -> str:
    """Return what a cell was before ``harmless``, where a program reads the table back."""
    return cell[1:] if cell.startswith("'") and _would_run(cell.lstrip("'")) else cell


class Rows:
    """Writes a table as CSV, each cell harmless; stands where a writer of ``csv`` does."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file)

    def writerow(self, cells: Iterable[object]) -> None:
        """Write one row."""
        self._writer.writerow(harmless_row(cells))

    def writerows(self, rows: Iterable[Sequence[object]]) -> None:
        """Write rows."""
        self._writer.writerows(map(harmless_row, rows))


def _would_run(text: str) -> bool:
    return text.startswith(("=", "+", "@", "\t", "\r")) or (text.startswith("-") and not text[1:].isdigit())
