"""One query reads all that a decision about a case needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from tongban.rooms.casework.queries.parts import bundle_item
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.questions import Question, ask
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.clock import SHANGHAI, Due, Excluded, Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import FORM, Facts, Proceeding, Running, end_of_day
from tongban.rulebook.kinds import KINDS


@dataclass(frozen=True, slots=True)
class PartyRow:
    """One party of a case."""

    id: UUID
    role: str
    person_id: UUID | None
    signed: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as read: its row, and the facts the rulebook asks for."""

    id: UUID
    #: Every column of the case row, as JSON gives them.
    row: Mapping[str, Any]
    facts: Facts
    parties: tuple[PartyRow, ...]
    #: Materials by code: state, file id, licence id.
    materials: Mapping[str, Mapping[str, Any]]
    #: The case's key as kept, None once it was erased.
    wrapped_key: bytes | None
    answers: int
    fee: Mapping[str, Any] | None

    @property
    def version(self) -> int:
        return int(self.row["version"])

    @property
    def county(self) -> str:
        return str(self.row["county"])

    def uuid(self, column: str) -> UUID | None:
        """Return a key column of the row."""
        value = self.row[column]
        return UUID(str(value)) if value else None


_CASE = """json_build_array(c,
    (SELECT json_agg(k ORDER BY k.name, k.run) FROM casework_clock k WHERE k.case_id = c.id),
    (SELECT json_agg(p ORDER BY p.no) FROM casework_proceeding p WHERE p.case_id = c.id),
    (SELECT json_agg(m) FROM casework_material m WHERE m.case_id = c.id),
    (SELECT json_agg(json_build_array(p.id, p.role, p.person_id, p.signed_at) ORDER BY p.id)
        FROM casework_party p WHERE p.case_id = c.id),
    (SELECT json_agg(json_build_array(l.notice, l.code)) FROM casework_lack l WHERE l.case_id = c.id),
    (SELECT to_json(f) FROM casework_fee f WHERE f.case_id = c.id),
    (SELECT coalesce(max(a.no), 0) FROM casework_answers a WHERE a.case_id = c.id),
    CASE WHEN c.kind = 'bundle' THEN (
        SELECT json_build_array(count(*), count(*) FILTER (WHERE p.decision <> ''),
            count(*) FILTER (WHERE p.decision NOT IN ('', 'granted')))
        FROM casework_case p WHERE p.parent_id = c.id) END)"""
_KEY = "(SELECT k.wrapped FROM casework_casekey k WHERE k.case_id = c.id)"

#: Who the parties of the case ``%(case_id)s`` are: for questions of other rooms that are asked with ``whole_case``.
PARTIES = "SELECT person_id FROM casework_party WHERE case_id = %(case_id)s"


def read(case_id: UUID) -> CaseFile:
    """Return a case whole.  Raises ``Refused("case_unknown")``.  One query."""
    (file,) = ask(whole_case(case_id))
    return file


def whole_case(case_id: UUID) -> Question[CaseFile]:
    """Ask for a case whole, together with something else.  Raises ``Refused("case_unknown")`` when it is read."""
    return Question((_CASE, _KEY), "FROM casework_case c WHERE c.id = %(case_id)s", {"case_id": case_id}, _whole)


def _whole(found: Sequence[Any]) -> CaseFile:
    if found[0] is None:
        raise Refused("case_unknown", "没有找到这个办件。请核对办件编号。")
    row, clocks, proceedings, materials, parties, lacks, fee, answers, parts = found[0]
    return case_file(
        row,
        clocks=tuple(running(clock) for clock in clocks or ()),
        proceedings=tuple(_proceeding(one) for one in proceedings or ()),
        materials={one["code"]: one for one in materials or ()},
        parties=tuple(PartyRow(UUID(i), role, UUID(p) if p else None, bool(s)) for i, role, p, s in parties or ()),
        lacks=tuple((n, code) for n, code in lacks or ()),
        fee=fee,
        wrapped_key=bytes(found[1]) if found[1] else None,
        answers=answers,
        parts=tuple(parts or (0, 0, 0)),
    )


