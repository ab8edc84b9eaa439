"""Made-up papers of a simulated county: a white sheet that says which material it stands for."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from tongban.rooms.licences.paper.glyphs import FONT_FILE

#: Kinds of files that can be made, the smallest first.
KINDS = {"png": "PNG", "jpg": "JPEG", "pdf": "PDF"}
#: Width and height in pixels, letters in a line, size of a letter.
SIZE, LINE, LETTER = (420, 594), 11, 32


@cache
def sheet(name: str, kind: str = "png") -> bytes:
    """Return a sheet with the name of a material as a file of this kind; the same sheet is drawn once."""
    page = Image.new("L", SIZE, 255)
    pen = ImageDraw.Draw(page)
    pen.rectangle((14, 14, SIZE[0] - 15, SIZE[1] - 15), outline=120)
    lines = [name[start : start + LINE] for start in range(0, min(len(name), 6 * LINE), LINE)]
    for n, line in enumerate(lines):
        pen.text((SIZE[0] / 2, 120 + n * 46), line, fill=20, font=_font(LETTER), anchor="mm")
    for y in range(420, 500, 26):
        pen.line((60, y, SIZE[0] - 60, y), fill=190)
    pen.text((SIZE[0] / 2, 550), "示例县演示材料，内容是编造的", fill=120, font=_font(16), anchor="mm")
    made = BytesIO()
    page.save(made, KINDS[kind])
    return made.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_FILE), size)
