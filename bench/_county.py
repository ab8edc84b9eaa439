"""A county of its own for measuring, and one case carried through its actions."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

ITEM = "small-food-shop"


@dataclass(frozen=True)
class Place:
    """Who and what a lifecycle needs."""

    county: str
    persons: tuple[UUID, ...]
    file_id: UUID
    acceptor: tuple[UUID, UUID]
    reviewer: tuple[UUID, UUID]
    decider: tuple[UUID, UUID]
    exit: tuple[UUID, UUID]
    answers: dict[str, Any]
    materials: tuple[str, ...]


@contextlib.contextmanager
def bench_database() -> Iterator[str]:
    """Make a database for this run, enter it, drop it afterwards."""
    from tongban.hall import database, schema

    name = f"bench_{os.getpid()}"
    database.create_database(name)
    try:
        enter(name)
        with database.connect("owner", name) as owner:
            schema.migrate(owner)
        yield name
    finally:
        from django.db import connection

        connection.close()
        database.drop_database(name)


def enter(name: str) -> None:
    """Point this process at the database, set up as in production: the machine's clock."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.hall.settings")
    django.setup()
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
    settings.TONGBAN_DEMO = False


def warm_county() -> Place:
    """Open the county and find who acts."""
    from django.conf import settings

    from tongban.hall.county.answers import answers_for
    from tongban.hall.county.opening import COUNTY, Desks, open_county
    from tongban.hall.county.sheets import sheet
    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.files import actions as files
    from tongban.rooms.people import actions as people
    from tongban.rulebook.authority import Power
    from tongban.rulebook.numbers import make_citizen_id

    settings.TONGBAN_DEMO = True
    open_county()
    settings.TONGBAN_DEMO = False
    from datetime import date

    day = clock.today()
    item = catalogue.in_force(COUNTY, ITEM, day).item
    persons = tuple(
        people.register_person(
            f"测速{n}号",
            county=COUNTY,
            actor="house",
            identifiers=[("citizen_id", make_citizen_id("990127", date(1970, 1, 1), n), "")],
        )
        for n in range(1, 41)
    )
    desks = Desks(COUNTY, day)
    acceptor = desks.able(Power.ACCEPT, item)
    decider = desks.able(Power.DECIDE, item, other_than=frozenset({acceptor.id}) if acceptor.id else frozenset())
    found = {
        "acceptor": acceptor,
        "reviewer": desks.able(Power.EXAMINE, item),
        "decider": decider,
        "exit": desks.able(Power.DELIVER, item),
    }
    return Place(
        county=COUNTY,
        persons=persons,
        file_id=files.store(sheet("材料"), county=COUNTY, actor="house"),
        answers=answers_for({**item.form}, Random(1), day),
        materials=tuple(m.code for m in item.materials if m.source != "made"),
        **{name: (who.id, who.post_id) for name, who in found.items()},
    )


class Carrier:
    """Carries cases through the actions."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.turn = 0

    def steps(self, applicant: UUID) -> Iterator[tuple[str, Any]]:
        """Take the six steps of one case, giving each step's name after it."""
        from tongban.rooms.casework import actions as casework
        from tongban.rooms.casework.actions import Filing, Offer
        from tongban.rooms.ratings import actions as ratings
        from tongban.rulebook.indicators import Grade

        place = self.place
        offers = {code: Offer(file_id=place.file_id) for code in place.materials}
        filing = Filing(place.county, ITEM, applicant, place.answers, offers)
        citizen = casework.person(applicant)
        case_id = casework.file_case(filing, citizen).case_id
        yield "file", case_id
        casework.accept(case_id, casework.staff(*place.acceptor))
        yield "accept", case_id
        casework.pass_on(case_id, casework.staff(*place.reviewer), opinion="符合要求")
        yield "pass_on", case_id
        casework.grant(case_id, casework.staff(*place.decider), opinion="准予")
        yield "grant", case_id
        casework.issue(case_id, casework.staff(*place.exit))
        yield "issue", case_id
        ratings.rate(case_id, citizen, Grade.SATISFIED, channel="mobile")
        yield "rate", case_id

    def lifecycle(self) -> None:
        """Carry one case."""
        self.turn += 1
        for _ in self.steps(self.place.persons[(self.turn + os.getpid()) % len(self.place.persons)]):
            pass
