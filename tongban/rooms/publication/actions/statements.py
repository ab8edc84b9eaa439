"""期表: figures of a month, made by one, checked by another, then fixed for good."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.rooms import clock
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import queries as people
from tongban.rooms.publication.lines import Scoped, digest_of, digest_over, line, rows_digest
from tongban.rooms.publication.models import Statement, StatementLine
from tongban.rulebook.basis import design
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import BY_CODE, Figure

BASIS = design("月度数据由一人编制、另一人核对后固定，更正另出一期")


@transaction.atomic
def freeze_month(
    county: str, month: str, figures: Sequence[Figure | Scoped], by: Who, *, corrects: UUID | None = None
) -> UUID:
    """Keep the figures of a month (``2026-09``) beside their definitions, as a draft for another to check.

    ``corrects``: the issued statement of the same month that this one is to replace.
    Raises ``Refused``: ``month_form``, ``month_running``, ``no_figures``, ``month_fixed``, ``not_the_month``.
    """
    actor = _staff(county, by)
    _need_past(month)
    if not figures:
        raise Refused("no_figures", "没有要固定的指标。请先选择指标。", BASIS)
    standing = Statement.objects.filter(county=county, kind="month", unit="", period=month, state="issued").first()
    if standing is not None and corrects is None:
        raise Refused("month_fixed", "{month} 的数据已经固定。确有错误的，请出更正期并说明。", BASIS, month=month)
    if corrects is not None and (standing is None or standing.id != corrects):
        raise Refused("not_the_month", "要更正的不是这个月现行的一期。请刷新页面。", BASIS)
    made = uuid7()
    scoped = [one if isinstance(one, Scoped) else Scoped(one) for one in figures]
    lines = [_line(made, no, one) for no, one in enumerate(scoped, 1)]
    statement = Statement.objects.create(
        id=made,
        county=county,
        kind="month",
        period=month,
        state="draft",
        lines=len(lines),
        digest=digest_over(lines),
        made_by=actor,
        made_at=clock.now(),
        corrects_id=corrects,
    )
    StatementLine.objects.bulk_create(lines)
    body = {"period": month, "lines": len(lines), "digest": statement.digest, "corrects": corrects}
    ledger.record("statement", made, "freeze_month", actor, body, county=county)
    return made


@transaction.atomic
def check_statement(statement_id: UUID, by: Who) -> None:
    """Agree to a draft, as another than who made it.  Raises ``Refused``: ``not_a_draft``, ``four_eyes``."""
    statement = _locked(statement_id)
    actor = _staff(statement.county, by)
    if by.kind != "staff":
        raise Refused("four_eyes", "期表要由人核对。请由另一岗位核对。", BASIS)
    if statement.state != "draft":
        raise Refused("not_a_draft", "这一期已经核对过。请刷新页面。", BASIS)
    if actor == statement.made_by:
        raise Refused("four_eyes", "编制和核对不能是同一个人。请由另一岗位核对。", BASIS)
    statement.state, statement.checked_by, statement.checked_at = "checked", actor, clock.now()
    statement.save(update_fields=["state", "checked_by", "checked_at"])
    ledger.record(
        "statement", statement.id, "check_statement", actor, {"digest": statement.digest}, county=statement.county
    )


@transaction.atomic
def issue_statement(statement_id: UUID, by: Who) -> int:
    """Issue a checked statement with the next number of the year; what it corrects is marked so.

    Returns the number.  Raises ``Refused``: ``not_checked``, ``month_fixed`` (another was issued meanwhile).
    """
    statement = _locked(statement_id)
    actor = _staff(statement.county, by)
    if statement.state != "checked":
        raise Refused("not_checked", "这一期还没有经另一岗位核对，或已经发布。请刷新页面。", BASIS)
    now = clock.now()
    if statement.corrects_id is not None:
        Statement.objects.filter(id=statement.corrects_id, state="issued").update(state="corrected")
    year = clock.legal_date(now).year
    statement.year, statement.state, statement.issued_at = year, "issued", now
    statement.number = ledger.draw_number(
        statement.county, f"publication_{statement.kind}", year, subject_id=statement.id
    )
    try:
        with transaction.atomic():
            statement.save(update_fields=["year", "number", "state", "issued_at"])
    except IntegrityError as error:
        raise Refused(
            "month_fixed", "{period} 已由别的一期固定。请刷新页面。", BASIS, period=statement.period
        ) from error
    body = {"number": statement.number, "year": year, "digest": statement.digest, "corrects": statement.corrects_id}
    ledger.record("statement", statement.id, "issue_statement", actor, body, county=statement.county)
    return statement.number


def _line(statement_id: UUID, no: int, scoped: Scoped) -> StatementLine:
    figure = scoped.figure
    definition = BY_CODE[figure.code]
    value: dict[str, Any] = {
        "name": definition.name,
        "value": None if figure.value is None else str(figure.value),
        "unit": definition.unit,
        "numerator": str(figure.numerator),
        "denominator": None if figure.denominator is None else str(figure.denominator),
        "formula": definition.formula,
        "population": definition.population,
        "counted": definition.numerator,
        "mark": str(definition.mark),
        "rows": rows_digest(figure),
    }
    version = digest_of(definition.formula, definition.population, definition.numerator, definition.unit)[:16]
    return line(statement_id, no, ("indicator", figure.code), value, (figure.code, version), scope=scoped.scope)


def _need_past(month: str) -> None:
    """Raise ``Refused`` unless ``month`` is a month that is over."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Refused(
            "month_form", "月份写作“2026-09”的样子，收到的是“{month}”。请改正。", BASIS, month=month
        ) from None
    after = (first + timedelta(days=31)).replace(day=1)
    if clock.today() < after:
        raise Refused(
            "month_running", "{month} 还没有过完，不能固定。请在 {after} 以后办理。", BASIS, month=month, after=after
        )


def _locked(statement_id: UUID) -> Statement:
    statement = Statement.objects.select_for_update().filter(id=statement_id, kind="month").first()
    if statement is None:
        raise Refused("statement_unknown", "没有找到这一期。请刷新页面。")
    return statement


def _staff(county: str, by: Who) -> str:
    """Return how the journal names who acts: staff with a post of the county today, or the house."""
    if by.kind == "house":
        return by.name
    if by.kind != "staff" or by.id is None or by.post_id is None:
        raise Refused("post_missing", "期表由工作人员办理。请先选择您现在的岗位。")
    if people.powers().actor(by.id, by.post_id, clock.today()).county != county:
        raise Refused("other_county", "这是其他县的期表，您不能办理。")
    return by.name
