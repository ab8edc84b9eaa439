"""How files come in, are read and go.

The content is on disk, synced, before the row that refers to it is written; a row that is rolled back leaves an
encrypted content without a key, which ``sweep`` removes after a time of grace.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from tongban.rooms import clock, crypto
from tongban.rooms.files import blobs
from tongban.rooms.files.media import LABELS, kind_of
from tongban.rooms.files.models import StoredFile
from tongban.rooms.files.pictures import redrawn
from tongban.rooms.files.queries import FileView, view
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused, Words

#: What a material may be when its item says nothing else.
USUAL = ("pdf", "jpg", "png")

#: How long an upload may wait for the filing it belongs to.
GRACE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed."""

    #: Uploads that nothing came to refer to.
    uploads: int
    #: Contents on disk without a row.
    contents: int


def limit_bytes() -> int:
    """Return the largest content taken, from the setting ``TONGBAN_FILE_LIMIT`` (bytes), else 20 MB."""
    return int(getattr(settings, "TONGBAN_FILE_LIMIT", 20 * 1024 * 1024))


def store(
    content: bytes,
    *,
    county: str,
    actor: str,
    allowed: Sequence[str] = USUAL,
    provisional: bool = False,
    limit: int | None = None,
) -> UUID:
    """Keep a content and return its id; the same content in the same county is kept once.  Pictures are drawn anew.

    ``provisional``: nothing refers to it yet; call ``keep`` in the transaction that does, or it is swept after
    ``GRACE``.  ``limit``: the largest size in bytes, for what the house makes itself; None: that of an upload.
    Raises ``Refused``: ``file_empty``, ``file_too_large``, ``file_kind``, ``file_damaged``, ``picture_too_large``,
    ``disk_full``, ``disk_trouble``.
    """
    media = _checked(content, allowed, limit_bytes() if limit is None else limit)
    content = redrawn(content, media)
    sha256 = hashlib.sha256(content).hexdigest()
    known = _again(county, sha256, content, provisional)
    if known is not None:
        return known
    made, blob, wrapped = uuid7(), *_lay_down(county, content)
    now = clock.now()
    try:
        with transaction.atomic():
            StoredFile.objects.create(
                id=made,
                county=county,
                sha256=sha256,
                size=len(content),
                media=media,
                blob=blob,
                wrapped_key=wrapped,
                stored_at=now,
                stored_by=actor,
                provisional=provisional,
                touched_at=now,
            )
            body = {"media": media, "size": len(content), "digest": crypto.digest(sha256)}
            ledger.record("file", made, "store", actor, body, county=county)
    except IntegrityError:
        # Somebody stored the same content meanwhile: hers is the one.
        blobs.remove(blob)
        known = _again(county, sha256, content, provisional)
        if known is None:
            raise
        return known
    return made


def keep(file_ids: Iterable[UUID]) -> None:
    """These uploads are referred to from now on.  Call it in the transaction that refers to them.

    Raises ``Refused("file_unknown")`` when one has been swept meanwhile.
    """
    wanted = set(file_ids)
    if StoredFile.objects.filter(id__in=wanted).update(provisional=False) != len(wanted):
        raise Refused("file_unknown", "有文件上传后长时间没有提交，已被清理。请重新上传后再提交，其他内容不会丢失。")


def release(file_ids: Iterable[UUID]) -> None:
    """Nothing of the caller's refers to these any more: what nobody else refers to is swept after ``GRACE``."""
    StoredFile.objects.filter(id__in=set(file_ids)).update(provisional=True, touched_at=clock.now())


def read(file_id: UUID, *, who: str, purpose: str) -> bytes:
    """Return the content; the read is logged with its purpose.

    Raises ``Refused``: ``purpose_missing``, ``file_unknown``, ``file_lost``, ``file_damaged``.
    """
    return content_of(_looked_at(file_id, who, purpose))


def opened(file_id: UUID, *, who: str, purpose: str) -> FileView:
    """Somebody opens a file and its content follows by ``content``: the look is logged here, once.

    Raises ``Refused``: ``purpose_missing``, ``file_unknown``, ``file_lost``.
    """
    row = _looked_at(file_id, who, purpose)
    if not blobs.exists(row.blob):
        raise _lost()
    return view(row)


def content(file_id: UUID, *, county: str) -> bytes:
    """Return the content of a file that was ``opened`` a moment ago, which stands in the log already.  One query.

    Raises ``Refused``: ``file_unknown`` (also for a file of another county), ``file_lost``, ``file_damaged``.
    """
    row = StoredFile.objects.filter(id=file_id, county=county).first()
    if row is None:
        raise _unknown()
    return content_of(row)


