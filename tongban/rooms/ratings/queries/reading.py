"""Ratings as people may see them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongban.rooms import clock, crypto
from tongban.rooms.casework.models import Tie
from tongban.rooms.casework.queries.reading import read
from tongban.rooms.people import queries as people
from tongban.rooms.ratings.models import Doubt, Rating
from tongban.rooms.ratings.words import Act
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade

_REPAIR_ITEM = "bad-rating-repair"


@dataclass(frozen=True, slots=True)
class RatingView:
    """A rating whole: for its author and for those who supervise."""

    id: UUID
    #: ``case`` or ``visit``.
    act: str
    case_id: UUID
    #: None when the case was rated.
    visit_id: UUID | None
    item_code: str
    unit: str
    grade: Grade
    #: False: a default.
    active: bool
    real_name: bool
    channel: str
    window_id: UUID | None
    staff_id: UUID | None
    rater_id: UUID | None
    rated_at: datetime
    #: ``counted``, ``mistaken`` or ``malicious``.
    valid: str
    has_comment: bool


@dataclass(frozen=True, slots=True)
class StaffRating:
    """A rating as the rated see it: while it is not closed, nothing in it leads to its author."""

    id: UUID
    act: str
    item_code: str
    unit: str
    grade: Grade
    active: bool
    #: Only the day: the minute would tell who it was.
    rated_on: date
    valid: str
    #: The appeal that puts it right, None where there is none.
    appeal_id: UUID | None
    #: That appeal is over.
    closed: bool
    #: Shown after closing, or to who supervises; else None.
    case_id: UUID | None
    rater_id: UUID | None
    #: Shown to who supervises only.
    staff_id: UUID | None


@dataclass(frozen=True, slots=True)
class DoubtView:
    """A finding of 误评 or 恶意差评 that waits for a second pair of eyes."""

    id: UUID
    rating_id: UUID
    verdict: str
    raised_by: UUID
    raised_at: datetime
    evidence: str


def rating(rating_id: UUID) -> RatingView:
    """Return a rating whole.  Raises ``Refused("rating_unknown")``.  One query."""
    row = Rating.objects.filter(id=rating_id).first()
    if row is None:
        raise Refused("rating_unknown", "没有找到这条评价。请刷新页面。")
    return _view(row)


def rating_of(act: str, act_id: UUID) -> RatingView | None:
    """Return the rating that stands for a case or a visit, or None.  One query."""
    row = Rating.objects.filter(act=act, act_id=act_id).first()
    return None if row is None else _view(row)


def ratings_by(rater_id: UUID, *, most: int, skip: int = 0) -> tuple[RatingView, ...]:
    """Return what somebody has rated, the latest first.  One query."""
    rows = Rating.objects.filter(rater_id=rater_id, active=True).order_by("-rated_at", "-id")[skip : skip + most]
    return tuple(_view(row) for row in rows)


def repairs_of(rating_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the appeals that put ratings right, by rating: their rater is a party of them.  One query."""
    rows = Tie.objects.filter(target_id__in=list(rating_ids), role="arises-from", target_kind="rating")
    return dict(rows.values_list("target_id", "case_id"))


def is_rated(act: str, act_id: UUID) -> bool:
    """Whether somebody has rated the act; a default does not count.  One query."""
    return Rating.objects.filter(act=act, act_id=act_id, active=True).exists()


def comment_of(rating_id: UUID) -> str:
    """Return what was written with a rating; whoever asks must be logged by the caller.

    Raises ``Refused``: ``rating_unknown``, ``case_erased``.
    """
    row = Rating.objects.filter(id=rating_id).first()
    if row is None:
        raise Refused("rating_unknown", "没有找到这条评价。请刷新页面。")
    if row.comment is None:
        return ""
    file = read(row.case_id)
    if file.wrapped_key is None:
        raise Refused("case_erased", "这个办件的内容已按规定删除。")
    return crypto.open_text(row.comment, crypto.unwrap(file.wrapped_key))


def ratings_of_unit(
    county: str, unit: str, seen_by: people.Actor, *, bad: bool = False, most: int = 50, before: datetime | None = None
) -> tuple[StaffRating, ...]:
    """Return a unit's ratings, newest first, as this actor may see them.  Two queries beside the powers.

    ``bad``: only 差评; ``before``: go on from there.
    """
    rows = Rating.objects.filter(county=county, unit=unit)
    if bad:
        rows = rows.exclude(grade__in=[grade.value for grade in Grade if grade.is_good])
    if before is not None:
        rows = rows.filter(rated_at__lt=before)
    return _for_staff(list(rows.order_by("-rated_at", "-id")[:most]), seen_by)


