"""书面委托: the signed paper is scanned at the station; somebody whom it does not concern has to have checked it."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.signed import sent_on
from tongban.doors.station.home import AT_STATION, found_one, station_of, to_check
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.files import actions as files
from tongban.rooms.files.binding import bind
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused

EVERY = "*"
GIVEN = ("principal", "agent", "item", "until", "mandate")


@guarded_by(AT_STATION)
def index(request: HttpRequest) -> HttpResponse:
    """Enter a mandate on paper; check those that wait."""
    asks = visitor(request)
    if request.method == "GET":
        return _page(request, asks, {})
    given = {name: request.POST.get(name, "").strip() for name in GIVEN}
    powers = request.POST.getlist("power")
    try:
        if given["mandate"]:
            told = people.once(
                asks.who.name, request.POST.get("key", ""), ["confirm", given], lambda: _confirmed(asks, given)
            )
        else:
            paper = _paper(request, asks)
            told = people.once(
                asks.who.name,
                request.POST.get("key", ""),
                ["mandate", given, powers, paper],
                lambda: _given(asks, given, powers, paper),
            )
    except Refused as no:
        return _page(request, asks, given, powers=powers, no=no)
    messages.success(request, told)
    return redirect("station-mandates")


@guarded_by(AT_STATION)
def paper(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """Show the scan of a mandate that waits to be checked."""
    asks = visitor(request)
    rows = to_check(asks)
    one = next((row for row in rows if row.id == mandate_id), None)
    if one is None or one.paper_file is None:
        raise Http404
    file = files.opened(one.paper_file, who=asks.who.name, purpose="核对委托书")
    return sent_on(file, f"{mandate_id}.{file.media}")


def _paper(request: HttpRequest, asks: Visitor) -> UUID:
    scans = [one.read() for one in request.FILES.getlist("paper")]
    if not scans:
        raise Refused("mandate_paper_missing", _("请上传本人签名的委托书（拍照或扫描）。"))
    return files.store(bind(scans), county=asks.county, actor=asks.who.name)


def _given(asks: Visitor, given: dict[str, str], powers: list[str], scan: UUID) -> str:
    principal = found_one(asks.county, given["principal"])
    agent = found_one(asks.county, given["agent"]).id if given["agent"] else asks.staff.person_id
    try:
        until = date.fromisoformat(given["until"])
    except ValueError:
        raise Refused("range_reversed", _("请按委托书填写委托到哪一天，例如 2026-12-31。")) from None
    made = people.give_mandate(
        principal.id,
        agent,
        items=[given["item"] or EVERY],
        powers=powers,
        valid_until=until,
        actor=asks.who.name,
        paper_file=scan,
        site_id=asks.staff.site_id,
    )
    if agent == asks.staff.person_id:
        return _("已登记。您自己是受托人，要由别的工作人员核对后才生效。")
    people.confirm_mandate(made, actor=asks.who.name, by=asks.staff.person_id)
    return _("已登记并核对，委托现在生效。")


def _confirmed(asks: Visitor, given: dict[str, str]) -> str:
    rows = to_check(asks)
    one = next((row for row in rows if str(row.id) == given["mandate"]), None)
    if one is None:
        raise Refused("mandate_unknown", _("找不到这份待核对的委托，可能别人刚核对过。请刷新后再看。"))
    people.confirm_mandate(one.id, actor=asks.who.name, by=asks.staff.person_id)
    return _("已核对，委托现在生效。")


def _page(
    request: HttpRequest,
    asks: Visitor,
    given: dict[str, str],
    *,
    powers: list[str] | None = None,
    no: Refused | None = None,
) -> HttpResponse:
    site, day = station_of(asks), clock.today()
    items = catalogue.offered_at(asks.county, site, day)
    wrong = "paper" if no and no.code in ("mandate_paper_missing", "file_kind", "file_damaged", "file_empty") else ""
    fields = (
        Field("principal", _("委托人：身份证号码或姓名"), value=given.get("principal", "")),
        Field(
            "agent",
            _("受托人：身份证号码或姓名"),
            value=given.get("agent", ""),
            required=False,
            hint=_("不填就是您自己（代办员）。"),
        ),
        Field(
            "item",
            _("委托办什么"),
            kind="select",
            value=given.get("item", ""),
            choices=(Choice(EVERY, _("全部事项")), *(Choice(one.code, one.name) for one in items)),
        ),
        Field(
            "power",
            _("委托权限"),
            kind="checkboxes",
            values=tuple(powers or ()),
            choices=(Choice("file", _("申报")), Choice("sign", _("签名")), Choice("collect", _("领取"))),
        ),
        Field("until", _("委托到哪一天"), kind="date", value=given.get("until", ""), width="short"),
        Field(
            "paper",
            _("本人签名的委托书"),
            kind="file",
            error=no.sentence if no and wrong else "",
            attrs=(("multiple", "multiple"), ("accept", "image/jpeg,image/png,application/pdf,.pdf")),
        ),
    )
    rows = to_check(asks)
    names = queries.persons_by_id({one for row in rows for one in (row.principal_id, row.agent_id)})
    titles = {one.code: one.name for one in catalogue.listed(asks.county, day)} | {EVERY: _("全部事项")}
    words = {"file": _("申报"), "sign": _("签名"), "collect": _("领取")}
    waiting = [
        {
            "row": row,
            "principal": names[row.principal_id].name,
            "agent": names[row.agent_id].name,
            "items": [titles.get(code, code) for code in row.items],
            "powers": [words[one] for one in row.powers],
            "own": asks.staff.person_id in (row.principal_id, row.agent_id),
        }
        for row in rows
    ]
    context = {"fields": fields, "waiting": waiting, "sentence": no.sentence if no and not wrong else "", "site": site}
    return render(request, "station/mandates.html", context, status=422 if no else 200)
