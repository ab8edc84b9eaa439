"""schemathesis over the whole API: no crash, no undocumented answer, as each kind of holder of a token.

A short walk of about a minute; ``WALK_EXAMPLES`` (environment) makes it a long one: so many examples for each
operation, and every border of every parameter besides.
"""

import os
from pathlib import Path

import pytest

from tests.security.walking import walk

#: Examples an operation gets in a short walk, and chains of linked operations.
FEW, CHAINS = 1, 12


def _token(county, **of):
    from tongban.rooms.people import actions as people

    return people.make_token(county.code, "测试令牌", actor="house", per_minute=100_000, **of).secret


def _known(county, kind):
    """Return bodies that the rules of the house accept, by operation, so that the walk reaches what comes after."""
    from tongban.rooms.people import queries as people

    item, me = county.item("small-food-shop"), county.citizen().id
    hall = people.site_coded(county.code, "hall").id
    options = [one.options[0].code for one in item.situations]
    paper = {one.code: {"paper": True} for one in item.materials_for(frozenset(options)) if one.source != "made"}
    filing = {"item": item.code, "applicant": me, "answers": county.answers(item.code), "options": options}
    if kind == "staff":
        filing |= {"materials": paper, "channel": "window", "site": hall}
    known = dict.fromkeys(("begin_draft", "save_draft", "file_draft", "file_case"), filing)
    return known | {
        "step_ask_correction": {"lacking": {"form": "面积没有填"}},
        "step_supply": {"materials": {}, "answers": filing["answers"]},
        "step_pause": {"proceeding": "site_visit", "time_needed": "5wd", "notice": True},
        "step_resume": {"result": "passed"},
        "begin_upload": {"size": 12},
        "take_ticket": {"site": hall, "queue_class": "general"},
        "open_matter": {"item": "stuck-case-appeal", "unit": "scjg", "text": "没有办成"},
        "give_mandate": {
            "agent": county.citizen("租演示").id,
            "items": ["*"],
            "powers": ["file"],
            "valid_until": "2035-12-31",
        },
        "register_person": {"name": "测演示"},
    }


@pytest.mark.long
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
        chains=int(os.environ.get("WALK_CHAINS", CHAINS)),
        known=_known(county, kind),
    )
    if "WALK_KEEP" in os.environ:
        Path(f"{os.environ['WALK_KEEP']}-{kind}.txt").write_text(done.said)
    assert done.clean, done.said
    assert done.cases > 100
