"""./run verify: the verdict in Chinese, and 0 only for what is genuine and in force."""

import argparse
from pathlib import Path

import pytest


@pytest.fixture
def ask(capsys, monkeypatch):
    from tongban.hall.commands import verify

    def asked(what, *, offline=False, keys=None, beside=()):
        monkeypatch.setattr(verify, "_database_answers", lambda: True)
        status = verify.run(argparse.Namespace(what=str(what), offline=offline, keys=keys, beside=list(beside)))
        said = capsys.readouterr()
        return status, said.out + said.err

    return asked


def test_genuine_revoked_and_altered_file(ask, county, tmp_path):
    from tongban.rooms.licences import actions, queries

    path = tmp_path / "licence.pdf"
    with county.at(2026, 3, 2):
        case_id = county.delivered()
        (page,) = [made for made in actions.seal_now(case_id) if made.kind == "licence"]
        path.write_bytes(queries.pdf(page.id))
        status, said = ask(path)
        assert status == 0
        assert "文件属实" in said
        assert page.number in said
        status, said = ask(path, offline=True)
        assert status == 0
        assert "不能得知此后是否撤销" in said
        published = tmp_path / "keys.pem"
        published.write_bytes(queries.published_keys(county.code))
        assert ask(path, keys=str(published))[0] == 0
        actions.revoke(page.licence_id, county.able("decide", "small-food-shop"), reason="以欺骗手段取得")
        status, said = ask(path)
        assert status == 1
        assert "2026年3月2日失效" in said
    altered = bytearray(path.read_bytes())
    altered[len(altered) // 2] ^= 1
    path.write_bytes(altered)
    status, said = ask(path, offline=True)
    assert status == 1
    assert "被改动" in said


@pytest.mark.parametrize(("content", "code"), [(b"", "published_unreadable"), (None, "keys_unreadable")])
def test_keys_that_are_none_are_refused(ask, tmp_path, content, code):
    from tongban.rulebook.errors import Refused

    path = tmp_path / "keys.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused) as no:
        ask(__file__, keys=str(path))
    assert no.value.code == code


def test_without_a_database_a_file_is_checked_all_the_same(monkeypatch, capsys):
    """The demo's tables may be of another version: that is said, and the signature is checked."""
    from tongban.hall import schema
    from tongban.hall.commands import verify
    from tongban.hall.database import DatabaseTrouble

    def down():
        raise DatabaseTrouble("停了")

    monkeypatch.setattr(schema, "prepare", down)
    status = verify.run(argparse.Namespace(what=__file__, offline=False, keys=None))
    said = capsys.readouterr()
    assert status == 1
    assert "数据库连不上（停了）" in said.err
    assert "不是PDF" in said.out


def test_what_is_neither_file_nor_code(ask):
    status, said = ask("no-such-file.pdf", offline=True)
    assert status == 2
    assert "没有名为" in said


def test_journal_is_handed_on(ask, monkeypatch):
    from tongban.hall import schema
    from tongban.hall.verifying import journal

    monkeypatch.setattr(schema, "prepare", lambda: None)
    given = []
    monkeypatch.setattr(journal, "run", lambda files: given.append(files) or 7)
    assert ask("journal")[0] == 7
    assert ask("journal", beside=["2026.zip"])[0] == 7
    assert given == [[], [Path("2026.zip")]]
