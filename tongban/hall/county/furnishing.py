"""What stands in the hall of 示例县 when it opens, and what its departments may ask of one another.

Queue classes, zones and windows; the systems of other agencies, each simulated in its manner; the resources they
share, the approvals under which units use them, and what the simulator knows about the people of the seed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from tongban.rooms import calendars, clock
from tongban.rooms.catalogue import actions as claiming
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.exchange import queries as exchanged
from tongban.rooms.people import queries as people
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import Sex, check_citizen_id

Row = Mapping[str, Any]
ACTOR = "house"


@transaction.atomic
def furnish(county: str, seed: Row, hall: Row) -> None:
    """Set up what is not there yet; rows that are there stay as the county has them since.

    ``seed``: the county's own file, for its people; ``hall``: the files beside it, of the hall and of the systems.
    Raises ``Refused("seed_incomplete")`` when an item asks for a resource that the file does not have.
    """
    _open_windows(county, hall)
    added = _register(county, hall)
    _approve(county, hall)
    _teach(county, seed, hall, added)


def _open_windows(county: str, hall: Row) -> None:
    """Classes, zones and windows, somebody at each.  A hall that has windows is left alone."""
    site = people.site_coded(county, hall["hall"]["site"]).id
    if waited.windows(site):
        return
    waiting.open_hall(site, actor=ACTOR)
    for one in hall["class"]:
        waiting.open_class(site, one["code"], one["letter"], one["name"], one.get("items", ()))
    zones = {one["code"]: waiting.open_zone(site, **one, actor=ACTOR) for one in hall["zone"]}
    for one in hall["window"]:
        window = waiting.add_window(zones[one["zone"]], one["number"], actor=ACTOR)
        post = people.post_coded(county, one["post"])
        holder = post and people.powers().holder(post.id, clock.today())
        if holder:
            waiting.open_window(window, holder.id, actor=ACTOR)


def offer_appointments(county: str, hall: Row) -> None:
    """Open the hall's sessions of the demo's days: working days, and Saturdays by appointment (S032)."""
    told, site = hall["appointments"], people.site_coded(county, hall["hall"]["site"]).id
    day = told["first"]
    while day <= told["last"]:
        open_today = told["hours"] if calendars.calendar().is_workday(day) else ()
        for first, last in told["saturday"] if day.isoweekday() == 6 else open_today:
            starts, ends = clock.at_local(day, first), clock.at_local(day, last)
            waiting.open_session(site, starts, ends, told["seats"], actor=ACTOR)
        day += timedelta(days=1)


def claim_items(county: str, hall: Row) -> None:
    """Let every site claim what is taken in at its level; a county that has claims is left alone."""
    told, today = hall["claims"], clock.today()
    sites = {kind: [one for one in people.sites(county) if one.kind == kind] for kind in ("hall", "town", "village")}
    if any(catalogue.claims_for(county, one.code, today) for one in sites["hall"]):
        return
    leaves = [one for one in catalogue.listed(county, today) if one.leaf]
    stations = {one.code: frozenset(item.stations) for one in leaves for item in [catalogue.item(one.version_id)]}
    for levels in sorted(set(stations.values()), key=sorted):
        kinds = ["hall" if level == "county" else level for level in sorted(levels)]
        places = [_claimed(one, told[kind]) for kind in kinds for one in sites[kind]]
        codes = sorted(code for code, at in stations.items() if at == levels)
        if places:
            claiming.claim_all(county, codes, places, batch=told["batch"], by=ACTOR)


def note_trainings(county: str, hall: Row) -> None:
    """Note what the windows' people are trained for (S046); a county that has noted any is left alone."""
    if waited.trained(county):
        return
    for one in hall["trained"]:
        post = people.post_coded(county, one["post"])
        holder = post and people.powers().holder(post.id, clock.today())
        if holder:
            waiting.note_training(holder.id, one["covers"], actor=ACTOR)


def _claimed(site: people.SiteView, told: Row) -> claiming.Place:
    hours = catalogue.words_of_hours(site.hours) or "工作日上午九时至下午五时"
    return claiming.Place(site.code, told["contact"], told["place"], hours, tuple(told["channels"]))


