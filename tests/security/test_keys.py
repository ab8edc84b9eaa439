"""更换密钥: old values stay readable, all are sealed anew, people are found again, old documents verify."""

import pytest
from django.apps import apps
from django.db import connection, models

from tongban.rooms import crypto
from tongban.rulebook.errors import Refused

#: Bytes that are not under the master key, and what they are instead.
NOT_UNDER_IT = {
    **dict.fromkeys(
        ("casework.Answers.sealed", "casework.Wish.sealed", "casework.Letter.sealed", "casework.Lack.reason"),
        "case key",
    ),
    **dict.fromkeys(("casework.Note.sealed", "exchange.Fetched.values_sealed", "ratings.Rating.comment"), "case key"),
    **dict.fromkeys(("licences.Licence.facts", "licences.Licence.reason"), "licence key"),
    "files.Piece.sealed": "upload key",
    **dict.fromkeys(("people.Account.login_hash", "people.Person.phone_hash", "people.Identifier.value_hash"), "hash"),
    **dict.fromkeys(("people.SignIn.secret_hash", "people.Code.secret_hash", "people.Code.phone_hash"), "hash"),
    **dict.fromkeys(("people.RecoveryCode.code_hash", "people.OutsideLogin.subject_hash"), "hash"),
    **dict.fromkeys(("people.Token.secret_hash", "people.Answered.digest"), "hash"),
    **dict.fromkeys(("exchange.SimulatedTruth.subject_hash", "exchange.CallLog.subject_hash"), "hash"),
    **dict.fromkeys(("exchange.CallLog.about", "exchange.NationalHeld.digest"), "hash"),
    **dict.fromkeys(("exchange.NationalRow.digest", "exchange.NationalMirror.digest"), "hash"),
    **dict.fromkeys(
        ("ledger.Entry.hash", "ledger.DayRoot.root", "ledger.DayRoot.before", "ledger.UsedKey.digest"), "hash"
    ),
    **dict.fromkeys(("ledger.DayRoot.signature", "archive.Package.signature"), "signature"),
}


@pytest.fixture
def folder(own_county, settings, tmp_path):
    """The keys of the tests, copied: what is changed here is nobody else's."""
    import shutil

    kept = tmp_path / "keys"
    shutil.copytree(settings.TONGBAN_KEYS, kept)
    settings.TONGBAN_KEYS = kept
    _forget()
    yield own_county
    _forget()


def _forget():
    crypto._master.cache_clear()
    crypto._hash_key.cache_clear()


def test_every_column_of_bytes_is_known_as_sealed_or_as_something_else():
    from tongban.hall import rotation

    there = {
        f"{model._meta.label}.{one.name}"
        for model in apps.get_models()
        for one in model._meta.get_fields()
        if isinstance(one, models.BinaryField)
    }
    sealed = {f"{label}.{column}" for label, columns in rotation.SEALED.items() for column in columns}
    unknown = there - sealed - set(NOT_UNDER_IT)
    assert unknown == set(), "请写进 hall/rotation.py 的 SEALED，或这里的 NOT_UNDER_IT。"
    assert sealed - there == set()


def test_nothing_sealed_stands_in_a_table_whose_past_must_not_change(own_county):
    from tongban.hall import rotation

    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")
        fixed = {row[0] for row in cursor.fetchall()}
    assert fixed
    assert {apps.get_model(label)._meta.db_table for label in rotation.SEALED} & fixed == set()


def test_a_new_master_key_seals_everything_anew_and_all_stays_readable(folder):
    from tongban.hall import rotation
    from tongban.rooms.casework.queries import texts
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.files import actions as files
    from tongban.rooms.licences import actions as licences
    from tongban.rooms.people import actions as people

    with folder.at(2026, 10, 13):
        case_id, file_id = folder.delivered(), folder.upload()
        licences.seal_now(case_id)
        before = texts.answers_of(read(case_id))
        numbers = people.reveal(folder.citizen().id, who="house", purpose="test")
        under = rotation.counts()
        assert set(under) == {1}
        done = rotation.rotate_field()
        assert done == under[1]
        assert rotation.counts() == {2: done}
        _forget()
        assert texts.answers_of(read(case_id)) == before
        assert people.reveal(folder.citizen().id, who="house", purpose="test") == numbers
        assert files.read(file_id, who="house", purpose="test")
        again = folder.delivered()
        licences.seal_now(again)  # the keys of the seals lie under the new key as well
        assert set(rotation.counts()) == {2}


def test_what_was_interrupted_is_readable_and_gone_on_with(folder):
    from tongban.hall import rotation

    with folder.at(2026, 10, 13):
        folder.filed()
        crypto.add_key("field")
        rotation._batch("people_identifier", "value_sealed", 2)
        assert set(rotation.counts()) == {1, 2}
        assert folder.citizen().id  # found and read under either
        rotation.reseal()
        assert set(rotation.counts()) == {2}
        assert rotation.reseal() == 0


def test_a_new_hash_key_finds_the_same_people(folder):
    from tests.doors.browsing import account_for
    from tongban.hall import rotation
    from tongban.rooms.people import actions as people
    from tongban.rooms.people import queries

    with folder.at(2026, 10, 13):
        me, clerk = folder.citizen(), folder.staff("window-1")
        accounts = {account_for(me), account_for(clerk)}
        (number,) = [one for one in people.reveal(me.id, who="house", purpose="t").values() if len(one) == 18][:1]
        before = crypto.keyed_hash("citizen_id", number)
        done = rotation.rotate_hash()
        assert (done.version, done.logins) == (2, len(accounts))
        assert crypto.keyed_hash("citizen_id", number) != before
        assert queries.who_is(folder.code, "citizen_id", number).id == me.id
        assert {account_for(me), account_for(clerk)} == accounts


def test_a_hash_key_that_cannot_be_changed_whole_is_not_changed(folder):
    from tests.doors.browsing import account_for
    from tongban.hall import rotation
    from tongban.rooms.people.models import Account, Identifier

    with folder.at(2026, 10, 13):
        account = account_for(folder.citizen())
        Account.objects.filter(id=account).update(login_hash=crypto.keyed_hash("login", "phone:of-long-ago"))
        before = sorted(bytes(one) for one in Identifier.objects.values_list("value_hash", flat=True))
        with pytest.raises(Refused) as no:
            rotation.rotate_hash()
        assert no.value.code == "logins_unclear"
        assert crypto.latest("hash") == 1
        assert sorted(bytes(one) for one in Identifier.objects.values_list("value_hash", flat=True)) == before


def test_old_documents_verify_after_the_keys_of_the_seals_changed(folder):
    from tongban.rooms.licences import actions as licences
    from tongban.rooms.licences import queries

    with folder.at(2026, 10, 13):
        old = folder.delivered()
        licences.seal_now(old)
        papers = [queries.pdf(one.id, who="house", purpose="test") for one in queries.documents_of(old)]
    with folder.at(2026, 10, 14):
        assert licences.renew_demo_seals(folder.code)
        assert {queries.verify_pdf(one).state for one in papers} == {"valid"}
    with folder.at(2026, 10, 15):
        new = folder.delivered()
        licences.seal_now(new)
        papers = [queries.pdf(one.id, who="house", purpose="test") for one in queries.documents_of(new)]
        assert {queries.verify_pdf(one).state for one in papers} == {"valid"}


def test_the_list_tells_age_and_number_but_no_key(folder, capsys):
    from tongban.hall.commands import keys

    keys._list()
    told = capsys.readouterr().out
    assert "主密钥" in told
    assert "在用" in told
    assert crypto.file_of("field", 1).read_bytes().hex() not in told
