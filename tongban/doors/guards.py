"""Who may pass a door.  Every view carries exactly one guard; a view without one cannot be reached.

A guard looks at the post's powers as a whole; whether this very case is hers to see, the rooms decide.
``docs/rights.md`` is made from the guards' names and labels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from tongban.doors.look.saying import in_words
from tongban.doors.visiting import Visitor, visitor
from tongban.rulebook.authority import LABELS, Power
from tongban.rulebook.errors import Sentence, Words

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class Guard:
    """Looks at a request and returns a refusal, or None to let it pass."""

    #: Code, e.g. ``staff:accept,receive``.
    name: str
    #: Who may pass, in words; a ``Sentence``.
    label: str
    #: None: everybody, and nobody is asked who she is.
    passes: Callable[[Visitor], bool] | None
    #: Powers of which one is needed; empty: none.
    powers: frozenset[Power] = frozenset()

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        """Return None, the way to the sign-in for who is nobody yet, or a refusal for everybody else."""
        if self.passes is None:
            return None
        asks = visitor(request)
        if self.passes(asks):
            return None
        if asks.signed is None:
            back = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/")
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': back, 'for': self.name.partition(':')[0]})}")
        # Not the guard itself: a template calls what can be called.
        return render(request, "look/forbidden.html", {"who": in_words(self.label)}, status=403)


def guarded_by(guard: Callable[[HttpRequest], HttpResponse | None]) -> Callable[[View], View]:
    """Return a decorator that sets ``guard`` before a view."""

    def decorate(view: View) -> View:
        marked: Any = view
        marked.guard = guard
        return view

    return decorate


#: Everybody: the page shows nothing of any person but what she brings herself.
anyone = Guard("anyone", Sentence("任何人"), None)
#: Everybody who is signed in, citizen or staff.
signed_in = Guard("signed_in", Sentence("已登录的任何人"), lambda asks: asks.signed is not None)
#: A citizen, in her own matters or those of somebody she acts for.
person = Guard("person", Sentence("办事人本人或代办人"), lambda asks: asks.is_person)
#: Any member of staff in a post.
any_staff = Guard("staff", Sentence("任何在岗人员"), lambda asks: asks.is_staff)


def staff(*powers: Power) -> Guard:
    """Return the guard for posts with any of these powers."""
    wanted = frozenset(powers)
    ordered = [power for power in Power if power in wanted]
    return Guard(
        f"staff:{','.join(ordered)}",
        Sentence("有下列职权之一的岗位：{powers}", powers=Words(Sentence(LABELS[power]) for power in ordered)),
        lambda asks: asks.is_staff and asks.may(*wanted),
        wanted,
    )


@dataclass(frozen=True)
class DemoGuard:
    """Opens a page in a demonstration only; elsewhere there is no such page."""

    name: str = "demo"
    label: str = "只在演示环境中，任何人"

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        """Raise ``Http404`` outside a demonstration."""
        if not settings.TONGBAN_DEMO:
            raise Http404
        return None


demo_only = DemoGuard()
