"""A county to work in: opened once per worker from the seed, and every test's work in it rolled back."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import pytest


@pytest.fixture(scope="session")
def county_database(template, worker_id, django_db_blocker) -> Iterator[str]:
    """Name of a database in which 示例县 is open; nobody commits to it afterwards."""
    from tests import testbase
    from tongban.hall import database
    from tongban.hall.county.opening import open_county

    name = f"t_{os.getpid()}_{worker_id}_county"
    with django_db_blocker.unblock():
        database.create_database(name, template)
        try:
            with testbase.pointed_at(name):
                open_county()
            yield name
        finally:
            database.drop_database(name)


@dataclass(frozen=True)
class County:
    """What tests need of the open county."""

    code: str = "990127"

    def at(self, *moment: int) -> Any:
        """Hold the clock at (year, month, day[, hour, minute]) in Shanghai."""
        from tongban.rooms import clock

        year, month, day, hour, minute = (*moment, 10, 0)[:5] if len(moment) == 3 else (*moment, 0)[:5]
        return clock.held(datetime(year, month, day, hour, minute, tzinfo=clock.SHANGHAI))

    def citizen(self, name: str = "林示例") -> Any:
        """Return a citizen of the seed as somebody who acts."""
        from tongban.hall.county.opening import citizen

        return citizen(name)

    def firm(self, name: str = "示例县示例餐饮有限公司") -> Any:
        """Return an organisation of the seed as an applicant; it acts through its representative."""
        return self.citizen(name)

    def staff(self, post_code: str) -> Any:
        """Return whoever holds this post of the seed today."""
        from tongban.rooms import clock
        from tongban.rooms.casework import actions as casework
        from tongban.rooms.people import queries as people

        post = people.post_coded(self.code, post_code)
        assert post is not None, post_code
        holder = people.powers().holder(post.id, clock.today())
        assert holder is not None, post_code
        return casework.staff(holder.id, post.id)

    def able(self, power: str, item_code: str, *, other_than: frozenset[UUID] = frozenset(), unit: str = "") -> Any:
        """Return somebody who may use this power in this item today."""
        from tongban.hall.county.opening import Desks
        from tongban.rooms import clock
        from tongban.rulebook.authority import Power

        item = self.item(item_code)
        return Desks(self.code, clock.today()).able(Power(power), item, other_than=other_than, unit=unit)

    def item(self, code: str) -> Any:
        from tongban.rooms import clock
        from tongban.rooms.catalogue import queries as catalogue

        return catalogue.in_force(self.code, code, clock.today()).item

    @cached_property
    def png(self) -> bytes:
        from tongban.hall.county.sheets import sheet

        return sheet("材料")

    def upload(self) -> UUID:
        from tongban.rooms.files import actions as files

        return files.store(self.png, county=self.code, actor="house")

    def answers(self, code: str) -> dict[str, Any]:
        """Return valid answers to an item's form."""
        from random import Random

        from tongban.hall.county.answers import answers_for
        from tongban.rooms import clock

        return answers_for(self.item(code).form, Random(1), clock.today())

    def filing(
        self, code: str = "small-food-shop", *, leave_out: tuple[str, ...] = (), applicant: Any = None, **more: Any
    ) -> Any:
        """Return a complete filing of an item, but for what is left out."""
        from tongban.rooms.casework.actions import Filing, Offer

        item = self.item(code)
        options = more.pop("options", frozenset(s.options[0].code for s in item.situations))
        file_id = self.upload()
        offers = {
            m.code: Offer(file_id=file_id)
            for m in item.materials_for(options)
            if m.source != "made" and m.code not in leave_out
        }
        who = applicant or self.citizen()
        return Filing(self.code, code, who.id, self.answers(code), offers, options=options, **more)

    def filed(self, code: str = "small-food-shop", **more: Any) -> UUID:
        """File a case from home and return its id."""
        from tongban.rooms.casework import actions as casework

        applicant = more.pop("applicant", None) or self.citizen()
        return casework.file_case(self.filing(code, applicant=applicant, **more), applicant).case_id

    def accepted(self, code: str = "small-food-shop", **more: Any) -> UUID:
        """File and accept a case."""
        from tongban.rooms.casework import actions as casework

        case_id = self.filed(code, **more)
        casework.accept(case_id, self.able("accept", code))
        return case_id

    def granted(self, code: str = "small-food-shop", **more: Any) -> UUID:
        """Carry a case to its grant."""
        from tongban.rooms.casework import actions as casework

        case_id = self.accepted(code, **more)
        for desk in self.item(code).desks[:-1]:
            casework.pass_on(
                case_id, self.able("examine" if desk.power == "examine" else "decide", code), opinion="符合"
            )
        casework.grant(case_id, self.able("decide", code), opinion="准予")
        return case_id

    def delivered(self, code: str = "small-food-shop", **more: Any) -> UUID:
        """Carry a case to the hand of its applicant."""
        from tongban.rooms.casework import actions as casework

        applicant = more.pop("applicant", None) or self.citizen()
        case_id = self.granted(code, applicant=applicant, **more)
        casework.issue(case_id, self.able("deliver", code))
        casework.deliver(case_id, self.able("deliver", code), collector_id=applicant.id)
        return case_id


@pytest.fixture
def county(county_database, django_db_blocker) -> Iterator[County]:
    """示例县, open; what the test does in it is rolled back."""
    from django.db import transaction

    from tests import testbase

    with django_db_blocker.unblock(), testbase.pointed_at(county_database):
        block = transaction.atomic()
        block._from_testcase = True  # as Django's own TestCase does, so that durable blocks may stand inside
        with block:
            yield County()
            transaction.set_rollback(True)


@pytest.fixture
def own_county(county_database, worker_id, django_db_blocker) -> Iterator[County]:
    """示例县 in a database of its own, for tests that commit or need several connections."""
    from tests import testbase

    with django_db_blocker.unblock():
        name = testbase.own_name(worker_id)
        with testbase.copy_of(county_database, name):
            yield County()
