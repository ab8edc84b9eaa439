"""A document from its data to the sealed file: code, page and signature in one call, and how long that takes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tongban.rooms.licences.paper import fields, qr, typeset, wording
from tongban.rooms.licences.paper.seal_face import SealFace
from tongban.rooms.licences.paper.sign import SealKey
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Made:
    """One finished document."""

    #: The file, signed unless a person signs this kind herself.
    pdf: bytes
    #: The code printed on it.
    code: str
    #: Its heading as printed.
    title: str


def make(
    kind: str,
    data: Mapping[str, object],
    *,
    seal: SealFace | None,
    seal_key: SealKey | None,
    code_key: Ed25519PrivateKey,
    verify_page: str,
    facts: Mapping[str, object],
    at: datetime,
    location: str,
) -> Made:
    """Set, code and seal one document.

    ``data`` as for ``typeset`` but without ``qr`` and ``seal``; ``facts`` are what the code's digest covers and what a
    checker may type in from the paper (e.g. 持有人, 编号); ``at`` is the moment of sealing, aware.
    """
    if kind in wording.KINDS and wording.KINDS[kind].sealed and (seal is None or seal_key is None):
        raise Refused(
            "field_missing",
            "《{title}》没有指定印章，请先在印章登记里启用本单位的印章。",
            title=_title(kind),
        )
    fields.demand("文书", data, ("document_id", "number", "date"))
    dated = data["date"]
    if not isinstance(dated, date):
        raise Refused("field_kind", "“落款日期”应为日期，请改正后再制作。")
    number = str(data["number"])
    code = qr.make_code(
        code_key, document_id=str(data["document_id"]), kind=kind, number=number, facts=facts, dated=dated
    )
    whole = {**data, "qr": qr.address(verify_page, code), "seal": seal}
    title = typeset.title_of(kind, whole)
    pdf = typeset.typeset(kind, whole)
    if seal_key is not None:
        pdf = seal_key.sign(pdf, at=at, reason=f"{title} {number}", location=location)
    return Made(pdf, code, title)


@dataclass(frozen=True, slots=True)
class Measured:
    """Time taken by repeated work, in milliseconds."""

    #: The first one: loads font and layout.
    first: float
    #: The middle one of the others.
    middle: float
    #: How many others.
    count: int


def measure(work: Callable[[int], object], count: int) -> Measured:
    """Time ``work(0)`` and then ``work(1)`` to ``work(count)``, each by itself."""
    times = []
    for at in range(count + 1):
        began = time.perf_counter()
        work(at)
        times.append((time.perf_counter() - began) * 1000)
    return Measured(times[0], sorted(times[1:])[count // 2], count)


def _title(kind: str) -> str:
    return wording.KINDS[kind].title
