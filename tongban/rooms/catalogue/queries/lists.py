"""“3+2”清单 (S005) as views over the items in force, lines that hang on nothing, and lists of stations (S015)."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tongban.rooms.catalogue.models import FIVE_LISTS, Claim, ListEntry, ListIssue
from tongban.rooms.catalogue.queries.book import Run
from tongban.rooms.catalogue.queries.claims import claims_for
from tongban.rooms.catalogue.queries.dated import basis_of, holding
from tongban.rooms.catalogue.queries.items import book_on, items
from tongban.rooms.catalogue.queries.views import ClaimView
from tongban.rooms.people import queries as people
from tongban.rulebook.basis import cited
from tongban.rulebook.catalogue.item import Item, ItemClass
from tongban.rulebook.errors import Refused, Sentence, Words

#: What an office may do on its own authority; beside it stands what it serves.
POWERS = frozenset(
    {ItemClass.PERMIT, ItemClass.CONFIRMATION, ItemClass.BENEFIT, ItemClass.REGISTRATION, ItemClass.FILING}
)
SERVICES = frozenset({ItemClass.SERVICE})


@dataclass(frozen=True, slots=True)
class ListRow:
    """One line of one of the five lists."""

    #: Code of the item, or of the entry for a fee or an agency's service that somebody entered.
    code: str
    name: str
    #: The item it hangs on, and its version; None: there is none in force.
    item: str
    version_id: UUID | None
    unit: str
    #: Class, duties, standard of the fee: what the list says beside the name.
    words: str
    basis: str


@dataclass(frozen=True, slots=True)
class Orphan:
    """A line that hangs on nothing."""

    list: str
    code: str
    name: str
    #: What it lacks and what to do.
    sentence: str


@dataclass(frozen=True, slots=True)
class IssueView:
    """One list as it was made public."""

    id: UUID
    list: str
    issued_on: date
    rows: tuple[ListRow, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class StationRow:
    """An item as a station of a town or village offers it."""

    claim: ClaimView
    #: ``权力``, ``证明盖章`` or ``公共服务``.
    sort: str
    item_class: str
    #: The address of its guide.
    guide: str


@dataclass(frozen=True, slots=True)
class LevelRow:
    """An item of a level's list, and at how many of its stations it is offered."""

    item: str
    name: str
    sort: str
    version_id: UUID
    stations: int


@dataclass(frozen=True, slots=True)
class _Day:
    """The items in force on a day that can be filed on, by code, and every main item."""

    leaves: dict[str, tuple[Run, Item]]
    mains: frozenset[str]


def five_list(county: str, which: str, day: date) -> tuple[ListRow, ...]:
    """Return one of the five lists as it reads on ``day``, by code.  Three queries or fewer.

    The fee list shows what items charge and what was entered, each fee once.  Raises ``Refused("list_unknown")``.
    """
    _need_list(which)
    now = _on(county, day)
    rows = {
        "power": lambda: _of_classes(now, POWERS),
        "service": lambda: _of_classes(now, SERVICES),
        "duty": lambda: _duties(now),
        "fee": lambda: _fees(county, now, day),
        "agency": lambda: _entered(county, "agency", now, day),
    }[which]()
    return tuple(sorted(rows, key=lambda row: (row.code, row.name)))


def list_counts(county: str, day: date) -> dict[str, int]:
    """Return how many lines each of the five lists has on ``day``."""
    return {which: len(five_list(county, which, day)) for which in FIVE_LISTS}


def orphans(county: str, day: date) -> tuple[Orphan, ...]:
    """Return every line of the five lists that hangs on nothing on ``day``: there should be none.

    A fee hangs on an item of the power or service list whose main item is in force; where a fee list was entered, every
    fee of an item stands on it.  An agency's service hangs on a material that the applicant of an item brings.
    """
    now = _on(county, day)
    found = [*_fee_orphans(county, now, day), *_entry_orphans(county, now, day)]
    found += [*_main_orphans(now)]
    return tuple(sorted(found, key=lambda one: (one.list, one.code)))


