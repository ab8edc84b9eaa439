"""What those who look after the house must see: staff, posts, authorities, and changes that wait for a second."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from tongban.rooms.people.models import Account, AuthorityRow, Holding, Post, Proposal, Staff


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff, as a list shows her."""

    id: UUID
    number: str
    name: str
    unit: str
    hired_on: date
    left_on: date | None
    #: Titles of the posts held.
    posts: tuple[str, ...]
    has_password: bool
    has_totp: bool


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """Who held or holds a post."""

    id: UUID
    staff_id: UUID
    number: str
    name: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post in force."""

    id: UUID
    code: str
    title: str
    unit_code: str
    unit: str
    site_code: str
    site: str
    reports_to: str
    #: Who holds it on the day asked; None: vacant.
    holder: HoldingRow | None


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """One authority, with its order and basis."""

    id: UUID
    items: tuple[str, ...]
    powers: tuple[str, ...]
    #: Name of the site, or empty.
    site: str
    valid_from: date
    valid_until: date | None
    order: str
    basis: str
    basis_verified: bool
    #: Given to every post of the unit.
    by_unit: bool


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A change that waits for the second officer, or what became of it."""

    id: UUID
    county: str
    kind: str
    body: Mapping[str, Any]
    state: str
    proposed_by: str
    proposed_by_id: UUID
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str


def staff_list(county: str, *, text: str = "", day: date, first: int = 0, most: int = 20) -> tuple[StaffRow, ...]:
    """Return staff by number, those employed first; ``text`` is a number or part of a name.  Three queries."""
    rows = Staff.objects.filter(county=county).select_related("person", "unit")
    if text:
        rows = rows.filter(Q(number=text) | Q(person__name__contains=text))
    found = list(rows.order_by("left_on", "number")[first : first + most])
    ids = [row.id for row in found]
    posts: dict[UUID, list[str]] = {}
    held = Holding.objects.filter(staff_id__in=ids, valid_from__lte=day).filter(_until(day)).select_related("post")
    for one in held.order_by("post__code"):
        posts.setdefault(one.staff_id, []).append(one.post.title)
    accounts = {row.staff_id: row for row in Account.objects.filter(staff_id__in=ids, closed_at=None)}
    return tuple(_staff(row, tuple(posts.get(row.id, ())), accounts.get(row.id)) for row in found)


def staff_row(county: str, staff_id: UUID, day: date) -> StaffRow | None:
    """Return one member of staff; None: there is none.  Three queries."""
    row = Staff.objects.filter(county=county, id=staff_id).select_related("person", "unit").first()
    if row is None:
        return None
    held = Holding.objects.filter(staff=row, valid_from__lte=day).filter(_until(day)).order_by("post__code")
    titles = tuple(held.values_list("post__title", flat=True))
    return _staff(row, titles, Account.objects.filter(staff=row, closed_at=None).first())


def posts_list(county: str, *, text: str = "", day: date, first: int = 0, most: int = 20) -> tuple[PostRow, ...]:
    """Return posts in force by code; ``text`` is part of the title or a code.  Two queries."""
    rows = Post.objects.filter(county=county, valid_until=None).select_related("unit", "site", "reports_to")
    if text:
        rows = rows.filter(Q(code=text) | Q(title__contains=text) | Q(unit__code=text))
    found = list(rows.order_by("code")[first : first + most])
    holders = _holders([row.id for row in found], day)
    return tuple(_post(row, holders.get(row.id)) for row in found)


def post_row(county: str, post_id: UUID, day: date) -> PostRow | None:
    """Return one post in force; None: there is none.  Two queries."""
    rows = Post.objects.filter(county=county, id=post_id, valid_until=None)
    row = rows.select_related("unit", "site", "reports_to").first()
    return None if row is None else _post(row, _holders([row.id], day).get(row.id))


def holdings_of(post_id: UUID, *, most: int = 20) -> tuple[HoldingRow, ...]:
    """Return who held a post, the latest first.  One query."""
    rows = Holding.objects.filter(post_id=post_id).select_related("staff__person").order_by("-valid_from", "-id")
    return tuple(_holding(row) for row in rows[:most])


def authorities_of(post_id: UUID) -> tuple[AuthorityView, ...]:
    """Return the authorities not withdrawn of a post and of its unit, oldest first.  One query."""
    own = Q(post_id=post_id) | Q(unit_id__in=Post.objects.filter(id=post_id).values("unit_id"))
    rows = AuthorityRow.objects.filter(own, withdrawn_at=None).select_related("site").order_by("id")
    return tuple(
        AuthorityView(
            row.id,
            tuple(row.items),
            tuple(row.powers),
            row.site.name if row.site else "",
            row.valid_from,
            row.valid_until,
            row.order_text,
            row.basis_text,
            row.basis_verified,
            row.unit_id is not None,
        )
        for row in rows
    )


def proposals(county: str, *, state: str = "", most: int = 50) -> tuple[ProposalView, ...]:
    """Return proposed changes, the latest first; in one state if given.  One query."""
    rows = Proposal.objects.filter(county=county).select_related("proposed_by__person", "decided_by__person")
    if state:
        rows = rows.filter(state=state)
    return tuple(
        ProposalView(
            row.id,
            row.county,
            row.kind,
            row.body,
            row.state,
            row.proposed_by.person.name,
            row.proposed_by_id,
            row.proposed_at,
            row.decided_by.person.name if row.decided_by else "",
            row.decided_at,
            row.reason,
        )
        for row in rows.order_by("-proposed_at", "-id")[:most]
    )


def _staff(row: Staff, posts: tuple[str, ...], account: Account | None) -> StaffRow:
    return StaffRow(
        row.id,
        row.number,
        row.person.name,
        row.unit.full_name,
        row.hired_on,
        row.left_on,
        posts,
        bool(account and account.password),
        bool(account and account.totp_sealed is not None),
    )


def _post(row: Post, holder: HoldingRow | None) -> PostRow:
    above = row.reports_to.title if row.reports_to else ""
    unit, site = row.unit, row.site
    return PostRow(row.id, row.code, row.title, unit.code, unit.full_name, site.code, site.name, above, holder)


def _holders(post_ids: list[UUID], day: date) -> dict[UUID, HoldingRow]:
    rows = Holding.objects.filter(post_id__in=post_ids, valid_from__lte=day).filter(_until(day))
    return {row.post_id: _holding(row) for row in rows.select_related("staff__person")}


def _holding(row: Holding) -> HoldingRow:
    staff = row.staff
    return HoldingRow(row.id, staff.id, staff.number, staff.person.name, row.valid_from, row.valid_until)


def _until(day: date) -> Q:
    return Q(valid_until=None) | Q(valid_until__gte=day)
