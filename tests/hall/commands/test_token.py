"""./run token: a secret is shown once, works, is listed without itself, and is revoked."""

import argparse
import re

import pytest

from tongban.rulebook.errors import Refused


def run(*words):
    from tongban.hall.commands import token

    parser = argparse.ArgumentParser()
    token.arguments(parser)
    return token.run(parser.parse_args(words))


def test_a_token_is_made_listed_and_revoked(county, capsys):
    from tongban.rooms.people import actions as people
    from tongban.rooms.people.models import Token

    with county.at(2026, 10, 13):
        assert (
            run("make", "叫号屏", "--county", county.code, "--staff", "T004", "--post", _post(), "--scope", "waiting")
            == 0
        )
        shown = capsys.readouterr().out
        secret = re.search(r"tb_\S+", shown)[0]
        assert people.admit(secret)[0].scopes == frozenset({"waiting"})
        row = Token.objects.get()
        assert secret.encode() not in bytes(row.secret_hash)
        run("list")
        listed = capsys.readouterr().out
        assert "叫号屏" in listed
        assert secret not in listed
        run("revoke", str(row.id))
        with pytest.raises(Refused) as no:
            people.admit(secret)
        assert no.value.code == "token_revoked"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--scope", "cases"), "token_of_one"),
        (("--scope", "cases", "--system", "nobody"), "system_unknown"),
        (("--scope", "cases", "--system", "province-social-security"), "scope_unfit"),
        (("--scope", "flying", "--system", "province-social-security"), "scope_unknown"),
        (("--scope", "cases", "--staff", "none", "--post", "window-1"), "staff_unknown"),
        (("--scope", "cases", "--staff", "T001", "--post", "window-1"), "post_not_held"),
    ],
)
def test_a_token_of_nobody_or_for_nothing_is_refused(county, words, code):
    from tongban.rooms.people.models import Token

    with county.at(2026, 10, 13), pytest.raises(Refused) as no:
        run("make", "试", "--county", county.code, *words)
    assert no.value.code == code
    assert Token.objects.count() == 0


def _post():
    from tongban.rooms import clock
    from tongban.rooms.people import queries as people

    staff = people.staff_numbered("990127", "T004")
    return people.powers().posts_of(staff.id, clock.today())[0].code
