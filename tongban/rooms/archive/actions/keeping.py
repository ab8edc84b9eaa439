"""归档: the promise of every finished case."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.archive import pack
from tongban.rooms.archive.checks import Expected, examine
from tongban.rooms.archive.gathering import Gathered, gather
from tongban.rooms.archive.models import Package
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.files import actions as files
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.ledger.models import Promise
from tongban.rooms.licences import keyring
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import REHEARSAL

#: Promises that must be kept before a case can be packed: what they make belongs into the package.
BEFORE = ("document", "licence")
#: A package of many scans is larger than one upload may be (bytes).
LARGEST = 2 * 1024**3
#: By content a ZIP may look like an office file, when something in it is named so.
_ZIPS = ("zip", "docx", "xlsx", "ofd")


def keep_archive(promise: Claimed) -> UUID:
    """Make the package of a finished case and archive it, the row and the step in one statement.

    Kept twice it is made once.  Returns the package's id.  Raises ``Refused("documents_outstanding")`` while
    documents of the case are still to be sealed: the postman comes again.
    """
    case_id = promise.subject_id
    if (made := _made(case_id)) is not None:
        return made
    _need_documents(case_id)
    file = read(case_id)
    gathered = gather(file)
    box = pack.Box(gathered.pieces)
    try:
        with transaction.atomic():  # the number is drawn last, and only for a package that comes to be
            return _archive(file, gathered, box)
    except Refused:
        if (made := _made(case_id)) is not None:  # another postman was faster; this number was not drawn
            return made
        raise


def _made(case_id: UUID) -> UUID | None:
    return Package.objects.filter(case_id=case_id).values_list("id", flat=True).first()


def _archive(file: CaseFile, gathered: Gathered, box: pack.Box) -> UUID:
    now, made = clock.now(), uuid7()
    category = pack.CATEGORIES[file.facts.item.item_class]
    year = _year(file)
    register = f"{REHEARSAL}{file.county}" if file.row["rehearsal"] else file.county
    n = ledger.draw_number(register, f"archive_{category}", year, subject_id=made)
    number = f"{register}-{category}-{year}-{n:06d}"
    manifest = _manifest(file, gathered, made, number)
    signed = pack.plain(manifest)
    key = keyring.code_key(file.county)
    signature = key.sign(pack.SIGNED_AS + signed)
    content = box.close(signed, signature)
    digest = pack.sha256(signed)
    expected = Expected(
        manifest_digests=(digest,),
        journal={line.seq: line.hash for line in gathered.journal},
        documents=frozenset(piece.sha256 for piece in gathered.pieces if piece.kind == "document"),
        materials=needed(file),
        keys=(key.public_key(),),
    )
    checks = examine(content, expected)
    row = {
        "id": made,
        "county": file.county,
        "case_id": file.id,
        "number": number,
        "category": category,
        "year": year,
        "made_at": now,
        "file_id": files.store(content, county=file.county, actor="house", allowed=_ZIPS, limit=LARGEST),
        "sha256": pack.sha256(content),
        "size": len(content),
        "manifest": manifest,
        "manifest_digest": digest,
        "signature": signature,
        "checks": [check.line() for check in checks],
        "sound": all(check.ok for check in checks),
    }
    notes = {"package": str(made), "number": number, "manifest": digest}
    casework.archive(file.id, rows={"archive_package": [row]}, notes=notes)
    return made


def needed(file: CaseFile) -> frozenset[str]:
    """Return the codes of the materials a case must show; one withdrawn or lapsed need not be complete."""
    if file.facts.decision not in ("granted", "recorded"):
        return frozenset()
    item = file.facts.item
    return frozenset(m.code for m in item.materials_for(frozenset(file.row["situation"])) if m.source != "made")


def _manifest(file: CaseFile, gathered: Gathered, package_id: UUID, number: str) -> dict[str, Any]:
    item = file.facts.item
    row = file.row
    dates = ("filed_at", "received_on", "accepted_on", "decided_at", "closed_at")
    return {
        "form": pack.FORM,
        "package": str(package_id),
        "number": number,
        "case": {
            "id": str(file.id),
            "number": row["number"],
            "kind": row["kind"],
            "item": item.code,
            "item_name": item.name,
            "item_version": str(row["item_id"]),
            "unit": row["unit"],
            "channel": row["channel"],
            "state": row["state"],
            "decision": row["decision"],
            "rehearsal": row["rehearsal"],
            **{name: row[name] for name in dates},
        },
        "files": [piece.line() for piece in gathered.pieces],
        "materials": list(gathered.materials),
        "journal": [{"seq": line.seq, "step": line.step, "hash": line.hash} for line in gathered.journal],
        "documents": _documents(gathered.pieces),
        "opinions": _opinions(gathered),
        "form_digest": gathered.form_digest,
        "erased": gathered.erased,
    }


def _documents(pieces: Sequence[pack.Piece]) -> list[dict[str, str]]:
    return [
        {"kind": piece.code, "number": piece.number, "path": piece.path, "sha256": piece.sha256}
        for piece in pieces
        if piece.kind == "document"
    ]


def _opinions(gathered: Gathered) -> list[str]:
    """Return the path of the opinions: what they say stands there only."""
    return [piece.path for piece in gathered.pieces if piece.kind == "opinions"]


def _need_documents(case_id: UUID) -> None:
    owed = Promise.objects.filter(subject_id=case_id, kind__in=BEFORE, done_at=None).count()
    if owed:
        raise Refused("documents_outstanding", "还有 {owed} 份文书或证照没有盖章完成，完成后自动归档。", owed=owed)


def _year(file: CaseFile) -> int:
    """Return the year in which the case ended."""
    closed = file.row["closed_at"]
    return clock.legal_date(datetime.fromisoformat(closed) if closed else clock.now()).year
