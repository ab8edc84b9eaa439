"""A form sent twice is carried out once: by the key that ``{% key %}`` puts into it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest

from tongban.doors.visiting import visitor
from tongban.rooms.people import actions as people


def sent_once(request: HttpRequest, asked: Sequence[Any], act: Callable[[], Any]) -> Any:
    """Carry out what a form asks for, once by its key; returns what ``act`` returned, which JSON can hold.

    ``asked`` says what is asked for: another request under the same key is refused.  A form without a key, of a page
    from before it had one, is carried out as it comes.
    """
    key = request.POST.get("key", "")[:60]
    if not key:
        return act()
    return people.once(visitor(request).who.name, f"{asked[0]}:{key}"[:80], [*map(str, asked)], act)
