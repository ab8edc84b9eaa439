"""One line of the log for each request, under an id that every line of the same request carries.

The route is logged, never the address: an address may hold a number, a name or a search.
"""

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)

#: An id given by a server in front is taken over when it looks like one.
_ID = re.compile(r"[0-9a-f]{16,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Asked every few seconds by machines: not worth a line.
_SILENT = frozenset({"healthz", "readyz", "metrics"})


class RequestLines:
    """Gives each request its id, says it in the answer (``X-Request-Id``) and logs how it went."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        name = given if _ID.fullmatch(given) else uuid4().hex
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=name):
            response = self._answer(request)
            response.headers["X-Request-Id"] = name
            route = request.resolver_match.route if request.resolver_match else ""
            if route not in _SILENT:
                log.info(
                    "request",
                    method=request.method if request.method in _METHODS else "other",
                    route=route,
                    status=response.status_code,
                    ms=round((time.perf_counter() - began) * 1000, 1),
                )
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
