"""人员: hired, looked up, leaving; whose authenticator was lost."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

officer = guarded_by(staff(Power.SYSTEM))
two_officers = guarded_by(staff(Power.SYSTEM, Power.SECURITY))


@two_officers
def index(request: HttpRequest) -> HttpResponse:
    """List staff, found by number or name."""
    county, text, page = visitor(request).county, request.GET.get("text", "").strip(), number_of(request)
    found = queries.staff_list(county, text=text, day=clock.today(), first=(page - 1) * PER_PAGE, most=PER_PAGE + 1)
    shown = paged(found, page)
    rows = [
        (
            Cell(one.number, reverse("admin-staff-one", args=[one.id])),
            one.name,
            one.unit,
            "、".join(one.posts) or "—",
            _("已离职") if one.left_on else _account(one),
        )
        for one in shown.rows
    ]
    made = lists.table([_("工号"), _("姓名"), _("单位"), _("岗位"), _("账号")], rows, _("没有找到。请换个工号或姓名。"))
    links = [(reverse("admin-hire"), _("登记入职"))] if visitor(request).may(Power.SYSTEM) else []
    return lists.show(
        request,
        "admin/list.html",
        here="staff",
        heading=_("人员"),
        table=made,
        page=shown,
        search=Field("text", _("工号或姓名"), "search", text, required=False),
        links=links,
    )


@officer
def hire(request: HttpRequest) -> HttpResponse:
    """Enter somebody who begins to work."""
    county, typed = visitor(request).county, request.POST
    no = None
    if request.method == "POST":
        try:
            told = {name: typed.get(name, "").strip() for name in ("name", "citizen_id", "phone", "unit", "number")}
            made = people.once(
                visitor(request).who.name,
                typed.get("key", ""),
                told,
                lambda: str(_hire(county, visitor(request).who.name, told)),
            )
            messages.success(request, _("已登记入职。请再为他提出任岗，由安全管理员确认。"))
            return redirect("admin-staff-one", made)
        except Refused as error:
            no = error
    units = tuple(Choice(one.code, one.full_name) for one in queries.units(county))
    fields = [
        Field("name", _("姓名"), value=typed.get("name", ""), width="medium"),
        Field("citizen_id", _("居民身份证号码"), value=typed.get("citizen_id", ""), width="medium"),
        Field(
            "phone",
            _("本人手机号"),
            "tel",
            typed.get("phone", ""),
            hint=_("首次登录的验证码发到这里。已登记过的人不会改动原来的手机号。"),
            required=False,
            width="medium",
        ),
        Field("unit", _("单位"), "select", typed.get("unit", ""), choices=units),
        Field("number", _("工号"), value=typed.get("number", ""), width="short"),
    ]
    return lists.show(
        request, "admin/form.html", no, here="staff", heading=_("登记入职"), fields=fields, button=_("登记")
    )


@two_officers
def one(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Show one member of staff; the system officer ends the employment, the security officer drops lost figures."""
    asks = visitor(request)
    found = queries.staff_row(asks.county, staff_id, clock.today())
    if found is None:
        raise Http404
    no = None
    if request.method == "POST":
        try:
            _change(request, found)
            return redirect("admin-staff-one", staff_id)
        except Refused as error:
            no = error
    summary = [
        (_("工号"), found.number),
        (_("单位"), found.unit),
        (_("入职"), str(found.hired_on)),
        (_("岗位"), "、".join(found.posts) or "—"),
        (_("账号"), _account(found)),
        (_("动态口令"), _("已设置") if found.has_totp else _("未设置")),
    ]
    if found.left_on:
        summary.append((_("离职"), str(found.left_on)))
    return lists.show(
        request,
        "admin/staff_one.html",
        no,
        here="staff",
        heading=found.name,
        summary=summary,
        may_leave=asks.may(Power.SYSTEM) and found.left_on is None,
        may_drop=asks.may(Power.SECURITY) and found.has_totp,
        last_day=Field("on", _("最后一天"), "date", request.POST.get("on", clock.today().isoformat()), width="short"),
    )


def _change(request: HttpRequest, found: queries.StaffRow) -> None:
    asks = visitor(request)
    if "leave" in request.POST and asks.may(Power.SYSTEM):
        people.leave(found.id, on=day_of(request.POST.get("on", "")), actor=asks.who.name)
        messages.success(request, _("已登记离职，所任岗位同日卸任。"))
    elif "drop" in request.POST and asks.may(Power.SECURITY):
        people.drop_totp(found.id, actor=asks.who.name)
        messages.success(request, _("动态口令已取消，本人下次登录时重新设置。"))
    else:
        raise Refused("not_yours", _("这一项由另一位管理员办理。"))


def _hire(county: str, actor: str, told: dict[str, str]) -> UUID:
    known = queries.who_is(county, "citizen_id", told["citizen_id"])
    if known is not None and known.name != told["name"]:
        raise Refused("identity_differs", _("这个证件号码登记的是另一个姓名。请核对。"))
    person = (
        known.id
        if known
        else people.register_person(
            told["name"],
            county=county,
            actor=actor,
            identifiers=[("citizen_id", told["citizen_id"], "")],
            phone=told["phone"],
        )
    )
    return people.hire(person, unit=told["unit"], number=told["number"], county=county, actor=actor)


def _account(row: queries.StaffRow) -> str:
    return _("已开通") if row.has_password else _("未登录过")


def day_of(text: str) -> date:
    """Return a day that was typed.  Raises ``Refused("day_wrong")``."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("day_wrong", _("日期要写成 2026-10-13 这样。请改正。")) from None
