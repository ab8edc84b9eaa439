"""文书和材料: opened for the printer or the eye; each look is logged."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from tongban.doors.counter.windows import AT_DESK
from tongban.doors.guards import guarded_by
from tongban.doors.look.signed import sent_on
from tongban.doors.visiting import visitor
from tongban.rooms.casework.queries.seeing import read_whole
from tongban.rooms.files import actions as files
from tongban.rooms.licences import queries as licences


@guarded_by(AT_DESK)
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Show a sealed document as it is."""
    asks = visitor(request)
    found = licences.document(document_id)
    if found.case_id is None:
        raise Http404
    read_whole(found.case_id, asks.who)
    return sent_on(licences.opened(document_id, who=asks.who.name, purpose="窗口打印文书"), f"{document_id}.pdf")


@guarded_by(AT_DESK)
def material(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """Show what was uploaded for a material."""
    asks = visitor(request)
    row = read_whole(case_id, asks.who).file.materials.get(code)
    if row is None or not row["file_id"]:
        raise Http404
    file = files.opened(UUID(str(row["file_id"])), who=asks.who.name, purpose="窗口核对材料")
    return sent_on(file, f"{code}.{file.media}")
