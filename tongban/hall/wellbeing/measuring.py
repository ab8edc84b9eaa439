"""What ``/metrics`` says: asked of the database when it is asked for, beside what the processes counted themselves."""

import os
import threading
import time
from collections.abc import Iterable
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tongban.rooms import clock, measures
from tongban.rooms.casework.queries.sweeping import missed_moments
from tongban.rooms.ledger import queries as ledger
from tongban.rooms.people import queries as people
from tongban.rooms.supervision import queries as supervision
from tongban.rooms.waiting import queries as waiting

#: Seconds for which the dearer figures (lights, sign-ins) are kept: they count open cases.
KEPT = 60
#: Somebody seen within this time counts as present.
PRESENT = timedelta(minutes=15)

_AGES = (("later", "later"), ("minute", "1m"), ("hour", "1h"), ("day", "1d"), ("longer", "longer"))


def exposition() -> bytes:
    """Return all figures in the text format of Prometheus."""
    asked = CollectorRegistry()
    asked.register(_HOUSE)
    counted = measures.REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    return generate_latest(asked) + generate_latest(counted)


class House(Collector):
    """Asks the database at the moment of the question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dear: list[Metric] = []
        self._until = 0.0

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: registering must not ask the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the figures of now."""
        yield from _time_alone()
        yield from _owed()
        yield _queues()
        with self._lock:
            if time.monotonic() >= self._until:
                self._dear = [_lights(), _present()]
                self._until = time.monotonic() + KEPT
            yield from self._dear

    def forget(self) -> None:
        """Ask everything anew next time."""
        self._until = 0.0


def _time_alone() -> Iterable[Metric]:
    now = clock.now()
    count, oldest = missed_moments(now)
    yield GaugeMetricFamily("tongban_sweep_due", "Cases whose legal moment has passed without a step.", count)
    age = (now - oldest).total_seconds() if oldest else 0.0
    yield GaugeMetricFamily("tongban_sweep_oldest_due_seconds", "Age of the oldest of them.", age)
    seen = ledger.pulse("postman")
    # Never seen: no sample, so that absent() tells.
    if seen is not None:
        yield GaugeMetricFamily("tongban_postman_seen_seconds", "Seconds since a postman was at work.", seen)


def _owed() -> Iterable[Metric]:
    count = GaugeMetricFamily(
        "tongban_promises_outstanding", "Promises not kept, by kind and age (due later; for less than).",
        labels=["kind", "age"],
    )  # fmt: skip
    oldest = GaugeMetricFamily("tongban_promise_oldest_seconds", "Age of the oldest promise due.", labels=["kind"])
    for one in ledger.owed(clock.now()):
        for field, label in _AGES:
            count.add_metric([one.kind, label], getattr(one, field))
        oldest.add_metric([one.kind], one.oldest)
    return count, oldest


def _queues() -> Metric:
    found = GaugeMetricFamily("tongban_tickets_waiting", "People waiting in the halls.", labels=["county", "class"])
    for (county, code), count in waiting.queue_lengths(clock.today()).items():
        found.add_metric([county, code], count)
    return found


def _lights() -> Metric:
    found = GaugeMetricFamily("tongban_open_cases", "Open cases by light.", labels=["county", "light"])
    for county in supervision.counties():
        rows = supervision.lights(county)
        for light in supervision.Light:
            found.add_metric([county, light.value], sum(getattr(row, light.value) for row in rows))
    return found


def _present() -> Metric:
    found = GaugeMetricFamily("tongban_signed_in", "Signed in and seen within 15 minutes.", labels=["who"])
    for who, count in people.present(clock.now(), PRESENT).items():
        found.add_metric([who], count)
    return found


_HOUSE = House()


def forget() -> None:
    """Ask everything anew at the next question: for tests."""
    _HOUSE.forget()
