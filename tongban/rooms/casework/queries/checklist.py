"""材料清单: what this person must bring for this item in her situation, and what is there already."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tongban.rooms.casework import effects
from tongban.rooms.casework.queries.parts import bundle_item
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rulebook.catalogue.item import Item, Material


@dataclass(frozen=True, slots=True)
class Wanted:
    """One material of the list."""

    material: Material
    #: A licence of hers serves: it is not asked for (国务院令第716号 第十一条).
    held: bool
    #: What a draft has of it: ``given``, ``promised``, or empty.
    state: str = ""
    #: The upload, where it was given as a file.
    file_id: UUID | None = None


def checklist(
    county: str, item: Item, applicant_id: UUID, options: frozenset[str], day: date, draft: CaseFile | None = None
) -> tuple[Wanted, ...]:
    """Return the materials for this situation in the item's order; a bundle's are those of its parts, each once.

    What the system makes itself is left out.  Two queries at most.
    """
    whole = bundle_item(county, item, options, day) if item.parts else item
    needed = [one for one in whole.materials_for(options) if one.source != "made"]
    kinds = sorted({kind for one in needed for kind in one.licence_kinds})
    held = effects.held(applicant_id, kinds, day) if kinds else {}
    given = draft.materials if draft is not None else {}
    found = []
    for one in needed:
        there = given.get(one.code)
        state = str(there["state"]) if there and there["state"] in ("given", "promised") else ""
        file_id = UUID(str(there["file_id"])) if there and state and there["file_id"] else None
        found.append(Wanted(one, not held.keys().isdisjoint(one.licence_kinds), state, file_id))
    return tuple(found)
