"""装订: several scanned pages become one document, in their order."""

from collections.abc import Sequence
from io import BytesIO
from itertools import chain, repeat

from PIL import Image, UnidentifiedImageError

from tongban.rooms.files.media import kind_of
from tongban.rulebook.errors import Refused

#: Pages of one document, and points of one page (some 400 dpi on A4): more is no scan of a paper.
PAGES, POINTS = 60, 64_000_000
#: How a page that is drawn anew is kept.
QUALITY = 88
#: Quarter turns to the right -> what Pillow calls them, which turns to the left.
_TURNED = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}


def bind(pages: Sequence[bytes], *, turns: Sequence[int] = (), longest: int | None = None) -> bytes:
    """Return one content: a single one as it is, several pictures (jpg, png) as the pages of a PDF.

    ``turns``: quarter turns to the right of each page; one that is turned is drawn anew even if it is the only one.
    ``longest``: points of the longer side of a page at most; None: as it is.
    Raises ``Refused``: ``file_empty``, ``bind_pictures``, ``bind_many``, ``file_damaged``.
    """
    if not pages:
        raise Refused("file_empty", "没有选择文件。请选择扫描件后再上传。")
    if len(pages) == 1 and not any(turns):
        return pages[0]
    if len(pages) > PAGES:
        raise Refused("bind_many", "一份材料最多 {pages} 页。请分开扫描，或先合成一个 PDF 再上传。", pages=PAGES)
    if any(kind_of(one) not in ("jpg", "png") for one in pages):
        raise Refused("bind_pictures", "一份材料选了多个文件时，只能都是 JPG 或 PNG 图片。PDF 请一份材料传一个。")
    sheets = [_sheet(one, turn, longest) for one, turn in zip(pages, chain(turns, repeat(0)), strict=False)]
    made = BytesIO()
    if len(sheets) == 1:
        sheets[0].save(made, "JPEG", quality=QUALITY)
        return made.getvalue()
    sheets[0].save(made, "PDF", save_all=True, append_images=sheets[1:], resolution=200)
    return made.getvalue()


def drawn(content: bytes, turn: int, longest: int) -> bytes:
    """Return a picture turned and made small, as JPEG: what a page shows of it.  Refuses as ``bind``."""
    made = BytesIO()
    _sheet(content, turn, longest).save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def _sheet(content: bytes, turn: int, longest: int | None) -> Image.Image:
    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.width * picture.height > POINTS:
                raise Refused("file_too_large", "扫描图片的点数太多。请把扫描清晰度调到 300 dpi 以下后重扫。")
            if longest is not None:
                picture.draft("RGB", (longest, longest))  # a photograph is unpacked no larger than it is needed
            sheet = picture.convert("RGB")
            if longest is not None:
                sheet.thumbnail((longest, longest))
            return sheet.transpose(_TURNED[turn % 4]) if turn % 4 else sheet
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Refused("file_damaged", "有一页图片打不开。请检查原文件能否打开，然后重新扫描。") from error