def unit_page(
    county: str, unit: str, seen_by: people.Actor, *, bad: bool = False, after: UUID | None = None, most: int = 50
) -> tuple[tuple[StaffRating, ...], UUID | None]:
    """Return a page of a unit's ratings, newest first, behind ``after``, and where to go on; None: at the end."""
    rows = Rating.objects.filter(county=county, unit=unit)
    if bad:
        rows = rows.exclude(grade__in=[grade.value for grade in Grade if grade.is_good])
    if after is not None:
        rows = rows.filter(id__lt=after)
    page = list(rows.order_by("-id")[: most + 1])
    return _for_staff(page[:most], seen_by), page[most - 1].id if len(page) > most else None


def ratings_for_staff(rating_ids: Iterable[UUID], seen_by: people.Actor) -> dict[UUID, StaffRating]:
    """Return ratings by id as this actor may see them.  Two queries beside the powers."""
    rows = list(Rating.objects.filter(id__in=list(rating_ids), county=seen_by.county))
    return {one.id: one for one in _for_staff(rows, seen_by)}


def hidden_applicants(case_ids: Collection[UUID], seen_by: people.Actor) -> frozenset[UUID]:
    """Return those of these cases whose applicant and whose ties this actor may not see yet.

    They are the appeals of bad ratings that are still open.  One query beside the powers.
    """
    rows = Tie.objects.filter(
        case_id__in=list(case_ids), role="arises-from", target_kind="rating", case__closed_at=None
    ).values_list("case_id", "case__unit")
    return frozenset(case_id for case_id, unit in rows if not _supervises(seen_by, unit))


def open_doubts(county: str) -> tuple[DoubtView, ...]:
    """Return the findings that wait for a second pair of eyes, oldest first.  One query."""
    rows = Doubt.objects.filter(rating__county=county, upheld=None).order_by("raised_at", "id")
    return tuple(
        DoubtView(row.id, row.rating_id, row.verdict, row.raised_by, row.raised_at, crypto.open_text(row.evidence))
        for row in rows
    )


def _for_staff(rows: list[Rating], seen_by: people.Actor) -> tuple[StaffRating, ...]:
    appeals = {
        target: (case_id, closed_at is not None)
        for target, case_id, closed_at in Tie.objects.filter(
            target_id__in=[row.id for row in rows], role="arises-from", target_kind="rating"
        ).values_list("target_id", "case_id", "case__closed_at")
    }
    supervised = {unit: _supervises(seen_by, unit) for unit in {row.unit for row in rows}}
    return tuple(_masked(row, appeals.get(row.id), supervised[row.unit]) for row in rows)


def _masked(row: Rating, appeal: tuple[UUID, bool] | None, supervises: bool) -> StaffRating:
    closed = appeal is not None and appeal[1]
    shown = supervises or closed
    return StaffRating(
        id=row.id,
        act=row.act,
        item_code=row.item_code,
        unit=row.unit,
        grade=Grade(row.grade),
        active=row.active,
        rated_on=clock.legal_date(row.rated_at),
        valid=row.valid,
        appeal_id=appeal[0] if appeal else None,
        closed=closed,
        case_id=row.case_id if shown else None,
        rater_id=row.rater_id if shown else None,
        staff_id=row.staff_id if supervises else None,
    )


def _supervises(actor: people.Actor, unit: str) -> bool:
    return people.powers().may(actor, Power.SUPERVISE, Subject(_REPAIR_ITEM, unit), clock.today()) is not None


def _view(row: Rating) -> RatingView:
    return RatingView(
        id=row.id,
        act=row.act,
        case_id=row.case_id,
        visit_id=row.act_id if row.act == Act.VISIT else None,
        item_code=row.item_code,
        unit=row.unit,
        grade=Grade(row.grade),
        active=row.active,
        real_name=row.real_name,
        channel=row.channel,
        window_id=row.window_id,
        staff_id=row.staff_id,
        rater_id=row.rater_id,
        rated_at=row.rated_at,
        valid=row.valid,
        has_comment=row.comment is not None,
    )
