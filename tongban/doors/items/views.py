"""事项: the list, one item with all that is known of its draft, and publishing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, staff
from tongban.doors.items import sections
from tongban.doors.look.fields import Field
from tongban.doors.look.paging import number_of, paged
from tongban.doors.look.sending import sent_once
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework.queries.pinned import open_by_version
from tongban.rooms.catalogue import actions as catalogue
from tongban.rooms.catalogue import queries
from tongban.rooms.catalogue.interchange import to_toml
from tongban.rooms.catalogue.queries import DraftView, VersionView, trying
from tongban.rooms.people import queries as people
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

PER_PAGE = 50
editor = staff(Power.EDIT)


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the list."""

    draft: DraftView
    unit: str
    #: Number of the version in force; 0: none.
    version: int
    #: The draft says something else than the version in force.
    differs: bool
    stops: int


@guarded_by(editor)
def index(request: HttpRequest) -> HttpResponse:
    """List the drafts of the county, narrowed by words, department and state."""
    county = visitor(request).county
    words, unit, state = (request.GET.get(name, "").strip()[:60] for name in ("q", "unit", "state"))
    units = {one.code: one.full_name for one in people.units(county)}
    lines = [
        one
        for one in _lines(county, unit, units)
        if (not words or words in one.draft.name or words in one.draft.code)
        and {"": True, "stops": one.stops > 0, "differs": one.differs, "none": one.version == 0}.get(state, True)
    ]
    number = number_of(request)
    begin = (number - 1) * PER_PAGE
    context = {
        "page": paged(lines[begin : begin + PER_PAGE + 1], number, PER_PAGE),
        "count": len(lines),
        "words": words,
        "unit": unit,
        "state": state,
        "units": units,
        "states": [
            ("", _("全部")),
            ("differs", _("改了还没公布")),
            ("stops", _("有问题要改")),
            ("none", _("没有在用版本")),
        ],
    }
    return render(request, "items/index.html", context)


@guarded_by(editor)
def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft, blank or as a copy of another item."""
    county, wrong = visitor(request).county, ""
    given = {name: request.POST.get(name, "").strip() for name in ("code", "name", "copy")}
    if request.method == "POST":
        try:
            code = sent_once(request, ["new-item", *given.values()], lambda: _begun(county, given, visitor(request)))
        except Refused as no:
            wrong = no.sentence
        else:
            return redirect("items-item", code=code)
    fields = (
        Field(
            "code", _("代号"), value=given["code"], hint=_("小写字母、数字和连字符，定下后不能改，如 small-food-shop")
        ),
        Field("name", _("事项名称"), value=given["name"]),
        Field(
            "copy", _("照哪个事项抄一份"), value=given["copy"], hint=_("填它的代号；不填就从空白开始"), required=False
        ),
    )
    context = {"fields": fields, "wrong": wrong}
    return render(request, "items/new.html", context, status=422 if wrong else 200)


def _begun(county: str, given: dict[str, str], asks: Visitor) -> str:
    """Begin a draft and return its code."""
    content: dict[str, Any] = queries.draft_content(county, given["copy"]) if given["copy"] else {}
    if any(one.code == given["code"] for one in queries.drafts(county)):
        raise Refused("draft_code", _("这个代号已有草稿。请换一个代号，或直接打开那份草稿修改。"))
    content |= {"code": given["code"], "name": given["name"]}
    for own in ("catalog_code", "task_code", "handle_code", "local_code"):
        content.pop(own, None)
    return catalogue.save_draft(county, content, asks.who.name).code


def _published(county: str, code: str, day: date, asks: Visitor) -> str:
    catalogue.publish(county, code, by=asks.who.name, from_day=day)
    return ""


@guarded_by(editor)
def item(request: HttpRequest, code: str) -> HttpResponse:
    """Show a draft: what it lacks, what it changes, whom it touches, and what can be done with it."""
    county = visitor(request).county
    return render(request, "items/item.html", _told(county, code))


@guarded_by(editor)
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish the draft from a day; what an order must change is said so."""
    county, wrong, needs_order = visitor(request).county, "", False
    raw = request.POST.get("from", "")
    if request.method == "POST":
        try:
            day = _day(raw)
            sent_once(request, ["publish", code, day], lambda: _published(county, code, day, visitor(request)))
        except Refused as no:
            wrong, needs_order = no.sentence, no.code == "order_needed"
        else:
            messages.success(request, _("已公布，自 {day} 起施行。").format(day=day))
            return redirect("items-item", code=code)
    context = _told(county, code) | {
        "from": Field("from", _("自哪一天起施行"), kind="date", value=raw or str(clock.today()), width="short"),
        "wrong": wrong,
        "needs_order": needs_order,
    }
    return render(request, "items/publish.html", context, status=422 if wrong else 200)


@guarded_by(editor)
def download(request: HttpRequest, code: str) -> HttpResponse:
    """Give out the draft as TOML."""
    content = queries.draft_content(visitor(request).county, code)
    answer = HttpResponse(to_toml(content), content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{code}.toml"'
    return answer


def _told(county: str, code: str) -> dict[str, Any]:
    draft = queries.draft(county, code)
    read, complaints = trying.draft_item(county, code)
    versions = {one.id: one for one in queries.versions(county, code)}
    today = clock.today()
    pinned = open_by_version(county, code)
    return {
        "draft": draft,
        "item": read,
        "complaints": [(one, sections.spot_of(one.where)) for one in complaints],
        "differences": trying.draft_difference(county, read),
        "versions": sorted(versions.values(), key=lambda one: one.version, reverse=True),
        "holds": next((one for one in versions.values() if _holds(one, today)), None),
        "pinned": [(versions[one.version_id].version, one.cases) for one in pinned if one.version_id in versions],
        "sections": sections.SECTIONS,
        "orders": queries.orders(county, code),
    }


def _lines(county: str, unit: str, units: dict[str, str]) -> list[Line]:
    listed = {one.code: one for one in queries.listed(county, clock.today())}
    digests = queries.digests(county, clock.today())
    return [
        Line(
            draft,
            units.get(draft.unit, draft.unit),
            listed[draft.code].version if draft.code in listed else 0,
            draft.code in listed and digests[draft.code] != draft.content_hash,
            sum(one.severity == "stops" for one in draft.complaints),
        )
        for draft in queries.drafts(county, unit=unit)
    ]


def _holds(one: VersionView, day: date) -> bool:
    return one.in_force_from <= day and (one.in_force_until is None or day <= one.in_force_until)


def _day(raw: str) -> date:
    try:
        found = parse_date(raw)
    except ValueError:
        found = None
    if found is None:
        raise Refused("date_wrong", _("日期要写成 2026-10-13 这样。请改正。"))
    return found
