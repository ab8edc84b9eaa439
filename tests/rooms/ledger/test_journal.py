"""The journal: nothing in it changes, each line holds to the one before, and it tells no names."""

import hashlib
import json

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import fetched

TABLES = ("ledger_entry", "ledger_number", "ledger_dayroot", "ledger_access")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["UPDATE {} SET county = county", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_may_not_change_what_is_written(county, table, verb):
    from django.db import ProgrammingError, connection, transaction

    column = {"ledger_number": "unit", "ledger_access": "who"}.get(table, "county")
    sql = verb.format(table).replace("county", column)
    with pytest.raises(ProgrammingError, match=r"permission denied|append_only"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["UPDATE {} SET county = county", "DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_of_the_tables_changes_it_by_a_slip(own_database, table, verb):
    import psycopg

    column = {"ledger_number": "unit", "ledger_access": "who"}.get(table, "county")
    sql = verb.format(table).replace("county", column)
    with psycopg.connect(own_database.owner_url) as connection, pytest.raises(psycopg.Error, match="append_only"):
        connection.execute(sql)


def test_a_changed_line_shows_in_the_chain(own_county):
    """The owner of the tables can switch a trigger off; the hashes still tell."""
    import psycopg
    from django.conf import settings
    from django.db import connection

    from tongban.hall import database

    with own_county.at(2026, 9, 22):
        case = own_county.accepted()
    looking.agrees(case)
    name = connection.settings_dict["NAME"]
    with psycopg.connect(database.server_url("owner", name)) as owner:
        owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER append_only")
        owner.execute("UPDATE ledger_entry SET actor = 'staff:somebody-else' WHERE subject_id = %s AND seq = 1", [case])
    assert settings.TONGBAN_DEMO
    with pytest.raises(AssertionError):
        looking.agrees(case)


def test_a_stream_that_is_no_case_is_chained_the_same_way(county):
    from uuid import uuid4

    from tongban.rooms.ledger import actions as ledger

    subject = uuid4()
    with county.at(2026, 9, 22):
        for n in range(3):
            assert ledger.record("site", subject, "note", "house", {"n": n}, county="990127") == n + 1
    before = b""
    for seq, step, at, actor, post, body, digest in fetched(
        "SELECT seq, step, to_char(extract(epoch FROM at), 'FM9999999990.000000'), actor, post, body::text, hash"
        " FROM ledger_entry WHERE subject_id = %s ORDER BY seq",
        subject,
    ):
        line = "|".join((str(subject), str(seq), step, at, actor, post, body))
        before = hashlib.sha256(before + line.encode()).digest()
        assert (bytes(digest), json.loads(body)) == (before, {"n": seq - 1})


def test_the_journal_and_what_is_owed_tell_no_names_and_no_free_text(county):
    """Ids, codes, dates and digests: a reader of the journal learns nothing about the person."""
    from dataclasses import replace

    from tongban.rooms.casework import actions as casework
    from tongban.rulebook.clock import Limit

    shop = "small-food-shop"
    secrets = (
        "林示例",
        "秘密早点铺",
        "东示村秘密巷 9 号",
        "看不清的照片",
        "专家说可以",
        "布局合理得很",
        "电表太旧",
        "990127198805062016",
    )
    with county.at(2026, 9, 22):
        answers = {**county.answers(shop), "shop_name": secrets[1], "premises": secrets[2], "owner": secrets[0]}
        filing = replace(county.filing(), answers=answers)
        case = casework.file_case(filing, county.citizen()).case_id
        casework.ask_correction(case, county.able("accept", shop), {"layout": secrets[3]})
        casework.supply(case, county.citizen(), {"layout": casework.Offer(file_id=county.upload())})
        casework.accept(case, county.able("accept", shop))
        reviewer = county.able("examine", shop)
        casework.pause(case, reviewer, proceeding="hearing", time_needed=Limit.parse("2d"), notice=True)
        casework.resume(case, reviewer, result="passed", opinion=secrets[4])
        casework.pass_on(case, reviewer, opinion=secrets[5])
        casework.refuse(case, county.able("decide", shop), ground="食品安全法 第三十五条", reason=secrets[6])
    texts = fetched("SELECT body::text FROM ledger_entry UNION ALL SELECT body::text FROM ledger_promise")
    assert [(secret, text) for secret in secrets for (text,) in texts if secret in text] == []
    from tongban.rooms.casework.queries import texts as sealed

    assert secrets[6] in sealed.notes_of(looking.file(case)).values()
    kept = fetched("SELECT sealed FROM casework_note UNION ALL SELECT reason FROM casework_lack")
    assert all(secret.encode() not in bytes(one) for secret in secrets for (one,) in kept)
    looking.agrees(case)


def test_numbers_have_no_gap_after_refusals(county):
    """A step that is refused draws nothing."""
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        acceptor = county.able("accept", "small-food-shop")
        for n in range(6):
            case = county.filed(leave_out=("layout",) if n % 2 else ())
            if n % 2:
                with looking.refused("materials_missing"):
                    casework.accept(case, acceptor)
            else:
                casework.accept(case, acceptor)
    assert looking.registers() == {
        ("990127/scjg", "receipt", 2026): [1, 2, 3, 4, 5, 6],
        ("990127/scjg", "acceptance_notice", 2026): [1, 2, 3],
    }
