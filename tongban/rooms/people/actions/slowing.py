"""Wrong tries make the next one wait: counted per login and place, so a stranger never locks the owner out."""

from django.db import connection

from tongban.rooms import clock, crypto
from tongban.rooms.people.models import Slowed
from tongban.rulebook.errors import Refused

#: Tries without a wait; then the first wait, doubled each time up to the longest (seconds).  Design.
FREE, FIRST_WAIT, LONGEST = 5, 30, 3600
#: A count is forgotten after a day without a wrong try (seconds).
FORGOTTEN = 24 * 3600


def place_of(login: str, address: str, device: str = "") -> str:
    """Return whose tries are counted together: those of a browser the account knows, else of login and address."""
    where = ("device", device) if device else ("address", address)
    return f"try:{crypto.digest('/'.join((login, *where)))}"


def check(place: str) -> None:
    """Raise ``Refused("too_many")`` while this place has to wait.  One query."""
    row = Slowed.objects.filter(subject=place).first()
    left = row.until - clock.machine_milliseconds() if row else 0
    if left > 0:
        minutes = -(-left // 60_000)
        raise Refused(
            "too_many",
            "试的次数太多，请过 {minutes} 分钟再试。着急的话，可以改用验证码登录，或到窗口办理。",
            minutes=minutes,
        )


def note(place: str) -> None:
    """Count one try; from the sixth on the next has to wait, twice as long each time."""
    now = clock.machine_milliseconds()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_slowed AS s (subject, failed, last, until) VALUES (%(place)s, 1, %(now)s, 0)"
            " ON CONFLICT (subject) DO UPDATE SET last = EXCLUDED.last,"
            " failed = CASE WHEN s.last < %(now)s - %(forgotten)s THEN 1 ELSE s.failed + 1 END RETURNING failed",
            {"place": place, "now": now, "forgotten": FORGOTTEN * 1000},
        )
        (failed,) = cursor.fetchone()
    if failed >= FREE:
        wait = min(LONGEST, FIRST_WAIT * 2 ** min(failed - FREE, 10))
        Slowed.objects.filter(subject=place).update(until=now + wait * 1000)


def forget(place: str) -> None:
    """The right answer came: the count begins anew."""
    Slowed.objects.filter(subject=place).delete()


def sweep() -> int:
    """Remove counts that nobody needs any more; returns how many."""
    gone, _ = Slowed.objects.filter(last__lt=clock.machine_milliseconds() - FORGOTTEN * 1000).delete()
    return gone
