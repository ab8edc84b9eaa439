"""How often each verb asks the database: a number that may fall but not rise unnoticed."""

import pytest

from tests.rooms.casework import looking

SHOP = "small-food-shop"


@pytest.fixture
def asked():
    """Count the statements of an act."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(act):
        with CaptureQueriesContext(connection) as seen:
            act()
        return len([q for q in seen.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    return count


def test_statements_of_each_step(county, asked):
    """One question for all that is to be known, and the one statement that writes; issuing asks what stands on it."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ratings import actions as ratings
    from tongban.rulebook.indicators import Grade

    me = county.citizen()
    desks = {power: county.able(power, SHOP) for power in ("accept", "examine", "decide", "deliver")}
    with county.at(2026, 9, 22):
        county.delivered()  # whatever is read once for the life of the process, is read
        filing = county.filing()
        made = []
        counted = {
            "file": asked(lambda: made.append(casework.file_case(filing, me, key="k").case_id)),
            "accept": asked(lambda: casework.accept(made[0], desks["accept"], key="k")),
            "pass_on": asked(lambda: casework.pass_on(made[0], desks["examine"], opinion="符合", key="k")),
            "grant": asked(lambda: casework.grant(made[0], desks["decide"], opinion="准予", key="k")),
            "issue": asked(lambda: casework.issue(made[0], desks["deliver"], key="k")),
            "rate": asked(lambda: ratings.rate(made[0], me, Grade.SATISFIED, channel="mobile")),
        }
    assert counted == {"file": 2, "accept": 2, "pass_on": 2, "grant": 2, "issue": 3, "rate": 2}
    looking.agrees(made[0])
