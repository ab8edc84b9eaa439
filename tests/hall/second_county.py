"""A second county for tests: 示例县 once more under another code.  ``python -m tests.hall.second_county CODE N`` opens
it in the database that the environment names, files N cases, and prints what a test needs as JSON.
"""

import json
import os
import re
import sys
import tomllib
from typing import Any

import django


def fill(code: str, number: int) -> dict[str, Any]:
    """Open county ``code`` in the database of this process, and fill it as ``fill_with`` does."""
    from tests.county import County
    from tongban.hall import database
    from tongban.hall.county import opening

    opening.COUNTY = code
    opening._read = lambda name: _read(name.replace(code, "990127"), code)
    opening.open_county()
    return {"url": database.server_url("app"), **fill_with(County(code), number)}


def fill_with(county: Any, number: int) -> dict[str, Any]:
    """File and accept ``number`` cases; return them and the token of a clerk."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import actions as people

    cases = []
    for _ in range(number):
        done = casework.file_case(county.filing(), county.citizen())
        casework.accept(done.case_id, county.able("accept", "small-food-shop"))
        cases.append({"id": str(done.case_id), "number": done.number, "code": done.lookup_code})
    who = county.able("accept", "small-food-shop")
    token = people.make_token(county.code, "试", actor="house", scopes=["cases"], staff_id=who.id, post_id=who.post_id)
    return {"cases": cases, "token": token.secret}


def _read(name: str, code: str) -> dict[str, Any]:
    from tongban.hall.county import opening

    text = (opening.ITEMS / "counties" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(re.sub(r'"990127(\d{6})?"', rf'"{code}\1"', text))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongban.hall.settings"
    django.setup()
    from tongban.hall import schema

    schema.prepare()
    print(json.dumps(fill(sys.argv[1], int(sys.argv[2]))))
