"""信息处理费: what too many or too large requests for information cost.  Money is integer fen.

政府信息公开信息处理费管理办法 (国办函〔2020〕109号): by case or by page, both progressive on the part above each step,
one of them for a request and never both (第三条).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongban.rulebook.basis import Basis, BasisKind, unchecked
from tongban.rulebook.clock.counting import due
from tongban.rulebook.clock.limits import Due, Limit, Term
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar

YUAN = 100


class Method(StrEnum):
    """How a request is charged."""

    BY_CASE = "by_case"  # 按件
    BY_PAGE = "by_page"  # 按量


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a progressive tariff."""

    #: The last unit that this step still holds; None: no end.
    up_to: int | None
    #: What each unit of this step costs, in fen.
    each: int
    #: In a step without end: so many units, then each costs ``rise`` more; 0: never.
    block: int = 0
    #: By how much, in fen.
    rise: int = 0


@dataclass(frozen=True, slots=True)
class Tariff:
    """A progressive tariff: what a number of units costs together."""

    steps: tuple[Step, ...]
    basis: Basis

    def total(self, units: int) -> int:
        """Return what ``units`` cost together, in fen."""
        if units < 0:
            raise Refused("count_negative", "件数或页数不能是负数，请核对。", self.basis)
        whole, done = 0, 0
        for step in self.steps:
            here = (units if step.up_to is None else min(units, step.up_to)) - done
            if here <= 0:
                break
            whole += here * step.each
            if step.block:
                full, rest = divmod(here, step.block)
                whole += step.rise * (step.block * (full * (full - 1) // 2) + rest * full)
            done += here
        return whole


#: 第四条: 同一申请人一个自然月内累计申请10件以下（含10件）的，不收费；11—30件（含30件）的部分：100元/件；
#: 31件以上的部分：以10件为一档，每增加一档，收费标准提高100元/件.
BY_CASE = Tariff(
    (Step(10, 0), Step(30, 100 * YUAN), Step(None, 200 * YUAN, block=10, rise=100 * YUAN)),
    Basis(BasisKind.DOCUMENT, "政府信息公开信息处理费管理办法 第四条", "国办函〔2020〕109号", verified=True),
)
#: By page, for information given on paper, by mail or as a copy.  Not yet read in the document itself.
BY_PAGE = Tariff(
    (Step(30, 0), Step(100, 10 * YUAN), Step(200, 20 * YUAN), Step(None, 40 * YUAN)),
    unchecked("政府信息公开信息处理费管理办法 第五条", BasisKind.DOCUMENT),
)
TARIFFS = {Method.BY_CASE: BY_CASE, Method.BY_PAGE: BY_PAGE}

#: Not yet read in the document itself: unpaid, the request is given up; paid, the reply clock starts anew.
PAYMENT = Term(Limit.parse("20wd"), unchecked("政府信息公开信息处理费管理办法", BasisKind.DOCUMENT), "")


@dataclass(frozen=True, slots=True)
class Charge:
    """What one request costs."""

    method: Method
    fen: int
    basis: Basis


def charge_by_case(earlier: int, cases: int = 1) -> Charge:
    """Return what a request of ``cases`` costs after ``earlier`` others of the same applicant in its calendar month."""
    return Charge(Method.BY_CASE, BY_CASE.total(earlier + cases) - BY_CASE.total(earlier), BY_CASE.basis)


def charge_by_page(pages: int, tariff: Tariff = BY_PAGE) -> Charge:
    """Return what a request of ``pages`` costs; a county gives its own ``tariff`` once it has checked the rates."""
    return Charge(Method.BY_PAGE, tariff.total(pages), tariff.basis)


def earlier_this_month(received_on: date, others: tuple[date, ...]) -> int:
    """Return how many of the applicant's ``others`` were received in the same calendar month, before this one."""
    month = (received_on.year, received_on.month)
    return sum((other.year, other.month) == month for other in others)


def pay_by(notice_on: date, calendar: Calendar) -> Due:
    """Return the last day to pay after the notice (待核)."""
    return due(notice_on, PAYMENT.limit, calendar)
