"""What a county may add to its documents.  What the law wants said is not among it: it stands in ``wording``."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.rooms.licences.paper import glyphs
from tongban.rooms.licences.paper.wording import KINDS
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Place:
    """One place for the county's words."""

    label: str
    #: Most characters.
    most: int
    #: The field of a document's data that it fills.
    field: str
    #: The kind of document that shows it best.
    kind: str


_FIXED = {
    "paper/court": Place("提起行政诉讼的法院", 40, "court", "non_acceptance"),
    "paper/remedy": Place("救济途径之后：复议机关和法院的地址、电话", 120, "remedy_where", "non_acceptance"),
    "paper/footer": Place("页脚：本机关的地址、电话", 60, "county_footer", "receipt"),
}


def places() -> dict[str, Place]:
    """Return the places by key, those of one kind of document last."""
    notes = {
        f"paper/note-{kind}": Place(wording.title.replace("{act}", "行政许可"), 200, "county_note", kind)
        for kind, wording in KINDS.items()
        if wording.layout == "notice"
    }
    return _FIXED | notes


def check_paper(key: str, text: str) -> str:
    """Return the words as they will be kept.

    Raises ``Refused``: ``wording_unknown``, ``wording_empty``, ``wording_long``, ``wording_court``, ``glyph_missing``.
    """
    place = places().get(key)
    if place is None:
        raise Refused("wording_unknown", "文书上没有这个位置。请从列表中选择。")
    text = " ".join(text.split())
    if not text:
        raise Refused("wording_empty", "请写出要印的话。不要再印的，请按“用回原样”。")
    if len(text) > place.most:
        raise Refused(
            "wording_long", "这里最多印 {most} 个字，现在有 {count} 个。请缩短。", most=place.most, count=len(text)
        )
    if key == "paper/court" and "人民法院" not in text:
        raise Refused("wording_court", "行政诉讼由人民法院受理（行政诉讼法）。请写明是哪个人民法院。")
    glyphs.demand([text])
    return text


def told(kind: str, words: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that a county's words fill in a document of this kind."""
    keys = (*_FIXED, f"paper/note-{kind}")
    found = places()
    return {found[key].field: words[key] for key in keys if words.get(key) and key in found}
