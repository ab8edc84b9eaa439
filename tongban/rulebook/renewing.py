"""延续: when a renewal may be filed, and from when the office's silence renews (许可法 50)."""

from dataclasses import dataclass
from datetime import date

from tongban.rulebook import clock as time
from tongban.rulebook.basis import Basis, law
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.clock import Limit, Unit
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar

ARTICLE_50 = law("行政许可法 第五十条")
#: 许可法 50: thirty days before the licence ends, unless the item's own rule says otherwise.
LEAD = Limit.parse("30wd")


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a renewal is filed in time."""

    #: The first of them; None: as early as one likes.
    opens: date | None
    #: The last of them.  What is filed later is taken in, but silence does not renew it.
    closes: date
    #: The last day of the licence: until its end the office must have decided.
    expires: date
    #: Where the last day comes from.
    basis: Basis


def window(item: Item, expires_on: date, calendar: Calendar) -> Window:
    """Return when a renewal of a licence that is good until ``expires_on`` is in time."""
    opens, closes = item.limits.renewal_opens, item.limits.renewal_closes
    return Window(
        opens=time.latest_before(expires_on, opens.limit, calendar).on if opens else None,
        closes=time.latest_before(expires_on, closes.limit if closes else LEAD, calendar).on,
        expires=expires_on,
        basis=closes.basis if closes else ARTICLE_50,
    )


def silence_renews_after(item: Item, filed_on: date, expires_on: date, calendar: Calendar) -> Limit | None:
    """Return how many natural days after filing silence renews; None: filed too late for that.

    Raises ``Refused``: ``renewal_expired``, or ``renewal_too_early`` with the first day on which it may be filed.
    """
    if filed_on > expires_on:
        raise Refused(
            "renewal_expired", "原证已于 {expires_on} 到期，不能延续。请重新申请。", ARTICLE_50, expires_on=expires_on
        )
    when = window(item, expires_on, calendar)
    if when.opens is not None and filed_on < when.opens:
        opening = item.limits.renewal_opens
        raise Refused(
            "renewal_too_early",
            "原证 {expires_on} 到期，{opens} 起才能申请延续。请到那天以后再来，不用重新准备材料。",
            opening.basis if opening else ARTICLE_50,
            expires_on=expires_on,
            opens=when.opens,
        )
    return Limit((expires_on - filed_on).days, Unit.D) if filed_on <= when.closes else None