def issues(county: str, which: str = "") -> tuple[IssueView, ...]:
    """Return the lists as they were made public, the latest first.  One query."""
    rows = ListIssue.objects.filter(county=county).order_by("-issued_on", "list")
    if which:
        _need_list(which)
        rows = rows.filter(list=which)
    return tuple(IssueView(row.id, row.list, row.issued_on, _rows_of(row.content), row.digest) for row in rows)


def station_list(county: str, site: str, day: date) -> tuple[StationRow, ...]:
    """Return what a station of a town or village offers on ``day``: claimed by it, in use, and of its own level.

    Raises ``Refused("site_unknown")``.  Four queries or fewer.
    """
    level = next((one.kind for one in people.sites(county) if one.code == site), None)
    if level is None:
        raise Refused("site_unknown", "系统中没有在用的场所“{code}”。请先登记场所。", code=site)
    wanted = level if level in ("town", "village") else "county"
    claims = [one for one in claims_for(county, site, day) if one.in_use]
    known = items(one.version_id for one in claims if one.version_id is not None)
    found = ((one, known[one.version_id]) for one in claims if one.version_id is not None)
    return tuple(
        StationRow(one, sort_of(item), item.item_class.value, f"/items/{county}/{item.code}")
        for one, item in found
        if wanted in item.stations
    )


def level_list(county: str, level: str, day: date) -> tuple[LevelRow, ...]:
    """Return the list of a level (``town``, ``village``): items claimed and in use there, by code."""
    there = {one.code for one in people.sites(county) if one.kind == level}
    claimed = Claim.objects.filter(county=county, state="in_use").values_list("item", "site")
    stations = Counter(item for item, site in claimed if site in there)
    now = _on(county, day)
    return tuple(
        LevelRow(code, run.name, sort_of(item), run.version_id, stations[code])
        for code, (run, item) in sorted(now.leaves.items())
        if stations[code] and level in item.stations
    )


def level_counts(county: str, level: str, day: date) -> dict[str, int]:
    """Return how many instances of each sort the stations of a level offer on ``day``."""
    totals: Counter[str] = Counter()
    for row in level_list(county, level, day):
        totals[row.sort] += row.stations
    return dict(sorted(totals.items()))


def sort_of(item: Item) -> str:
    """Return under which heading towns and villages list an item."""
    if item.result is not None and item.result.name.endswith("证明"):
        return "证明盖章"
    return "公共服务" if item.item_class in SERVICES else "权力"


def row_text(row: ListRow) -> dict[str, str]:
    """Return a line as plain text, as an issue keeps it."""
    plain = {name: str(getattr(row, name)) for name in ("code", "name", "item", "unit", "words", "basis")}
    return plain | {"version_id": str(row.version_id or "")}


def _rows_of(content: str) -> tuple[ListRow, ...]:
    return tuple(
        ListRow(**{**one, "version_id": UUID(one["version_id"]) if one["version_id"] else None})
        for one in json.loads(content)
    )


def _need_list(which: str) -> None:
    if which not in FIVE_LISTS:
        raise Refused("list_unknown", "没有这个清单。请从{known}中选择。", known=Words(FIVE_LISTS.values()))


def _on(county: str, day: date) -> _Day:
    runs = book_on(county, day)
    known = items(run.version_id for run in runs.values())
    leaves = {code: (run, known[run.version_id]) for code, run in runs.items() if run.leaf}
    return _Day(leaves, frozenset(code for code, run in runs.items() if not run.leaf))


def _of_classes(now: _Day, classes: frozenset[ItemClass]) -> list[ListRow]:
    return [
        ListRow(code, run.name, code, run.version_id, run.unit, item.item_class.value, "；".join(cited(item.bases)))
        for code, (run, item) in now.leaves.items()
        if item.item_class in classes
    ]


def _duties(now: _Day) -> list[ListRow]:
    """责任清单: to every power its duties: who answers for it, in which time, by which desks, and where to complain."""
    return [
        ListRow(code, run.name, code, run.version_id, run.unit, _duty(item), "；".join(cited(item.bases)))
        for code, (run, item) in now.leaves.items()
        if item.item_class in POWERS
    ]


