"""默认评价: only where a county has ruled so, only for granted cases, and never counted as somebody's own.

The national text gives no number of days and no default (国办发〔2019〕51号), so without a rule nothing is filled in.
"""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from tongban.rooms import calendars, clock
from tongban.rooms.casework.models import Case
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ratings import words
from tongban.rooms.ratings.models import DefaultRule, Rating
from tongban.rooms.ratings.words import Act
from tongban.rulebook.clock import Limit, due
from tongban.rulebook.errors import Refused


@transaction.atomic
def set_default(county: str, *, after: str, actor: str, item_code: str = "", grade: str = "satisfied") -> None:
    """From today, cases nobody rated within ``after`` (e.g. ``15wd``) of their end get ``grade`` by default.

    Raises ``Refused("default_bad")`` for a grade that is not a good one.
    """
    wanted = words.check_grade(grade)
    if not wanted.is_good:
        raise Refused("default_bad", "默认评价只能是好评的一档。请重新选择。", words.NATIONAL)
    limit = Limit.parse(after)
    values = {"after": str(limit), "grade": wanted, "since": clock.today()}
    rule, _ = DefaultRule.objects.update_or_create(
        county=county, item_code=item_code, defaults=values, create_defaults={"id": uuid7(), **values}
    )
    body = {"item": item_code, "after": str(limit), "grade": str(wanted), "since": rule.since}
    ledger.record("default_rule", rule.id, "set_default", actor, body, county=county)


@transaction.atomic
def end_default(county: str, *, actor: str, item_code: str = "") -> None:
    """No more defaults by this rule; those filled in stay, marked as defaults."""
    rule = DefaultRule.objects.filter(county=county, item_code=item_code).first()
    if rule is not None:
        ledger.record("default_rule", rule.id, "end_default", actor, {"item": item_code}, county=county)
        rule.delete()


def fill_defaults(county: str, most: int = 200) -> int:
    """Fill in the defaults that are due in a county, at most so many; returns how many.  Called by the sweep."""
    rules = list(DefaultRule.objects.filter(county=county).order_by("item_code"))
    special = [rule.item_code for rule in rules if rule.item_code]
    filled = 0
    for rule in rules:
        last = _last_day(Limit.parse(rule.after), clock.today())
        cases = Case.objects.filter(
            county=county,
            decision="granted",
            closed_at__gte=clock.at_local(rule.since),
            closed_at__lt=clock.end_of(last),
            applicant__isnull=False,
            rehearsal=False,
        ).exclude(Exists(Rating.objects.filter(act=Act.CASE, act_id=OuterRef("id"))))
        cases = cases.filter(item_code=rule.item_code) if rule.item_code else cases.exclude(item_code__in=special)
        for case in cases.order_by("closed_at")[: most - filled]:
            filled += _fill(case, rule)
    return filled


def _fill(case: Case, rule: DefaultRule) -> int:
    made = uuid7()
    try:
        with transaction.atomic():
            Rating.objects.create(
                id=made,
                county=case.county,
                act=Act.CASE,
                act_id=case.id,
                case=case,
                item_code=case.item_code,
                unit=case.unit,
                grade=rule.grade,
                active=False,
                real_name=False,
                staff_id=case.acceptor,
                rated_at=clock.now(),
            )
            ledger.record("rating", made, "default", "house", {"case": str(case.id)}, county=case.county)
    except IntegrityError as error:
        if "rating_one_per_act" not in str(error):
            raise
        return 0  # she has rated it herself meanwhile
    return 1


def _last_day(limit: Limit, today: date) -> date:
    """Return the latest day on which a case may have ended for the limit to be over by now."""
    day = today
    while due(day, limit, calendars.calendar(), roll=False).on >= today:
        day -= timedelta(days=1)
    return day
