"""Keys of rows: UUIDv7 (RFC 9562), made here so that a key is known before the row is written."""

import os
from threading import Lock
from uuid import UUID

from tongban.rooms import clock

_making = Lock()
_last, _count = 0, 0


def uuid7() -> UUID:
    """Return a new key that sorts by the machine's time of making; of one process, also within a millisecond."""
    global _last, _count
    with _making:
        now = clock.machine_milliseconds()
        if now > _last:
            _last, _count = now, 0
        else:  # the same millisecond, or a clock that was set back
            _count += 1
            if _count > 0xFFF:
                _last, _count = _last + 1, 0
        moment, count = _last, _count
    value = moment << 80 | 0x7 << 76 | count << 64 | 0x2 << 62
    return UUID(int=value | int.from_bytes(os.urandom(8), "big") >> 2)
