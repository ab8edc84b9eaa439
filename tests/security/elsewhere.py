"""Another county in the same installation: the seed once more under another code, with a clerk who may do much."""

import tomllib
from typing import Any

from tests.doors.api.conftest import Speaker
from tongban.hall.county.opening import COUNTY, ITEMS

#: Parts of the seed that a clerk needs: where he sits, who he is, what he may do.
_NEEDED = ("county", "division", "unit", "site", "staff", "post", "authority")
_POSTS = frozenset({"xzsp-head", "window-1", "scjg-head", "scjg-chief"})


def clerk_of(code: str, post: str = "scjg-chief") -> Speaker:
    """Open the county ``code`` beside the first one and return a token of whoever holds ``post`` there."""
    from tongban.rooms import clock
    from tongban.rooms.people import actions as people
    from tongban.rooms.people import queries

    seed = tomllib.loads((ITEMS / "counties" / f"{COUNTY}.toml").read_text(encoding="utf-8"))
    here = _moved({name: seed[name] for name in _NEEDED if name in seed}, code)
    here["post"] = [{**one, "reports_to": ""} for one in here["post"] if one["code"] in _POSTS]
    here["staff"] = [one for one in here["staff"] if _POSTS & set(one["posts"])]
    here["staff"] = [{**one, "posts": [p for p in one["posts"] if p in _POSTS]} for one in here["staff"]]
    every = ["receive", "accept", "examine", "decide", "deliver", "supervise", "extend"]
    here["authority"] = [
        {"post": one, "items": ["*"], "powers": every, "order": "外县授权书", "basis": "design: 测试"}
        for one in ("scjg-chief", "window-1")
    ]
    people.load_county(here)
    seat = queries.post_coded(code, post)
    assert seat is not None
    holder = queries.powers().holder(seat.id, clock.today())
    assert holder is not None
    scopes = ("cases", "people", "licences", "waiting", "figures", "exchange")
    made = people.make_token(code, "外县", actor="house", staff_id=holder.id, post_id=seat.id, scopes=scopes)
    return Speaker(made.secret)


def _moved(value: Any, code: str) -> Any:
    """Return a part of the seed with its divisions moved to another county; numbers of people stay as they are."""
    if isinstance(value, dict):
        return {name: _moved(one, code) for name, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, code) for one in value]
    if isinstance(value, str) and value.startswith(COUNTY) and len(value) in (6, 12):
        return code + value[6:]
    return value
