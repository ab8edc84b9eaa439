"""整理照片: photographs of one paper put in order, turned, added to, replaced, taken out; one document each time."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.look.signed import sent_on
from tongban.doors.portal.filing.opened import Opened, Paper, on_draft, opened
from tongban.rooms.casework.actions import Offer, Piece
from tongban.rooms.files import actions as files
from tongban.rooms.files import queries
from tongban.rooms.files import sheets as pages
from tongban.rooms.files.sheets import Sheet
from tongban.rooms.people import actions as people
from tongban.rulebook.catalogue.item import Material
from tongban.rulebook.errors import Refused


@on_draft
def sheets(request: HttpRequest, now: Opened, code: str) -> HttpResponse:
    """Show the photographs of a paper in their order; carry out what a button says."""
    one, sentence = now.paper(code), ""
    rows = sheets_of(now, code)
    if not rows:
        messages.info(request, _("这份材料没有可以单独调整的照片。要换的，请重新上传。"))
        return redirect(now.url("paper", code))
    if request.method == "POST":
        do, seen = request.POST.get("do", ""), request.POST.get("seen", "")
        sent = [[upload.name, upload.size] for name in request.FILES for upload in request.FILES.getlist(name)]
        try:
            people.once(
                now.who.name,
                f"sheets:{request.POST.get('key', '')[:64]}",
                [str(now.id), code, do, seen, sent],
                lambda: _arranged(request, now, one, rows, do, seen),
            )
        except Refused as no:
            sentence = no.sentence
            rows = sheets_of(opened(request, now.id), code) or rows
        else:
            return redirect(now.url("sheets", code))
    context = {"now": now, "paper": one, "sheets": rows, "seen": seal_of(rows), "sentence": sentence}
    context |= {"most": pages.MOST, "accept": "image/jpeg,image/png"}
    return render(request, "filing/sheets.html", context, status=422 if sentence else 200)


@on_draft
def sheet(request: HttpRequest, now: Opened, code: str, n: int) -> HttpResponse:
    """Show one photograph, small and turned as it will stand in the document."""
    rows = sheets_of(now, code)
    if not 1 <= n <= len(rows):
        raise Http404
    one = rows[n - 1]
    file = files.opened(one.file_id, who=now.who.name, purpose="核对自己上传的材料")
    return sent_on(file, f"{code}-{n}.jpg", turn=one.turn)


def sheets_of(now: Opened, code: str) -> tuple[Sheet, ...]:
    """Return the photographs of a paper as long as all of them are there, else none.  One query at most."""
    rows = now.draft.wishes.sheets.get(code, ())
    if not rows or now.draft.papers.get(code) is None:
        return ()
    wanted = {one.file_id for one in rows}
    return rows if len(queries.files_by_id(wanted)) == len(wanted) else ()


def seal_of(rows: Sequence[Sheet]) -> str:
    """Return what tells one order of photographs from another."""
    return ",".join(f"{one.file_id.hex[-8:]}{one.turn}" for one in rows)


def takes_several(material: Material) -> bool:
    """Whether several photographs may become one paper: it may be a picture and a PDF."""
    allowed = set(material.formats or files.USUAL)
    return "pdf" in allowed and bool(allowed & set(pages.PICTURES))


def laid(uploads: Sequence[UploadedFile], county: str, actor: str) -> tuple[Sheet, ...]:
    """Keep photographs as pages, in the order in which they came.  Refuses as ``files.lay_sheet``."""
    most = files.limit_bytes()
    if too_large := next((one for one in uploads if (one.size or 0) > most), None):
        raise Refused(
            "file_too_large",
            "“{name}”超过了 {most} MB 的上限。请降低拍照清晰度后重新选择，其他内容已保存。",
            name=too_large.name,
            most=most // (1024 * 1024),
        )
    return tuple(pages.lay_sheet(one.read(), county=county, actor=actor) for one in uploads)


def bound(now: Opened, material: Material, rows: tuple[Sheet, ...]) -> UUID:
    """Make one document of the photographs and hand it in for the material; returns its file."""
    allowed = material.formats or files.USUAL
    if len(rows) > 1 and not takes_several(material):
        raise Refused("sheets_one", "这份材料只收一个文件。请一次选一个。")
    file_id = pages.bind_sheets(rows, county=now.file.county, actor=now.who.name, allowed=allowed)
    code = material.code
    now.fill(Piece(offers={code: Offer(file_id=file_id)}, wishes=now.draft.wishes.with_sheets(code, rows)))
    files.keep([file_id])
    return file_id


def _arranged(request: HttpRequest, now: Opened, one: Paper, rows: tuple[Sheet, ...], do: str, seen: str) -> list[str]:
    if seen != seal_of(rows):
        raise Refused("sheets_moved", "照片刚才在别处调整过，下面是现在的顺序。请看清后再调整。")
    changed = list(rows)
    name, _colon, told = do.partition(":")
    at = int(told) - 1 if told.isascii() and told.isdigit() and 1 <= int(told) <= len(rows) else None
    if name == "add":
        changed += laid(_uploads(request, "more"), now.file.county, now.who.name)
    elif at is None:
        raise Refused("sheet_unknown", "没有这一页。请从页面上的按钮中选择。")
    elif name == "turn":
        changed[at] = changed[at].turned
    elif name in ("up", "down"):
        to = max(0, min(len(changed) - 1, at + (1 if name == "down" else -1)))
        changed.insert(to, changed.pop(at))
    elif name == "drop":
        del changed[at]
    elif name == "again":
        changed[at : at + 1] = laid(_uploads(request, f"again-{at + 1}")[:1], now.file.county, now.who.name)
    if not changed:
        raise Refused("sheets_last", "至少要留一张。整份不要的，请回到这项材料删除文件。")
    bound(now, one.material, tuple(changed))
    return []


def _uploads(request: HttpRequest, name: str) -> list[UploadedFile]:
    found = [one for one in request.FILES.getlist(name) if isinstance(one, UploadedFile)]
    if not found:
        raise Refused("material_empty", "还没有选择照片。请先选择照片，再按按钮。")
    return found
