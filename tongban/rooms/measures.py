"""How long steps take, counted in this process and read by ``/metrics``.  Codes and durations only, no persons.

With PROMETHEUS_MULTIPROC_DIR (``./run serve`` and the units of systemd set it) the processes of one machine are
counted together; without it each answers for itself.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram

from tongban.rulebook.errors import Refused

#: What this process has counted itself.
REGISTRY = CollectorRegistry()
#: Seconds; a step is one statement and a few reads.
_EDGES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

STEPS = Histogram(
    "tongban_step_seconds", "Time one step of a case takes, by step.", ["step"], buckets=_EDGES, registry=REGISTRY
)
REFUSED = Counter("tongban_steps_refused", "Steps refused, by code of the refusal.", ["code"], registry=REGISTRY)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Time one step.  Only a step that was taken is named: what was asked for in vain may be anything."""
    began = time.perf_counter()
    try:
        yield
    except Refused as no:
        REFUSED.labels(no.code).inc()
        raise
    STEPS.labels(name or "law").observe(time.perf_counter() - began)
