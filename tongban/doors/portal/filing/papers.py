"""材料，一页一项: a photograph or a file, later, on paper; looked at, replaced, taken out again."""

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.look.papers import TYPES
from tongban.doors.look.signed import sent_on
from tongban.doors.portal.filing.opened import Opened, Paper, on_draft, opened
from tongban.doors.portal.filing.sheets import bound, laid, sheets_of, takes_several
from tongban.doors.portal.filing.tasks import after
from tongban.rooms.casework.actions import Offer, Piece
from tongban.rooms.files import actions as files
from tongban.rooms.files import queries
from tongban.rooms.files.sheets import MOST, PICTURES, Sheet, bind_sheets
from tongban.rulebook.catalogue.item import Material
from tongban.rulebook.errors import Refused


@on_draft
def paper(request: HttpRequest, now: Opened, code: str) -> HttpResponse:
    """Show one material and take what is handed in for it."""
    one, sentence = now.paper(code), ""
    if request.method == "POST" and one.asked:
        try:
            went = _take(request, now, one)
        except Refused as no:
            sentence = no.sentence
        else:
            now = opened(request, now.id)
            if went == "arrange":
                return redirect(now.url("sheets", code))
            if went == "stay":
                return redirect(_here(now, code, request))
            return redirect(after(now, now.url("paper", code), back=request.POST.get("back", "")))
    context = {"now": now, "paper": one, "sentence": sentence, "limit": files.limit_bytes() // (1024 * 1024)}
    context |= {"formats": formats_of(one.material), "accept": accept_of(one.material)}
    context |= {"several": MOST if takes_several(one.material) else 1, "sheets": len(sheets_of(now, code))}
    context["image"] = one.file is not None and one.file.media in ("jpg", "png")
    context["may_paper"] = one.material.original or one.material.copies > 0
    context["back"] = request.POST.get("back") or request.GET.get("back", "")
    return render(request, "filing/paper.html", context, status=422 if sentence else 200)


@on_draft
def look(request: HttpRequest, now: Opened, code: str) -> HttpResponse:
    """Show what was uploaded."""
    one = now.paper(code)
    if one.file is None:
        raise Http404
    file = files.opened(one.file.id, who=now.who.name, purpose="核对自己上传的材料")
    return sent_on(file, f"{code}.{file.media}")


def _here(now: Opened, code: str, request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    return now.url("paper", code) + ("?back=review" if back == "review" else "")


def _take(request: HttpRequest, now: Opened, one: Paper) -> str:
    """Carry out what the button says; returns ``stay``, ``arrange`` or ``on``."""
    code, does = one.material.code, request.POST.get("do", "upload")
    if does == "remove":
        now.fill(Piece(offers={code: Offer()}, wishes=now.draft.wishes.with_sheets(code, ())))
        messages.success(request, _("已删除，可以重新上传。"))
        return "stay"
    if does in ("follow", "paper"):
        now.fill(Piece(offers={code: Offer(promised=does == "follow", paper=does == "paper")}))
        return "on"
    uploads = [upload for upload in request.FILES.getlist("file") if isinstance(upload, UploadedFile)]
    if uploads:
        return _uploaded(request, now, one.material, uploads)
    if does == "skip" or one.state != "lacking":
        return "on"
    raise Refused("material_empty", _("还没有选择文件。请选择照片或文件后再按“上传”；手头没有的，可以先跳过。"))


def _uploaded(request: HttpRequest, now: Opened, material: Material, uploads: list[UploadedFile]) -> str:
    """Keep what was chosen; photographs stay apart as well, so that they can be put in order and turned."""
    code, county, actor = material.code, now.file.county, now.who.name
    if len(uploads) > 1:
        bound(now, material, laid(uploads, county, actor))
        told = _("“{name}”的 {n} 张照片已合成一份并保存。请看看顺序和方向对不对。")
        messages.success(request, told.format(name=material.name, n=len(uploads)))
        return "arrange"
    file_id = stored(uploads[0], county, actor, material)
    media = queries.files_by_id([file_id])[file_id].media
    pages = (Sheet(file_id),) if media in PICTURES and takes_several(material) else ()
    now.fill(Piece(offers={code: Offer(file_id=file_id)}, wishes=now.draft.wishes.with_sheets(code, pages)))
    files.keep([file_id])
    messages.success(request, _("“{name}”已上传并保存。").format(name=material.name))
    return "stay"


def stored(upload: UploadedFile, county: str, actor: str, material: Material) -> UUID:
    """Keep an upload and return its id, told by its content.  Raises ``Refused`` as the files room does."""
    size, most = upload.size or 0, files.limit_bytes()
    if size > most:
        raise Refused(
            "file_too_large",
            "文件有 {size} MB，超过了 {most} MB 的上限。请压缩或降低拍照清晰度后重新上传，其他内容已保存。",
            size=f"{size / (1024 * 1024):.1f}",
            most=most // (1024 * 1024),
        )
    content = upload.read()
    allowed = material.formats or files.USUAL
    return files.store(content, county=county, actor=actor, allowed=allowed, provisional=True)


def bound_at_once(uploads: list[UploadedFile], county: str, actor: str, material: Material) -> UUID:
    """Keep what was chosen for one paper and return its id; several photographs are its pages, as they came.

    Raises ``Refused`` as the files room does.
    """
    if len(uploads) == 1:
        return stored(uploads[0], county, actor, material)
    if not takes_several(material):
        raise Refused("sheets_one", "这份材料只收一个文件。请一次选一个。")
    rows = laid(uploads, county, actor)
    return bind_sheets(rows, county=county, actor=actor, allowed=material.formats or files.USUAL)


def how_many(material: Material) -> tuple[tuple[str, str], ...]:
    """Return what lets a file dialogue choose several photographs, where the paper may be made of them."""
    return (("multiple", ""),) if takes_several(material) else ()


def formats_of(material: Material) -> str:
    """Return the kinds of files taken, in words."""
    labels = {"pdf": "PDF", "jpg": _("JPG 照片"), "png": _("PNG 图片")}
    return _("、").join(labels.get(one, one) for one in material.formats or files.USUAL)


def accept_of(material: Material) -> str:
    """Return what the file dialogue offers first."""
    return ",".join(TYPES[one] for one in material.formats or files.USUAL if one in TYPES)
