"""Who asks: the guard of every address of the API.  It knows the token before anything else is looked at.

An operation says which scope it needs; one that needs none is open to everybody.  Both are counted: a token by
itself, everybody else by the address he comes from.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from tongban.doors.api import errors
from tongban.doors.visiting import came_from
from tongban.rooms import clock
from tongban.rooms.casework.actions import Who
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

#: Requests a minute from one address without a token.
OPEN_PER_MINUTE = 60
#: Largest body that is not a file, and largest body at all, in bytes.
MOST_JSON, MOST_BYTES = 1024 * 1024, 20 * 1024 * 1024

#: Powers of the posts to which people come: they look people up, register them and book for them.
AT_DESK = frozenset({Power.RECEIVE, Power.ACCEPT, Power.DELIVER})

KEY_HEADER = "Idempotency-Key"
#: A character beyond the first plane may be written out as two halves; only then a half may stand alone.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Needs:
    """What one operation needs."""

    #: Scope of the token; empty: any token; None: open to everybody.
    scope: str | None
    #: It changes something: the request carries a key.
    changes: bool
    #: Content type of the body; empty: there is none.
    body: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the guard let it pass."""

    #: None: without a token.
    token: queries.TokenView | None
    #: Key of the request, empty where nothing changes.
    key: str

    @property
    def who(self) -> Who:
        """Who acts.  Raises ``Refused``: an open operation and another system act for nobody."""
        token = self._token()
        if token.kind == "staff":
            return Who("staff", token.staff_id, token.post_id)
        if token.kind == "person":
            return Who("person", token.person_id)
        raise Refused("for_persons", "对接系统的令牌不能以个人或岗位的名义办理。请使用工作人员或办事人的令牌。")

    @property
    def is_system(self) -> bool:
        """Whether another agency's system asks."""
        return self._token().kind == "system"

    @property
    def name(self) -> str:
        """How the journal names who asks."""
        token = self._token()
        return f"outside:{token.system}" if token.kind == "system" else self.who.name

    @property
    def county(self) -> str:
        """The county the token is of."""
        return self._token().county

    def staff(self) -> queries.Actor:
        """Return the member of staff who asks, in the post he holds today.  Raises ``Refused``."""
        token = self._token()
        if token.staff_id is None or token.post_id is None:
            raise Refused("for_staff", "这项操作只能由工作人员办理。请使用工作人员的令牌。")
        return queries.actor_of(token.staff_id, token.post_id, clock.today())

    def at_desk(self) -> queries.Actor:
        """Return the member of staff who asks, if people come to his post.  Raises ``Refused("for_staff")``."""
        actor = self.staff()
        if queries.powers().held_by(actor.post_id, clock.today()).isdisjoint(AT_DESK):
            raise Refused("for_staff", "这项操作只由接待办事人的岗位（收件、受理、送达）办理。请转窗口。")
        return actor

    def person(self) -> UUID:
        """Return the person who asks.  Raises ``Refused``."""
        token = self._token()
        if token.person_id is None:
            raise Refused("for_persons", "这项操作只能由本人办理。请使用办事人本人的令牌。")
        return token.person_id

    def system(self) -> str:
        """Return the other agency's system that asks.  Raises ``Refused``."""
        token = self._token()
        if token.kind != "system":
            raise Refused("for_systems", "这项操作只供对接系统使用。请使用对接系统的令牌。")
        return token.system

    def _token(self) -> queries.TokenView:
        if self.token is None:
            raise Refused("token_missing", "需要令牌。请在 Authorization 请求头中写 Bearer 加空格加令牌。")
        return self.token


def asked(request: HttpRequest) -> Asked:
    """Return what the guard found.  A request that never met it has nothing, and gets nothing."""
    found = getattr(request, "asked", None)
    if not isinstance(found, Asked):
        raise Refused("token_missing", "需要令牌。请在 Authorization 请求头中写 Bearer 加空格加令牌。")
    return found


class Gate:
    """The guard of one address."""

    def __init__(self, operations: Mapping[str, Needs]) -> None:
        self.operations = operations

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        """Return a refusal as JSON, or None to let the request pass; what it found stands in ``request.asked``."""
        try:
            return self._look(request)
        except Refused as no:
            return errors.refused(no)
        except Exception as wrong:  # before the view as well as within: the answer is JSON
            return errors.in_trouble(request, wrong)

    def _look(self, request: HttpRequest) -> HttpResponse | None:
        token, wait = _admitted(request)
        if wait:
            refusal = errors.plain(429)
            refusal.headers["Retry-After"] = str(wait)
            return refusal
        needs = self.operations.get(request.method or "")
        if needs is None:
            refusal = errors.plain(405 if self.operations else 404)
            if self.operations:
                refusal.headers["Allow"] = ", ".join(sorted(self.operations))
            return refusal
        if needs.scope is not None:
            if token is None:
                return errors.plain(401)
            if needs.scope and needs.scope not in token.scopes:
                raise Refused(
                    "scope_missing", "这个令牌不能用于“{scope}”。请向系统管理员申请有此用途的令牌。", scope=needs.scope
                )
        refusal_of_body = _check_body(request, needs)
        if refusal_of_body is not None:
            return refusal_of_body
        request.asked = Asked(token, _key_of(request) if needs.changes else "")  # type: ignore[attr-defined]
        return None


def _admitted(request: HttpRequest) -> tuple[queries.TokenView | None, int]:
    """Return the token of the request, if it has one, and the seconds to wait; the request is counted."""
    header = request.headers.get("Authorization", "")
    if not header:
        return None, people.spend(came_from(request), OPEN_PER_MINUTE)
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Refused("token_wrong", "令牌不对。请核对 Authorization 请求头，写法是 Bearer 加空格加令牌。")
    try:
        return people.admit(secret.strip())
    except Refused:
        # Whoever tries secrets is counted by where he comes from.
        if people.spend(came_from(request), OPEN_PER_MINUTE):
            raise Refused("too_many", "请求太频繁。请稍后再试。") from None
        raise


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get(KEY_HEADER, "")
    if not 8 <= len(key) <= 80 or not key.isascii() or not key.isprintable():
        raise Refused(
            "key_missing_header",
            "请在 {header} 请求头中给出请求编号（8 至 80 个英文字符，每次办理用一个新的）；重发时用同一个。",
            header=KEY_HEADER,
        )
    return key


def _check_body(request: HttpRequest, needs: Needs) -> HttpResponse | None:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return errors.plain(400)
    if length > (MOST_JSON if needs.body in ("", "application/json") else MOST_BYTES):
        return errors.plain(413)
    if needs.body and length and (request.content_type or "") != needs.body:
        return errors.plain(415)
    if "%00" in request.META.get("QUERY_STRING", ""):
        return errors.plain(400)
    # A zero byte, as itself or written out: no table can keep it.
    if needs.body == "application/json" and length and (b"\\u0000" in request.body or b"\0" in request.body):
        return errors.plain(400)
    if needs.body == "application/json" and length and _HALF.search(request.body) and not _is_text(request.body):
        return errors.plain(400)
    return None


def _is_text(body: bytes) -> bool:
    """Whether JSON holds nothing but whole characters: half of a pair, written out, is none and cannot be kept."""
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    except (ValueError, RecursionError):
        return True  # no JSON at all: that is told where it is read
    return True
