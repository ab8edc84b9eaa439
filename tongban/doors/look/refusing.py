"""How pages say no: the sentence of the refusal, what to do next, and the right status."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.utils.translation import gettext as _

from tongban.doors.look.saying import in_words
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused

#: What is not found, or not hers to know: the same answer.
_NOT_FOUND = ("_unknown", "_erased")
_FORBIDDEN = ("must_withdraw", "wrong_post", "for_staff", "for_persons", "post_not_held", "not_yours")


def status_of(code: str) -> int:
    """Return the HTTP status of a refusal that ends a page."""
    if code.endswith(_NOT_FOUND):
        return 404
    if code in _FORBIDDEN or code.startswith("authority_"):
        return 403
    return 429 if code == "too_many" else 409


def refused_page(request: HttpRequest, no: Refused) -> HttpResponse:
    """Return the page of a refusal."""
    status = status_of(no.code)
    heading = {404: _("没有找到"), 403: _("不能办理"), 429: _("请稍后再试")}.get(status, _("现在不能这样办"))
    context = {
        "heading": heading,
        "sentence": in_words(no.sentence),
        "basis": no.basis,
        "code": no.code,
        "back": _back(request),
    }
    return render(request, "look/sentence.html", context, status=status)


class Refusals:
    """Turns a refusal that a view did not catch into a page."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, wrong: Exception) -> HttpResponse | None:
        """Return the page of a refusal; anything else goes on to Django."""
        if not isinstance(wrong, Refused) or request.path.startswith("/api/"):
            return None
        if wrong.code == "sign_in_first":
            return redirect(settings.LOGIN_URL)
        _log_refused_sight(request, wrong)
        return refused_page(request, wrong)


def _log_refused_sight(request: HttpRequest, no: Refused) -> None:
    """A member of staff who reached for a case that is not his to see stands in the access log."""
    named = request.resolver_match.kwargs.get("case_id") if request.resolver_match else None
    if isinstance(named, UUID) and status_of(no.code) in (403, 404) and visitor(request).is_staff:
        ledger.log_access(visitor(request).who.name, "case", named, f"refused:{no.code}")


def page_unknown(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    sentence = _("没有这个网址。请核对后重新输入，或从首页查找要办的事。")
    return render(request, "look/sentence.html", {"heading": _("没有这一页"), "sentence": sentence}, status=404)


def trouble(request: HttpRequest) -> HttpResponse:
    """Answer what nobody foresaw, without asking anything of the database, which may be what is down."""
    if request.path.startswith("/api/"):
        return HttpResponse('{"code": "trouble"}', status=500, content_type="application/json")
    return HttpResponse(loader.get_template("look/trouble.html").render(), status=500)


def forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old: what was saved is still there."""
    sentence = _("页面放得太久了，或浏览器没有保存 Cookie。请返回上一页，刷新后再提交；已保存的内容还在。")
    context = {"heading": _("请刷新后再提交"), "sentence": sentence, "back": _back(request)}
    return render(request, "look/sentence.html", context, status=403)


def demo(request: HttpRequest) -> dict[str, Any]:
    """Tell every template whether this is a demonstration, and what its clock shows: it is not the machine's."""
    return {"demo": settings.TONGBAN_DEMO, "demo_now": clock.now() if settings.TONGBAN_DEMO else None}


def _back(request: HttpRequest) -> str:
    came = request.META.get("HTTP_REFERER", "")
    return came if came.startswith(f"{request.scheme}://{request.get_host()}/") else ""
