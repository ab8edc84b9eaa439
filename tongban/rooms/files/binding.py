"""装订: several scanned pages become one document, in their order."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from tongban.rooms.files.media import kind_of
from tongban.rulebook.errors import Refused

#: Pages of one document, and points of one page (some 400 dpi on A4): more is no scan of a paper.
PAGES, POINTS = 60, 40_000_000


def bind(pages: Sequence[bytes]) -> bytes:
    """Return one content: a single one as it is, several pictures (jpg, png) as the pages of a PDF.

    Raises ``Refused``: ``file_empty``, ``bind_pictures``, ``bind_many``, ``file_damaged``.
    """
    if not pages:
        raise Refused("file_empty", "没有选择文件。请选择扫描件后再上传。")
    if len(pages) == 1:
        return pages[0]
    if len(pages) > PAGES:
        raise Refused("bind_many", f"一份材料最多 {PAGES} 页。请分开扫描，或先合成一个 PDF 再上传。")
    if any(kind_of(one) not in ("jpg", "png") for one in pages):
        raise Refused("bind_pictures", "一份材料选了多个文件时，只能都是 JPG 或 PNG 图片。PDF 请一份材料传一个。")
    sheets = [_sheet(one) for one in pages]
    made = BytesIO()
    sheets[0].save(made, "PDF", save_all=True, append_images=sheets[1:], resolution=200)
    return made.getvalue()


def _sheet(content: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.width * picture.height > POINTS:
                raise Refused("file_too_large", "扫描图片的点数太多。请把扫描清晰度调到 300 dpi 以下后重扫。")
            return picture.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Refused("file_damaged", "有一页图片打不开。请检查原文件能否打开，然后重新扫描。") from error
