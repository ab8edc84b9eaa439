"""动态调整 (S004): change orders.

An order writes dated ends and beginnings at once, so that midnight needs no sweep: on its day the list simply reads
differently.  The sweep only notes in the journal that the day has come.  Open cases stay pinned to their version.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.catalogue.actions.mark import list_changed
from tongban.rooms.catalogue.actions.publishing import check_draft, insert_version, locked_draft
from tongban.rooms.catalogue.models import (
    ENDING_ORDERS,
    ORDER_LABELS,
    ChangeOrder,
    Draft,
    ItemVersion,
)
from tongban.rooms.catalogue.queries.book import Order, book, order_of
from tongban.rooms.catalogue.queries.items import item as published
from tongban.rooms.catalogue.world import world
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.basis import Basis
from tongban.rulebook.errors import Refused, Sentence, Words

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A change order as it is to be entered."""

    #: Number of the document.
    number: str
    #: A key of ``models.ORDER_LABELS``.
    kind: str
    #: Codes of the items.
    items: tuple[str, ...]
    #: First day on which it holds: today or later.
    in_force_on: date
    #: What people are told.
    notice: str
    basis: Basis
    #: 合并: code of the item into which the others go.
    target: str = ""


@transaction.atomic
def order_change(county: str, new: NewOrder, *, by: str, demo: bool | None = None) -> UUID:
    """Enter a change order; returns its id.  The same order again changes nothing.

    取消, 合并 and 冻结 end the versions in force the day before.  解冻 brings the last version back; every other kind
    publishes the item's draft from that day.  Raises ``Refused``: ``order_kind``, ``order_incomplete``,
    ``order_past``, ``order_number_taken``, ``order_items_open``, ``order_item_state``, ``order_target``, and whatever
    ``publish`` raises about a draft.
    """
    _check(new)
    # Everyone who publishes or orders about these items waits here, always in the same sequence.
    rows = {code: locked_draft(county, code) for code in sorted(new.items)}
    made = ChangeOrder.objects.filter(county=county, number=new.number, kind=new.kind).first()
    if made is not None:
        return _same(made, new)
    if new.in_force_on < clock.today():
        raise Refused(
            "order_past",
            "{in_force_on} 已经过去，调整令不能倒签。请从今天或以后的日子起施行。",
            in_force_on=new.in_force_on,
        )
    if new.kind in ENDING_ORDERS:
        _check_ending(county, new)
    order = ChangeOrder.objects.create(
        county=county,
        number=new.number,
        kind=new.kind,
        items=list(new.items),
        target=new.target,
        notice=new.notice,
        basis_kind=new.basis.kind.value,
        basis_text=new.basis.text,
        basis_source=new.basis.source,
        basis_verified=new.basis.verified,
        in_force_on=new.in_force_on,
        ordered_at=clock.now(),
        ordered_by=by,
    )
    for code, row in rows.items():
        body = {"item": code, "order": str(order.id), "kind": new.kind, "on": new.in_force_on.isoformat()}
        ledger.record("item", row.id, "order_change", by, body | {"target": new.target}, county=county)
        if new.kind in ENDING_ORDERS:
            _end(county, code, order)
        elif new.kind == "thaw":
            _thaw(row, order, by)
        else:
            _begin(row, order, by, demo)
    list_changed(county)
    return order.id


@transaction.atomic
def withdraw_order(county: str, order_id: UUID, *, by: str) -> None:
    """Take an order back before its day; what it ended goes on, what it began never holds."""
    order = ChangeOrder.objects.select_for_update().filter(county=county, id=order_id, withdrawn_at=None).first()
    if order is None:
        raise Refused("order_unknown", "找不到这份有效的调整令。请刷新后再看。")
    rows = [locked_draft(county, code) for code in sorted(order.items)]
    if order.applied_at is not None or order.in_force_on <= clock.today():
        raise Refused("order_in_force", "《{number}》已经施行，不能撤回。请另下一份调整令。", number=order.number)
    # First what it began, then what it ended: on no day do two versions hold.
    for begun in ItemVersion.objects.select_for_update().filter(brought_by=order):
        begun.in_force_until, begun.ended_by = begun.in_force_from - _DAY, order
        begun.save(update_fields=["in_force_until", "ended_by"])
    for ended in ItemVersion.objects.select_for_update().filter(ended_by=order):
        if ended.brought_by_id != order.id:
            _reopen(ended, order)
    order.withdrawn_at = clock.now()
    order.save(update_fields=["withdrawn_at"])
    for row in rows:
        body = {"item": row.code, "order": str(order.id)}
        ledger.record("item", row.id, "withdraw_order", by, body, county=county)
    list_changed(county)


def apply_orders(day: date | None = None) -> tuple[Order, ...]:
    """Note every order whose day has come, each once; returns those noted now.  For the sweep, as often as it likes."""
    until = day or clock.today()
    waiting = ChangeOrder.objects.filter(applied_at=None, withdrawn_at=None, in_force_on__lte=until)
    noted = (_apply(order_id) for order_id in waiting.order_by("in_force_on", "id").values_list("id", flat=True))
    return tuple(order for order in noted if order is not None)


@transaction.atomic
def _apply(order_id: UUID) -> Order | None:
    """Note that an order holds, or return None where another process has just done so."""
    order = (
        ChangeOrder.objects.select_for_update(skip_locked=True)
        .filter(id=order_id, applied_at=None, withdrawn_at=None)
        .first()
    )
    if order is None:
        return None
    order.applied_at = clock.now()
    order.save(update_fields=["applied_at"])
    for row in Draft.objects.filter(county=order.county, code__in=order.items).order_by("code"):
        body = {"item": row.code, "order": str(order.id), "kind": order.kind}
        body |= {"target": order.target, "open_cases": order.open_cases}
        ledger.record("item", row.id, "order_in_force", "house", body, county=order.county)
    return order_of(order)


