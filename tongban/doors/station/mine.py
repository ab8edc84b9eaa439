"""受托代办: what a village agent filed with her neighbour's mandate: seen as the agent, not in the post (回避)."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import guarded_by
from tongban.doors.look.signed import sent_on
from tongban.doors.station.home import AT_STATION
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms.casework.actions import Who
from tongban.rooms.casework.queries.seeing import Seen, seen
from tongban.rooms.casework.queries.telling import clocks_told, history, in_hands
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries


@guarded_by(AT_STATION)
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show a case as its agent sees it, with the papers to print for the neighbour."""
    asks = visitor(request)
    found = _mine(asks, case_id)
    ledger.log_access(_agent(asks).name, "case", case_id, "代办人查看")
    file = found.file
    applicant = file.uuid("applicant_id")
    names = {one.code: one.name for one in file.facts.item.materials}
    context = {
        "case": file,
        "item": file.facts.item,
        "state": file.facts.kind.states[file.facts.state],
        "applicant": queries.person(applicant) if applicant else None,
        "missing": [names.get(code, code) for code in file.facts.missing],
        "documents": licences.documents_of(case_id),
        "clocks": clocks_told(file, running_only=True),
        "history": history(file),
        "hands": in_hands(file),
    }
    return render(request, "station/mine.html", context)


@guarded_by(AT_STATION)
def document(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """Show a sealed document of such a case for the printer."""
    asks = visitor(request)
    _mine(asks, case_id)
    if licences.document(document_id).case_id != case_id:
        raise Http404
    file = licences.opened(document_id, who=_agent(asks).name, purpose="代办人打印文书")
    return sent_on(file, f"{document_id}.pdf")


def _agent(asks: Visitor) -> Who:
    return Who("person", asks.staff.person_id)


def _mine(asks: Visitor, case_id: UUID) -> Seen:
    """Return a case she filed as agent; her own matters are not shown in the station's pages."""
    found = seen(case_id, _agent(asks))
    if found.file.uuid("agent_id") != asks.staff.person_id:
        raise Http404
    return found
