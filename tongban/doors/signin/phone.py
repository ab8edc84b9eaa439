"""更换手机号: the old phone or her papers first, then a code to the new one; the old number is told."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, person
from tongban.doors.look.fields import Field
from tongban.doors.signin import browser, forms
from tongban.doors.visiting import address_of, visitor
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused


@guarded_by(person)
def begin(request: HttpRequest) -> HttpResponse:
    """Show the phone on record; send it a code, or go on with her papers."""
    asks = visitor(request)
    assert asks.signed is not None, "the guard saw to it"
    sentence = ""
    if request.method == "POST":
        try:
            secret = people.ask_old_phone(asks.signed.account_id, address=address_of(request))
            answer = redirect("code")
            browser.keep_underway(answer, browser.Underway(secret, "old", reverse("account")))
            return answer
        except Refused as no:
            sentence = no.sentence
    context = {"tail": queries.phone_tail(asks.person_id), "sentence": sentence}
    return render(request, "signin/phone.html", context, status=422 if sentence else 200)


@guarded_by(person)
def identity(request: HttpRequest) -> HttpResponse:
    """Ask for name, number and password of who has the old phone no longer."""
    signed = visitor(request).signed
    assert signed is not None, "the guard saw to it"
    no = None
    if request.method == "POST":
        name, number = request.POST.get("name", "").strip(), request.POST.get("number", "").strip()
        password = request.POST.get("password", "")
        try:
            secret = people.show_identity(signed.account_id, name, number, password, address=address_of(request))
            answer = redirect("account-phone-new")
            browser.keep_underway(answer, browser.Underway(secret, "old", reverse("account")))
            return answer
        except Refused as error:
            no = error
    fields = [
        Field("name", _("姓名"), "text", request.POST.get("name", ""), width="medium"),
        Field("number", _("身份证号码"), "text", request.POST.get("number", ""), width="medium"),
        forms.password(_("登录密码")),
    ]
    lead = _("旧手机用不了的，核对姓名、身份证号码和登录密码。原来的号码会收到短信，知道号码换了。")
    links = [forms.link("account-phone", _("旧手机还能收短信"), "")]
    return forms.show(request, fields, no, heading=_("核对身份"), lead=lead, button=_("核对"), links=links)


@guarded_by(person)
def fresh(request: HttpRequest) -> HttpResponse:
    """Ask for the new number and send it a code."""
    signed, underway = visitor(request).signed, browser.underway_of(request)
    assert signed is not None, "the guard saw to it"
    if underway is None or underway.purpose != "old":
        return redirect("account-phone")
    no = None
    if request.method == "POST":
        typed = request.POST.get("phone", "")
        try:
            secret = people.ask_new_phone(signed.account_id, underway.secret, typed, address=address_of(request))
            answer = redirect("code")
            browser.keep_underway(answer, browser.Underway(secret, "new", reverse("account")))
            return answer
        except Refused as error:
            if error.code == "code_over":
                messages.error(request, _("前面的核对已过时或还没有做。请重新开始。"))
                return redirect("account-phone")
            no = error
    return forms.show(
        request,
        [forms.phone(request.POST.get("phone", ""))],
        no,
        heading=_("新的手机号"),
        lead=_("验证码会发到新手机。换好以后，用新手机号登录。"),
        button=_("获取验证码"),
    )


def changed(request: HttpRequest, secret: str) -> HttpResponse:
    """The code to the new phone was typed: change it.  Raises ``Refused`` as ``people.change_phone``."""
    signed = visitor(request).signed
    if signed is None or signed.person_id is None:
        return redirect("sign-in")
    people.change_phone(signed.account_id, secret, sign_in_id=signed.sign_in_id)
    messages.success(request, _("手机号已更换，其他地方的登录已退出。原来的号码收到了短信。"))
    answer = redirect("account")
    answer.delete_cookie(browser.CODE)
    return answer