def case_file(
    row: Mapping[str, Any],
    *,
    clocks: tuple[Running, ...] = (),
    proceedings: tuple[Proceeding, ...] = (),
    materials: Mapping[str, Mapping[str, Any]],
    parties: tuple[PartyRow, ...] = (),
    lacks: tuple[tuple[int, str], ...] = (),
    fee: Mapping[str, Any] | None = None,
    wrapped_key: bytes | None = None,
    answers: int = 0,
    parts: tuple[int, int, int] = (0, 0, 0),
    expires_on: date | None = None,
    item: Item | None = None,
) -> CaseFile:
    """Put a case together from its rows; also used for a case that is just being filed."""
    received_on = _day(row["received_on"])
    item = item or catalogue.item(UUID(str(row["item_id"])))
    if item.parts and received_on is not None:
        item = bundle_item(str(row["county"]), item, frozenset(row["situation"]), received_on)
    needed = item.materials_for(frozenset(row["situation"]))
    states = {code: one["state"] for code, one in materials.items()}
    facts = Facts(
        kind=KINDS[row["kind"]],
        item=item,
        state=row["state"],
        stage=row["stage"],
        options=frozenset(row["situation"]),
        received_on=received_on,
        accepted_on=_day(row["accepted_on"]),
        acceptor=UUID(row["acceptor"]) if row["acceptor"] else None,
        decision=row["decision"],
        clocks=clocks,
        proceedings=proceedings,
        missing=tuple(
            m.code for m in needed if m.source != "made" and states.get(m.code, "lacking") in ("lacking", "mismatch")
        )
        + ((FORM,) if states.get(FORM) == "lacking" else ()),
        following=tuple(m.code for m in needed if states.get(m.code) == "promised"),
        unsigned=tuple(role for role in item.signatures if not any(p.role == role and p.signed for p in parties)),
        told=frozenset(code for _, code in lacks),
        notices=max((n for n, _ in lacks), default=0),
        fee=fee["state"] if fee else "",
        parts=parts,
        flags=frozenset(row["flags"]),
        expires_on=expires_on,
    )
    return CaseFile(
        id=UUID(str(row["id"])),
        row=row,
        facts=facts,
        parties=parties,
        materials=materials,
        wrapped_key=wrapped_key,
        answers=answers,
        fee=fee,
    )


def running(clock: Mapping[str, Any]) -> Running:
    """Return a clock from its row or from the journal."""
    due_on, due_at = _known(clock["due_on"]), datetime.fromisoformat(clock["due_at"])
    start_at = clock["start_at"]
    return Running(
        name=clock["name"],
        run=clock["run"],
        start=datetime.fromisoformat(start_at).astimezone(SHANGHAI) if start_at else _known(clock["start_on"]),
        limit=_limit(clock["limit"]),
        due=Due(due_on, None if due_at == end_of_day(due_on) else due_at.astimezone(SHANGHAI), clock["provisional"]),
        amber_from=_known(clock["amber_from"]),
        extension=_limit(clock["extension"]) if clock["extension"] else None,
        excluded=tuple(Excluded(_known(first), _known(last)) for first, last in clock["excluded"]),
        stopped_at=datetime.fromisoformat(clock["stopped_at"]) if clock["stopped_at"] else None,
        noted=clock["noted"],
    )


#: There are few limits, and every clock of every case has one.
_limit = lru_cache(maxsize=512)(Limit.parse)


def _proceeding(row: Mapping[str, Any]) -> Proceeding:
    return Proceeding(
        row["no"],
        row["kind"],
        _known(row["opened_on"]),
        _known(row["due_on"]),
        row["pauses"],
        _day(row["closed_on"]),
        row["result"],
    )


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _known(value: str) -> date:
    return date.fromisoformat(value)
