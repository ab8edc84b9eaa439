"""照片成册: photographs of one paper, put in order and turned, become one document.

The pages stay uploads that nothing refers to: two days after the last change they are swept, and the document stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.files import actions
from tongban.rooms.files.binding import bind, drawn
from tongban.rooms.files.models import StoredFile
from tongban.rulebook.errors import Refused

#: Photographs of one paper, and points of the longer side of a page (A4 at 200 dpi) and of its small picture.
MOST, LONGEST, SMALL = 20, 2400, 480
#: What a page may be.
PICTURES = ("jpg", "png")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a paper."""

    file_id: UUID
    #: Quarter turns to the right, 0 to 3.
    turn: int = 0

    @property
    def turned(self) -> "Sheet":
        """The same page, turned once more."""
        return Sheet(self.file_id, (self.turn + 1) % 4)


def lay_sheet(content: bytes, *, county: str, actor: str) -> Sheet:
    """Keep a photograph as a page; what the camera wrote beside it is dropped.  Refuses as ``actions.store``."""
    return Sheet(actions.store(content, county=county, actor=actor, allowed=PICTURES, provisional=True))


def bind_sheets(sheets: Sequence[Sheet], *, county: str, actor: str, allowed: Sequence[str]) -> UUID:
    """Make one document of the pages in their order and return its id, a provisional one.

    A single page that stands upright is the document itself.  Raises ``Refused``: ``sheets_none``, ``sheets_many``,
    ``sheets_gone``, ``sheets_too_large`` and what ``bind`` and ``actions.store`` refuse.
    """
    if not sheets:
        raise Refused("sheets_none", "还没有照片。请选择照片后再上传。")
    if len(sheets) > MOST:
        raise Refused("sheets_many", "一份材料最多 {most} 张照片。请删去多余的，或先合成一个 PDF 再上传。", most=MOST)
    wanted = {one.file_id for one in sheets}
    rows = {row.id: row for row in StoredFile.objects.filter(id__in=wanted, county=county)}
    if len(rows) < len(wanted):
        raise _gone()
    StoredFile.objects.filter(id__in=wanted).update(touched_at=clock.now())
    if len(sheets) == 1 and not sheets[0].turn:
        return sheets[0].file_id
    pages = [actions.content_of(rows[one.file_id]) for one in sheets]
    content = bind(pages, turns=[one.turn for one in sheets], longest=LONGEST)
    try:
        return actions.store(content, county=county, actor=actor, allowed=allowed, provisional=True)
    except Refused as no:
        if no.code != "file_too_large":
            raise
        size, most = f"{len(content) / (1024 * 1024):.1f}", actions.limit_bytes() // (1024 * 1024)
        raise Refused(
            "sheets_too_large",
            "{count} 张照片合起来有 {size} MB，超过了 {most} MB 的上限。请删去几张，或降低拍照清晰度后换一张。",
            count=len(sheets),
            size=size,
            most=most,
        ) from no


def small(content: bytes, turn: int) -> bytes:
    """Return a small picture of a page, turned as it will stand in the document."""
    return drawn(content, turn, SMALL)


def _gone() -> Refused:
    return Refused("sheets_gone", "照片上传已超过两天，不能再单独调整。合成好的材料还在；要改的，请重新上传。")