def _register(county: str, hall: Row) -> frozenset[str]:
    """Enter systems and resources, with the keys of the demo; returns the codes of the resources that are new."""
    known, new = {one.code for one in exchanged.systems(county)}, set()
    for one in hall.get("system", ()):
        if one["code"] not in known:
            new.add(one["code"])
            linked = {name: one[name] for name in ("manner", "adapter", "key_id", "department") if name in one}
            exchange.register_system(county, one["code"], one["name"], actor=ACTOR, knobs=one.get("knobs"), **linked)
        if one.get("key_id"):
            exchange.make_demo_key(one["key_id"])
    known = {one.code for one in exchanged.resources(county)}
    added = [one for one in hall["resource"] if one["code"] not in known]
    for one in added:
        exchange.register_resource(
            county,
            one["code"],
            one["name"],
            system=one["system"],
            owner_unit=one["owner"],
            share="conditional",
            fields=one["fields"],
            key=one["key"],
            form=one.get("form", "interface"),
            update_days=one.get("update_days"),
            actor=ACTOR,
        )
        if "updated_on" in one:
            exchange.mount(county, one["code"], rows=one["rows"], on=one["updated_on"], actor=ACTOR)
    for one in hall.get("withheld", ()):
        if one["system"] in new:
            exchange.register_withheld(county, **one, actor=ACTOR)
    return frozenset(one["code"] for one in added)


def _approve(county: str, hall: Row) -> None:
    """Let every unit use what the materials of its items name, and what the seed names besides."""
    fields: dict[str, Sequence[str]] = {one["code"]: one["fields"] for one in hall["resource"]}
    terms = hall["sharing"]
    requests = exchanged.requests(county)
    standing = {(one.resource, one.unit) for one in requests}
    purposes = {(one.resource, one.unit, one.purpose) for one in requests}
    plain = [one for one in hall["request"] if "purpose" not in one]
    named = [(one["resource"], one["unit"]) for one in plain]
    fewer = {(one["resource"], one["unit"]): one["fields"] for one in plain if "fields" in one}
    wanted = {*needed(county, clock.today()), *named}
    if unknown := sorted({code for code, _ in wanted} - set(fields)):
        raise Refused(
            "seed_incomplete", f"事项要用的共享资源没有登记：{'、'.join(unknown)}。请补进县的大厅文件的 resource 部分。"
        )
    asked = [
        (code, unit, terms["purpose"], fewer.get((code, unit), fields[code]))
        for code, unit in sorted(wanted - standing)
    ]
    for one in hall["request"]:
        if "purpose" in one and (one["resource"], one["unit"], one["purpose"]) not in purposes:
            asked.append((one["resource"], one["unit"], one["purpose"], one["fields"]))
    for code, unit, purpose, names in asked:
        request = exchange.request_share(county, code, unit=unit, purpose=purpose, fields=names, actor=ACTOR)
        exchange.approve_share(request, until=terms["until"], actor=ACTOR)


def needed(county: str, day: date) -> Iterator[tuple[str, str]]:
    """Yield (resource, unit) for every material of an item in force that comes from a shared resource."""
    leaves = [one.version_id for one in catalogue.listed(county, day) if one.leaf]
    for item in catalogue.items(leaves).values():
        yield from ((one.resource, item.unit) for one in item.materials if one.source == "shared")


def _teach(county: str, seed: Row, hall: Row, added: frozenset[str]) -> None:
    """Tell the simulator the truth about the people of the seed, for resources that are new."""
    subjects = {one["key"]: one for one in (*seed["person"], *seed["organisation"])}
    keys = {one["code"]: one["key"] for one in hall["resource"]}
    for row in hall["truth"]:
        if row["resource"] not in added:
            continue
        who = subjects[row["person"]]
        told = {name: value for name, value in row.items() if name not in ("resource", "person")}
        if row["resource"] == "population":
            number = check_citizen_id(who["citizen_id"], today=clock.today())
            told |= {"gender": "男" if number.sex is Sex.MALE else "女", "born": number.birth.isoformat()}
        key = keys[row["resource"]]
        exchange.teach_simulator(county, row["resource"], {key: who[key]}, {"name": who["name"], **told})
