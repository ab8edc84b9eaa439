"""What the house says on paper: every kind as it will be read, before anybody gets the first one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.guards import guarded_by, staff
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.licences import queries as licences
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

officer = guarded_by(staff(Power.SYSTEM))


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
        links=[(reverse("admin-paper-texts"), _("文书上县里的话"))],
        table=lists.table([_("文书"), _("必须写明"), _("依据"), _("盖章"), _("救济途径")], documents),
        second=lists.table([_("证照"), _("代号"), _("登记的内容")], kinds, _("还没有登记证照种类。")),
        second_heading=_("证照"),
    )


@officer
def document(request: HttpRequest, kind: str) -> HttpResponse:
    """Show a made-up document of this kind."""
    try:
        return _shown(licences.sample_of(kind, catalogue.wordings(visitor(request).county, clock.now())), kind)
    except Refused:
        raise Http404 from None


@officer
def licence(request: HttpRequest, code: str) -> HttpResponse:
    """Show a made-up licence of this kind."""
    try:
        return _shown(licences.sample_of_licence(code), code)
    except Refused:
        raise Http404 from None


def _shown(pdf: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="sample-{name}.pdf"'
    return answer
