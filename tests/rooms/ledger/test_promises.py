"""What is owed: claimed by one, kept once, tried again when it failed."""

from uuid import uuid4

from tests.rooms.casework.looking import fetched
from tests.rooms.casework.test_lapse import apart


def test_a_promise_is_made_once_and_kept_once(county):
    from tongban.rooms.ledger import actions as ledger
    from tongban.rooms.ledger import queries

    subject = uuid4()
    with county.at(2026, 9, 22):
        made = ledger.promise("x", "case", subject, "key-1", {"n": 1})
        assert ledger.promise("x", "case", subject, "key-1", {"n": 2}) == made
        (claimed,) = ledger.claim(kinds=["x"])
        assert (claimed.id, claimed.body, claimed.attempts) == (made, {"n": 1}, 1)
        assert ledger.claim(kinds=["x"]) == []
        ledger.failed(made, "printer_away", attempts=1)
        assert queries.outstanding(subject) == ("x",)
        ledger.kept(made)
        assert (queries.outstanding(subject), ledger.claim(kinds=["x"])) == ((), [])
    assert fetched("SELECT trouble, attempts FROM ledger_promise WHERE id = %s", made) == [("", 1)]


def test_a_promise_not_due_yet_waits(county):
    from datetime import timedelta

    from tongban.rooms import clock
    from tongban.rooms.ledger import actions as ledger

    with county.at(2026, 9, 22):
        ledger.promise("x", "case", uuid4(), "later", {}, due_at=clock.now() + timedelta(hours=1))
        assert ledger.claim(kinds=["x"]) == []
    with county.at(2026, 9, 22, 12):
        assert len(ledger.claim(kinds=["x"])) == 1


def test_postmen_at_once_never_hold_the_same_promise(own_county):
    from tongban.rooms.ledger import actions as ledger

    with own_county.at(2026, 9, 22):
        for n in range(30):
            ledger.promise("x", "case", uuid4(), f"key-{n}", {})
        hands = apart(*[lambda: ledger.claim(10, kinds=["x"])] * 5)
    held = [one.id for hand in hands for one in hand]
    assert (len(held), len(set(held))) == (30, 30)
