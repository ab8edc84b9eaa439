"""Rounds: what is looked after at intervals.

Intervals are the machine's; what is due is asked of the clock on the wall.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from tongban.hall import retention
from tongban.hall.postman.keeping import LIGHT, Drained, drain, keep_heavy, keep_some
from tongban.rooms.casework import actions as casework
from tongban.rooms.catalogue import actions as catalogue
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.files import actions as files
from tongban.rooms.files import uploads
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger import closing
from tongban.rooms.licences import actions as licences
from tongban.rooms.people import actions as people
from tongban.rooms.people.queries.calendars import take_up_calendars
from tongban.rooms.ratings import actions as ratings
from tongban.rooms.supervision import actions as sums
from tongban.rooms.supervision import queries as supervision

log = structlog.get_logger(__name__)

#: Seconds between two looks while nothing is owed, and after the database went away.
IDLE = 0.5
AWAY = 3.0


@dataclass(frozen=True, slots=True)
class Round:
    """One thing looked after."""

    name: str
    #: Seconds from one look to the next.
    every: float
    act: Callable[[], object]


def tend_bundles() -> int:
    """Let every open bundle go on; a second net behind the promises of its parts.  Returns how many moved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM casework_case WHERE kind = 'bundle' AND closed_at IS NULL AND state IN ('filed', 'split')"
        )
        open_ones = [UUID(str(row[0])) for row in cursor.fetchall()]
    moved = 0
    for bundle_id in open_ones:
        try:
            moved += bool(casework.tend_bundle(bundle_id))
        except Exception:  # one bad bundle never stops the others
            log.exception("bundle_failed", case=str(bundle_id))
    return moved


def fill_ratings() -> int:
    """Fill in default ratings where a county has a rule for them."""
    return sum(ratings.fill_defaults(county) for county in supervision.counties())


def sum_up() -> int:
    """Bring the sums of days of every county up to now.  Returns how many changed."""
    return sum(sums.sum_up(county) for county in supervision.counties())


def come_for_files() -> int:
    """In a demo: the departments behind the folders come for their files.  Returns how many cases they took."""
    return exchange.tend_folders() if settings.TONGBAN_DEMO else 0


def show_pulse() -> None:
    """Show that a postman is at work."""
    ledger.show_pulse("postman")


ROUNDS = (
    Round("pulse", 15, show_pulse),
    Round("calendars", 15, take_up_calendars),
    Round("legal_moments", 5, casework.sweep),
    Round("bundles", 30, tend_bundles),
    Round("outside_systems", 30, exchange.poll_due),
    Round("outbox", 60, exchange.deliver_due),
    Round("simulated_departments", 30, come_for_files),
    Round("matching", 600, exchange.match_due),
    Round("subscribers", 5, exchange.read_events),
    Round("change_orders", 60, catalogue.apply_orders),
    Round("lapsed_licences", 600, licences.sweep_lapsed),
    Round("sums_of_days", 60, sum_up),
    Round("default_ratings", 600, fill_ratings),
    Round("closing_of_the_day", 600, closing.close_due),
    Round("orphaned_files", 3600, files.sweep),
    Round("abandoned_uploads", 3600, uploads.sweep_uploads),
    Round("answers_given", 3600, people.forget_answers),
    Round("retention", 86_400, retention.erase),
)


def go_round() -> None:
    """Look after everything once."""
    for one in ROUNDS:
        _act(one)


def once(max_seconds: float = 600) -> Drained:
    """Look after everything once and keep what is owed."""
    go_round()
    return drain(max_seconds)


def run(stop: threading.Event) -> None:
    """Keep promises and go the rounds until ``stop`` is set; a database that went away is waited for."""
    beside = threading.Thread(target=_heavy, args=(stop,), name="heavy")
    beside.start()
    due = dict.fromkeys((one.name for one in ROUNDS), 0.0)
    while not stop.is_set():
        try:
            worked = keep_some(Drained(), LIGHT)
            for one in ROUNDS:
                if time.monotonic() >= due[one.name]:
                    _act(one)
                    due[one.name] = time.monotonic() + one.every
            stop.wait(0 if worked else IDLE)
        except (OperationalError, InterfaceError):
            log.exception("database_away")
            connection.close()
            stop.wait(AWAY)
    beside.join()


def _heavy(stop: threading.Event) -> None:
    """Keep what takes minutes, one after the other; when the postman stops, what is in hand is done first."""
    while not stop.is_set():
        try:
            stop.wait(0 if keep_heavy(Drained()) else 4 * IDLE)
        except (OperationalError, InterfaceError):
            log.exception("database_away")
            connection.close()
            stop.wait(AWAY)
    connection.close()


def _act(one: Round) -> None:
    try:
        one.act()
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one round that fails never stops the others
        log.exception("round_failed", round=one.name)
