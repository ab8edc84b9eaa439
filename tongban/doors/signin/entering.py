"""登录: by password or code for citizens; by 工号, password and six figures for staff."""

from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.signin import browser, forms
from tongban.doors.signin.first_page import first_page
from tongban.doors.signin.outside import outside
from tongban.doors.visiting import address_of, set_cookie, visitor
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused


@guarded_by(anyone)
def page(request: HttpRequest) -> HttpResponse:
    """Let a citizen in by phone and password."""
    onward = forms.safe_next(request)
    if request.method != "POST" and request.GET.get("for") == "staff":
        return redirect(forms.link("sign-in-staff", "", onward)[0])
    fields = [forms.phone(request.POST.get("phone", "")), forms.password()]
    no = None
    if request.method == "POST":
        try:
            login = f"phone:{request.POST.get('phone', '').replace(' ', '')}"
            account = _by_password(request, login)
            return let_in(request, account, "password", onward)
        except Refused as error:
            no = error
    known = outside()
    links = [
        forms.link("sign-in-code", _("用验证码登录"), onward),
        forms.link("forgotten", _("忘记密码"), onward),
        forms.link("register", _("还没有账号，去注册"), onward),
    ]
    if known is not None and known.serves == "person":
        links.insert(1, forms.link("sign-in-outside", known.label, onward))
    return forms.show(request, fields, no, heading=_("登录"), button=_("登录"), links=links, tab="person", next=onward)


@guarded_by(anyone)
def staff(request: HttpRequest) -> HttpResponse:
    """Let a member of staff in by 工号 and password; the six figures are next."""
    onward = forms.safe_next(request)
    fields = [forms.staff_number(request.POST.get("staff", "")), forms.password()]
    no = None
    if request.method == "POST":
        try:
            account = _by_password(request, f"staff:{request.POST.get('staff', '').strip()}")
            return second_step(request, account, onward)
        except Refused as error:
            no = error
    links = [forms.link("first", _("首次登录，或忘记密码"), onward)]
    known = outside()
    if known is not None and known.serves == "staff":
        links.insert(0, forms.link("sign-in-outside", known.label, onward))
    return forms.show(
        request, fields, no, heading=_("工作人员登录"), button=_("登录"), links=links, tab="staff", next=onward
    )


@guarded_by(anyone)
def figures(request: HttpRequest) -> HttpResponse:
    """Ask for the six figures."""
    half = browser.half_of(request)
    if half is None:
        return redirect("sign-in-staff")
    no = None
    if request.method == "POST":
        try:
            typed = request.POST.get("figures", "")
            address, known = address_of(request), browser.known_of(request)
            people.check_totp(half.account_id, typed, address=address, known=known)
            return let_in(request, half.account_id, half.way, half.next)
        except Refused as error:
            no = error
    return forms.show(request, [forms.figures()], no, heading=_("动态口令"), button=_("继续"))


@guarded_by(anyone)
def authenticator(request: HttpRequest) -> HttpResponse:
    """Set up the six figures: after the password of who has none yet, or from the account page."""
    half, signed = browser.half_of(request), visitor(request).signed
    if signed is not None and signed.staff_id is not None:
        account, half = signed.account_id, None
    elif half is not None and not queries.account(half.account_id).has_totp:
        account = half.account_id
    else:
        return redirect("sign-in-staff")
    no = None
    if request.method == "POST":
        try:
            codes = people.confirm_totp(account, request.POST.get("figures", ""))
            context = {"codes": codes, "onward": reverse("account")}
            if half is None:
                return render(request, "signin/recovery.html", context)
            answer = let_in(request, account, half.way, half.next)
            shown = render(request, "signin/recovery.html", {"codes": codes, "onward": answer.headers["Location"]})
            shown.cookies.update(answer.cookies)
            return shown
        except Refused as error:
            no = error
    seed = people.begin_totp(account)
    picture = segno.make(seed.uri, error="m").svg_data_uri(scale=5, border=4)
    grouped = " ".join(seed.text[i : i + 4] for i in range(0, len(seed.text), 4))
    return forms.show(
        request,
        [forms.figures(_("应用现在显示的六位数字。"))],
        no,
        heading=_("设置动态口令"),
        lead=_("工作账号登录要两样东西：密码，和手机上每 30 秒变一次的六位数字。"),
        button=_("设置好了"),
        picture=picture,
        seed=grouped,
    )


def second_step(request: HttpRequest, account_id: UUID, onward: str) -> HttpResponse:
    """The password of staff was right: on to the six figures, or to setting them up (not forced in a demonstration)."""
    known = queries.account(account_id)
    if known.has_totp or not settings.TONGBAN_DEMO:
        answer = redirect("sign-in-figures" if known.has_totp else "authenticator")
        browser.keep_half(answer, browser.Half(account_id, "password", onward))
        return answer
    return let_in(request, account_id, "password", onward)


def let_in(request: HttpRequest, account_id: UUID, way: str, onward: str) -> HttpResponse:
    """Sign the account in here and lead on; who holds several posts chooses one first."""
    entered = people.sign_in(account_id, way=way, device=browser.device_of(request))
    known = queries.account(account_id)
    to = onward or reverse("home")
    if known.staff_id is not None:
        held = queries.powers().posts_of(known.staff_id, clock.today())
        to = onward or first_page(held[0].id)
        if len(held) > 1:
            to = forms.link("account-post", "", onward)[0]
    answer = redirect(to)
    set_cookie(answer, entered)
    browser.keep_known(answer, people.mark_known(account_id, browser.known_of(request)))
    for name in (browser.HALF, browser.CODE):
        answer.delete_cookie(name)
    return answer


def _by_password(request: HttpRequest, login: str) -> UUID:
    return people.enter_by_password(
        visitor(request).county,
        login,
        request.POST.get("password", ""),
        address=address_of(request),
        known=browser.known_of(request),
    )
