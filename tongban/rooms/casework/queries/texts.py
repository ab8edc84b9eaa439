"""What stands under a case's own key: answers and free text.  Whoever asks must be logged by the caller."""

import json
from collections.abc import Sequence
from typing import Any

from tongban.rooms import crypto
from tongban.rooms.casework.models import Lack, Note
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.questions import Question, ask
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import FORM

#: What people call the form among the papers.
FORM_NAME = "申请表"


def answers_of(file: CaseFile) -> dict[str, Any]:
    """Return the latest answers.  Raises ``Refused("case_erased")`` when the key was dropped."""
    return ask(answers_question(file))[0]


def answers_question(file: CaseFile) -> Question[dict[str, Any]]:
    """Ask for the latest answers as ``answers_of`` does, together with something else."""

    def read(row: Sequence[Any]) -> dict[str, Any]:
        return {} if row[0] is None else dict(json.loads(crypto.open_text(row[0], _key(file))))

    rest = "FROM casework_answers WHERE case_id = %(answers_of)s ORDER BY no DESC LIMIT 1"
    return Question(("sealed",), rest, {"answers_of": file.id}, read)


def notes_of(file: CaseFile) -> dict[tuple[int, str], str]:
    """Return free text by (journal entry, what)."""
    key = _key(file)
    return {(n.seq, n.what): crypto.open_text(bytes(n.sealed), key) for n in Note.objects.filter(case_id=file.id)}


def lacks_of(file: CaseFile) -> tuple[tuple[int, str, str], ...]:
    """Return what notices named: (notice, material code, reason)."""
    key = _key(file)
    rows = Lack.objects.filter(case_id=file.id).order_by("notice", "code")
    return tuple((row.notice, row.code, crypto.open_text(bytes(row.reason), key)) for row in rows)


def noted_of(file: CaseFile) -> dict[str, str]:
    """Return what was noted of single papers (备注 lines "name：what is wrong"), by code, the latest.  One query."""
    codes = {one.name: one.code for one in file.facts.item.materials} | {FORM_NAME: FORM}
    lines = (
        line.partition("：")
        for (_, what), text in sorted(notes_of(file).items())
        if what == "note"
        for line in text.splitlines()
    )
    return {codes[name]: why.strip() for name, _, why in lines if name in codes and why.strip()}


def _key(file: CaseFile) -> bytes:
    if file.wrapped_key is None:
        raise Refused("case_erased", "这个办件的内容已按规定删除。")
    return crypto.unwrap(file.wrapped_key)
