"""How drafts are written."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.catalogue.models import SOURCES, Draft
from tongban.rooms.catalogue.world import World, world
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.catalogue import Complaint
from tongban.rulebook.errors import Refused

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving a draft."""

    #: Key of the draft, and of the item's stream in the journal.
    id: UUID
    code: str
    #: ``new``, ``changed``, ``same``, or ``kept``: somebody had edited it, so what came from a file was not taken over.
    outcome: str
    #: What it still lacks.
    complaints: tuple[Complaint, ...]


@transaction.atomic
def save_draft(county: str, content: Mapping[str, Any], by: str, source: str = "edit") -> Saved:
    """Keep a draft with all it still lacks.  The same content again changes nothing.

    What comes from a file (``toml``, ``import``) never overwrites a draft that somebody has edited meanwhile.
    Raises ``Refused`` with ``draft_code`` or ``draft_shape`` where it cannot even be kept.
    """
    if source not in SOURCES:
        raise ValueError(source)
    return write(county, content, by, source, world(county, clock.today()))


@transaction.atomic
def keep_drafts(county: str, contents: Sequence[Mapping[str, Any]], by: str, source: str) -> tuple[Saved, ...]:
    """Keep many drafts, all held against the world as it stands before the first."""
    if source not in SOURCES:
        raise ValueError(source)
    around = world(county, clock.today())
    return tuple(write(county, content, by, source, around) for content in contents)


@transaction.atomic
def complete_draft(county: str, code: str, additions: Mapping[str, Any], by: str) -> Saved:
    """Add to a draft: tables are merged key by key, everything else is replaced, ``None`` takes a key away."""
    row = Draft.objects.select_for_update().filter(county=county, code=code).first()
    if row is None:
        raise Refused("draft_unknown", "没有代号为“{code}”的事项草稿。请先新建或导入。", code=code)
    if additions.get("code", code) != code:
        raise Refused("draft_code_fixed", "事项代号定下后不能修改。请新建一个草稿，或保留原代号。")
    return save_draft(county, merged(json.loads(row.content), additions), by, "edit")


def write(county: str, content: Mapping[str, Any], by: str, source: str, around: World) -> Saved:
    """Keep one draft, checked against ``around``, with its line in the journal.  Call it in a transaction."""
    text, digest = written(content)
    code = checked_code(content)
    complaints = around.inspect(content)[1]
    kept = [asdict(one) for one in complaints]
    row = Draft.objects.select_for_update().filter(county=county, code=code).first()
    outcome = outcome_of(row, digest, source)
    if row is not None and outcome in ("same", "kept"):
        # Where somebody edited it since, the complaints are about what he wrote and not about what came again.
        if digest == row.content_hash and row.complaints != kept:
            row.complaints = kept
            row.save(update_fields=["complaints"])
        return Saved(row.id, code, outcome, complaints)
    row = row or Draft(county=county, code=code)
    fill(row, content, text, digest, source, by)
    row.complaints = kept
    row.save()
    body = {"item": code, "digest": digest, "source": source, "complaints": len(complaints)}
    ledger.record("item", row.id, "save_draft", by, body, county=county)
    return Saved(row.id, code, outcome, complaints)


def outcome_of(row: Draft | None, digest: str, source: str) -> str:
    """Return what saving content with this digest over ``row`` would come to."""
    if row is None:
        return "new"
    if source == "edit":
        return "same" if row.content_hash == digest else "changed"
    if digest in (row.origin_hash, row.content_hash):
        return "same"
    return "changed" if row.content_hash == row.origin_hash else "kept"


def fill(row: Draft, content: Mapping[str, Any], text: str, digest: str, source: str, by: str) -> None:
    """Set the columns of a draft from its content."""
    row.name = _short(content, "name", 300)
    row.unit = _short(content, "unit", 40)
    row.parent = _short(content, "parent", 80)
    row.content, row.content_hash = text, digest
    if source != "edit":
        row.origin_hash = digest
    row.source = source
    row.updated_at, row.updated_by = clock.now(), by


def written(content: Mapping[str, Any]) -> tuple[str, str]:
    """Return content as JSON text in its author's order, and the sha256 of what it means.

    The order of keys means nothing, but for the questions of a form.  Raises ``Refused("draft_shape")``.
    """
    try:
        text = _json(content)
        digest = hashlib.sha256(_json(_canonical(content)).encode()).hexdigest()
    except (TypeError, ValueError) as error:
        raise Refused(
            "draft_shape", "草稿里有不能保存的值。只能用文字、整数、小数、真假、列表和表，日期写成文字。"
        ) from error
    if "\\u0000" in text:
        raise Refused("draft_shape", "草稿里有看不见的空字符，不能保存。请删去后再存。")
    return text, digest


def checked_code(content: Mapping[str, Any]) -> str:
    """Return the code of a draft.  Raises ``Refused("draft_code")``."""
    code = content.get("code")
    if not isinstance(code, str) or len(code) > 80 or not _CODE.fullmatch(code):
        raise Refused("draft_code", "草稿要有事项代号 code：小写字母、数字和连字符，最多 80 位。请改正后再存。")
    return code


def merged(base: Mapping[str, Any], additions: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``additions``: tables merged, everything else replaced, ``None`` taken away."""
    result = dict(base)
    for key, value in additions.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = deepcopy(value)
    return result


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _canonical(value: Any, *, ordered: bool = False) -> Any:
    if isinstance(value, Mapping):
        pairs = value.items() if ordered else sorted(value.items())
        return {key: _canonical(one, ordered=key == "properties") for key, one in pairs}
    return [_canonical(one) for one in value] if isinstance(value, list | tuple) else value


def _short(content: Mapping[str, Any], key: str, most: int) -> str:
    value = content.get(key, "")
    return value[:most] if isinstance(value, str) else ""