def _duty(item: Item) -> str:
    told = [
        f"{word}{rule.limit.label}"
        for word, rule in (("法定", item.limits.statutory), ("承诺", item.limits.promised))
        if rule is not None
    ]
    told += [f"环节：{'、'.join(desk.name for desk in item.desks)}"] if item.desks else []
    return "；".join([*told, f"投诉：{item.guide.complaint_phone}"])


def _fees(county: str, now: _Day, day: date) -> list[ListRow]:
    rows = _entered(county, "fee", now, day)
    entered = {(row.item, row.name) for row in rows}
    for code, (run, item) in now.leaves.items():
        if item.fee is not None and (code, item.fee.name) not in entered:
            words = item.fee.standard or f"{item.fee.amount_fen / 100:.2f} 元"
            rows.append(ListRow(code, item.fee.name, code, run.version_id, run.unit, words, item.fee.basis.public))
    return rows


def _entered(county: str, which: str, now: _Day, day: date) -> list[ListRow]:
    rows = []
    for entry in _entries(county, which, day):
        run = now.leaves[entry.item][0] if entry.item in now.leaves else None
        version_id, unit = (run.version_id, run.unit) if run else (None, "")
        basis = basis_of(entry).public
        rows.append(ListRow(entry.code, entry.name, entry.item, version_id, unit, entry.standard, basis))
    return rows


def _entries(county: str, which: str, day: date) -> list[ListEntry]:
    rows = holding(ListEntry.objects.filter(county=county, list=which), day, lambda row: row.code)
    return [row for row in rows if not row.withdrawn]


def _listed(item: Item) -> bool:
    return item.item_class in POWERS | SERVICES


def _fee_orphans(county: str, now: _Day, day: date) -> Iterator[Orphan]:
    entered = {entry.item for entry in _entries(county, "fee", day)}
    for code, (run, item) in now.leaves.items():
        if item.fee is None:
            continue
        if not _listed(item):
            yield Orphan(
                "fee",
                code,
                item.fee.name,
                Sentence("“{name}”不在权力清单和公共服务清单里，不能收费。请取消收费。", name=run.name),
            )
        elif item.parent and item.parent not in now.mains:
            yield Orphan(
                "fee",
                code,
                item.fee.name,
                Sentence("“{name}”的主项不在施行中，收费没有了依托。请改挂主项，或取消。", name=run.name),
            )
        elif entered and code not in entered:
            yield Orphan(
                "fee",
                code,
                item.fee.name,
                Sentence("“{name}”的收费不在收费清单里。请列入收费清单，或取消收费。", name=run.name),
            )


def _entry_orphans(county: str, now: _Day, day: date) -> Iterator[Orphan]:
    for which, label in (("fee", Sentence("收费")), ("agency", Sentence("中介服务"))):
        for entry in _entries(county, which, day):
            found = now.leaves.get(entry.item)
            if found is None or not _listed(found[1]):
                yield Orphan(
                    which,
                    entry.code,
                    entry.name,
                    Sentence(
                        "{label}“{name}”所属的事项“{item}”不在权力清单和公共服务清单里。请撤下，或改写所属事项。",
                        label=label,
                        name=entry.name,
                        item=entry.item,
                    ),
                )
            elif which == "fee" and found[1].fee is None:
                yield Orphan(
                    which,
                    entry.code,
                    entry.name,
                    Sentence("“{name}”已不收费，清单上还有这项收费。请撤下，或改写事项。", name=found[0].name),
                )
            elif which == "agency" and not any(
                one.code == entry.material and one.source == "applicant" for one in found[1].materials
            ):
                yield Orphan(
                    which,
                    entry.code,
                    entry.name,
                    Sentence(
                        "“{name}”不要申请人提交这项中介服务的材料。请撤下这项服务，或写对材料代号。", name=found[0].name
                    ),
                )


def _main_orphans(now: _Day) -> Iterator[Orphan]:
    """A sub item whose main item is no more stands on a list without the line it belongs under."""
    for code, (run, item) in now.leaves.items():
        if _listed(item) and item.parent and item.parent not in now.mains:
            which = "service" if item.item_class in SERVICES else "power"
            yield Orphan(
                which,
                code,
                run.name,
                Sentence("“{name}”的主项“{main}”不在施行中。请改挂主项，或一并取消。", name=run.name, main=item.parent),
            )
