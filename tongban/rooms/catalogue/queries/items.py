"""Which item may be filed on, in which version; what it says; how it changed."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from tongban.rooms.catalogue.models import ItemVersion
from tongban.rooms.catalogue.queries.book import Book, Order, Run, book
from tongban.rooms.catalogue.queries.views import Counts, InForce, ListedItem, VersionView
from tongban.rooms.catalogue.refusals import ItemIsMain
from tongban.rulebook import catalogue
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import Change, Item
from tongban.rulebook.errors import Refused

#: S002 is a rule of the sources, not of a statute.
LISTED_ONLY = design("清单之外无审批：只能在施行中的事项版本上申办")

_items: dict[UUID, Item] = {}


def item(version_id: UUID) -> Item:
    """Return the item of a published version.  Kept for good: a version never changes.  One query the first time.

    Raises ``Refused("item_version_unknown")``.
    """
    found = _items.get(version_id)
    if found is None:
        content = ItemVersion.objects.values_list("content", flat=True).filter(id=version_id).first()
        if content is None:
            raise Refused("item_version_unknown", "找不到这个事项版本。请刷新后再看。")
        found = _items[version_id] = catalogue.freeze(json.loads(content))
    return found


def items(version_ids: Iterable[UUID]) -> dict[UUID, Item]:
    """Return the items of several published versions.  One query for those not met before.

    Raises ``Refused("item_version_unknown")``.
    """
    wanted = set(version_ids)
    unknown = [one for one in wanted if one not in _items]
    if unknown:
        for version_id, content in ItemVersion.objects.filter(id__in=unknown).values_list("id", "content"):
            _items[version_id] = catalogue.freeze(json.loads(content))
    return {one: item(one) for one in wanted}


def in_force(county: str, code: str, day: date, mark: UUID | None = None) -> InForce:
    """Return the version on which a case may be filed on ``day``.  One query, when the item was met before.

    None where ``mark`` is given, as ``book_mark`` has just found it.

    Raises ``Refused`` with ``item_unknown``, ``item_cancelled``, ``item_merged``, ``item_frozen``,
    ``item_not_in_force`` or, as ``ItemIsMain`` with its ``choices``, ``item_is_main``.
    """
    now = book(county, mark)
    run = now.on(code, day)
    if run is None:
        raise _why_not(now, code, day)
    if not run.leaf:
        raise ItemIsMain(run.name, tuple((child.code, child.name) for child in now.children_on(code, day)))
    return InForce(run.version_id, run.version, item(run.version_id))


def successor(county: str, code: str, day: date) -> str:
    """Return the item in whose place a merged one is to be filed on ``day``; the code itself when it was not merged."""
    now = book(county)
    seen = {code}
    while now.on(code, day) is None:
        order = now.order_on(code, day)
        if order is None or order.kind != "merge" or order.target in seen:
            return code
        code = order.target
        seen.add(code)
    return code


def listed(county: str, day: date, *, unit: str = "") -> tuple[ListedItem, ...]:
    """Return every item, main and leaf, that holds on ``day``, by code.  One query."""
    runs = book_on(county, day).values()
    return tuple(_listed(run) for run in runs if not unit or run.unit == unit)


def digests(county: str, day: date) -> dict[str, str]:
    """Return the digest of every version that holds on ``day``, by item code.  One query."""
    return {code: run.digest for code, run in book_on(county, day).items()}


def children(county: str, code: str, day: date) -> tuple[ListedItem, ...]:
    """Return the sub items of a main item that hold on ``day``.  One query."""
    return tuple(_listed(run) for run in book(county).children_on(code, day))


def counts(county: str, day: date, *, unit: str = "") -> Counts:
    """Return how many main items and leaves hold on ``day`` (S010).  A leaf that hangs on none counts in both."""
    runs = [run for run in book_on(county, day).values() if not unit or run.unit == unit]
    leaves = [run for run in runs if run.leaf]
    return Counts(len(runs) - len(leaves) + sum(not run.parent for run in leaves), len(leaves))


def versions(county: str, code: str) -> tuple[VersionView, ...]:
    """Return the history of an item, the first version first.  One query."""
    rows = ItemVersion.objects.filter(county=county, code=code).defer("content").order_by("version")
    return tuple(
        VersionView(
            row.id,
            row.code,
            row.version,
            row.name,
            row.digest,
            row.in_force_from,
            row.in_force_until,
            row.published_at,
            row.published_by,
            row.unverified,
            row.brought_by_id,
            row.ended_by_id,
        )
        for row in rows
    )


def difference(old: UUID, new: UUID) -> tuple[Change, ...]:
    """Return what changed from one published version to another, in sentences."""
    return catalogue.difference(item(old), item(new))


def orders(county: str, code: str) -> tuple[Order, ...]:
    """Return the change orders about an item that were not withdrawn, in order of their day.  One query."""
    return book(county).orders.get(code, ())


def content(version_id: UUID) -> dict[str, Any]:
    """Return the plain content of a published version, as TOML and drafts have it."""
    text = ItemVersion.objects.values_list("content", flat=True).filter(id=version_id).first()
    if text is None:
        raise Refused("item_version_unknown", "找不到这个事项版本。请刷新后再看。")
    found: dict[str, Any] = json.loads(text)
    return found


def book_on(county: str, day: date) -> dict[str, Run]:
    """Return the versions that hold on ``day``, by code."""
    read = book(county)
    return {code: run for code in read.runs if (run := read.on(code, day)) is not None}


def _why_not(now: Book, code: str, day: date) -> Refused:
    runs = now.runs.get(code, ())
    if not runs:
        return Refused(
            "item_unknown", "清单里没有代号为“{code}”的事项，不能受理。请在事项目录中重新选择。", LISTED_ONLY, code=code
        )
    name = runs[-1].name
    order = now.order_on(code, day)
    if order is not None and order.kind in _SENTENCES:
        target = now.runs[order.target][-1].name if order.target in now.runs else order.target
        told = {"day": order.in_force_on, "number": order.number, "notice": order.notice.rstrip("。")}
        return Refused(_CODES[order.kind], _SENTENCES[order.kind], order.basis, name=name, target=target, **told)
    later = [run.first for run in runs if run.first > day]
    if later:
        return Refused(
            "item_not_in_force",
            "“{name}”自 {day} 起施行，现在还不能申办。请在施行之日后再来，或到综合窗口咨询。",
            LISTED_ONLY,
            name=name,
            day=min(later),
        )
    return Refused(
        "item_not_in_force",
        "“{name}”在 {day} 没有施行中的版本，不能受理。请到综合窗口咨询应办哪个事项。",
        LISTED_ONLY,
        name=name,
        day=day,
    )


_CODES = {"cancel": "item_cancelled", "merge": "item_merged", "freeze": "item_frozen"}
_SENTENCES = {
    "cancel": "“{name}”已由《{number}》自 {day} 起取消，不再受理：{notice}。已受理的照原规定办结，其他请咨询综合窗口。",
    "merge": "“{name}”已由《{number}》自 {day} 起并入“{target}”：{notice}。请改为申办“{target}”。",
    "freeze": "“{name}”已由《{number}》自 {day} 起暂停受理：{notice}。请等恢复公告，或到综合窗口咨询。",
}


def _listed(run: Run) -> ListedItem:
    return ListedItem(
        run.version_id, run.code, run.version, run.name, run.unit, run.parent, run.leaf, run.first, run.last
    )
