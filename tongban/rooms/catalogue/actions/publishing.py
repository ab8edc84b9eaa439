"""How a draft becomes a version in force."""

import json
from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.catalogue.actions.mark import list_changed
from tongban.rooms.catalogue.models import ORDER_LABELS, ChangeOrder, Draft, ItemVersion
from tongban.rooms.catalogue.queries.book import book
from tongban.rooms.catalogue.queries.items import item as published
from tongban.rooms.catalogue.refusals import DraftIncomplete, NameDiffers
from tongban.rooms.catalogue.world import World, spell_difference, world
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import Item, hinders
from tongban.rulebook.errors import Refused, Sentence, Words

_DAY = timedelta(days=1)
_GRAVEST_FIRST = ("stops", "stops_outside_demo", "warns")
#: S004, S007: what only an order may change, so that it is known since when and why.
BY_ORDER = design("动态调整：取消、合并、冻结、承接、下放、转备案、收费调整、即办与承诺互转凭调整令")


@transaction.atomic
def publish(county: str, code: str, *, by: str, from_day: date | None = None, demo: bool | None = None) -> UUID:
    """Publish the draft of ``code`` as the version in force from ``from_day`` (today); returns the version's id.

    The version before ends the day before.  The same content again returns the version that stands.  ``demo`` None
    asks the settings; an unverified basis (待核) never passes outside a demo.

    Raises ``Refused``: ``DraftIncomplete`` (``draft_incomplete``) and ``NameDiffers`` (``upper_name``) with all
    complaints; ``draft_unknown``, ``publish_past``, ``version_scheduled``, ``item_cancelled``, ``item_frozen``,
    ``order_needed``, ``demo_only``.
    """
    first = from_day or clock.today()
    row = locked_draft(county, code)
    before = book(county).on(code, first)
    if before is not None and before.digest == row.content_hash:
        return before.version_id
    checked, unverified = check_draft(row, world(county, first), demo)
    _need_no_order(county, row, checked, first)
    _need_time(county, code, first)
    return insert_version(row, checked, first, by, unverified=unverified)


def locked_draft(county: str, code: str) -> Draft:
    """Return the draft, locked: whoever publishes or orders about an item does so one after another."""
    row = Draft.objects.select_for_update().filter(county=county, code=code).first()
    if row is None:
        raise Refused("draft_unknown", "没有代号为“{code}”的事项草稿。请先新建或导入。", code=code)
    return row


def check_draft(row: Draft, around: World, demo: bool | None) -> tuple[Item, bool]:
    """Return the item of a draft, and whether some basis is 待核.  Raises ``DraftIncomplete``, ``NameDiffers``."""
    in_demo = settings.TONGBAN_DEMO if demo is None else demo
    if in_demo and not settings.TONGBAN_DEMO:
        raise Refused("demo_only", "正式运行的系统不能按演示放行待核依据。请先核对依据再公布。")
    checked, complaints = around.inspect(json.loads(row.content))
    if hinders(complaints, demo=in_demo):
        names = [one for one in complaints if one.rule == "upper_name"]
        upper = (around.upper_names or {}).get(checked.catalog_code, "")
        if names:
            raise NameDiffers(row.name, upper, spell_difference(row.name, upper), complaints)
        raise DraftIncomplete(row.name, tuple(sorted(complaints, key=lambda one: _GRAVEST_FIRST.index(one.severity))))
    row.complaints = [asdict(one) for one in complaints]
    row.save(update_fields=["complaints"])
    return checked, hinders(complaints, demo=False)


def insert_version(
    row: Draft, checked: Item, first: date, by: str, *, unverified: bool, order: ChangeOrder | None = None
) -> UUID:
    """Write the next version of an item from ``first``, ending the one before, and keeping an end already ordered."""
    former = ItemVersion.objects.select_for_update().filter(county=row.county, code=row.code).order_by("version")
    number, last, ended_by = 1, None, None
    for one in former:
        number = one.version + 1
        if one.in_force_until is None or one.in_force_until >= first:
            last, ended_by = one.in_force_until, one.ended_by_id
            one.in_force_until, one.ended_by_id = first - _DAY, order.id if order else None
            one.save(update_fields=["in_force_until", "ended_by"])
    made = ItemVersion.objects.create(
        county=row.county,
        code=row.code,
        version=number,
        name=checked.name,
        kind=checked.kind,
        unit=checked.unit,
        parent=checked.parent,
        leaf=checked.leaf,
        catalog_code=checked.catalog_code,
        content=row.content,
        digest=row.content_hash,
        in_force_from=first,
        in_force_until=last,
        brought_by=order,
        ended_by_id=ended_by,
        published_at=clock.now(),
        published_by=by,
        unverified=unverified,
    )
    body = {"item": row.code, "version": number, "digest": row.content_hash, "from": first.isoformat()}
    body |= {"version_id": str(made.id), "order": str(order.id) if order else ""}
    ledger.record("item", row.id, "publish", by, body, county=row.county)
    list_changed(row.county)
    return made.id


def orders_needed(before: Item, after: Item) -> tuple[str, ...]:
    """Return the kinds of order, any one of which may change ``before`` into ``after``; empty when none is needed."""
    if before.kind != after.kind:
        return ("to_filing", "change_manner") if after.kind == "filing" else ("change_manner",)
    if before.handling != after.handling:
        return ("to_promised",) if after.handling == "承诺件" else ("to_on_the_spot",)
    if before.fee != after.fee:
        return ("change_fee",)
    if before.unit != after.unit:
        return ("hand_down", "take_over", "change_manner")
    return ()


def _need_no_order(county: str, row: Draft, checked: Item, first: date) -> None:
    now = book(county)
    order = now.order_on(row.code, first)
    if order is not None and order.kind in ("cancel", "merge"):
        raise Refused(
            "item_cancelled",
            "“{name}”已由《{number}》自 {in_force_on} 起取消或并入他项，不能再公布。恢复须有承接的调整令。",
            order.basis,
            name=row.name,
            number=order.number,
            in_force_on=order.in_force_on,
        )
    if order is not None and order.kind == "freeze":
        raise Refused(
            "item_frozen",
            "“{name}”已由《{number}》冻结，不能公布新版本。请先下解冻的调整令。",
            order.basis,
            name=row.name,
            number=order.number,
        )
    run = now.on(row.code, first)
    needed = orders_needed(published(run.version_id), checked) if run is not None else ()
    if needed:
        raise Refused(
            "order_needed",
            "“{name}”的这处改动要有{words}的调整令。请凭调整令公布。",
            BY_ORDER,
            name=row.name,
            words=Words((Sentence("“{word}”", word=ORDER_LABELS[kind]) for kind in needed), "或"),
        )


def _need_time(county: str, code: str, first: date) -> None:
    """Only the first version may date back: a county that moves in has had its items for years."""
    runs = book(county).runs.get(code, ())
    if runs and first < clock.today():
        raise Refused("publish_past", "{first} 已经过去，新版本不能倒签。请从今天或以后的日子起施行。", first=first)
    later = [run.first for run in runs if run.first > first and (run.last is None or run.last >= run.first)]
    if later:
        raise Refused(
            "version_scheduled", "已有自 {day} 起施行的版本。请从那一天或以后起施行，以免前后倒置。", day=min(later)
        )
