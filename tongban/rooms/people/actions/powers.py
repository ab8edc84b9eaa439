"""How staff come and go, which posts they hold, and what a post may do.

Every action here ends with a fresh mark (``version.powers_changed``), so that what processes keep in memory is read
again at the next question.
"""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet

from tongban.rooms import clock
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import words
from tongban.rooms.people.actions.persons import open_person
from tongban.rooms.people.actions.places import named_site, named_unit
from tongban.rooms.people.actions.version import powers_changed
from tongban.rooms.people.models import AuthorityRow, Holding, Post, Staff, Unit
from tongban.rooms.people.models.powers import POWERS
from tongban.rulebook.authority import APART, Power, check_apart
from tongban.rulebook.basis import Basis
from tongban.rulebook.errors import Refused

Row = TypeVar("Row", bound=Model)


@transaction.atomic
def hire(person_id: UUID, *, unit: str, number: str, county: str, actor: str, hired_on: date | None = None) -> UUID:
    """A person becomes a member of staff of ``unit`` under a 工号."""
    person = open_person(person_id)
    if person.kind != "natural" or person.died is not None:
        raise Refused("staff_person", "工作人员应是在世的自然人。请重新选择。")
    if not number.strip() or len(number) > 20:
        raise Refused("staff_number", "工号不能为空，最多 20 位。请重新填写。")
    made = Staff(
        county=county, person=person, unit=named_unit(county, unit), number=number, hired_on=hired_on or clock.today()
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(
            "staff_known", "工号“{number}”已被占用，或这个人已是该单位的在职人员。请核对。", number=number
        ) from error
    ledger.record("staff", made.id, "hire", actor, {"number": number, "unit": unit}, county=county)
    powers_changed()
    return made.id


@transaction.atomic
def leave(staff_id: UUID, *, on: date, actor: str) -> None:
    """A member of staff leaves; this is the last day, also of every post held."""
    staff = Staff.objects.select_for_update().filter(id=staff_id, left_on=None).first()
    if staff is None:
        raise Refused("staff_unknown", "找不到这位在职人员。请刷新后再看。")
    words.check_range(staff.hired_on, on)
    staff.left_on = on
    staff.save(update_fields=["left_on"])
    for holding in Holding.objects.select_for_update().filter(staff=staff):
        if holding.valid_until is None or holding.valid_until > on:
            holding.valid_until = max(on, holding.valid_from)
            holding.save(update_fields=["valid_until"])
    ledger.record("staff", staff.id, "leave", actor, {"on": on}, county=staff.county)
    powers_changed()


@transaction.atomic
def create_post(
    code: str,
    *,
    county: str,
    unit: str,
    site: str,
    title: str,
    actor: str,
    reports_to: str = "",
    on: date | None = None,
) -> UUID:
    """Create a post of a unit at a site, below the post ``reports_to`` (a post code)."""
    made = Post(
        county=county,
        code=code,
        title=words.check_name(title),
        unit=named_unit(county, unit),
        site=named_site(county, site),
        reports_to=_named_post(county, reports_to) if reports_to else None,
        valid_from=on or clock.today(),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("post_code_taken", "岗位代码“{code}”已被在用的岗位占用。请另取一个。", code=code) from error
    body = {"post": code, "unit": unit, "site": site, "reports_to": reports_to}
    ledger.record("post", made.id, "create_post", actor, body, county=county)
    powers_changed()
    return made.id


@transaction.atomic
def place_post_under(post_id: UUID, reports_to: UUID | None, *, actor: str) -> None:
    """Put a post below another; refuses a circle."""
    post = _post(post_id)
    above = reports_to
    while above is not None:
        if above == post.id:
            raise Refused("post_circle", "这样汇报关系会绕成一个圈。请另选上级岗位。")
        above = Post.objects.values_list("reports_to_id", flat=True).filter(id=above).first()
    post.reports_to_id = reports_to
    post.save(update_fields=["reports_to"])
    ledger.record("post", post.id, "place_post_under", actor, {"reports_to": reports_to}, county=post.county)
    powers_changed()


@transaction.atomic
def hold_post(
    staff_id: UUID, post_id: UUID, *, actor: str, valid_from: date | None = None, valid_until: date | None = None
) -> UUID:
    """A member of staff takes a post.  One holder at a time: the former one's holding must be over."""
    begins = valid_from or clock.today()
    words.check_range(begins, valid_until)
    post = _post(post_id)
    staff = Staff.objects.filter(id=staff_id, county=post.county).first()
    if staff is None or (staff.left_on is not None and staff.left_on < begins):
        raise Refused("staff_unknown", "找不到这位在职人员。请重新选择。")
    for other in Holding.objects.filter(post=post, valid_from__lte=valid_until or date.max):
        if other.valid_until is None or other.valid_until >= begins:
            raise Refused("post_held", "岗位“{title}”在这段时间已有人担任。请先办结前任的离岗手续。", title=post.title)
    _check_apart_of_holder(staff.id, begins, valid_until, _powers_of(post, begins, valid_until))
    made = Holding.objects.create(
        county=post.county, staff=staff, post=post, valid_from=begins, valid_until=valid_until
    )
    body = {"post": post.code, "holding": made.id, "from": begins, "until": valid_until}
    ledger.record("staff", staff.id, "hold_post", actor, body, county=post.county)
    powers_changed()
    return made.id


@transaction.atomic
def end_holding(holding_id: UUID, *, on: date, actor: str) -> None:
    """A member of staff holds a post for the last time on this day."""
    holding = Holding.objects.select_for_update().filter(id=holding_id).first()
    if holding is None or (holding.valid_until is not None and holding.valid_until <= on):
        raise Refused("holding_unknown", "找不到这条仍有效的任岗记录。请刷新后再看。")
    words.check_range(holding.valid_from, on)
    holding.valid_until = on
    holding.save(update_fields=["valid_until"])
    body = {"holding": holding.id, "until": on}
    ledger.record("staff", holding.staff_id, "end_holding", actor, body, county=holding.county)
    powers_changed()


@transaction.atomic
def grant_authority(
    *,
    county: str,
    items: Sequence[str],
    powers: Sequence[str],
    order_text: str,
    basis: Basis,
    actor: str,
    post: str = "",
    unit: str = "",
    site: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> UUID:
    """Give a post, or every post of a unit, powers over items by a written order.

    ``items`` are codes, ``*``, or ``unit:scjg`` for all items of a unit; ``site`` narrows it to one site.
    """
    begins = valid_from or clock.today()
    if bool(post) == bool(unit):
        raise Refused("authority_holder", "授权要么给一个岗位，要么给一个单位。请只选其中之一。")
    if not items or any(not item.strip() for item in items):
        raise Refused("authority_items", "没有写明授权办理哪些事项。请选择事项，或选“全部事项”。")
    if not powers or not set(powers) <= set(POWERS):
        raise Refused("authority_powers", "没有写明授予什么权限，或权限不在清单内。请重新选择。")
    if not order_text.strip():
        raise Refused("authority_order_missing", "授权要写明依据哪一份授权文件及文号。请补充。")
    words.check_range(begins, valid_until)
    holder_post = _named_post(county, post) if post else None
    holder_unit = named_unit(county, unit) if unit else None
    _check_apart(holder_post, holder_unit, begins, valid_until, powers)
    made = AuthorityRow.objects.create(
        county=county,
        post=holder_post,
        unit=holder_unit,
        items=["*"] if "*" in items else sorted(set(items)),
        powers=[power for power in POWERS if power in powers],
        site=named_site(county, site) if site else None,
        valid_from=begins,
        valid_until=valid_until,
        order_text=order_text,
        basis_kind=basis.kind.value,
        basis_text=basis.text,
        basis_source=basis.source,
        basis_verified=basis.verified,
    )
    body = {
        "authority": made.id,
        "items": made.items,
        "powers": made.powers,
        "site": site,
        "from": begins,
        "until": valid_until,
    }
    kind, holder = _holder(made)
    ledger.record(kind, holder, "grant_authority", actor, body, county=county)
    powers_changed()
    return made.id


@transaction.atomic
def withdraw_authority(authority_id: UUID, *, actor: str) -> None:
    """Take an authority back, from this moment."""
    row = AuthorityRow.objects.select_for_update(of=("self",)).filter(id=authority_id, withdrawn_at=None).first()
    if row is None:
        raise Refused("authority_unknown", "找不到这条仍有效的授权。请刷新后再看。")
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    kind, holder = _holder(row)
    ledger.record(kind, holder, "withdraw_authority", actor, {"authority": row.id}, county=row.county)
    powers_changed()


def _check_apart(post: Post | None, unit: Unit | None, begins: date, ends: date | None, powers: Sequence[str]) -> None:
    """三员分立: refuse when a post, or who holds it, would come to two of the powers that are kept apart.

    Only powers of that kind are looked at, so that ordinary grants cost no question.
    """
    if not set(powers) & set(APART):
        return
    posts = [post] if post else list(Post.objects.filter(unit=unit, valid_until=None))
    for one in posts:
        together = [*powers, *_powers_of(one, begins, ends)]
        check_apart(map(Power, together))
        for staff_id in _overlapping(Holding.objects.filter(post=one), begins, ends).values_list("staff_id", flat=True):
            _check_apart_of_holder(staff_id, begins, ends, together)


def _check_apart_of_holder(staff_id: UUID, begins: date, ends: date | None, powers: Sequence[str]) -> None:
    """The same for all posts that one person holds, in whichever unit she is employed."""
    if not set(powers) & set(APART):
        return
    person_id = Staff.objects.values_list("person_id", flat=True).get(id=staff_id)
    held = _overlapping(Holding.objects.filter(staff__person_id=person_id).select_related("post"), begins, ends)
    check_apart(map(Power, [*powers, *(power for one in held for power in _powers_of(one.post, begins, ends))]))


def _powers_of(post: Post, begins: date, ends: date | None) -> list[str]:
    rows = AuthorityRow.objects.filter(Q(post=post) | Q(unit_id=post.unit_id), withdrawn_at=None)
    return [power for row in _overlapping(rows, begins, ends) for power in row.powers]


def _overlapping(rows: QuerySet[Row], begins: date, ends: date | None) -> QuerySet[Row]:
    return rows.filter(Q(valid_until=None) | Q(valid_until__gte=begins), valid_from__lte=ends or date.max)


def _holder(row: AuthorityRow) -> tuple[str, UUID]:
    """Return in whose stream of the journal the row is told."""
    if row.post_id is not None:
        return "post", row.post_id
    assert row.unit_id is not None, "the table has a constraint for it"
    return "unit", row.unit_id


def _post(post_id: UUID) -> Post:
    found = Post.objects.select_for_update().filter(id=post_id, valid_until=None).first()
    if found is None:
        raise Refused("post_unknown", "找不到这个在用的岗位。请刷新后再看。")
    return found


def _named_post(county: str, code: str) -> Post:
    found = Post.objects.filter(county=county, code=code, valid_until=None).first()
    if found is None:
        raise Refused("post_unknown", "系统中没有在用的岗位“{code}”。请先设立岗位。", code=code)
    return found
