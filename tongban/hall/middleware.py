"""What every request passes: headers that keep a browser careful, and a closed door where no guard stands."""

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden, HttpResponseNotFound
from django.http.request import split_domain_port

from tongban.rooms import clock

log = structlog.get_logger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]


def content_policy() -> str:
    """Return the policy of pages: everything from this house only, no outside script, style, font, frame or form.

    Where papers have a host of their own, pages may show pictures and frames from there.
    """
    papers = f" {settings.TONGBAN_PAPERS_HOST}" if settings.TONGBAN_PAPERS_HOST else ""
    return (
        f"default-src 'self'; img-src 'self' data:{papers}; frame-src 'self'{papers}; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )


class PapersApart:
    """Files of people are given out at addresses that know nobody: no cookie comes in with the request, none goes out.

    With ``TONGBAN_PAPERS_HOST`` they lie on that host and it has nothing else; without it, on the host of the pages.
    """

    PLACE = "/papers/"

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        paper = request.path_info.startswith(self.PLACE)
        apart = settings.TONGBAN_PAPERS_HOST
        if apart and paper is not (_without_port(request.get_host()) == _without_port(apart)):
            return _nothing_here()
        if not paper:
            return self._answer(request)
        for told in ("HTTP_COOKIE", "HTTP_AUTHORIZATION"):
            request.META.pop(told, None)
        response = self._answer(request)
        response.cookies.clear()
        return response


def _without_port(host: str) -> str:
    return split_domain_port(host)[0]


def _nothing_here() -> HttpResponse:
    answer = HttpResponseNotFound("没有这个网址。", content_type="text/plain; charset=utf-8")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


class SecureHeaders:
    """Adds the content policy and keeps answers out of shared caches unless a view says otherwise."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._answer(request)
        response.headers.setdefault("Content-Security-Policy", content_policy())
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class NoNul:
    """Refuses a form or an address with a zero byte in it: no keyboard types one, and no table can keep it."""

    FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> HttpResponse | None:
        """Return a refusal, or None to let the view answer."""
        if request.path.startswith("/api/"):
            return None  # its own guard looks, and answers as JSON
        told = [*request.GET.lists()]
        if request.method == "POST" and request.content_type in self.FORMS:
            told += request.POST.lists()
        if any("\x00" in text for name, values in told for text in (name, *values)):
            return HttpResponseBadRequest("提交的内容里有无法识别的字符。请返回上一页，删除后重新填写。")
        return None


class OneClock:
    """Lets a request ask for the demo's clock once, however often it wants to know the time."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with clock.read_once():
            return self._answer(request)


class RefuseUnguarded:
    """Asks the view's guard; a view without one is not reachable."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> HttpResponse | None:
        """Return a refusal, or None to let the view answer."""
        guard = getattr(view, "guard", None)
        if guard is None:
            log.error("view_without_guard", view=f"{view.__module__}.{view.__qualname__}")
            return HttpResponseForbidden("此页面未设置访问规则，暂不开放。请联系系统管理员。")
        refusal: HttpResponse | None = guard(request)
        return refusal
