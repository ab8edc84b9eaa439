"""证明事项清单 (S013), and who still asks for what."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tongban.rooms.catalogue.models import Proof
from tongban.rooms.catalogue.queries.dated import basis_of, holding
from tongban.rooms.catalogue.queries.items import book_on, items
from tongban.rulebook.basis import Basis


@dataclass(frozen=True, slots=True)
class ProofView:
    """One proof as it stands on a day."""

    id: UUID
    name: str
    #: ``kept``, ``cancelled``, ``promised`` (告知承诺) or ``shared`` (共享核验).
    state: str
    #: What takes its place.
    instead: str
    in_force_from: date
    basis: Basis


@dataclass(frozen=True, slots=True)
class ProofAsked:
    """An item in force that asks the applicant for a proof."""

    proof: str
    state: str
    item: str
    item_name: str
    version_id: UUID
    #: Code of the material.
    material: str

    @property
    def wrongly(self) -> bool:
        """A cancelled proof nobody may ask for, a shared one is to be asked of its source."""
        return self.state in ("cancelled", "shared")


def proofs(county: str, day: date) -> tuple[ProofView, ...]:
    """Return the list as it stands on ``day``, by name.  One query."""
    rows = holding(Proof.objects.filter(county=county), day, lambda row: row.name)
    found = (ProofView(row.id, row.name, row.state, row.instead, row.in_force_from, basis_of(row)) for row in rows)
    return tuple(sorted(found, key=lambda one: one.name))


def proof_counts(county: str, day: date) -> dict[str, int]:
    """Return how many proofs stand in each state on ``day``.  One query."""
    found = proofs(county, day)
    return {state: sum(one.state == state for one in found) for state in dict.fromkeys(one.state for one in found)}


def proofs_asked(county: str, day: date) -> tuple[ProofAsked, ...]:
    """Return every proof of the list that an item in force asks the applicant for, by item.  Three queries or fewer."""
    listed = {one.name: one for one in proofs(county, day)}
    runs = book_on(county, day)
    known = items(run.version_id for run in runs.values())
    return tuple(
        ProofAsked(one.name, listed[one.name].state, run.code, run.name, run.version_id, one.code)
        for run in sorted(runs.values(), key=lambda run: run.code)
        for one in known[run.version_id].materials
        if one.name in listed and one.source == "applicant"
    )
