"""A chart as rectangles and words, drawn by the template as SVG; the table with the same figures stands below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, FOOT, HEAD = 720, 220, 28, 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in points of the drawing."""

    x: float
    y: float
    width: float
    height: float
    #: Under the bar and above it.
    label: str
    value: str
    #: Middle of the bar, and where its value stands.
    middle: float
    top: float


def bars(rows: Sequence[tuple[str, Decimal | None, str]]) -> tuple[Bar, ...]:
    """Return bars for (label, value, value in words); no value is no bar, but its word is there."""
    if not rows:
        return ()
    most = max((value for _, value, _ in rows if value is not None), default=Decimal(0)) or Decimal(1)
    step = WIDTH / len(rows)
    room = HEIGHT - FOOT - HEAD
    found = []
    for place, (label, value, words) in enumerate(rows):
        tall = 0.0 if value is None else max(float(value / most) * room, 0)
        x, y = place * step + step * 0.2, HEIGHT - FOOT - tall
        found.append(
            Bar(
                round(x, 1),
                round(y, 1),
                round(step * 0.6, 1),
                round(tall, 1),
                label,
                words,
                round(x + step * 0.3, 1),
                round(y - 5, 1),
            )
        )
    return tuple(found)
