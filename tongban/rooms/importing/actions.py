"""导入: a table is handed in, tried by the postman, and written by him when it was confirmed.

A pass over a table may take minutes, so no request waits for it.  Trial and writing are one transaction each: what a
pass did and what is said about it are both there or neither.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.files import actions as files
from tongban.rooms.files.media import LABELS as MEDIA
from tongban.rooms.files.media import kind_of
from tongban.rooms.ids import uuid7
from tongban.rooms.importing import NAMES, passing, queries
from tongban.rooms.importing.bringing import only_one
from tongban.rooms.importing.models import Import
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.people import actions as people
from tongban.rooms.people.queries.views import Actor
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

#: Kinds that say who may do what: written only when the security officer confirms (双人授权).
OF_POWERS = ("posts", "staff")
#: What a table is by its content; GB18030 cannot be told from nothing we know.
_TAKEN = ("xlsx", "text", "unknown", "zip")
#: What a workbook may hold when it is unpacked, in bytes: one that holds more was made to fill the memory.
UNPACKED = 400 * 1024 * 1024


@transaction.atomic
def hand_in(kind: str, name: str, content: bytes, *, by: Actor) -> UUID:
    """Take in a table; the postman tries it, which writes nothing.  Returns the import's id.

    Raises ``Refused``: ``authority_none``, ``import_kind``, ``file_empty``, ``file_too_large``, ``file_kind``.
    """
    people.need_power(by, Power.SYSTEM)
    if kind not in ("divisions", "items", *NAMES):
        raise Refused("import_kind", "请选择这是哪一种表。")
    _check_content(content)
    file = files.store(content, county=by.county, actor=f"staff:{by.staff_id}", allowed=_TAKEN)
    digest, made = hashlib.sha256(content).hexdigest(), uuid7()
    Import.objects.create(
        id=made,
        county=by.county,
        kind=kind,
        name=name.strip()[-120:] or "table",
        digest=digest,
        size=len(content),
        file_id=file,
        handed_in_by_id=by.staff_id,
        handed_in_at=clock.now(),
    )
    told = {"kind": kind, "digest": digest}
    ledger.record("import", made, "hand_in_import", f"staff:{by.staff_id}", told, county=by.county, new=True)
    ledger.promise("import", "import", made, f"import:{made}:checking", {})
    return made


@transaction.atomic
def confirm_import(import_id: UUID, *, by: Actor) -> UUID | None:
    """Have a table that was tried without a mistake written by the postman.

    One that says who may do what is proposed to the security officer instead: returns the proposal's id.
    Raises ``Refused``: ``authority_none``, ``import_unknown``, ``import_not_checked``, ``import_proposed``.
    """
    people.need_power(by, Power.SYSTEM)
    row = _locked(import_id, by.county)
    if row.kind in OF_POWERS:
        if queries.is_proposed(by.county, import_id):
            raise Refused("import_proposed", "这份表已经提出，正等安全管理员确认，不用再提。")
        return people.propose("import", {"import": str(row.id), "digest": row.digest}, by=by)
    _to_be_written(row, f"staff:{by.staff_id}")
    return None


@transaction.atomic
def drop_import(import_id: UUID, *, by: Actor) -> None:
    """Give up a table that was not written.  Raises ``Refused``: ``authority_none``, ``import_unknown``,
    ``import_ended``.
    """
    people.need_power(by, Power.SYSTEM)
    row = _locked(import_id, by.county)
    if row.state not in ("checking", "checked", "faulty"):
        raise Refused("import_ended", "这份表已经在写入、已写入或已放弃。请刷新后再看。")
    _end(row, "dropped", clock.now())
    row.save()
    ledger.record("import", row.id, "drop_import", f"staff:{by.staff_id}", {}, county=row.county)


def carry_out(body: Mapping[str, Any], county: str, actor: str) -> UUID:
    """Have a table written that two officers have agreed on (``people.actions.register_proposal``)."""
    row = _locked(UUID(body["import"]), county)
    _to_be_written(row, actor)
    return row.id


def keep_import(promise: Claimed) -> None:
    """Go through a table: try it, or write it.  Kept twice it is done once.

    Raises ``Refused("import_running")`` while another table of this county is in hand: the postman comes again.
    """
    row = Import.objects.get(id=promise.subject_id)
    wanted = promise.key.rpartition(":")[2]
    if row.state != wanted:
        return
    with transaction.atomic():
        only_one(row.county)
        row = Import.objects.get(id=row.id)
        if row.state != wanted:
            return
        passed = passing.go_through(row)
        report = files.store(passed.report, county=row.county, actor="house", allowed=("text",), limit=1 << 30)
        row.rows, row.counts, row.said = passed.rows, passed.counts, passed.said[:400]
        if wanted == "checking":
            row.state, row.trial_id = ("checked" if passed.is_good else "faulty"), report
        else:
            row.report_id = report
            if passed.is_written:
                _end(row, "written", clock.now())
            else:
                row.state = "faulty"
        told = ("rows", "counts", "said", "state", "trial", "report", "file", "ended_at")
        _update_while(row, wanted, told)


def _update_while(row: Import, state: str, names: tuple[str, ...]) -> None:
    """Write the outcome, unless the table was given up meanwhile."""
    Import.objects.filter(id=row.id, state=state).update(**{name: getattr(row, name) for name in names})


def _to_be_written(row: Import, actor: str) -> None:
    if row.state != "checked":
        raise Refused("import_not_checked", "这份表还没有检查完，或者检查有错，或者已经写入、放弃。请刷新后再看。")
    row.state, row.written_by, row.done = "writing", actor, 0
    row.save(update_fields=["state", "written_by", "done"])
    ledger.record("import", row.id, "confirm_import", actor, {"digest": row.digest}, county=row.county)
    ledger.promise("import", "import", row.id, f"import:{row.id}:writing", {})


def _end(row: Import, state: str, at: datetime) -> None:
    """The content is not wanted any more."""
    if row.file_id:
        files.release([row.file_id])
    row.state, row.ended_at, row.file = state, at, None


def _locked(import_id: UUID, county: str) -> Import:
    row = Import.objects.select_for_update().filter(id=import_id, county=county).first()
    if row is None:
        raise Refused("import_unknown", "找不到这份导入的表。请从导入的列表打开。")
    return row


def check_size(size: int) -> None:
    """Refuse a table that is larger than an upload may be, ``size`` in bytes: ``Refused("file_too_large")``."""
    if size > (most := files.limit_bytes()):
        raise Refused(
            "file_too_large",
            "这份表有 {size} MB，最大 {most} MB。请按行分成几份，每份都带表头，分别导入。",
            size=f"{size / 2**20:.1f}",
            most=most // 2**20,
        )


def _check_content(content: bytes) -> None:
    """Refuse what is no table, before it is kept."""
    check_size(len(content))
    media = kind_of(content)
    if content and media not in _TAKEN:
        raise Refused(
            "file_kind",
            "按内容看这是{media}，这里收 CSV 和 XLSX 表格。"
            "请在表格软件里另存为 XLSX 或 CSV 后重新上传，只改文件名没有用。",
            media=MEDIA[media],
        )
    if media in ("xlsx", "zip"):
        try:
            with ZipFile(BytesIO(content)) as book:
                unpacked = sum(one.file_size for one in book.infolist())
        except (BadZipFile, ValueError, NotImplementedError):
            return  # the trial says what is wrong with it
        if unpacked > UNPACKED:
            raise Refused(
                "file_too_large", "这个工作簿展开后太大，不像一份名单。请只留下要导入的一张表，另存后再上传。"
            )
