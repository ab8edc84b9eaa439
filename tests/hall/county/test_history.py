"""Months of history loaded by COPY: rows as steps write them, folded and recounted like any other."""

from collections import Counter
from datetime import date

import pytest

from tongban.hall.county.history import months_before
from tongban.hall.county.profiles import profile
from tongban.rulebook.errors import Refused

FIRST, LAST = date(2026, 8, 24), date(2026, 9, 30)


def loaded(per_day: int = 6, last: date = LAST):
    from dataclasses import replace

    from tongban.hall.county.history import load_history

    knobs = replace(profile(), people=12)
    return load_history(FIRST, last, seed=3, per_day=per_day, county="990127", knobs=knobs)


def test_a_history_folds_counts_and_adds_up_and_a_day_goes_on_after_it(own_county):
    """S194: every stream, due date, number and figure of the loaded months holds, and then people come again."""
    from tongban.hall.county.simulation import Simulation
    from tongban.hall.verifying import journal
    from tongban.rooms.casework.models import Case, Party
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.licences.models import Licence

    made = loaded()
    # Six a day on the 27 working days after the first: 4 + 5 + 5 + 5 + Sunday 20 September and 4 + 3.
    assert (made.first, made.last, made.cases) == (FIRST, LAST, 6 * 27)
    report = journal.verify()
    assert (report.wrong, report.differences) == (0, [])
    assert report.counts["办件"] == Case.objects.count() == made.cases + made.acted
    # Nothing is told twice: every case has a number, a look-up code and a first entry of its own.
    told = Case.objects.exclude(filed_at__date=FIRST)
    assert told.count() == made.cases == len(set(told.values_list("number", flat=True)))
    assert len(set(told.values_list("lookup_code", flat=True))) == made.cases
    assert not told.filter(closed_at=None).exists()
    assert {one.filed_at.month for one in told} == {8, 9}
    assert Party.objects.filter(case__in=told, role="applicant").count() == made.cases
    assert Entry.objects.filter(subject_id__in=told.values("id"), seq=1).count() == made.cases
    licences = Licence.objects.filter(case__in=told)
    assert licences.exists()
    assert not licences.filter(number="").exists()
    assert Simulation(seed=9, per_day=5, start=date(2026, 10, 8)).run(1).filed == 5
    after = journal.verify()
    assert (after.wrong, after.counts["办件"] >= report.counts["办件"] + 5) == (0, True)


def test_what_is_sealed_in_a_history_opens_under_its_own_key_and_names_its_own_people(own_county):
    from tongban.rooms.casework.models import Case, CaseKey
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.casework.queries.texts import answers_of
    from tongban.rooms.people import queries as people

    loaded(per_day=4)
    told = list(Case.objects.exclude(filed_at__date=FIRST)[:20])
    assert len({bytes(one.wrapped) for one in CaseKey.objects.filter(case__in=told)}) == 20
    assert all(answers_of(read(one.id)) for one in told)
    applicants = Counter(people.person(one.applicant_id).name for one in told)
    assert len(applicants) > 3


def test_a_changed_entry_of_a_history_is_found(own_county):
    from django.db import connections

    from tongban.hall import database
    from tongban.hall.verifying import journal

    loaded(per_day=2)
    with database.connect("owner", connections["default"].settings_dict["NAME"]) as owner:
        owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE ledger_entry SET actor = 'house' WHERE (subject_id, seq) ="
            " (SELECT subject_id, seq FROM ledger_entry WHERE step = 'issue' AND at > '2026-08-26'"
            " ORDER BY at DESC LIMIT 1)"
        )
    assert journal.verify().wrong > 0


def test_a_history_too_short_is_refused(county):
    with pytest.raises(Refused) as no:
        loaded(last=date(2026, 9, 4))
    assert no.value.code == "history_short"


def test_nothing_is_loaded_outside_a_demo_nor_into_a_table_that_no_step_writes(db, settings):
    from tongban.rooms.ledger import loading

    with pytest.raises(ValueError, match="people_person"):
        loading.load({"people_person": [{"id": "x"}]}, {})
    settings.TONGBAN_DEMO = False
    with pytest.raises(Refused) as no:
        loading.load({}, {})
    assert no.value.code == "not_a_demo"


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2026, 10, 13), 3, date(2026, 7, 13)),
        (date(2026, 1, 31), 1, date(2025, 12, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2028, 3, 30), 1, date(2028, 2, 29)),
    ],
)
def test_months_are_counted_back_by_the_calendar(day, months, first):
    assert months_before(day, months) == first