def _check(new: NewOrder) -> None:
    if new.kind not in ORDER_LABELS:
        raise Refused("order_kind", "调整令的种类只能是{known}。请重新选择。", known=Words(ORDER_LABELS.values()))
    missing = [
        word
        for word, there in (
            (Sentence("文号"), new.number.strip()),
            (Sentence("事项"), new.items),
            (Sentence("告知办事人的话"), new.notice.strip()),
            (Sentence("依据"), new.basis.text.strip()),
        )
        if not there
    ]
    if missing:
        raise Refused("order_incomplete", "调整令没有写{missing}。请补齐后再登记。", missing=Words(missing))
    if len(set(new.items)) != len(new.items):
        raise Refused("order_incomplete", "调整令里同一个事项写了两次。请删去重复的。")
    if bool(new.target) != (new.kind == "merge") or new.target in new.items:
        raise Refused("order_target", "合并要写明并入哪个其他事项，别的调整不写。请改正后再登记。")


def _same(made: ChangeOrder, new: NewOrder) -> UUID:
    """Return the order that was entered before, if it says the same."""
    before = (sorted(made.items), made.target, made.in_force_on, made.notice, made.basis_text)
    if made.withdrawn_at or before != (sorted(new.items), new.target, new.in_force_on, new.notice, new.basis.text):
        raise Refused("order_number_taken", "文号“{number}”已登记过另一份内容。请核对文号。", number=new.number)
    return made.id


def _check_ending(county: str, new: NewOrder) -> None:
    """Refuse to end what is not there, a main item without its sub items, or a merger into nothing."""
    now = book(county)
    for code in new.items:
        order = now.order_on(code, new.in_force_on)
        frozen = order is not None and order.kind == "freeze"
        if now.on(code, new.in_force_on) is None and not (frozen and new.kind == "cancel"):
            raise Refused(
                "order_item_state",
                "“{code}”在 {in_force_on} 没有施行中的版本，不能{change}。请核对事项和日期。",
                code=code,
                in_force_on=new.in_force_on,
                change=ORDER_LABELS[new.kind],
            )
        left = [run.name for run in now.children_on(code, new.in_force_on) if run.code not in new.items]
        if left:
            raise Refused(
                "order_items_open",
                "主项下还有在用的子项{words}。请把它们一并写入调整令，或先改挂别的主项。",
                words=Words(f"“{name}”" for name in left),
            )
    if new.kind == "merge":
        target = now.on(new.target, new.in_force_on)
        if target is None or not target.leaf:
            raise Refused(
                "order_target",
                "“{target}”在 {in_force_on} 不是可以申办的事项，不能并入。请换一个。",
                target=new.target,
                in_force_on=new.in_force_on,
            )


def _end(county: str, code: str, order: ChangeOrder) -> None:
    """End what holds on the order's day or later; a version that had not begun never will."""
    for one in ItemVersion.objects.select_for_update().filter(county=county, code=code).order_by("version"):
        if one.in_force_until is None or one.in_force_until >= order.in_force_on:
            one.in_force_until = max(order.in_force_on, one.in_force_from) - _DAY
            one.ended_by = order
            one.save(update_fields=["in_force_until", "ended_by"])


def _reopen(ended: ItemVersion, order: ChangeOrder) -> None:
    """Let a version that the order would have ended go on, or begin on its own day after all."""
    ended.in_force_until, ended.ended_by = None, None
    following = ItemVersion.objects.filter(
        county=ended.county, code=ended.code, version__gt=ended.version, in_force_from__gt=ended.in_force_from
    )
    holding = [one.in_force_from for one in following if one.brought_by_id != order.id]
    if holding:
        ended.in_force_until = min(holding) - _DAY
    ended.save(update_fields=["in_force_until", "ended_by"])


def _thaw(row: Draft, order: ChangeOrder, by: str) -> None:
    """Bring the last version back as it was."""
    frozen = book(row.county).order_on(row.code, order.in_force_on - _DAY)
    last = ItemVersion.objects.filter(county=row.county, code=row.code).order_by("version").last()
    if frozen is None or frozen.kind != "freeze" or last is None:
        raise Refused("order_item_state", "“{name}”没有被冻结，不必解冻。请核对事项。", name=row.name)
    restored = Draft(id=row.id, county=row.county, code=row.code, content=last.content, content_hash=last.digest)
    insert_version(restored, published(last.id), order.in_force_on, by, unverified=last.unverified, order=order)


def _begin(row: Draft, order: ChangeOrder, by: str, demo: bool | None) -> None:
    """Publish the draft from the order's day."""
    now = book(row.county)
    before = now.order_on(row.code, order.in_force_on)
    if before is not None and before.kind in ENDING_ORDERS and before.id != order.id and order.kind != "take_over":
        raise Refused(
            "order_item_state",
            "“{name}”已由《{number}》{ended}。请先解冻，或用承接的调整令恢复。",
            name=row.name,
            number=before.number,
            ended=ENDING_ORDERS[before.kind],
        )
    later = [
        run.first
        for run in now.runs.get(row.code, ())
        if run.first > order.in_force_on and run.last != run.first - _DAY
    ]
    if later:
        raise Refused("version_scheduled", "已有自 {day} 起施行的版本。请从那一天或以后起施行。", day=min(later))
    checked, unverified = check_draft(row, world(row.county, order.in_force_on), demo)
    insert_version(row, checked, order.in_force_on, by, unverified=unverified, order=order)
