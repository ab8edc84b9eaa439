"""The forms of the way in: one question or two on a page, and where a refusal belongs."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from tongban.doors.look.fields import Choice, Field
from tongban.rulebook.errors import Refused

#: Which question a refusal belongs to, by how its code begins; the rest stands above the form.
_WHERE = (
    ("phone_", "phone"),
    ("password_", "password"),
    ("code_wrong", "code"),
    ("totp_", "figures"),
    ("name_", "name"),
    ("identity_differs", "number"),
    ("identity_minor", "number"),
    ("identifier_", "number"),
    ("passport_", "issuer"),
    ("citizen_id_", "number"),
    ("number_", "number"),
)


def phone(value: str = "") -> Field:
    """Ask for the phone."""
    attrs = (("autocomplete", "tel"), ("inputmode", "tel"), ("maxlength", "20"))
    return Field("phone", _("手机号"), "tel", value, attrs=attrs, width="medium")


def password(label: str = "", *, fresh: bool = False, hint: str = "", name: str = "password") -> Field:
    """Ask for a password, the known one or a fresh one."""
    attrs = (("autocomplete", "new-password" if fresh else "current-password"), ("maxlength", "200"))
    return Field(name, label or _("密码"), "password", hint=hint, attrs=attrs, width="medium")


def code(hint: str) -> Field:
    """Ask for the code that was sent."""
    attrs = (("autocomplete", "one-time-code"), ("inputmode", "numeric"), ("maxlength", "8"))
    return Field("code", _("六位验证码"), "text", hint=hint, attrs=attrs, width="short")


def figures(hint: str = "") -> Field:
    """Ask for the six figures of an authenticator."""
    attrs = (("autocomplete", "one-time-code"), ("maxlength", "20"))
    hint = hint or _("打开手机上的动态口令应用，输入现在显示的六位数字。手机不在身边，可以输入一个恢复码。")
    return Field("figures", _("动态口令"), "text", hint=hint, attrs=attrs, width="short")


def staff_number(value: str = "") -> Field:
    """Ask for the 工号."""
    attrs = (("autocomplete", "username"), ("maxlength", "20"))
    return Field("staff", _("工号"), "text", value, attrs=attrs, width="medium")


def identity(typed: Any) -> tuple[Field, ...]:
    """Ask who she is: name, kind and number of the paper."""
    kinds = (
        Choice("citizen_id", _("居民身份证")),
        Choice("hmt", _("港澳台居民居住证或通行证")),
        Choice("passport", _("护照")),
    )
    return (
        Field("name", _("姓名"), "text", typed.get("name", ""), attrs=(("autocomplete", "name"),), width="medium"),
        Field("scheme", _("证件种类"), "radios", typed.get("scheme", "citizen_id"), choices=kinds),
        Field("number", _("证件号码"), "text", typed.get("number", ""), attrs=(("maxlength", "30"),), width="medium"),
        Field(
            "issuer",
            _("签发国"),
            "text",
            typed.get("issuer", ""),
            hint=_("只有护照要填，写三个大写字母的国家代码，例如 FRA。"),
            required=False,
            attrs=(("maxlength", "3"),),
            width="short",
        ),
    )


def show(
    request: HttpRequest, fields: Sequence[Field], no: Refused | None = None, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Return the page of a form; with a refusal, beside its question or above the form."""
    sentence = ""
    if no is not None:
        status = 429 if no.code == "too_many" else 422
        names = {one.name for one in fields}
        where = next((name for begins, name in _WHERE if no.code.startswith(begins) and name in names), "")
        if where:
            fields = [one.with_error(no.sentence) if one.name == where else one for one in fields]
        else:
            sentence = no.sentence
    return render(request, "signin/form.html", {"fields": fields, "sentence": sentence, **context}, status=status)


def safe_next(request: HttpRequest) -> str:
    """Return where to go afterwards, within this site only; else an empty text."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    good = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if good else ""


def link(name: str, label: str, onward: str = "") -> tuple[str, str]:
    """Return an address and its label, with where to go afterwards."""
    return reverse(name) + (f"?{urlencode({'next': onward})}" if onward else ""), label
