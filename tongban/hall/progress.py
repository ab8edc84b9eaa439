"""Showing how far a long job is.  Standard library only: ``run`` uses it before anything is installed."""

import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sized
from types import TracebackType
from typing import Self, TextIO, TypeVar

T = TypeVar("T")

#: Nothing is shown for a job that ends sooner (seconds).
PATIENCE = 0.7
#: Seconds between two lines where the output is no terminal.
LINE_EVERY = 10.0
WIDTH = 24


class Bar:
    """A bar on standard error: redrawn on a terminal, a line now and then elsewhere.

    With ``total`` 0 the length is unknown and only the time is shown.  It ticks by itself, so a step that
    takes long does not look dead.
    """

    def __init__(self, label: str, total: int = 0, stream: TextIO | None = None) -> None:
        self._label = label
        self._total = total
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._done = 0
        self._note = ""
        self._start = time.monotonic()
        self._last_line = self._start
        self._shown = False
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._ticker.join()
        if kind is None and self._total:
            self._done = self._total
        if self._shown:
            self._note = "完成" if kind is None else "没有完成"
            self._draw(last=True)

    def step(self, count: int = 1, note: str = "") -> None:
        """Count ``count`` more as done."""
        self._done += count
        self._note = note or self._note

    def total(self, total: int) -> None:
        """Say how many there will be, when that changes on the way."""
        self._total = total

    def show(self, note: str) -> None:
        """Say what is going on."""
        self._note = note

    def _tick(self) -> None:
        pause = 0.2 if self._terminal else 1.0
        while not self._over.wait(PATIENCE if not self._shown else pause):
            now = time.monotonic()
            if self._terminal or not self._shown or now - self._last_line >= LINE_EVERY:
                self._last_line = now
                self._draw()

    def _draw(self, last: bool = False) -> None:
        self._shown = True
        seconds = time.monotonic() - self._start
        if self._total:
            share = min(self._done / self._total, 1.0)
            filled = int(share * WIDTH)
            text = f"{self._label} [{'█' * filled}{'·' * (WIDTH - filled)}] {share:4.0%} {seconds:5.1f} 秒 {self._note}"
        else:
            count = f" {self._done}" if self._done else ""
            text = f"{self._label}{count} {seconds:5.1f} 秒 {self._note}"
        if self._terminal:
            self._stream.write(f"\r\033[K{text}" + ("\n" if last else ""))
        else:
            self._stream.write(text + "\n")
        self._stream.flush()


def track(things: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
    """Yield ``things`` one by one under a bar."""
    if total is None:
        total = len(things) if isinstance(things, Sized) else 0
    with Bar(label, total) as bar:
        for thing in things:
            yield thing
            bar.step()
