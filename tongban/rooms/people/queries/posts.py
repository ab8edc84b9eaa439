"""Who holds which post, and what it may do.  Kept in memory, checked against the mark at every question.

Reading the mark is one query for one row.  Only when it has changed are posts, holdings and authorities read again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from tongban.rooms.people.models import AuthorityRow, Holding, Post, Site, Staff, StandIn
from tongban.rooms.people.queries.calendars import take_up_calendars
from tongban.rooms.people.queries.views import Actor, PostView, StaffView
from tongban.rooms.questions import Question, ask, first
from tongban.rulebook import authority, ladder
from tongban.rulebook.authority import Authority, Place, Power, Subject
from tongban.rulebook.basis import Basis, BasisKind
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Held:
    """One holding: staff, and the days it lasts."""

    staff_id: UUID
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class StandInView:
    """代岗: one post stands in for another from the first to the last day."""

    id: UUID
    post_id: UUID
    by_post_id: UUID
    valid_from: date
    valid_until: date
    order: str

    def holds_on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= day <= self.valid_until


#: What a stand-in does not do: administration and supervision are not lent.
NOT_LENT = frozenset({Power.SUPERVISE, Power.EDIT, Power.SYSTEM, Power.SECURITY, Power.AUDIT})


@dataclass(frozen=True, slots=True)
class Powers:
    """All posts and powers as they stood under one mark.  Asking it costs no query."""

    posts: Mapping[UUID, PostView]
    staff: Mapping[UUID, StaffView]
    #: Post -> holdings, oldest first.
    held: Mapping[UUID, tuple[Held, ...]]
    #: Post -> its authority rows, those of its unit and of the posts it stands in for included.
    rows: Mapping[UUID, tuple[Authority, ...]]
    #: Site id -> its code and the codes above it.
    places: Mapping[UUID, Place]
    #: Post -> county.
    counties: Mapping[UUID, str]
    #: Appointments of stand-ins that nobody has ended.
    stand_ins: tuple[StandInView, ...] = ()
    #: Staff to whom somebody is or was tied: of them 回避 must be asked.
    tied: frozenset[UUID] = frozenset()

    def stood_for(self, post_id: UUID, day: date) -> tuple[PostView, ...]:
        """Return the posts for which this one stands in on ``day``."""
        found = [one.post_id for one in self.stand_ins if one.by_post_id == post_id and one.holds_on(day)]
        return tuple(self.posts[one] for one in found if one in self.posts)

    def actor(self, staff_id: UUID, post_id: UUID, day: date) -> Actor:
        """Return who acts.  Raises ``Refused("post_not_held")`` when the post is not held on ``day``."""
        post, staff = self.posts.get(post_id), self.staff.get(staff_id)
        holder = self.holder(post_id, day)
        if post is None or staff is None or holder is None or holder.id != staff_id:
            raise Refused("post_not_held", "您今天不在这个岗位上。请换用现在担任的岗位，或联系管理员登记任岗。")
        return Actor(
            staff.id,
            staff.number,
            staff.person_id,
            staff.name,
            post.id,
            post.code,
            post.title,
            post.unit_id,
            post.unit_code,
            post.site_id,
            self.counties[post_id],
        )

    def holder(self, post_id: UUID, day: date) -> StaffView | None:
        """Return who holds the post on ``day``; None: it is vacant."""
        for held in self.held.get(post_id, ()):
            if held.valid_from <= day and (held.valid_until is None or day <= held.valid_until):
                return self.staff.get(held.staff_id)
        return None

    def posts_of(self, staff_id: UUID, day: date) -> tuple[PostView, ...]:
        """Return the posts somebody holds on ``day``, by code."""
        found = [post for post in self.posts.values() if (who := self.holder(post.id, day)) and who.id == staff_id]
        return tuple(sorted(found, key=lambda post: post.code))

    def may(self, actor: Actor, power: Power, item: Subject, day: date) -> Authority | None:
        """Return the authority by which the actor may use ``power`` over the item at his site, or None."""
        return authority.may(self.rows.get(actor.post_id, ()), power, item, self.places[actor.site_id], day)

    def require(self, actor: Actor, power: Power, item: Subject, day: date) -> Authority:
        """Return the authority, or refuse with the reason that stands nearest to being allowed."""
        return authority.require(self.rows.get(actor.post_id, ()), power, item, self.places[actor.site_id], day)

    def held_by(self, post_id: UUID, day: date) -> frozenset[Power]:
        """Return all powers of a post on ``day``, whatever the items and places: which doors stand open to it."""
        return frozenset(
            power
            for row in self.rows.get(post_id, ())
            if row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)
            for power in row.powers
        )

    def over(self, actor: Actor, item: Subject, day: date) -> frozenset[Power]:
        """Return all the actor may do to the item on ``day``."""
        return authority.over(self.rows.get(actor.post_id, ()), item, self.places[actor.site_id], day)

    def able(self, county: str, power: Power, item: Subject, day: date) -> tuple[PostView, ...]:
        """Return the filled posts of a county that may use ``power`` over the item on ``day``, by code."""
        found = [
            post
            for post in self.posts.values()
            if self.counties[post.id] == county
            and authority.may(self.rows.get(post.id, ()), power, item, self.places[post.site_id], day)
            and self.holder(post.id, day)
        ]
        return tuple(sorted(found, key=lambda post: post.code))

    def chain(self, post_id: UUID, day: date) -> tuple[PostView, ...]:
        """Return the post and those above it; vacant ones above are passed over."""
        above = {str(post.id): str(post.reports_to or "") for post in self.posts.values()}
        vacant = {key for key in above if self.holder(UUID(key), day) is None}
        return tuple(self.posts[UUID(key)] for key in ladder.chain_of(str(post_id), above, vacant))


_kept: tuple[UUID, Powers] | None = None


def powers_mark() -> Question[UUID | None]:
    """Ask for the mark, which ``powers`` needs, together with something else."""
    return Question(("mark",), "FROM people_peopleversion WHERE id = 1", {}, first)


def powers(mark: UUID | None = None) -> Powers:
    """Return all posts and powers as they stand now.  Seven queries after a change: the calendars are taken up as well.

    ``mark``: as ``powers_mark`` has just found it; None: it is read now, by one query.
    """
    global _kept  # one process, one reading of the powers
    if mark is None:
        (mark,) = ask(powers_mark())
    kept = _kept
    if kept is not None and kept[0] == mark:
        return kept[1]
    read = _read()
    take_up_calendars()
    if mark is not None:
        _kept = (mark, read)
    return read


def was_tied(staff_id: UUID) -> bool:
    """Whether somebody was tied to anybody when this process last read the powers: what to ask for, no answer yet."""
    return _kept is None or staff_id in _kept[1].tied


def actor_of(staff_id: UUID, post_id: UUID, day: date) -> Actor:
    """Return who acts.  Raises ``Refused("post_not_held")``."""
    return powers().actor(staff_id, post_id, day)


def may(actor: Actor, power: Power, item: Subject, day: date) -> Authority | None:
    """Return the authority by which the actor may use ``power`` over the item at his site on ``day``, or None."""
    return powers().may(actor, power, item, day)


def require(actor: Actor, power: Power, item: Subject, day: date) -> Authority:
    """Return the authority, or refuse with the reason that stands nearest to being allowed."""
    return powers().require(actor, power, item, day)


def staff_numbered(county: str, number: str) -> StaffView | None:
    """Return the member of staff with this 工号, also one who has left.  One query."""
    row = Staff.objects.filter(county=county, number=number).select_related("person", "unit").first()
    return None if row is None else _staff(row)


def post_coded(county: str, code: str) -> PostView | None:
    """Return the post in force with this code.  One query."""
    row = Post.objects.filter(county=county, code=code, valid_until=None).select_related("unit").first()
    return None if row is None else _post(row)


def _read() -> Powers:
    posts = list(Post.objects.filter(valid_until=None).select_related("unit").order_by("id"))
    employed = list(Staff.objects.select_related("person", "unit"))
    staff = {row.id: _staff(row) for row in employed}
    places = _places({key: (code, parent) for key, code, parent in Site.objects.values_list("id", "code", "parent_id")})
    held: dict[UUID, list[Held]] = {}
    for holding in Holding.objects.order_by("valid_from", "id"):
        held.setdefault(holding.post_id, []).append(Held(holding.staff_id, holding.valid_from, holding.valid_until))
    by_post: dict[UUID, list[AuthorityRow]] = {}
    by_unit: dict[UUID, list[AuthorityRow]] = {}
    for row in AuthorityRow.objects.filter(withdrawn_at=None).select_related("site").order_by("id"):
        if row.post_id is not None:
            by_post.setdefault(row.post_id, []).append(row)
        elif row.unit_id is not None:
            by_unit.setdefault(row.unit_id, []).append(row)
    rows = {
        post.id: tuple(
            _authority(row, post, places[post.site_id].site)
            for row in [*by_post.get(post.id, []), *by_unit.get(post.unit_id, [])]
        )
        for post in posts
    }
    stand_ins = tuple(
        StandInView(row.id, row.post_id, row.by_post_id, row.valid_from, row.valid_until, row.order_text)
        for row in StandIn.objects.filter(ended_at=None).order_by("valid_from", "id")
    )
    return Powers(
        posts={post.id: _post(post) for post in posts},
        staff=staff,
        held={post_id: tuple(rows) for post_id, rows in held.items()},
        rows={post_id: (*own, *_lent(post_id, rows, stand_ins)) for post_id, own in rows.items()},
        places=places,
        counties={post.id: post.county for post in posts},
        stand_ins=stand_ins,
        tied=frozenset(row.id for row in employed if row.tied),
    )


def _lent(
    post_id: UUID, rows: Mapping[UUID, tuple[Authority, ...]], stand_ins: Iterable[StandInView]
) -> Iterator[Authority]:
    """Yield the authorities of the posts it stands in for: no more than those have, and only for these days."""
    for one in stand_ins:
        for row in rows.get(one.post_id, ()) if one.by_post_id == post_id else ():
            if powers := row.powers - NOT_LENT:
                until = one.valid_until if row.valid_until is None else min(row.valid_until, one.valid_until)
                begins = max(row.valid_from, one.valid_from)
                yield replace(row, powers=powers, valid_from=begins, valid_until=until, order=one.order)


def _places(sites: Mapping[UUID, tuple[str, UUID | None]]) -> dict[UUID, Place]:
    found = {}
    for site_id, (code, parent) in sites.items():
        above: list[str] = []
        while parent is not None:
            above_code, parent = sites[parent]
            above.append(above_code)
        found[site_id] = Place(code, tuple(above))
    return found


def _authority(row: AuthorityRow, post: Post, site: str) -> Authority:
    return Authority(
        post=post.code,
        unit=post.unit.code,
        unit_site=site,
        items=frozenset(row.items),
        powers=frozenset(Power(power) for power in row.powers),
        site=row.site.code if row.site is not None else "",
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        order=row.order_text,
        basis=Basis(BasisKind(row.basis_kind), row.basis_text, row.basis_source, row.basis_verified),
    )


def _post(row: Post) -> PostView:
    return PostView(row.id, row.code, row.title, row.unit_id, row.unit.code, row.site_id, row.reports_to_id)


def _staff(row: Staff) -> StaffView:
    return StaffView(row.id, row.number, row.person_id, row.person.name, row.unit_id, row.unit.code)
