"""证照分离 (S014): which permits follow on a business licence, and in which of the four ways."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tongban.rooms.catalogue.models import PERMIT_MODES, PermitMode
from tongban.rooms.catalogue.queries.book import Book, Run, book
from tongban.rooms.catalogue.queries.dated import basis_of, holding
from tongban.rooms.catalogue.queries.items import item
from tongban.rulebook.basis import Basis

#: What a mode means for whoever runs the business.
MEANING = {
    "cancelled": "不用再办，领了营业执照就可以经营",
    "filing": "办理备案，材料齐全的当场备案",
    "promise": "按要求作出承诺的，当场作出决定，事后核查",
    "improved": "照常申请，流程和时限已优化",
}


@dataclass(frozen=True, slots=True)
class ModeView:
    """How one permit was reformed, as it stands on a day."""

    item: str
    name: str
    mode: str
    label: str
    after: tuple[str, ...]
    scope_words: tuple[str, ...]
    in_force_from: date
    basis: Basis


@dataclass(frozen=True, slots=True)
class FollowOn:
    """A permit that an owner is told of after the business licence."""

    item: str
    name: str
    mode: str
    label: str
    #: What the owner has to do.
    meaning: str
    #: The version in force; None where nothing is to be asked for any more.
    version_id: UUID | None
    #: Words of the business scope that call for it; empty: any business may need it.
    because: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class ModeConflict:
    """A permit whose item in force does not do as its mode says."""

    item: str
    name: str
    mode: str
    #: What is wrong and how to mend it.
    sentence: str


def modes(county: str, day: date) -> tuple[ModeView, ...]:
    """Return the list as it stands on ``day``, by item.  Two queries."""
    now = book(county)
    found = sorted(_holding(county, day), key=lambda row: row.item)
    return tuple(
        ModeView(
            row.item,
            _name(now, row.item, day),
            row.mode,
            PERMIT_MODES[row.mode],
            tuple(row.after),
            tuple(row.scope_words),
            row.in_force_from,
            basis_of(row),
        )
        for row in found
    )


def mode_counts(county: str, day: date) -> dict[str, int]:
    """Return how many permits go each of the four ways on ``day``.  One query."""
    found = _holding(county, day)
    return {mode: sum(row.mode == mode for row in found) for mode in PERMIT_MODES}


def follow_on(county: str, day: date, *, after: str, scope: str) -> tuple[FollowOn, ...]:
    """Return the permits that an owner with this business scope may need after a licence of the kind ``after``.

    Those that the scope calls for come first.  A permit that is cancelled is told too: the owner shall know that
    nobody may ask for it.  Two queries.
    """
    now = book(county)
    found = []
    for row in _holding(county, day):
        words = tuple(word for word in row.scope_words if word in scope)
        if after in row.after and (words or not row.scope_words):
            run = now.on(row.item, day) if row.mode != "cancelled" else None
            version_id = run.version_id if run else None
            name, label = _name(now, row.item, day), PERMIT_MODES[row.mode]
            found.append(FollowOn(row.item, name, row.mode, label, MEANING[row.mode], version_id, words, basis_of(row)))
    return tuple(sorted(found, key=lambda one: (not one.because, one.item)))


def mode_conflicts(county: str, day: date) -> tuple[ModeConflict, ...]:
    """Return the permits whose item in force does not do as its mode says, by item."""
    now = book(county)
    rows = sorted(_holding(county, day), key=lambda row: row.item)
    return tuple(
        ModeConflict(row.item, _name(now, row.item, day), row.mode, sentence)
        for row in rows
        for sentence in _wrong(row.mode, now.on(row.item, day))
    )


def _wrong(mode: str, run: Run | None) -> Iterator[str]:
    if mode == "cancelled":
        if run is not None:
            yield "已直接取消审批，事项却还在施行。请下取消的调整令。"
        return
    if run is None:
        yield "清单里没有施行中的事项。请公布事项，或把它移出改革清单。"
        return
    one = item(run.version_id)
    if mode == "filing" and one.kind != "filing":
        yield "已改为备案，事项却还按审批办理。请下转备案的调整令。"
    if mode == "promise" and one.promise is None:
        yield "实行告知承诺的要凭承诺当场决定、事后核查，事项里却没有告知承诺。请在草稿里补写承诺书和核查期限后公布。"


def _holding(county: str, day: date) -> list[PermitMode]:
    rows = holding(PermitMode.objects.filter(county=county), day, lambda row: row.item)
    return [row for row in rows if row.mode]


def _name(now: Book, code: str, day: date) -> str:
    """Return the item's name on ``day``, or its last one."""
    run = now.on(code, day)
    runs = now.runs.get(code, ())
    return run.name if run else runs[-1].name if runs else code
