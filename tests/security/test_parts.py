"""./run bom: what the house is made of, with a licence for each part that lets it run here."""

import json

import pytest

from tongban.hall import parts
from tongban.hall.commands import bom
from tongban.hall.parts import Part


def test_every_part_of_the_lock_is_here_with_a_licence_that_is_allowed():
    found = parts.parts()
    assert {"django", "psycopg", "cryptography"} <= {one.name for one in found}
    assert [(one.name, one.licence) for one in found if one.here and not one.may_run] == []
    assert all(one.digests for one in found)


@pytest.mark.parametrize(
    ("licence", "may"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("AGPL-3.0-only OR MIT", True),
        ("AGPL-3.0-only", False),
        ("GPL-3.0-or-later", False),
        ("MIT AND GPL-2.0-only", False),
        ("", False),
    ],
)
def test_a_licence_lets_a_part_run_or_not(licence, may):
    assert Part("x", "1", licence, (), True).may_run is may


def test_what_a_package_says_of_its_licence_is_read():
    from email.message import Message

    def told(**fields):
        made = Message()
        for name, value in fields.items():
            made[name.replace("_", "-")] = value
        return made

    assert parts.licence_of(told(License_Expression="MIT-0")) == "MIT-0"
    assert parts.licence_of(told(License="Apache 2.0")) == "Apache-2.0"
    assert parts.licence_of(told(Classifier="License :: OSI Approved :: BSD License")) == "BSD-3-Clause"
    assert parts.licence_of(told(Classifier="License :: OSI Approved :: GNU Affero General Public License v3")) == ""
    assert parts.licence_of(told()) == ""


def test_a_part_that_may_not_run_here_fails_the_command(monkeypatch, capsys):
    import argparse

    bad = Part("evil", "1.0", "AGPL-3.0-only", ("0" * 64,), True)
    monkeypatch.setattr(parts, "parts", lambda: (bad,))
    assert bom.run(argparse.Namespace(out=None)) == 1
    assert "不允许：evil" in capsys.readouterr().out


def test_the_bill_is_cyclonedx_and_the_same_each_time():
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    found = parts.parts()
    text = parts.document(found)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == parts.document(found)
    assert len(json.loads(text)["components"]) == len(found)
