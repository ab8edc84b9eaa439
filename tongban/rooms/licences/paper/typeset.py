"""From a kind of document and its data to PDF/A-2b, the same bytes for the same data.

The wording is filled in here (``sheet``), the layouts only place it.  One compiler per layout is kept: reading the font
again for each page would cost fifteen times as much.
"""

import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst

from tongban.rooms.licences.paper import fields, glyphs, qr, seal_face
from tongban.rooms.licences.paper.seal_face import SealFace
from tongban.rooms.licences.paper.wording import (
    ACTS,
    COMMON,
    KINDS,
    PERMIT,
    PROCEEDINGS,
    REMEDY,
    REMEDY_BASES,
    Blanks,
    Block,
    Facts,
    Numbered,
    Pairs,
    Rows,
    Text,
    Wording,
)
from tongban.rulebook.basis import law
from tongban.rulebook.errors import Refused, Words

_LAYOUTS = Path(__file__).parents[1] / "layouts"
#: The standard every document is written to (GB/T 23286, ISO 19005-2, level b).
STANDARD: Final = "a-2b"
#: First keyword of every file: tells a damaged document of ours from a stranger's.
MARK = "tongban"

_compiling = threading.Lock()


def typeset(kind: str, data: Mapping[str, object]) -> bytes:
    """Set one document.

    ``data`` holds ``COMMON`` and what the kind requires (``required_fields``), ``seal`` (a ``SealFace``) unless the
    kind is signed by a person, and may hold ``item_class`` (许可 if not given), ``bases`` (of the item), ``demo``
    (the footer says so; taken from the seal if not given), ``sample`` (样张 is written across it) and what the county
    adds (``county_words``).
    Dates are ``date``, moments aware ``datetime``.  Refuses:
    ``document_kind``, ``field_missing``, ``glyph_missing``, ``proceeding_not_listed``, ``field_kind``, ``item_class``,
    ``code_long`` and those of the seal.
    """
    page = sheet(kind, data)
    glyphs.demand(_strings(page))
    dated = data["date"]
    assert isinstance(dated, date)  # sheet() has refused anything else
    face = data.get("seal")
    if isinstance(face, SealFace):
        page["seal"] = {"svg": seal_face.draw(face), "mm": face.diameter_mm}
    page["qr"] = qr.symbol(str(data["qr"]))
    page["keywords"] = [MARK, f"document:{data['document_id']}", kind, *qr.CODE.findall(str(data["qr"]))[:1]]
    inputs = {"sheet": json.dumps(page, ensure_ascii=False)}
    # noon in Beijing is the same day everywhere people may read the properties
    stamp = datetime(dated.year, dated.month, dated.day, 12, tzinfo=fields.BEIJING)
    with _compiling:
        made = _compiler(KINDS[kind].layout).compile(
            format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD], timestamp=stamp
        )
    assert isinstance(made, bytes)  # a PDF is always one file
    return made


def required_fields(kind: str, item_class: str = PERMIT) -> tuple[str, ...]:
    """Return the names of the fields without which a document of this kind is refused."""
    wording = _wording(kind)
    names = [*COMMON, *wording.required]
    if wording.remedy:
        names += ["review_body", "court"]
    if wording.sealed:
        names.append("seal")
    if wording.permit_bases and not wording.bases and item_class != PERMIT:
        names.append("bases")
    return tuple(dict.fromkeys(names))


def title_of(kind: str, data: Mapping[str, object]) -> str:
    """Return the heading as printed, e.g. 不予行政许可决定书."""
    return _heading(_wording(kind), str(data.get("item_class") or PERMIT), str(data.get("licence_name") or "证照"))


def sheet(kind: str, data: Mapping[str, object]) -> dict[str, object]:
    """Return everything that will stand on the paper, as plain text; refuse what lacks."""
    wording = _wording(kind)
    item_class = str(data.get("item_class") or PERMIT)
    if item_class not in ACTS:
        raise Refused(
            "item_class",
            "事项类别“{item_class}”没有对应的文书用语，请改为{known}之一。",
            item_class=item_class,
            known=Words(ACTS),
        )
    fields.demand(_heading(wording, item_class, "证照"), data, required_fields(kind, item_class))
    _check_kinds(kind, data, item_class)
    facts = {**data, "act": ACTS[item_class]}
    words = {name: fields.written(value) for name, value in facts.items() if _writable(value)}
    title = title_of(kind, data)
    # article 45 is no basis for a proceeding whose time is counted
    for_permits = wording.permit_bases if item_class == PERMIT and not data.get("counted") else ()
    own = (*wording.bases, *for_permits)
    given = data.get("bases") or ()
    bases = [*own, *(given if isinstance(given, list | tuple) else [given])]
    if wording.remedy:
        bases += REMEDY_BASES
    face = data.get("seal")
    return {
        "title": title,
        "number": words["number"],
        "case_number": words["case_number"],
        "to": words[wording.to] if wording.to else "",
        "blocks": [made for block in wording.blocks for made in _block(block, title, facts, words, item_class)],
        "bases": list(dict.fromkeys(fields.cited(basis) for basis in bases)),
        "remedy": REMEDY.format_map(words) + words.get("remedy_where", "") if wording.remedy else "",
        "note": words.get("county_note", ""),
        "footer": words.get("county_footer", ""),
        "unit": words["unit"],
        "date": words["date"],
        "demo": bool(data.get("demo", isinstance(face, SealFace) and face.demo)),
        "sample": bool(data.get("sample")),
        "sealed": wording.sealed,
        "wide": data.get("layout") == "wide",
        "licence": {name: words.get(name, "") for name in ("holder", "issuer", "issued_on", "licence_id", "valid_from")}
        | {"valid_until": words.get("valid_until", "长期" if wording.layout == "licence" else "")},
    }


