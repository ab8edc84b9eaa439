"""How the list of proofs (S013) and the modes of permits after a business licence (S014) change."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.catalogue.models import PERMIT_MODES, PROOF_STATES, PermitMode, Proof
from tongban.rooms.catalogue.queries.book import book
from tongban.rooms.catalogue.queries.drafts import licence_kind_names
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.basis import Basis
from tongban.rulebook.errors import Refused, Words


@transaction.atomic
def set_proof(
    county: str, name: str, state: str, *, basis: Basis, by: str, from_day: date | None = None, instead: str = ""
) -> UUID:
    """Say what has become of a proof from a day on (today); returns the id of the line.

    From then on no draft that asks for a cancelled one is published; ``queries.proofs_asked`` names the items in force
    that still do.  Raises ``Refused``: ``proof_state``, ``proof_incomplete``, ``proof_past``.
    """
    first = from_day or clock.today()
    if state not in PROOF_STATES:
        raise Refused("proof_state", "证明事项只能是{known}。请重新选择。", known=Words(PROOF_STATES.values()))
    if not name.strip() or not basis.text.strip():
        raise Refused("proof_incomplete", "要写明证明的名称和依据。请补齐后再登记。")
    if state in ("promised", "shared") and not instead.strip():
        raise Refused(
            "proof_incomplete",
            "“{name}”改为{state}，要写明用什么代替。请补齐后再登记。",
            name=name,
            state=PROOF_STATES[state],
        )
    if first < clock.today() and Proof.objects.filter(county=county, name=name).exists():
        raise Refused("proof_past", "{first} 已经过去，改动不能倒签。请从今天或以后的日子起施行。", first=first)
    made = Proof.objects.create(county=county, name=name, state=state, instead=instead, **dated(first, basis, by))
    body = {"state": state, "from": first.isoformat()}
    ledger.record("proof", made.id, "set_proof", by, body, county=county)
    return made.id


@transaction.atomic
def set_mode(
    county: str,
    item: str,
    mode: str,
    *,
    basis: Basis,
    by: str,
    after: Collection[str] = (),
    scope_words: Collection[str] = (),
    from_day: date | None = None,
) -> UUID:
    """Say in which of the four ways a permit is reformed from a day on; an empty ``mode`` takes it off the list.

    ``after`` are the licence kinds on which it follows, ``scope_words`` the words of a business scope that call for it.
    The item itself is changed by a change order: ``queries.mode_conflicts`` names where that is still to be done.
    Raises ``Refused``: ``mode_unknown``, ``mode_incomplete``, ``item_unknown``, ``licence_kind_unknown``,
    ``mode_past``.
    """
    first = from_day or clock.today()
    if mode and mode not in PERMIT_MODES:
        raise Refused("mode_unknown", "证照分离的方式只有{known}。请重新选择。", known=Words(PERMIT_MODES.values()))
    if not basis.text.strip() or (mode and not after) or any(not word.strip() for word in scope_words):
        raise Refused("mode_incomplete", "要写明依据、接在哪种证照之后，经营范围的用词不能是空的。请补齐后再登记。")
    if item not in book(county).runs:
        raise Refused("item_unknown", "清单里没有代号为“{item}”的事项。请先公布事项，再登记改革方式。", item=item)
    if strange := sorted(set(after) - set(licence_kind_names())):
        raise Refused("licence_kind_unknown", "没有代号为“{code}”的证照种类。请先登记证照种类。", code=Words(strange))
    if first < clock.today() and PermitMode.objects.filter(county=county, item=item).exists():
        raise Refused("mode_past", "{first} 已经过去，改动不能倒签。请从今天或以后的日子起施行。", first=first)
    made = PermitMode.objects.create(
        county=county,
        item=item,
        mode=mode,
        after=sorted(set(after)),
        scope_words=sorted(set(scope_words)),
        **dated(first, basis, by),
    )
    body = {"item": item, "mode": mode, "from": first.isoformat()}
    ledger.record("permit_mode", made.id, "set_mode", by, body, county=county)
    return made.id


def dated(first: date, basis: Basis, by: str) -> dict[str, object]:
    """Return the columns that every dated line has."""
    return {
        "in_force_from": first,
        "basis_kind": basis.kind.value,
        "basis_text": basis.text,
        "basis_source": basis.source,
        "basis_verified": basis.verified,
        "entered_at": clock.now(),
        "entered_by": by,
    }
