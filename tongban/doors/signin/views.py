"""Coming in, leaving, and how somebody likes the pages."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.doors.guards import anyone, guarded_by, signed_in
from tongban.doors.visiting import BIG_TEXT, COOKIE, LANGUAGE, visitor
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries

YEAR = 365 * 24 * 3600


@guarded_by(anyone)
def page(request: HttpRequest) -> HttpResponse:
    """Show the ways to sign in."""
    return render(request, "signin/page.html", {"next": safe_next(request)})


@guarded_by(anyone)
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out here."""
    signed = visitor(request).signed
    if signed is not None:
        people.sign_out(signed.sign_in_id, account_id=signed.account_id)
    answer = redirect("home")
    answer.delete_cookie(COOKIE)
    return answer


@guarded_by(signed_in)
def account(request: HttpRequest) -> HttpResponse:
    """Show where else she is signed in, and let staff change the post."""
    asks = visitor(request)
    signed = asks.signed
    assert signed is not None, "the guard saw to it"
    if request.method == "POST":
        if "everywhere" in request.POST:
            ended = people.sign_out_everywhere(signed.account_id, but=signed.sign_in_id)
            messages.success(request, _("已在其他 {n} 处退出登录。").format(n=ended))
        elif "post" in request.POST:
            people.change_post(signed.sign_in_id, UUID(request.POST["post"]))
            messages.success(request, _("已换岗位。"))
        return redirect("account")
    held = queries.powers().posts_of(signed.staff_id, clock.today()) if signed.staff_id else ()
    context = {"posts": held, "sign_ins": queries.sign_ins(signed.account_id), "here": signed.sign_in_id}
    return render(request, "signin/account.html", context)


@guarded_by(anyone)
@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Remember big text and language: with the account, and in the browser for who has none."""
    answer = redirect(safe_next(request) or "home")
    signed = visitor(request).signed
    big, language = request.POST.get("big_text"), request.POST.get("language")
    if big in ("0", "1"):
        if signed is not None:
            people.remember(signed.account_id, big_text=big == "1")
        answer.set_cookie(BIG_TEXT, big, max_age=YEAR, samesite="Lax", httponly=True)
    if language in dict(settings.LANGUAGES):
        if signed is not None:
            people.remember(signed.account_id, language=language)
        answer.set_cookie(LANGUAGE, language, max_age=YEAR, samesite="Lax", httponly=True)
    return answer


def safe_next(request: HttpRequest) -> str:
    """Return where to go afterwards, within this site only; else an empty text."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    good = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if good else ""
