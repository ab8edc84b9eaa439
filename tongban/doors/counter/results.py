"""统一出件: find the result, check who stands there, hand it out against a receipt, or send it by mail."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tongban.doors.counter.finding import CASE, people_named
from tongban.doors.counter.windows import show
from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.chosen import id_in
from tongban.doors.look.paging import PER_PAGE
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.queries.results import READY, mailed, ready
from tongban.rooms.casework.queries.seeing import case_numbered, read_whole
from tongban.rooms.casework.queries.wishes import wishes_of
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import actions as sealing
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

AT_EXIT = staff(Power.DELIVER)


@guarded_by(AT_EXIT)
def index(request: HttpRequest) -> HttpResponse:
    """List what waits for its people, those who have waited longest first; find one of them.

    What went out by mail is found by the number of its letter, which may have come back.
    """
    asks = visitor(request)
    said = request.POST.get("said", "").strip()[:80] if request.method == "POST" else ""
    context: dict[str, object] = {"said": said, "today": clock.today()}
    if said:
        if CASE.fullmatch(said) and (case_id := case_numbered(asks.county, said)):
            return redirect("counter-hand-out", case_id)
        who = queries.find_one(asks.county, said)
        if who is not None:
            ledger.log_access(asks.who.name, "person", who.id, "统一出件查找")
            context["rows"] = ready(asks.who, asks.county, applicant_id=who.id)[0]
        elif sent := mailed(asks.who, asks.county, said):
            if len(sent) == 1:
                return redirect("counter-case", sent[0].case_id)
            context |= {"rows": sent, "mailed": True}
        else:
            context |= {"rows": (), "twins": people_named(asks.county, said)}
        return show(request, "results", context)
    context["rows"], following = ready(asks.who, asks.county, after=id_in(request.GET.get("after")), most=PER_PAGE)
    context["following"] = following
    return show(request, "results", context)


@guarded_by(AT_EXIT)
def hand_out(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Hand a result out to whoever may have it."""
    asks = visitor(request)
    found = read_whole(case_id, asks.who)
    if found.file.facts.state not in READY:
        return redirect("counter-case", case_id)
    no = None
    if request.method == "POST":
        try:
            return _delivered(request, case_id)
        except Refused as refused:
            no = refused
    ledger.log_access(asks.who.name, "case", case_id, "统一出件")
    applicant = found.file.uuid("applicant_id")
    context = {
        "case": found.file,
        "item": found.file.facts.item,
        "state": found.file.facts.kind.states[found.file.facts.state],
        "applicant": queries.person(applicant) if applicant else None,
        "wishes": wishes_of(found.file),
        "documents": licences.documents_of(case_id),
        "originals": [one for one in waited.originals_of(case_id) if one.returned_at is None],
        "typed": {name: request.POST.get(name, "") for name in ("said", "way", "mail_number")},
        "sentence": no.sentence if no else "",
        "basis": no.basis if no else None,
    }
    return show(request, "hand_out", context, status=422 if no else 200)


def _delivered(request: HttpRequest, case_id: UUID) -> HttpResponse:
    asks = visitor(request)
    way = request.POST.get("way", "window")
    collector = None
    if way == "window":
        said = request.POST.get("said", "").strip()
        if not said:
            raise Refused("collector_missing", _("请刷领取人的身份证，或填写证件号码、姓名。"))
        who = queries.find_one(asks.county, said)
        if who is None:
            raise Refused(
                "collector_unknown",
                _("没有找到这位领取人，或同名的有几位。请刷身份证核对；没有登记过的，请先登记并由申请人委托领取。"),
            )
        collector = who.id
    casework.deliver(
        case_id,
        asks.who,
        collector_id=collector,
        way=way,
        mail_number=request.POST.get("mail_number", "").strip(),
        key=request.POST.get("key", ""),
    )
    sealing.seal_now(case_id)
    told = _("已送达。请打印送达回证，由领取人签名。") if way == "window" else _("已登记送达。")
    messages.success(request, told)
    return redirect("counter-case", case_id)