def _wording(kind: str) -> Wording:
    if kind not in KINDS:
        raise Refused("document_kind", "没有名为“{kind}”的文书种类，请从文书种类表中选择。", kind=kind)
    return KINDS[kind]


def _heading(wording: Wording, item_class: str, licence_name: str) -> str:
    return wording.title.replace("{act}", ACTS.get(item_class, "")).replace("{licence_name}", licence_name)


@lru_cache(maxsize=4)
def _compiler(layout: str) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(glyphs.FONTS)])
    return typst.Compiler(str(_LAYOUTS / f"{layout}.typ"), root=str(_LAYOUTS), font_paths=fonts)


def _check_kinds(kind: str, data: Mapping[str, object], item_class: str) -> None:
    """Refuse values that have the wrong shape, and a proceeding outside article 45's closed list."""
    if isinstance(data["date"], datetime) or not isinstance(data["date"], date):
        raise Refused("field_kind", "“落款日期”应为日期（不带时刻），请改正后再制作。")
    try:
        uuid.UUID(str(data["document_id"]))
    except ValueError:
        raise Refused("field_kind", "“文书标识”不是有效的标识，请重新生成。") from None
    if data.get("seal") is not None and not isinstance(data["seal"], SealFace):
        raise Refused("field_kind", "“印章”应取自印章登记，请重新选择。")
    listed = any(one in str(data.get("procedure", "")) for one in PROCEEDINGS)
    if kind == "special_procedure_notice" and item_class == PERMIT and not listed and not data.get("counted"):
        raise Refused(
            "proceeding_not_listed",
            "“{name}”不在可以扣除时间的程序之列，不能停止计时；只有{known}所需时间可以扣除。",
            law("行政许可法 第四十五条"),
            name=data["procedure"],
            known=Words(PROCEEDINGS),
        )


def _block(
    block: Block, title: str, facts: Mapping[str, object], words: Mapping[str, str], item_class: str
) -> Iterator[dict[str, object]]:
    match block:
        case Text(text, when, unless, classes):
            if (when and not facts.get(when)) or (unless and facts.get(unless)):
                return
            if not classes or item_class in classes:
                fields.demand(title, facts, _named(text))
                yield {"kind": "text", "text": text.format_map(words)}
        case Facts(names):
            rows = [[fields.label(name), words[name]] for name in names if not fields.is_blank(facts.get(name))]
            if rows:
                yield {"kind": "pairs", "rows": rows}
        case Pairs(field):
            yield {"kind": "pairs", "rows": _cells(title, facts, field, ("label", "value"), ())}
        case Numbered(field):
            yield {"kind": "numbered", "rows": _cells(title, facts, field, ("name", "reason"), ())}
        case Rows(field, columns, optional):
            keys = tuple(key for key, _width in columns)
            yield {
                "kind": "rows",
                "head": [fields.label(key) for key in keys],
                "widths": [width for _key, width in columns],
                "rows": _cells(title, facts, field, keys, optional),
            }
        case Blanks(labels):
            yield {"kind": "blanks", "labels": list(labels)}


def _cells(
    title: str, facts: Mapping[str, object], field: str, keys: tuple[str, ...], optional: tuple[str, ...]
) -> list[list[str]]:
    """Return the cells of a list field; refuse an entry that lacks a column, naming the entry and the column."""
    entries = facts[field]
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, Mapping) for entry in entries):
        raise Refused(
            "field_kind",
            "《{title}》的“{field}”应为逐项列明的清单，请改正后再制作。",
            title=title,
            field=fields.label(field),
        )
    cells = []
    for at, entry in enumerate(entries, 1):
        for key in keys:
            if key not in optional and fields.is_blank(entry.get(key)):
                raise Refused(
                    "field_missing",
                    "《{title}》“{list}”第{n}项缺少“{field}”，请补充后再制作。",
                    title=title,
                    list=fields.label(field),
                    n=at,
                    field=fields.label(key),
                )
        cells.append([fields.written(entry[key]) if not fields.is_blank(entry.get(key)) else "" for key in keys])
    return cells


def _named(text: str) -> list[str]:
    """Return the fields a paragraph names; ``act`` is always known."""
    return [part.partition("}")[0] for part in text.split("{")[1:]]


def _writable(value: object) -> bool:
    return isinstance(value, str | int | date) and not fields.is_blank(value)


def _strings(value: object) -> Iterator[str]:
    """Walk every text of the sheet."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