def sweep(*, actor: str = "house", grace: timedelta = GRACE) -> Swept:
    """Remove uploads that nothing came to refer to, and contents without a row, both older than ``grace``.

    A row that another table refers to is never removed, whatever its mark says.
    """
    # Times on disk are the machine's own, and so is this border: the demo's clock does not age a file.
    border = datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC) - grace
    contents = 0
    names = blobs.older_than(border)
    while some := list(islice(names, 500)):
        known = set(StoredFile.objects.filter(blob__in=some).values_list("blob", flat=True))
        for name in sorted(set(some) - known):
            transaction.on_commit(partial(blobs.remove, name))
            contents += 1
    before = clock.now() - grace
    old = StoredFile.objects.filter(provisional=True, touched_at__lt=before).values_list("id", flat=True)
    uploads = sum(_sweep_upload(file_id, before, actor) for file_id in list(old))
    return Swept(uploads, contents)


def _sweep_upload(file_id: UUID, before: datetime, actor: str) -> int:
    try:
        with transaction.atomic():
            row = (
                StoredFile.objects.select_for_update(skip_locked=True)
                .filter(id=file_id, provisional=True, touched_at__lt=before)
                .first()
            )
            if row is None:
                return 0
            row.delete()
            # References are checked at the commit by default: too late to keep the content.
            connection.check_constraints()
            ledger.record("file", file_id, "sweep", actor, {"touched": row.touched_at}, county=row.county)
            transaction.on_commit(partial(blobs.remove, row.blob))
    except (ProtectedError, IntegrityError):
        return 0
    return 1


def _checked(content: bytes, allowed: Sequence[str], limit: int) -> str:
    """Return the kind of an acceptable content, or refuse."""
    if not content:
        raise Refused("file_empty", "这个文件是空的（0 字节）。请检查原文件能否打开，然后重新上传。")
    if len(content) > limit:
        size, most = _megabytes(len(content)), _megabytes(limit)
        raise Refused(
            "file_too_large",
            "文件有 {size} MB，超过了 {most} MB 的上限。请压缩或降低扫描清晰度后重新上传。",
            size=size,
            most=most,
        )
    media = kind_of(content)
    if media not in allowed:
        wanted = Words(allowed)
        raise Refused(
            "file_kind",
            "按内容看这是{label}，这里只收 {wanted}。请另存为 {wanted} 后重新上传，只改文件名没有用。",
            label=LABELS[media],
            wanted=wanted,
        )
    return media


def _again(county: str, sha256: str, content: bytes, provisional: bool) -> UUID | None:
    """Return the file that has this content already, touched, its content laid down anew if the disk lost it."""
    row = StoredFile.objects.filter(county=county, sha256=sha256).first()
    if row is None:
        return None
    changes: dict[str, object] = {"touched_at": clock.now()}
    if not provisional:
        changes["provisional"] = False
    if not blobs.exists(row.blob):
        changes["blob"], changes["wrapped_key"] = _lay_down(county, content)
    # A sweep that removes the row at this moment wins: then it is stored as new.
    return row.id if StoredFile.objects.filter(id=row.id).update(**changes) else None


def _lay_down(county: str, content: bytes) -> tuple[str, bytes]:
    """Write a content under a key of its own; return where it lies and the key, wrapped."""
    key, wrapped = crypto.new_key()
    blob = blobs.name_for(county, uuid7())
    blobs.write(blob, crypto.seal_bytes(content, key))
    return blob, wrapped


def content_of(row: StoredFile) -> bytes:
    """Return the content for work within the house: what people read goes through ``read``.  Refuses as it does."""
    try:
        content = crypto.open_bytes(blobs.read(row.blob), crypto.unwrap(bytes(row.wrapped_key)))
    except FileNotFoundError as error:
        raise _lost() from error
    except InvalidTag as error:
        raise Refused("file_damaged", "文件内容已损坏，不能使用。请联系管理员从备份恢复，或重新上传。") from error
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Refused("file_damaged", "文件内容已损坏，不能使用。请联系管理员从备份恢复，或重新上传。")
    return content


def _looked_at(file_id: UUID, who: str, purpose: str) -> StoredFile:
    if not purpose.strip():
        raise Refused("purpose_missing", "查看文件要写明用途。请补充后再查看。")
    row = StoredFile.objects.filter(id=file_id).first()
    if row is None:
        raise _unknown()
    with transaction.atomic():
        ledger.log_access(who, "file", row.id, purpose)
    return row


def _unknown() -> Refused:
    return Refused("file_unknown", "找不到这个文件，可能上传后长时间没有提交而被清理。请重新上传。")


def _lost() -> Refused:
    return Refused("file_lost", "文件内容不在存储设备上。请联系管理员从备份恢复，或重新上传同一份文件。")


def _megabytes(size: int) -> str:
    return f"{size / (1024 * 1024):.1f}"
