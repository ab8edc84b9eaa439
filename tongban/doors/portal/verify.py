"""查验真伪: the page to which every printed code leads, open to everybody; personal data are masked."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by
from tongban.rooms.licences import queries as licences

#: Longest text anybody scans or types; a printed code has some three hundred characters.
LONGEST = 600
#: Largest file looked at, in bytes: our documents have some hundred kilobytes.
LARGEST = 20 * 1024 * 1024

#: How the answer looks: what counts, what once counted, what never did.
GOOD, OVER = (
    frozenset({"valid"}),
    frozenset({"not_yet", "suspended", "changed", "lapsed", "revoked", "stripped", "cancelled"}),
)


@guarded_by(anyone)
def page(request: HttpRequest) -> HttpResponse:
    """Answer a scanned code (``c``), something typed (``q``) or an uploaded file; else ask for one of them."""
    context: dict[str, object] = {"asked": request.GET.get("q", "")[:LONGEST]}
    upload = request.FILES.get("file")
    asked = request.GET.get("c", "") or request.GET.get("q", "")
    if request.method == "POST":
        context |= _file(upload)
    elif asked.strip():
        found = licences.verify(asked[:LONGEST])
        context |= {"found": found, "tone": _tone(found.state), "sentence": found.sentence}
    return render(request, "portal/verify.html", context)


@guarded_by(anyone)
def keys(request: HttpRequest, county: str) -> HttpResponse:
    """Give out the public halves of a county's keys, so that anybody can check without asking us."""
    content = licences.published_keys(county)
    if not content:
        raise Http404
    answer = HttpResponse(content, content_type="application/x-pem-file")
    answer.headers["Content-Disposition"] = f'attachment; filename="{county}.pem"'
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _file(upload: object) -> dict[str, object]:
    size, read = getattr(upload, "size", 0) or 0, getattr(upload, "read", None)
    if read is None or size == 0:
        return {"tone": "bad", "sentence": _("没有选择文件，或者文件是空的。请选择要查验的 PDF 文件。")}
    if size > LARGEST:
        return {"tone": "bad", "sentence": _("文件超过 20 兆字节，不是本平台出具的文书。请确认选对了文件。")}
    verdict = licences.verify_pdf(read())
    found = licences.verify(verdict.document_id) if verdict.document_id and verdict.state != "altered" else None
    known = found if found is not None and found.state not in ("not_found", "forged") else None
    return {"verdict": verdict, "found": known, "tone": _tone(verdict.state), "sentence": verdict.sentence}


def _tone(state: str) -> str:
    return "good" if state in GOOD else "over" if state in OVER else "bad"
