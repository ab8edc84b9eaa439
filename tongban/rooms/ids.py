"""Keys of rows: UUIDv7 (RFC 9562), made here so that a key is known before the row is written."""

import os
from uuid import UUID

from tongban.rooms import clock


def uuid7() -> UUID:
    """Return a new key that sorts by the machine's time of making."""
    value = clock.machine_milliseconds() << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
