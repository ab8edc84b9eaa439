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
    """Powers, the case whole, 回避 and the one statement that writes; issuing looks up what stands on the licence."""
    from tongban.rooms.casework import actions as casework

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
        }
    assert counted == {"file": 4, "accept": 4, "pass_on": 4, "grant": 4, "issue": 8}
    looking.agrees(made[0])
