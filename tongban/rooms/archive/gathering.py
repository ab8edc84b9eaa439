"""Everything that belongs into the package of a case."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms.archive import pack
from tongban.rooms.archive.pack import Piece
from tongban.rooms.casework.queries import texts
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.files import actions as files
from tongban.rooms.files import queries as file_rows
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused

_PURPOSE = "办件归档"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a case's journal, with the text its hash is made from."""

    seq: int
    step: str
    at: datetime
    actor: str
    post: str
    body: dict[str, Any]
    #: In hex.
    hash: str
    hashed: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """All there is of a case."""

    pieces: tuple[Piece, ...]
    journal: tuple[Line, ...]
    #: What the manifest says of each material.
    materials: tuple[dict[str, Any], ...]
    #: Keyed digest of the latest answers, as the journal has it; empty where nobody filled in a form.
    form_digest: str
    #: The case's key was dropped: form and opinions are erased for good.
    erased: bool


# The text is put together as the ledger does when it hashes (``ledger.statement.HASHED``).
_JOURNAL = """
SELECT seq, step, at, actor, post, body::text, encode(hash, 'hex'),
    concat_ws('|', subject_id, seq, step, extract(epoch FROM at)::text, actor, post, body::text)
FROM ledger_entry WHERE subject_kind = 'case' AND subject_id = %s ORDER BY seq
"""


def gather(file: CaseFile) -> Gathered:
    """Return everything of a case.  Raises ``Refused`` when a file is lost or damaged: then nothing is archived."""
    lines = journal(file.id)
    materials, material_pieces = _materials(file)
    own = [Piece("parties.json", "parties", pack.plain(_parties(file)), "json")]
    if file.wrapped_key is not None:
        own += _texts(file)
    own.append(Piece("journal.jsonl", "journal", pack.lines([_journal_line(one) for one in lines]), "json"))
    return Gathered(
        pieces=(*own, *material_pieces, *_documents(file)),
        journal=lines,
        materials=tuple(materials),
        form_digest=form_digest(lines),
        erased=file.wrapped_key is None,
    )


def journal(case_id: UUID) -> tuple[Line, ...]:
    """Return a case's journal, first to last.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(_JOURNAL, [case_id])
        rows = cursor.fetchall()
    return tuple(
        Line(seq, step, at, actor, post, json.loads(body), digest, hashed)
        for seq, step, at, actor, post, body, digest, hashed in rows
    )


def form_digest(lines: Sequence[Line]) -> str:
    """Return the digest of the latest answers that the journal knows."""
    return next((str(one.body["form"]) for one in reversed(lines) if one.body.get("form")), "")


def _journal_line(one: Line) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "step": one.step,
        "at": one.at,
        "actor": one.actor,
        "post": one.post,
        "hash": one.hash,
        "hashed": one.hashed,
    }


def _parties(file: CaseFile) -> dict[str, Any]:
    names = people.persons_by_id(p.person_id for p in file.parties if p.person_id)
    applicant = file.uuid("applicant_id")
    if applicant is not None and applicant not in names:
        names |= people.persons_by_id([applicant])
    parties = [
        {
            "role": p.role,
            "person": p.person_id,
            "name": names[p.person_id].name if p.person_id in names else "",
            "signed": p.signed,
        }
        for p in file.parties
    ]
    return {"salt": _salt(), "applicant": names[applicant].name if applicant else "", "parties": parties}


def _texts(file: CaseFile) -> list[Piece]:
    notes = [{"seq": seq, "what": what, "text": text} for (seq, what), text in sorted(texts.notes_of(file).items())]
    lacks = [{"notice": n, "material": code, "reason": reason} for n, code, reason in texts.lacks_of(file)]
    form = {"salt": _salt(), "answers": texts.answers_of(file)}
    opinions = {"salt": _salt(), "notes": notes, "notices": lacks}
    return [
        Piece("form.json", "form", pack.plain(form), "json"),
        Piece("opinions.json", "opinions", pack.plain(opinions), "json"),
    ]


def _materials(file: CaseFile) -> tuple[list[dict[str, Any]], list[Piece]]:
    held = {code: UUID(one["file_id"]) for code, one in file.materials.items() if one["file_id"]}
    views = file_rows.files_by_id(held.values())
    listed, pieces = [], []
    for code, one in sorted(file.materials.items()):
        line = {"code": code, "state": one["state"], "licence": one["licence_id"], "call": one["call_id"]}
        if code in held:
            media = views[held[code]].media if held[code] in views else "bin"
            content = files.read(held[code], who="house", purpose=_PURPOSE)
            pieces.append(Piece(f"materials/{code}.{media}", "material", content, media, code=code))
            line["path"] = pieces[-1].path
        listed.append({key: value for key, value in line.items() if value})
    return listed, pieces


def _documents(file: CaseFile) -> list[Piece]:
    pieces = []
    for no, document in enumerate(licences.documents_of(file.id), 1):
        content = files.read(document.file_id, who="house", purpose=_PURPOSE)
        if pack.sha256(content) != document.sha256:
            raise Refused(
                "document_differs",
                "文书 {number} 的内容与盖章时不一致，不能归档。请先查明原因。",
                number=document.number,
            )
        path = f"documents/{no:02d}-{document.kind}.pdf"
        pieces.append(Piece(path, "document", content, "pdf", code=document.kind, number=document.number))
    return pieces


def _salt() -> str:
    """Return what keeps a digest in the manifest from being guessed by trying short texts."""
    return os.urandom(16).hex()
