"""A whole county from its seed: divisions, units, sites, people, posts and powers.

The seed is a starting point.  What is there already is left as it is, so a second load changes nothing and never
overwrites what the county has changed since.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.people.actions import mandates, persons, places, powers
from tongban.rooms.people.actions.divisions import import_divisions
from tongban.rooms.people.models import (
    AuthorityRow,
    Device,
    Guardian,
    Holding,
    Mandate,
    Post,
    Relation,
    Settlement,
    Site,
    Staff,
    Unit,
)
from tongban.rooms.people.queries.persons import who_is
from tongban.rulebook.catalogue.read import read_basis
from tongban.rulebook.errors import Refused

Row = Mapping[str, Any]

_SCHEMES = ("citizen_id", "passport", "hmt", "credit_code")


@dataclass(frozen=True, slots=True)
class CountyReport:
    """What a load did, by section of the seed."""

    county: str
    #: Section -> rows made now.
    made: Mapping[str, int]
    #: Section -> rows that were there already.
    kept: Mapping[str, int]


class _Load:
    """One load: the county, who does it, and what has been found or made so far."""

    def __init__(self, data: Row, actor: str) -> None:
        self.data = data
        self.actor = actor
        self.county: str = data["county"]["code"]
        self.begins: date = data["county"].get("from") or clock.today()
        self.persons: dict[str, UUID] = {}
        self.made: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()

    def each(self, section: str, make: Callable[[Row], bool]) -> None:
        """Call ``make`` for each row of a section; it tells whether the row was new."""
        for row in self.data.get(section, ()):
            (self.made if make(row) else self.kept)[section] += 1


@transaction.atomic
def load_county(data: Mapping[str, Any], *, actor: str = "house") -> CountyReport:
    """Load a county from its seed (``items/counties/*.toml``, read), whole or not at all.

    Raises ``Refused`` with the section and row when one of them is not right.
    """
    load = _Load(data, actor)
    table = [{"parent_code": "", **row} for row in data.get("division", ())]
    divisions = import_divisions(table, actor=actor, valid_from=load.begins)
    if not divisions.written:
        wrong = next(row for row in divisions.rows if row.outcome == "refused")
        raise Refused("county_division", "县情文件的区划第 {line} 行：{why}", line=wrong.line, why=wrong.sentence)
    load.made["division"] = divisions.count("new")
    load.kept["division"] = len(table) - load.made["division"]
    for section, make in _SECTIONS:
        load.each(section, partial(make, load))
    return CountyReport(load.county, dict(load.made), dict(load.kept))


def _unit(load: _Load, row: Row) -> bool:
    if _in_force(Unit.objects, load, row["code"]):
        return False
    places.open_unit(**row, county=load.county, actor=load.actor, valid_from=load.begins)
    return True


def _site(load: _Load, row: Row) -> bool:
    if _in_force(Site.objects, load, row["code"]):
        return False
    rest = {key: value for key, value in row.items() if key not in {"lat", "lon"}}
    places.open_site(**rest, county=load.county, actor=load.actor, point=_point(row), valid_from=load.begins)
    return True


def _settlement(load: _Load, row: Row) -> bool:
    if Settlement.objects.filter(division__code=row["division"], name=row["name"]).exists():
        return False
    places.enter_settlement(
        row["name"],
        division=row["division"],
        actor=load.actor,
        residents=row.get("residents"),
        point=_point(row),
    )
    return True


def _person(load: _Load, row: Row) -> bool:
    numbers = [(scheme, row[scheme], row.get("issuer", "")) for scheme in _SCHEMES if scheme in row]
    for scheme, value, issuer in numbers:
        known = who_is(load.county, scheme, value, issuer)
        if known is not None:
            load.persons[row["key"]] = known.id
            return False
    load.persons[row["key"]] = persons.register_person(
        row["name"],
        county=load.county,
        actor=load.actor,
        identifiers=numbers,
        born=row.get("born"),
        died=row.get("died"),
        phone=row.get("phone", ""),
    )
    return True


def _organisation(load: _Load, row: Row) -> bool:
    known = who_is(load.county, "credit_code", row["credit_code"])
    if known is not None:
        load.persons[row["key"]] = known.id
        return False
    load.persons[row["key"]] = persons.register_organisation(
        row["name"],
        county=load.county,
        actor=load.actor,
        credit_code=row["credit_code"],
        representative=_key(load, row["representative"]),
        phone=row.get("phone", ""),
    )
    return True


def _post(load: _Load, row: Row) -> bool:
    if _in_force(Post.objects, load, row["code"]):
        return False
    powers.create_post(**row, county=load.county, actor=load.actor, on=load.begins)
    return True


def _staff(load: _Load, row: Row) -> bool:
    """A member of staff, with the posts held; a post that anybody holds is left alone."""
    person_row = {"key": row["number"], "name": row["name"], "citizen_id": row["citizen_id"]}
    known = Staff.objects.filter(county=load.county, number=row["number"]).first()
    _person(load, person_row)
    staff_id = (
        known.id
        if known is not None
        else powers.hire(
            load.persons[row["number"]],
            unit=row["unit"],
            number=row["number"],
            county=load.county,
            actor=load.actor,
            hired_on=load.begins,
        )
    )
    for code in row["posts"]:
        post = Post.objects.filter(county=load.county, code=code, valid_until=None).first()
        if post is None:
            raise Refused(
                "county_post",
                "县情文件中工号 {number} 的岗位“{code}”没有设立。请先列出岗位。",
                number=row["number"],
                code=code,
            )
        if not Holding.objects.filter(post=post).exists():
            powers.hold_post(staff_id, post.id, actor=load.actor, valid_from=load.begins)
    return known is None


def _relation(load: _Load, row: Row) -> bool:
    first, second = _key(load, row["first"]), _key(load, row["second"])
    if Relation.objects.filter(first=first, second=second, kind=row["kind"]).exists():
        return False
    persons.declare_relation(first, second, kind=row["kind"], actor=load.actor, valid_from=load.begins)
    return True


def _guardian(load: _Load, row: Row) -> bool:
    ward, guardian = _key(load, row["ward"]), _key(load, row["guardian"])
    if Guardian.objects.filter(ward=ward, guardian=guardian).exists():
        return False
    persons.appoint_guardian(
        ward,
        guardian,
        ground=row["ground"],
        actor=load.actor,
        valid_from=load.begins,
        valid_until=row.get("until"),
        paper=row.get("paper", ""),
    )
    return True


def _mandate(load: _Load, row: Row) -> bool:
    principal, agent = _key(load, row["principal"]), _key(load, row["agent"])
    if Mandate.objects.filter(principal=principal, agent=agent, valid_until=row["until"]).exists():
        return False
    mandates.give_mandate(
        principal,
        agent,
        items=row["items"],
        powers=row["powers"],
        valid_from=load.begins,
        valid_until=row["until"],
        actor=load.actor,
        confirmed=True,
    )
    return True


def _authority(load: _Load, row: Row) -> bool:
    holder = {"post__code": row["post"]} if "post" in row else {"unit__code": row["unit"]}
    if AuthorityRow.objects.filter(county=load.county, order_text=row["order"], **holder).exists():
        return False
    powers.grant_authority(
        county=load.county,
        items=row["items"],
        powers=row["powers"],
        order_text=row["order"],
        basis=read_basis(row["basis"]),
        actor=load.actor,
        post=row.get("post", ""),
        unit=row.get("unit", ""),
        site=row.get("site", ""),
        valid_from=row.get("from") or load.begins,
        valid_until=row.get("until"),
    )
    return True


def _device(load: _Load, row: Row) -> bool:
    if Device.objects.filter(county=load.county, code=row["code"]).exists():
        return False
    holder = Staff.objects.filter(county=load.county, number=row.get("holder", "")).first()
    rest = {key: value for key, value in row.items() if key != "holder"}
    places.place_device(**rest, county=load.county, actor=load.actor, holder=holder.id if holder else None)
    return True


#: Sections of a seed in the order in which each finds what it refers to.
_SECTIONS: tuple[tuple[str, Callable[[_Load, Row], bool]], ...] = (
    ("unit", _unit),
    ("site", _site),
    ("settlement", _settlement),
    ("post", _post),
    ("staff", _staff),
    ("person", _person),
    ("organisation", _organisation),
    ("relation", _relation),
    ("guardian", _guardian),
    ("mandate", _mandate),
    ("authority", _authority),
    ("device", _device),
)


def _key(load: _Load, key: str) -> UUID:
    if key not in load.persons:
        raise Refused("county_key", "县情文件中没有名为“{key}”的人或单位。请先列出再引用。", key=key)
    return load.persons[key]


def _in_force(rows: Any, load: _Load, code: str) -> bool:
    return bool(rows.filter(county=load.county, code=code, valid_until=None).exists())


def _point(row: Row) -> tuple[Decimal, Decimal] | None:
    return (Decimal(row["lat"]), Decimal(row["lon"])) if "lat" in row else None
