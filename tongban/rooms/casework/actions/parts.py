"""一件事: the parts of a bundle start when what they need is done; the whole is joined when they are finished."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.actions.filing import Filing, Offer, Signer, file_case
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import take
from tongban.rooms.casework.queries.parts import parts_of
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.casework.queries.texts import answers_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook.catalogue.item import Part
from tongban.rulebook.errors import Refused

HOUSE = Who("house")


def tend_bundle(bundle_id: UUID) -> tuple[str, ...]:
    """Start the parts that can start, and join the bundle when all is done; returns what was done.

    Parts never touch the parent's row, so thousands of them do not wait for one another.
    """
    bundle = read(bundle_id)
    if bundle.facts.state == "filed":
        take(bundle_id, "split", HOUSE)
        bundle = read(bundle_id)
    if bundle.facts.state != "split":
        return ()
    done = [f"started:{role}" for role in _startable(bundle) if _start(bundle, role)]
    whole, finished, refused = read(bundle_id).facts.parts
    expected = len(_wanted(bundle))
    blocked = whole + len(done) < expected and not done and finished == whole and whole > 0
    if (whole == expected and finished == whole) or blocked:
        step = "join_partly" if refused or blocked else "join"
        take(bundle_id, step, HOUSE)
        done.append(step)
    return tuple(done)


def _startable(bundle: CaseFile) -> list[str]:
    begun = {part.role: part for part in parts_of(bundle.id)}
    granted = {role for role, part in begun.items() if part.decision == "granted"}
    return [part.role for part in _wanted(bundle) if part.role not in begun and granted.issuperset(part.after)]


def _wanted(bundle: CaseFile) -> tuple[Part, ...]:
    """The parts that her situation calls for."""
    return bundle.facts.item.parts_for(frozenset(bundle.row["situation"]))


def _start(bundle: CaseFile, role: str) -> bool:
    part = next(part for part in bundle.facts.item.parts if part.role == role)
    found = catalogue.in_force(bundle.county, part.item, clock.today())
    answers = answers_of(bundle)
    wanted = found.item.form.get("properties", {})
    filing = Filing(
        county=bundle.county,
        item_code=part.item,
        applicant_id=bundle.uuid("applicant_id") or _nobody(),
        answers={name: value for name, value in answers.items() if name in wanted},
        offers=_offers(bundle, found.item.materials),
        options=_options(bundle, found.item.situations),
        channel="inner",
        site_id=bundle.uuid("site_id"),
        agent_id=bundle.uuid("agent_id"),
        signers=[Signer(p.role, p.person_id, p.signed) for p in bundle.parties if p.role != "applicant"],
        rehearsal=bool(bundle.row["rehearsal"]),
        parent_id=bundle.id,
        part_role=role,
    )
    file_case(filing, HOUSE, key=f"part:{bundle.id}:{role}")
    return True


def _offers(bundle: CaseFile, materials: Any) -> dict[str, Offer]:
    """Materials handed in once serve every part that asks for them, by code or by name."""
    by_name: dict[str, Mapping[str, Any]] = {}
    for material in bundle.facts.item.materials:
        if (given := bundle.materials.get(material.code)) and given["state"] == "given":
            by_name[material.name] = by_name[material.code] = given
    offers = {}
    for material in materials:
        given = by_name.get(material.code) or by_name.get(material.name)
        if given is not None:
            file_id = UUID(given["file_id"]) if given["file_id"] else None
            offers[material.code] = Offer(file_id=file_id, paper=file_id is None)
    return offers


def _options(bundle: CaseFile, situations: Any) -> frozenset[str]:
    chosen = set(bundle.row["situation"])
    options = set()
    for situation in situations:
        codes = [option.code for option in situation.options]
        options.add(next((code for code in codes if code in chosen), codes[0]))
    return frozenset(options)


def _nobody() -> UUID:
    raise Refused("applicant_missing", "这个一件事没有申请人，不能分送。请补登申请人。")
