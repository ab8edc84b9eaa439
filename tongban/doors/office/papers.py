"""审批: materials and documents of a case, shown inside its page: only its own, each as what it really is."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.signed import sent_on
from tongban.doors.office.cases import offered
from tongban.doors.office.views import AT_CASES
from tongban.doors.visiting import visitor
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.queries.seeing import Seen
from tongban.rooms.files import actions as files
from tongban.rooms.licences import queries as licences
from tongban.rulebook.errors import Refused


@guarded_by(AT_CASES)
def material(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """Show the file of a material; the read is logged."""
    asks = visitor(request)
    found = casework.look(case_id, asks.who)
    row = found.file.materials.get(code)
    if not found.names or row is None or not row.get("file_id"):
        raise Refused("material_unknown", _("这个办件没有这份材料的文件。请回到办件页查看。"))
    purpose = _purpose(request, found)
    if not purpose:
        return redirect("office-case", case_id=case_id)
    file = files.opened(UUID(str(row["file_id"])), who=asks.who.name, purpose=purpose)
    return sent_on(file, f"{code}.{file.media}")


@guarded_by(AT_CASES)
def document(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """Show a sealed document of the case; the read is logged."""
    asks = visitor(request)
    found = casework.look(case_id, asks.who)
    if not found.names or document_id not in {one.id for one in licences.documents_of(case_id)}:
        raise Refused("document_unknown", _("这个办件没有这份文书。请回到办件页查看。"))
    purpose = _purpose(request, found)
    if not purpose:
        return redirect("office-case", case_id=case_id)
    return sent_on(licences.opened(document_id, who=asks.who.name, purpose=purpose), f"{document_id}.pdf")


def _purpose(request: HttpRequest, found: Seen) -> str:
    """Return what it is read for; empty: it has to be said first.  Whoever has a step to take works on it."""
    return request.GET.get("purpose", "").strip()[:60] or ("办理审批" if offered(found) else "")
