"""续传: an upload is announced, comes in pieces, and becomes a file when it is whole.

Only who began it goes on with it or refers to it; for everybody else it does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.files import actions
from tongban.rooms.files.models import Piece, Upload
from tongban.rulebook.errors import Refused

#: Largest piece, in bytes.
PIECE = 4 * 1024 * 1024
#: Uploads of one actor that may be unfinished at a time.
MOST_OPEN = 50


@dataclass(frozen=True, slots=True)
class UploadView:
    """How far an upload is."""

    id: UUID
    size: int
    #: Where the next piece begins.
    received: int
    #: The file it became, or None.
    file_id: UUID | None


def begin_upload(size: int, *, county: str, actor: str) -> UploadView:
    """Announce a file of ``size`` bytes.  Raises ``Refused``: ``file_empty``, ``file_too_large``, ``uploads_open``."""
    if size < 1:
        raise Refused("file_empty", "这个文件是空的（0 字节）。请检查原文件能否打开，然后重新上传。")
    if size > actions.limit_bytes():
        most = actions.limit_bytes() // (1024 * 1024)
        raise Refused("file_too_large", "文件超过了 {most} MB 的上限。请压缩或降低扫描清晰度后重新上传。", most=most)
    if Upload.objects.filter(actor=actor, file=None).count() >= MOST_OPEN:
        raise Refused(
            "uploads_open",
            "已有 {most_open} 个文件没有传完。请先把它们传完，两天后没有传完的会自动清理。",
            most_open=MOST_OPEN,
        )
    wrapped = crypto.new_key()[1]
    return _view(
        Upload.objects.create(county=county, actor=actor, size=size, wrapped_key=wrapped, touched_at=clock.now())
    )


@transaction.atomic
def append_piece(upload_id: UUID, start: int, content: bytes, *, actor: str) -> UploadView:
    """Take the next piece.  One that is here already changes nothing, so a lost answer does no harm.

    Raises ``Refused``: ``upload_unknown``, ``upload_gap`` (with where to go on), ``piece_too_large``,
    ``upload_too_long``.
    """
    row = _locked(upload_id, actor)
    if not 0 < len(content) <= PIECE:
        raise Refused("piece_too_large", "每次上传 1 字节至 {n} MB。请分段后重新上传。", n=PIECE // (1024 * 1024))
    if start + len(content) <= row.received:
        return _view(row)
    if start != row.received:
        raise Refused(
            "upload_gap", "这一段接不上，已收到 {received} 字节。请从第 {received} 字节接着传。", received=row.received
        )
    if start + len(content) > row.size:
        raise Refused(
            "upload_too_long", "传来的内容超过登记的 {size} 字节。请按实际大小重新登记后上传。", size=row.size
        )
    sealed = crypto.seal_bytes(content, crypto.unwrap(bytes(row.wrapped_key)))
    Piece.objects.create(upload=row, start=start, sealed=sealed)
    row.received, row.touched_at = start + len(content), clock.now()
    row.save(update_fields=["received", "touched_at"])
    return _view(row)


@transaction.atomic
def finish_upload(upload_id: UUID, *, actor: str, allowed: Sequence[str] = actions.USUAL) -> UploadView:
    """Make a file of a whole upload; its kind is told by its content.  Twice gives the same file.

    Raises ``Refused``: ``upload_unknown``, ``upload_unfinished`` and what ``actions.store`` refuses.
    """
    row = _locked(upload_id, actor)
    if row.file_id is None:
        if row.received < row.size:
            raise Refused(
                "upload_unfinished",
                "还差 {n} 字节没有传完。请从第 {received} 字节接着传。",
                n=row.size - row.received,
                received=row.received,
            )
        key = crypto.unwrap(bytes(row.wrapped_key))
        pieces = Piece.objects.filter(upload=row).order_by("start")
        content = b"".join(crypto.open_bytes(piece.sealed, key) for piece in pieces)
        row.file_id = actions.store(content, county=row.county, actor=actor, allowed=allowed, provisional=True)
        row.touched_at = clock.now()
        row.save(update_fields=["file", "touched_at"])
        pieces.delete()
    return _view(row)


def upload(upload_id: UUID, *, actor: str) -> UploadView:
    """Return how far an upload is.  Raises ``Refused("upload_unknown")``, for somebody else's as well."""
    row = Upload.objects.filter(id=upload_id, actor=actor).defer("wrapped_key").first()
    if row is None:
        raise _unknown()
    return _view(row)


def files_of_uploads(upload_ids: Iterable[UUID], *, actor: str) -> dict[UUID, UUID]:
    """Return the files of finished uploads of this actor, by upload.  One query.

    Raises ``Refused("upload_unknown")`` when one is not hers or not whole.
    """
    wanted = set(upload_ids)
    rows = Upload.objects.filter(id__in=wanted, actor=actor, file__isnull=False) if wanted else Upload.objects.none()
    found = dict(rows.values_list("id", "file_id"))
    if len(found) != len(wanted):
        raise _unknown()
    return found


def sweep_uploads() -> int:
    """Remove uploads nobody went on with for ``actions.GRACE``; files they became stay.  Returns how many."""
    return Upload.objects.filter(touched_at__lt=clock.now() - actions.GRACE).delete()[1].get("files.Upload", 0)


def _locked(upload_id: UUID, actor: str) -> Upload:
    row = Upload.objects.select_for_update(of=("self",)).filter(id=upload_id, actor=actor).first()
    if row is None:
        raise _unknown()
    return row


def _unknown() -> Refused:
    return Refused("upload_unknown", "没有这个上传，或还没有传完，或两天没有动过已被清理。请重新上传。")


def _view(row: Upload) -> UploadView:
    return UploadView(row.id, row.size, row.received, row.file_id)
