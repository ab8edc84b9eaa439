"""What somebody of each post sees first: the work she is there for."""

from uuid import UUID

from django.urls import reverse

from tongban.rooms import clock
from tongban.rooms.people import queries
from tongban.rulebook.authority import Power

#: The narrowest power first.  Who takes papers in sits at a window, also where she decides on the spot what may be.
FIRST = (
    (Power.SYSTEM, "admin"),
    (Power.SECURITY, "admin"),
    (Power.AUDIT, "admin"),
    (Power.EDIT, "items"),
    (Power.SUPERVISE, "watch"),
    (Power.RECEIVE, "counter"),
    (Power.DELIVER, "counter"),
    (Power.DECIDE, "office"),
    (Power.EXAMINE, "office"),
    (Power.EXTEND, "office"),
    (Power.EXTEND_JOINT, "office"),
)


def first_page(post_id: UUID) -> str:
    """Return the address of the first page of who works in this post today."""
    powers = queries.powers()
    door = door_of(powers.held_by(post_id, clock.today()))
    if door == "counter" and queries.site(powers.posts[post_id].site_id).kind in ("town", "village"):
        door = "station"
    return reverse(door)


def door_of(powers: frozenset[Power]) -> str:
    """Return the name of the door at which a post with these powers works; windows of all sites are one."""
    return next((door for power, door in FIRST if power in powers), "account")
