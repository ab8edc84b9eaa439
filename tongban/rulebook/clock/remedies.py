"""救济期限: until when a refusal can be fought; every refusal must say so."""

from dataclasses import dataclass
from datetime import date

from tongban.rulebook.basis import law
from tongban.rulebook.clock.counting import due
from tongban.rulebook.clock.limits import Due, Limit
from tongban.rulebook.workdays import Calendar

#: 行政复议: sixty natural days from the day the person knew of the decision.
RECONSIDERATION = (Limit.parse("60d"), law("行政复议法 第二十条"))
#: 行政诉讼, brought directly: six months from the day the person knew of the decision.
LAWSUIT = (Limit.parse("6m"), law("行政诉讼法 第四十六条"))


@dataclass(frozen=True, slots=True)
class Remedies:
    """The last days of the two ways against a decision."""

    reconsideration: Due
    lawsuit: Due


def remedies(told_on: date, calendar: Calendar) -> Remedies:
    """Return until when reconsideration and a lawsuit are open, ``told_on`` being the day of service."""
    return Remedies(due(told_on, RECONSIDERATION[0], calendar), due(told_on, LAWSUIT[0], calendar))
