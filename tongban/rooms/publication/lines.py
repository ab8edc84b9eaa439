"""Lines of statements, and how a line and a whole statement are digested, so that a changed one shows."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tongban.rooms.publication.models import StatementLine
from tongban.rulebook.indicators import Figure


@dataclass(frozen=True, slots=True)
class Scoped:
    """A figure apart by something."""

    figure: Figure
    #: E.g. ``unit:scjg`` or ``item:food-business-new``; empty: the whole county.
    scope: str = ""


def line(
    statement_id: UUID,
    no: int,
    subject: tuple[str, str],
    value: Mapping[str, Any],
    query: tuple[str, str],
    *,
    scope: str = "",
) -> StatementLine:
    """Return a line with its digest: ``subject`` is (kind, id), ``query`` is (name, version)."""
    return StatementLine(
        statement_id=statement_id,
        no=no,
        subject_kind=subject[0],
        subject_id=subject[1],
        scope=scope,
        value=dict(value),
        query=query[0],
        version=query[1],
        digest=digest_of(*subject, scope, value, *query),
    )


def digest_of(*parts: object) -> str:
    """Return the sha256 of parts in one canonical form."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_over(lines: Iterable[StatementLine]) -> str:
    """Return the digest of a statement: over those of its lines, in order."""
    return digest_of(*(one.digest for one in lines))


def rows_digest(figure: Figure) -> str:
    """Return one digest of the rows behind a figure: the same rows give the same, in whatever order."""
    return digest_of(sorted(figure.numerator_ids), sorted(figure.denominator_ids))
