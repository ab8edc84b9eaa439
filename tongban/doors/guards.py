"""Who may pass a door.  Every view carries exactly one guard; a view without one cannot be reached."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

#: Looks at a request and returns a refusal, or None to let it pass.
Guard = Callable[[HttpRequest], HttpResponse | None]
View = TypeVar("View", bound=Callable[..., HttpResponse])


def guarded_by(guard: Guard) -> Callable[[View], View]:
    """Return a decorator that sets ``guard`` before a view."""

    def decorate(view: View) -> View:
        marked: Any = view
        marked.guard = guard
        return view

    return decorate


def anyone(request: HttpRequest) -> HttpResponse | None:
    """Let everybody pass: the page shows nothing of any person."""
    return None
