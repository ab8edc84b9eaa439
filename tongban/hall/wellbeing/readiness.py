"""Whether this installation can serve now: its database, its tables, its keys, its postman."""

import json
from pathlib import Path

from django.conf import settings
from django.db import Error, connection

from tongban.hall import schema
from tongban.rooms.ledger import queries as ledger

#: The keys without which nothing personal can be read or written.
KEYS = ("field.key", "hash.key", "secret.key")
#: Seconds after which a postman that has shown no sign of life counts as away; it shows one every 15.
POSTMAN_AWAY = 120


def checked() -> dict[str, str]:
    """Return what was looked at, each with ``well`` or a code of what is wrong.  At most three queries."""
    found = {"database": "down", "tables": "unknown", "keys": keys(), "postman": "unknown"}
    try:
        found["tables"] = tables()
        found["database"] = "well"
        if found["tables"] == "well":
            found["postman"] = postman()
    except Error:
        connection.close()
    return found


def keys() -> str:
    """Return ``well``, or which key is missing or has another length than 32 bytes."""
    for name in KEYS:
        path = Path(settings.TONGBAN_KEYS) / name
        if not path.is_file() or path.stat().st_size != 32:
            return f"wrong:{name}"
    return "well"


def tables() -> str:
    """Return ``well`` when the tables are those of this code, ``behind`` when not.  One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('public'::regnamespace)")
        row = cursor.fetchone()
    there = str(row[0] or "") if row else ""
    if not there.startswith(schema.MARK):
        return "behind"
    return "well" if json.loads(there.removeprefix(schema.MARK)) == schema.digests() else "behind"


def postman() -> str:
    """Return ``well``, ``never`` or ``away``.  One query."""
    seconds = ledger.pulse("postman")
    if seconds is None:
        return "never"
    return "well" if seconds < POSTMAN_AWAY else "away"
