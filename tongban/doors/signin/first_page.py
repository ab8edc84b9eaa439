"""What somebody of each power sees first, the narrowest power first."""

from django.urls import reverse

from tongban.rulebook.authority import Power

FIRST = (
    (Power.SYSTEM, "admin"),
    (Power.SECURITY, "admin"),
    (Power.AUDIT, "admin"),
    (Power.EDIT, "items"),
    (Power.SUPERVISE, "watch"),
    (Power.DECIDE, "office"),
    (Power.EXAMINE, "office"),
    (Power.RECEIVE, "counter"),
    (Power.DELIVER, "counter"),
)


def first_page(powers: frozenset[Power]) -> str:
    """Return the address of the first page of a post with these powers."""
    return reverse(door_of(powers))


def door_of(powers: frozenset[Power]) -> str:
    """Return the name of the door at which a post with these powers works."""
    return next((door for power, door in FIRST if power in powers), "account")
