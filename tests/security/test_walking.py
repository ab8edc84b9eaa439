"""schemathesis over the whole API: no crash, no undocumented answer, as each kind of holder of a token.

A short walk of about a minute; ``WALK_EXAMPLES`` (environment) makes it a long one: so many examples for each
operation, and every border of every parameter besides.
"""

import os
from pathlib import Path

import pytest

from tests.security.walking import walk

#: Examples an operation gets in a short walk.
FEW = 1


def _token(county, **of):
    from tongban.rooms.people import actions as people

    return people.make_token(county.code, "测试令牌", actor="house", per_minute=100_000, **of).secret


@pytest.mark.parametrize("kind", ["staff", "person", "system"])
def test_the_whole_api_holds_what_its_document_says(site, tmp_path, kind):
    from tongban.doors.api.urls import document

    document()  # takes seconds the first time, more than the client waits
    county, examples = site.county, int(os.environ.get("WALK_EXAMPLES", FEW))
    phases = "examples,coverage,fuzzing,stateful" if "WALK_EXAMPLES" in os.environ else "fuzzing,stateful"
    if kind == "staff":
        who = county.able("accept", "small-food-shop")
        of = {
            "staff_id": who.id,
            "post_id": who.post_id,
            "scopes": ("cases", "people", "licences", "waiting", "figures", "exchange"),
        }
    elif kind == "person":
        of = {"person_id": county.citizen().id, "scopes": ("cases", "people", "licences", "waiting")}
    else:
        of = {"system": "province-social-security", "scopes": ("exchange", "webhooks", "figures")}
    done = walk(
        site.url,
        _token(county, **of),
        tmp_path,
        examples=examples,
        seed=int(os.environ.get("WALK_SEED", 1)),
        phases=phases,
    )
    if "WALK_KEEP" in os.environ:
        Path(f"{os.environ['WALK_KEEP']}-{kind}.txt").write_text(done.said)
    assert done.clean, done.said
    assert done.cases > 100
