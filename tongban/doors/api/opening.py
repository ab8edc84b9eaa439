"""The door itself: how an operation is declared, so that its guard, its errors and its document always agree."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Status

from tongban.doors.api import errors
from tongban.doors.api.asking import KEY_HEADER, Needs

View = TypeVar("View", bound=Callable[..., Any])

PREFIX = "/api/v1"

api = NinjaAPI(
    title="通办 API",
    version="1",
    description=(
        "别的程序能办人能办的一切事。除注明公开的以外，都要令牌（./run token make）。改变数据的请求都要请求编号"
        "（Idempotency-Key）：同一编号重发，只办一次，回答相同。时刻都是 ISO 8601、+08:00；金额以分计。"
        "出错时的回答都是 JSON：code、message、basis。"
    ),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
errors.handle(api)

#: What each address needs, by method: read by its guard.
GATES: dict[str, dict[str, Needs]] = {}

_JSON, _NONE = "application/json", ""
_ALWAYS = (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503)


def operation(
    method: str,
    path: str,
    *,
    tag: str,
    out: Any,
    scope: str | None,
    status: int = 200,
    body: str | None = None,
    changes: bool | None = None,
    media: str = "",
) -> Callable[[View], View]:
    """Declare one operation.  ``scope`` None: open; empty: any token.  ``media``: of an answer that is not JSON."""
    changing = method not in ("GET", "HEAD") if changes is None else changes
    needs = Needs(scope, changing, (_JSON if method in ("POST", "PUT", "PATCH") else _NONE) if body is None else body)
    GATES.setdefault(path, {})[method] = needs
    extra: dict[str, Any] = {"security": [{"token": []}], "x-scope": scope} if scope is not None else {}
    if changing:
        extra["parameters"] = [
            {
                "in": "header",
                "name": KEY_HEADER,
                "required": True,
                "description": "请求编号：8 至 80 个英文字符，每次办理用一个新的，重发时用同一个",
                "schema": {"type": "string", "minLength": 8, "maxLength": 80},
            }
        ]
    if needs.body not in (_JSON, _NONE):
        extra["requestBody"] = {
            "required": True,
            "content": {needs.body: {"schema": {"type": "string", "format": "binary"}}},
        }
    if media:
        extra["responses"] = {
            status: {"description": "OK", "content": {media: {"schema": {"type": "string", "format": "binary"}}}}
        }

    def declare(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **named: Any) -> Any:
            result = view(request, *args, **named)
            return result if isinstance(result, HttpResponse) else Status(status, result)

        lines = (view.__doc__ or "").strip().partition("\n")
        api.api_operation(
            [method],
            path,
            response={status: None if media else out, frozenset(_ALWAYS): errors.Error},
            operation_id=view.__name__,
            summary=lines[0],
            description=lines[2].strip() or None,
            tags=[tag],
            openapi_extra=extra,
            url_name=view.__name__,
        )(answer)
        return view

    return declare
