"""一件事: the parts of a bundle start when what they need is done; the whole is joined when they are finished."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.actions.filing import Filing, Signer, file_case
from tongban.rooms.casework.actions.papers import Offer
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import take
from tongban.rooms.casework.effects import Extra
from tongban.rooms.casework.queries.parts import part_options, parts_of, standing_of
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.casework.queries.texts import answers_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Outcome
from tongban.rulebook.plan import Progress

HOUSE = Who("house")


def tend_bundle(bundle_id: UUID) -> tuple[str, ...]:
    """Start the parts that can start, and join the bundle when all is done; returns what was done.

    Parts never touch the parent's row, so thousands of them do not wait for one another.  A part that cannot be
    started does not hold up the others; its refusal is raised when they are started.
    """
    bundle = read(bundle_id)
    if bundle.facts.state == "filed":
        _step(bundle_id, "split")
        bundle = read(bundle_id)
    if bundle.facts.state != "split":
        return ()
    done, refusals = [], []
    for role in _progress(bundle).ready:
        try:
            _start(bundle, role)
            done.append(f"started:{role}")
        except Refused as no:
            refusals.append(no)
    if refusals:
        raise refusals[0]
    now = _progress(bundle)
    if now.closed:
        step = "join" if now.succeeded else "join_partly"
        done += [step] if _step(bundle_id, step) else []
    return tuple(done)


def owe_tending(bundle: CaseFile, outcome: Outcome, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Effect ``start_parts``: the parts are started after the commit."""
    return Extra(promises=[{"kind": "tend", "key": f"tend:{bundle.id}", "body": {"bundle": str(bundle.id)}}])


def _step(bundle_id: UUID, step: str) -> bool:
    """Take a step of the house; False: somebody was faster."""
    try:
        take(bundle_id, step, HOUSE)
    except Refused as no:
        if no.code in ("wrong_state", "moved_meanwhile"):
            return False
        raise
    return True


def _progress(bundle: CaseFile) -> Progress:
    return standing_of(bundle.facts.item, frozenset(bundle.row["situation"]), parts_of(bundle.id))


def _start(bundle: CaseFile, role: str) -> None:
    part = next(part for part in bundle.facts.item.parts if part.role == role)
    options = frozenset(bundle.row["situation"])
    item = catalogue.in_force(bundle.county, part.item, clock.today()).item
    wanted = item.form.get("properties", {})
    filing = Filing(
        county=bundle.county,
        item_code=part.item,
        applicant_id=bundle.uuid("applicant_id") or _nobody(),
        answers={name: value for name, value in answers_of(bundle).items() if name in wanted},
        offers=_offers(bundle, item),
        options=part_options(item, options),
        channel="inner",
        site_id=bundle.uuid("site_id"),
        agent_id=bundle.uuid("agent_id"),
        signers=[Signer(p.role, p.person_id, p.signed) for p in bundle.parties if p.role != "applicant"],
        rehearsal=bool(bundle.row["rehearsal"]),
        parent_id=bundle.id,
        part_role=role,
    )
    file_case(filing, HOUSE, key=f"part:{bundle.id}:{role}")


def _offers(bundle: CaseFile, item: Item) -> dict[str, Offer]:
    """Materials handed in once serve every part that asks for them."""
    papers = {m.name: bundle.materials[m.code] for m in bundle.facts.item.materials if m.code in bundle.materials}
    given = {m.code: papers[m.name] for m in item.materials if m.name in papers}
    return {
        code: Offer(file_id=UUID(one["file_id"]) if one["file_id"] else None, paper=not one["file_id"])
        for code, one in given.items()
        if one["state"] == "given"
    }


def _nobody() -> UUID:
    raise Refused("applicant_missing", "这个一件事没有申请人，不能分送。请补登申请人。")
