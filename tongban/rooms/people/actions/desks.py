"""Somebody stands in for a post while its holder is away; searches are kept for a desk."""

from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import queries, words
from tongban.rooms.people.actions.version import powers_changed
from tongban.rooms.people.models import Post, SavedSearch, StandIn
from tongban.rulebook.errors import Refused

#: Searches one may keep for a page.
MOST_SEARCHES = 12


@transaction.atomic
def appoint_stand_in(
    post_id: UUID,
    by_post_id: UUID,
    *,
    valid_from: date,
    valid_until: date,
    order_text: str,
    actor: queries.Actor,
) -> UUID:
    """From the first to the last day ``by_post_id`` may also do what ``post_id`` may do in cases.

    Appointed by whoever holds the post or one above it, by a written order.  Nothing is passed on further, and powers
    of administration and supervision are not lent.  Raises ``Refused``.
    """
    powers, today = queries.powers(), clock.today()
    post, other = powers.posts.get(post_id), powers.posts.get(by_post_id)
    if post is None or other is None or {powers.counties[post_id], powers.counties[by_post_id]} != {actor.county}:
        raise Refused("post_unknown", "找不到这个在用的岗位。请从列表中选择。")
    if post_id == by_post_id:
        raise Refused("stand_in_self", "代岗的不能是本岗位自己。请另选一个岗位。")
    if actor.post_id not in {one.id for one in powers.chain(post_id, today)}:
        raise Refused("stand_in_not_yours", "代岗由本人或其上级岗位安排。请报上级岗位安排。")
    if not order_text.strip():
        raise Refused("stand_in_order_missing", "代岗要有书面安排。请填写文件名称和文号。")
    if len(order_text) > 200:
        raise Refused("stand_in_order_long", "文件名称和文号超过 200 个字。请只写名称和文号。")
    words.check_range(valid_from, valid_until)
    if valid_until < today:
        raise Refused("stand_in_past", "代岗的最后一天已经过去。请重新填写日期。")
    if powers.holder(by_post_id, max(valid_from, today)) is None:
        raise Refused("stand_in_vacant", "岗位“{title}”当时没有人担任，不能代岗。请另选一个岗位。", title=other.title)
    Post.objects.select_for_update().get(id=post_id)  # two appointments for one post wait for each other
    open_ones = StandIn.objects.filter(post_id=post_id, ended_at=None)
    if open_ones.filter(valid_from__lte=valid_until, valid_until__gte=valid_from).exists():
        raise Refused("stand_in_twice", "这段时间已经安排了代岗。请先撤销原来的安排，或改日期。")
    made = StandIn.objects.create(
        county=actor.county,
        post_id=post_id,
        by_post_id=by_post_id,
        valid_from=valid_from,
        valid_until=valid_until,
        order_text=order_text.strip(),
        appointed_by=f"staff:{actor.staff_id}",
        appointed_at=clock.now(),
    )
    body = {"stand_in": made.id, "by": other.code, "from": valid_from, "until": valid_until}
    ledger.record("post", post_id, "appoint_stand_in", f"staff:{actor.staff_id}", body, county=actor.county)
    powers_changed()
    return made.id


@transaction.atomic
def end_stand_in(stand_in_id: UUID, *, actor: queries.Actor) -> None:
    """The holder is back: the appointment ends now.  By whoever may appoint."""
    row = StandIn.objects.select_for_update().filter(id=stand_in_id, ended_at=None, county=actor.county).first()
    if row is None:
        raise Refused("stand_in_unknown", "找不到这条仍有效的代岗安排。请刷新后再看。")
    if actor.post_id not in {one.id for one in queries.powers().chain(row.post_id, clock.today())}:
        raise Refused("stand_in_not_yours", "代岗由本人或其上级岗位安排和撤销。请报上级岗位办理。")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    body = {"stand_in": row.id}
    ledger.record("post", row.post_id, "end_stand_in", f"staff:{actor.staff_id}", body, county=row.county)
    powers_changed()


@transaction.atomic
def keep_search(staff_id: UUID, page: str, name: str, query: str) -> None:
    """Keep a search under a name; the same name again is the new search."""
    name = name.strip()
    if not 1 <= len(name) <= 30:
        raise Refused("search_name", "请给这个筛选起一个名字，30 个字以内。")
    if len(query) > 400:
        raise Refused("search_long", "筛选条件太长，不能保存。请减少条件。")
    kept = SavedSearch.objects.filter(staff_id=staff_id, page=page)
    if kept.exclude(name=name).count() >= MOST_SEARCHES:
        raise Refused("search_many", "最多保存 {most} 个筛选。请先删去不用的。", most=MOST_SEARCHES)
    SavedSearch.objects.update_or_create(
        staff_id=staff_id, page=page, name=name, defaults={"query": query, "kept_at": clock.now()}
    )


def drop_search(staff_id: UUID, search_id: UUID) -> None:
    """Drop a search of one's own; one that is gone is gone."""
    SavedSearch.objects.filter(staff_id=staff_id, id=search_id).delete()
