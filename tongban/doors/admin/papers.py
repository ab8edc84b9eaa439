"""What the house says on paper and in notices: every kind as it will be read, before anybody gets the first one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.guards import guarded_by, staff
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.casework.queries.notices import notices_as_read
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

officer = guarded_by(staff(Power.SYSTEM))

READERS = {"applicant": "办事人", "desk": "接着办的岗位", "supervisor": "监察"}


@officer
def index(request: HttpRequest) -> HttpResponse:
    """List the kinds of documents and of licences, each with its sample."""
    documents = [
        (
            Cell(one.title, reverse("admin-paper-sample", args=[one.kind])),
            "、".join(one.required),
            "；".join(one.bases) or _("事项的依据"),
            _("盖章") if one.sealed else _("本人签名"),
            _("写明") if one.remedy else "—",
        )
        for one in licences.layouts()
    ]
    kinds = [
        (
            Cell(one.name, reverse("admin-licence-sample", args=[one.code])),
            one.code,
            "、".join(field.label for field in one.fields) or "—",
        )
        for one in catalogue.kinds()
    ]
    return lists.show(
        request,
        "admin/list.html",
        here="papers",
        heading=_("文书和证照版式"),
        note=_(
            "点名称看样张（PDF）。样张是虚构的，横着写有“样张”，没有查验码。少了“必须写明”中的任何一项，系统不出文书。"
        ),
        table=lists.table([_("文书"), _("必须写明"), _("依据"), _("盖章"), _("救济途径")], documents),
        second=lists.table([_("证照"), _("代号"), _("登记的内容")], kinds, _("还没有登记证照种类。")),
        second_heading=_("证照"),
    )


@officer
def document(request: HttpRequest, kind: str) -> HttpResponse:
    """Show a made-up document of this kind."""
    try:
        return _shown(licences.sample_of(kind), kind)
    except Refused:
        raise Http404 from None


@officer
def licence(request: HttpRequest, code: str) -> HttpResponse:
    """Show a made-up licence of this kind."""
    try:
        return _shown(licences.sample_of_licence(code), code)
    except Refused:
        raise Http404 from None


@officer
def notices(request: HttpRequest) -> HttpResponse:
    """Show every notice as its readers get it."""
    county = visitor(request).county
    place = people.division(f"{county}000000")
    rows = [
        (one.label, _(READERS[one.whom]), one.text, "、".join(one.kinds))
        for one in notices_as_read(place.name if place else county, clock.today())
    ]
    return lists.show(
        request,
        "admin/list.html",
        here="notices",
        heading=_("通知用语"),
        note=_("括号里的词由办件填入，日期是从今天起举的例子。通知里没有姓名、号码和地址；改用语随版本更新。"),
        table=lists.table([_("步骤"), _("谁读"), _("原话"), _("用于")], rows),
    )


def _shown(pdf: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="sample-{name}.pdf"'
    return answer
