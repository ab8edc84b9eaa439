"""Who stands at the door: read once per request from the cookie, the same for every page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tongban.rooms import clock, crypto
from tongban.rooms.casework.actions import Who
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

#: The cookie with the secret of a sign-in; behind HTTPS its name says that no other host and no plain line may set it.
COOKIE = "__Host-tongban" if settings.SESSION_COOKIE_SECURE else "tongban"
#: Cookies in which somebody without a sign-in keeps how she likes the pages.
BIG_TEXT, LANGUAGE = "tongban_big", "tongban_lang"


@dataclass(frozen=True)
class Visitor:
    """Who asks for a page.  Nobody signed in: ``signed`` is None."""

    #: The county whose pages these are; empty before any county is open.
    county: str
    signed: queries.SignedIn | None = None
    #: Of staff: who acts, in which post; None: a citizen, nobody, or the post is no longer held.
    actor: queries.Actor | None = None
    #: What the post may do at all; the rooms ask again about each case.
    powers: frozenset[Power] = field(default_factory=frozenset)
    big_text: bool = False
    #: 为谁办: for whom a citizen acts in this browser, and still may today; None: herself.
    acting_for: queries.Represented | None = None

    @property
    def is_person(self) -> bool:
        """A citizen who is signed in."""
        return self.signed is not None and self.signed.person_id is not None

    @property
    def is_staff(self) -> bool:
        """A member of staff who is signed in and holds the post today."""
        return self.actor is not None

    @property
    def name(self) -> str:
        """Her name, for her own eyes."""
        return self.signed.name if self.signed else ""

    @cached_property
    def who(self) -> Who:
        """Who acts in the rooms.  Raises ``Refused("sign_in_first")``."""
        if self.actor is not None:
            return Who("staff", self.actor.staff_id, self.actor.post_id)
        if self.signed is not None and self.signed.person_id is not None:
            return Who("person", self.signed.person_id)
        raise Refused("sign_in_first", "请先登录。")

    @property
    def applicant_id(self) -> UUID:
        """For whom she asks: whom she acts for, else herself.  Raises ``Refused("for_persons")``."""
        return self.acting_for.person_id if self.acting_for else self.person_id

    @property
    def person_id(self) -> UUID:
        """The citizen who is signed in.  Raises ``Refused("for_persons")``."""
        if self.signed is None or self.signed.person_id is None:
            raise Refused("for_persons", "这一页只供办事人本人使用。请用个人账号登录。")
        return self.signed.person_id

    @property
    def staff(self) -> queries.Actor:
        """The member of staff who is signed in.  Raises ``Refused("for_staff")``."""
        if self.actor is None:
            raise Refused("for_staff", "这一页只供在岗的工作人员使用。请用工号登录。")
        return self.actor

    def may(self, *powers: Power) -> bool:
        """Whether the post has any of these powers."""
        return not self.powers.isdisjoint(powers)


def visitor(request: HttpRequest) -> Visitor:
    """Return who asks; read at the first question, three queries at most, six for who acts for another."""
    found = getattr(request, "_visitor", None)
    if found is None:
        found = request._visitor = _read(request)  # type: ignore[attr-defined]
    assert isinstance(found, Visitor)
    return found


def _read(request: HttpRequest) -> Visitor:
    secret = request.COOKIES.get(COOKIE, "")
    signed = queries.signed_in(secret) if secret else None
    if signed is None:
        return Visitor(queries.home_county(), big_text=request.COOKIES.get(BIG_TEXT) == "1")
    if signed.staff_id is None or signed.post_id is None:
        people.note_seen(signed.sign_in_id, people.PERSON_IDLE)
        return Visitor(signed.county, signed, big_text=signed.big_text, acting_for=_principal(signed))
    people.note_seen(signed.sign_in_id, people.STAFF_IDLE)
    powers, day = queries.powers(), clock.today()
    try:
        actor = powers.actor(signed.staff_id, signed.post_id, day)
    except Refused:  # the post was left meanwhile: signed in, but with nothing to do
        return Visitor(signed.county, signed, big_text=signed.big_text)
    return Visitor(signed.county, signed, actor, powers.held_by(actor.post_id, day), signed.big_text)


def _principal(signed: queries.SignedIn) -> queries.Represented | None:
    if signed.acting_for is None or signed.person_id is None:
        return None
    may = queries.acts_for(signed.person_id, clock.today())
    return next((one for one in may if one.person_id == signed.acting_for), None)


def address_of(request: HttpRequest) -> str:
    """Return whence a request comes; behind our own HTTPS server the last address that it wrote."""
    came = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER:
        came = request.headers.get("X-Forwarded-For", came).rpartition(",")[2].strip()
    return came


def came_from(request: HttpRequest) -> str:
    """Return whence a request comes, as a digest by which to count."""
    return f"from:{crypto.digest(address_of(request))}"


def set_cookie(response: HttpResponse, entered: people.Entered) -> None:
    """Give the browser the secret of a sign-in: not for scripts, not for other sites."""
    response.set_cookie(
        COOKIE,
        entered.secret,
        max_age=entered.seconds,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


class ChooseLanguage:
    """Shows pages in the language somebody chose, else Chinese: most browsers here are set to what they came with."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(LANGUAGE, "")
        if wanted not in dict(settings.LANGUAGES):
            wanted = settings.LANGUAGE_CODE
        with translation.override(wanted):
            response = self._answer(request)
        response.headers.setdefault("Content-Language", wanted)
        return response
