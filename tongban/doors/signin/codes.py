"""验证码 and what follows it: registering, signing in by code, a forgotten password, the first one of staff."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.signin import browser, forms
from tongban.doors.signin.entering import let_in, second_step
from tongban.doors.signin.phone import changed
from tongban.doors.visiting import address_of, visitor
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused


@guarded_by(anyone)
def register(request: HttpRequest) -> HttpResponse:
    """Begin to register: which phone."""
    lead = _("注册要三步：验证手机号，核对姓名和证件，设一个密码。一个人只有一个账号，窗口登记过的办件也在里面。")
    return _ask(request, "register", heading=_("注册账号"), lead=lead, steps=1)


@guarded_by(anyone)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Begin to sign in by code: which phone."""
    return _ask(request, "sign_in", heading=_("用验证码登录"), lead="")


@guarded_by(anyone)
def forgotten(request: HttpRequest) -> HttpResponse:
    """Begin to set a new password: which phone."""
    return _ask(request, "reset", heading=_("重设密码"), lead=_("先验证您注册时用的手机号。"))


@guarded_by(anyone)
def first(request: HttpRequest) -> HttpResponse:
    """Begin to set the first password of staff, or a new one: which 工号."""
    lead = _("验证码会发到您入职时登记的手机号。没有登记手机号的，请联系系统管理员。")
    return _ask(request, "first", heading=_("首次登录，或忘记密码"), lead=lead)


@guarded_by(anyone)
def prove(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    underway = browser.underway_of(request)
    if underway is None:
        return redirect("sign-in")
    county = visitor(request).county
    no = None
    if request.method == "POST":
        try:
            people.prove_code(county, underway.secret, request.POST.get("code", ""))
            if underway.purpose == "new":
                return changed(request, underway.secret)
            if underway.purpose == "old":
                return redirect("account-phone-new")
            if underway.purpose == "sign_in":
                return let_in(request, people.enter_by_code(county, underway.secret), "code", underway.next)
            return redirect("identity" if underway.purpose == "register" else "new-password")
        except Refused as error:
            no = error
    hint = _("如果这个号码能用于这一步，短信已经发出，10 分钟内有效。")
    again = {"register": "register", "sign_in": "sign-in-code", "reset": "forgotten", "first": "first"}
    again |= {"old": "account-phone", "new": "account-phone"}
    return forms.show(
        request,
        [forms.code(hint)],
        no,
        heading=_("输入验证码"),
        button=_("继续"),
        links=[forms.link(again[underway.purpose], _("没有收到？重新获取"), underway.next)],
        demo_code=_demo_code(county, underway) if settings.TONGBAN_DEMO else "",
        steps=1 if underway.purpose == "register" else 0,
    )


@guarded_by(anyone)
def identity(request: HttpRequest) -> HttpResponse:
    """Ask who registers, and have it checked."""
    underway = browser.underway_of(request)
    if underway is None or underway.purpose != "register":
        return redirect("register")
    no = None
    if request.method == "POST":
        told = {name: request.POST.get(name, "").strip() for name in ("name", "scheme", "number", "issuer")}
        try:
            exchange.confirm_identity(
                visitor(request).county,
                underway.secret,
                told["name"],
                told["scheme"],
                told["number"],
                told["issuer"].upper() if told["scheme"] == "passport" else "",
            )
            return redirect("new-password")
        except Refused as error:
            no = error
    return forms.show(
        request,
        forms.identity(request.POST),
        no,
        heading=_("您是谁"),
        lead=_("姓名和证件号码会向人口信息系统核对，只核对是否相符。"),
        button=_("核对"),
        steps=2,
        wide=True,
    )


@guarded_by(anyone)
def new_password(request: HttpRequest) -> HttpResponse:
    """Ask for a new password; afterwards she is in."""
    underway = browser.underway_of(request)
    if underway is None or underway.purpose not in ("register", "reset", "first"):
        return redirect("sign-in")
    fields = [
        forms.password(
            _("新密码"), fresh=True, hint=_("至少 10 位。可以用几个不相干的词连起来，不要用手机号和证件号码。")
        ),
        forms.password(_("再输一遍"), fresh=True, name="again"),
    ]
    no = None
    if request.method == "POST":
        typed = request.POST.get("password", "")
        try:
            if typed != request.POST.get("again", ""):
                raise Refused("password_twice", _("两次输入的密码不一样。请重新输入。"))
            return _set(request, underway, typed)
        except Refused as error:
            no = error
    return forms.show(
        request,
        fields,
        no,
        heading=_("设一个密码"),
        button=_("完成"),
        steps=3 if underway.purpose == "register" else 0,
    )


def _set(request: HttpRequest, underway: browser.Underway, typed: str) -> HttpResponse:
    county = visitor(request).county
    if underway.purpose == "register":
        account = people.finish_registration(county, underway.secret, typed)
        return let_in(request, account, "code", underway.next)
    account = people.reset_password(county, underway.secret, typed, purpose=underway.purpose)
    if underway.purpose == "first":
        return second_step(request, account, underway.next)
    return let_in(request, account, "code", underway.next)


def _ask(request: HttpRequest, purpose: str, *, heading: str, lead: str, steps: int = 0) -> HttpResponse:
    """Ask which phone (of staff: which 工号), and have the code sent."""
    onward = forms.safe_next(request)
    name = "staff" if purpose == "first" else "phone"
    typed = request.POST.get(name, "")
    no = None
    if request.method == "POST":
        try:
            address = address_of(request)
            secret = people.ask_code(visitor(request).county, purpose, typed, address=address)
            answer = redirect("code")
            browser.keep_underway(answer, browser.Underway(secret, purpose, onward))
            return answer
        except Refused as error:
            no = error
    field = forms.staff_number(typed) if purpose == "first" else forms.phone(typed)
    links = [forms.link("sign-in-staff" if purpose == "first" else "sign-in", _("回到登录"), onward)]
    return forms.show(
        request,
        [field],
        no,
        heading=heading,
        lead=lead,
        button=_("获取验证码"),
        links=links,
        steps=steps,
        next=onward,
    )


def _demo_code(county: str, underway: browser.Underway) -> str:
    try:
        return people.code_in_demo(county, underway.secret) or _("没有发出：这个号码不能用于这一步")
    except Refused:
        return ""
