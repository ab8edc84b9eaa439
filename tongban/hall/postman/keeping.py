"""Promises: which room keeps which kind, and what happens to one that cannot be kept now."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db import connection

from tongban.hall.postman.codes import keep_code
from tongban.hall.postman.notices import keep_notice
from tongban.rooms import clock
from tongban.rooms.archive.actions import keep_archive
from tongban.rooms.casework.actions import keep_after_check, keep_matter, keep_recount, tend_bundle
from tongban.rooms.exchange.actions import deliver_outbox, keep_fetch, keep_webhook, send_case
from tongban.rooms.importing.actions import keep_import
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.licences.actions import keep_document, keep_licence_entry
from tongban.rooms.ratings.actions import keep_bad_rating
from tongban.rulebook.errors import Refused

log = structlog.get_logger(__name__)

#: How many promises are taken in hand at once.
HANDFUL = 20


def keep_tend(promise: Claimed) -> None:
    """A part was decided: its bundle goes on."""
    tend_bundle(UUID(promise.body["bundle"]))


def keep_hand_over(promise: Claimed) -> None:
    """A case goes to another system."""
    send_case(promise.subject_id, promise.body["system"])


def keep_outbox(promise: Claimed) -> None:
    """A message goes to another system; while that one is down it waits."""
    delivery = deliver_outbox(UUID(promise.body["outbox"]))
    if delivery.state == "waiting":
        raise Refused(f"outside_{delivery.trouble}", "对方系统暂时收不到，稍后自动重发。")


def keep_fetching(promise: Claimed) -> None:
    """A source that was down at the filing is asked again."""
    keep_fetch(promise.subject_id)


Keeper = Callable[[Claimed], object]

#: Who keeps what.  A keeper that raises is asked again later.
KEEPERS: dict[str, Keeper] = {
    "document": keep_document,
    "licence_entry": keep_licence_entry,
    "notice": keep_notice,
    "code": keep_code,
    "archive": keep_archive,
    "bad_rating": keep_bad_rating,
    "matter": keep_matter,
    "after_check": keep_after_check,
    "tend": keep_tend,
    "hand_over": keep_hand_over,
    "deliver_outbox": keep_outbox,
    "webhook": keep_webhook,
    "fetch": keep_fetching,
    "import": keep_import,
    "recount": keep_recount,
}

#: What may take minutes: kept beside the others, in a thread of its own, so that no legal moment waits for it.
HEAVY = ("import", "recount")
LIGHT = tuple(kind for kind in KEEPERS if kind not in HEAVY)

#: Kept when nothing else is left: they need what the others make.
LAST = ("archive",)
_FIRST = tuple(kind for kind in KEEPERS if kind not in LAST)


@dataclass
class Drained:
    """What came of keeping promises."""

    #: Promises kept, by kind.
    kept: Counter[str] = field(default_factory=Counter)
    #: Promises that could not be kept now, by (kind, code of the trouble).
    troubled: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Promises due and still outstanding afterwards.
    left: int = 0

    def __str__(self) -> str:
        said = [f"办妥 {self.kept.total()} 件"]
        if self.left:
            said.append(f"还有 {self.left} 件待办")
        said += [f"{kind} 未成 {count} 次（{code}）" for (kind, code), count in sorted(self.troubled.items())]
        return "；".join(said)


def drain(max_seconds: float = 60) -> Drained:
    """Keep all promises that are due now, and those that follow from them, for at most ``max_seconds``.

    What failed a moment ago waits for its next turn; it is counted in ``left``.
    """
    done = Drained()
    end = time.monotonic() + max_seconds
    while time.monotonic() < end and (keep_some(done, _FIRST) or keep_some(done)):
        pass
    done.left = outstanding()
    return done


def keep_some(done: Drained, kinds: Sequence[str] | None = None) -> bool:
    """Take a handful of promises and keep them; True when there were any."""
    claimed = ledger.claim(HANDFUL, kinds=kinds)
    return _keep_all(claimed, done)


def keep_heavy(done: Drained) -> bool:
    """Take one promise that may take minutes and keep it; True when there was one."""
    return _keep_all(ledger.claim(1, kinds=HEAVY, hold_seconds=3600), done)


def _keep_all(claimed: Sequence[Claimed], done: Drained) -> bool:
    for promise in sorted(claimed, key=lambda one: (one.kind in LAST, one.id)):
        trouble = keep(promise)
        if trouble:
            done.troubled[promise.kind, trouble] += 1
        else:
            done.kept[promise.kind] += 1
    return bool(claimed)


def keep(promise: Claimed) -> str:
    """Keep one promise; returns the code of the trouble, or nothing.  One that fails never stops the others."""
    try:
        keeper = KEEPERS.get(promise.kind)
        if keeper is None:
            raise Refused("kind_unknown", f"没有人负责“{promise.kind}”这类承诺。")
        keeper(promise)
    except Exception as wrong:  # whatever it is: it is written beside the promise, and the promise is tried again
        code = wrong.code if isinstance(wrong, Refused) else type(wrong).__name__
        said = {"promise": str(promise.id), "kind": promise.kind, "code": code, "attempts": promise.attempts}
        if isinstance(wrong, Refused):
            log.warning("promise_waits", **said)
        else:
            log.exception("promise_failed", **said)
        ledger.failed(promise.id, code, attempts=promise.attempts)
        return code
    ledger.kept(promise.id)
    return ""


def outstanding() -> int:
    """Return how many promises are due and not kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_promise WHERE done_at IS NULL AND due_at <= %s", [clock.now()])
        (count,) = cursor.fetchone()
    return int(count)
