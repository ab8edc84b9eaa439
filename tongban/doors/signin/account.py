"""我的账号: where else she is signed in, for whom she acts, in which post he works, how the pages look."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.doors.guards import anyone, guarded_by, person, signed_in
from tongban.doors.look.chosen import chosen_id
from tongban.doors.signin import forms
from tongban.doors.signin.first_page import first_page
from tongban.doors.visiting import BIG_TEXT, COOKIE, LANGUAGE, visitor
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused

YEAR = 365 * 24 * 3600


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
    """Show where she is signed in; end one sign-in, or all others."""
    signed = visitor(request).signed
    assert signed is not None, "the guard saw to it"
    if request.method == "POST":
        if "everywhere" in request.POST:
            ended = people.sign_out_everywhere(signed.account_id, but=signed.sign_in_id)
            messages.success(request, _("已在其他 {n} 处退出登录。").format(n=ended))
        elif "end" in request.POST:
            people.sign_out(chosen_id(request.POST["end"]), account_id=signed.account_id)
            messages.success(request, _("那一处已退出登录。"))
        return redirect("account")
    day = clock.today()
    context = {
        "posts": queries.powers().posts_of(signed.staff_id, day) if signed.staff_id else (),
        "principals": queries.acts_for(signed.person_id, day) if signed.person_id else (),
        "sign_ins": [(one, _way(one.way)) for one in queries.sign_ins(signed.account_id)],
        "here": signed.sign_in_id,
        "tail": queries.phone_tail(signed.person_id) if signed.person_id else "",
        "signed": signed,
    }
    return render(request, "signin/account.html", context)


@guarded_by(person)
def acting(request: HttpRequest) -> HttpResponse:
    """为谁办: choose for whom to act in this browser."""
    asks = visitor(request)
    signed = asks.signed
    assert signed is not None, "the guard saw to it"
    onward = forms.safe_next(request)
    if request.method == "POST":
        who = request.POST.get("who", "")
        people.act_for(signed.sign_in_id, chosen_id(who) if who else None)
        return redirect(onward or "home")
    principals = {one.person_id: one for one in queries.acts_for(asks.person_id, clock.today())}.values()
    context = {"principals": principals, "acting": asks.acting_for, "name": signed.name, "next": onward}
    return render(request, "signin/acting.html", context)


@guarded_by(signed_in)
def post(request: HttpRequest) -> HttpResponse:
    """Choose the post to work in."""
    signed = visitor(request).signed
    assert signed is not None, "the guard saw to it"
    if signed.staff_id is None:
        raise Refused("for_staff", _("只有工作人员有岗位可换。"))
    onward = forms.safe_next(request)
    if request.method == "POST":
        post_id = chosen_id(request.POST.get("post", ""))
        people.change_post(signed.sign_in_id, post_id)
        return redirect(onward or first_page(post_id))
    held = queries.powers().posts_of(signed.staff_id, clock.today())
    return render(request, "signin/post.html", {"posts": held, "here": signed.post_id, "next": onward})


@guarded_by(anyone)
@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Remember big text and language: with the account, and in the browser for who has none."""
    answer = redirect(forms.safe_next(request) or "home")
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


def _way(code: str) -> str:
    return {"password": _("密码"), "code": _("验证码"), "oidc": _("统一身份认证"), "demo": _("演示")}.get(code, code)
