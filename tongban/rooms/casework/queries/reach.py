"""What a post may see, said to the database: so that a list brings its cases and not those of others."""

import json
from typing import Any

from tongban.rooms.casework.queries.seeing import SEEING, Sight
from tongban.rulebook.authority import EVERY_ITEM, NAMED_SET, UNIT_SET, covered

#: A list handed in as JSON: of an array the members are counted when a statement is planned, so that it would be
#: planned anew for every page.
_LISTED = "ANY(ARRAY(SELECT jsonb_array_elements_text(%({name})s::jsonb)))"


def within(sight: Sight) -> tuple[str, dict[str, Any]]:
    """Return what cuts cases ``c`` to the places this post reaches, and its values; empty: all of the county."""
    if (sites := sight.sites()) is None:
        return "", {}
    where = " AND (c.unit = ANY(%(own)s) OR c.holder = ANY(%(mine)s) OR c.site_id = ANY(%(sites)s))"
    return where, {"own": sorted(sight.units), "mine": list(sight.posts), "sites": sites}


def reached(sight: Sight) -> tuple[str, dict[str, Any]] | None:
    """Return what cuts cases ``c`` of his county to those of which ``Sight.has`` says yes, and its values.

    None: there are none.
    Where whole units are seen it is a test of the unit alone, which the index of applicants answers.
    """
    here = sight.powers.places[sight.actor.site_id]
    tokens = covered(sight.powers.rows.get(sight.actor.post_id, ()), SEEING, here, sight.day)
    where, values = within(sight)
    if EVERY_ITEM in tokens:
        return where, values
    units = sorted(token.removeprefix(UNIT_SET) for token in tokens if token.startswith(UNIT_SET))
    items = sorted(token for token in tokens if not token.startswith((UNIT_SET, NAMED_SET)))
    listed = ("units", "c.unit", units), ("items", "c.item_code", items)
    tests = [one for one in listed if one[2]]
    if not tests:
        return None
    either = " OR ".join(f"{column} = {_LISTED.format(name=name)}" for name, column, _ in tests)
    return f"{where} AND ({either})", values | {name: json.dumps(some) for name, _, some in tests}
