"""Which characters the one font can draw.  A name is never printed with a blank box in it."""

import struct
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from tongban.rulebook.errors import Refused, Sentence

#: The folder with the one font; nothing else is ever used, so that a page looks the same on every machine.
FONTS = Path(__file__).parents[3] / "assets" / "fonts"
#: The font file: full, unsubset, free to embed (``fsType`` 0).
FONT_FILE = FONTS / "NotoSerifSC-Regular.ttf"
#: The family name that layouts and seal faces ask for.
FONT_FAMILY = "Noto Serif SC"

#: Characters that lay text out and need no drawing.
_LAYOUT = frozenset("\n")


@lru_cache(maxsize=1)
def _ranges() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return first and last code points of the font's ranges, from its format 12 character map (OpenType ``cmap``)."""
    with FONT_FILE.open("rb") as font:
        head = font.read(12)
        tables = font.read(16 * struct.unpack(">H", head[4:6])[0])
        offset = next(
            struct.unpack(">I", tables[at + 8 : at + 12])[0]
            for at in range(0, len(tables), 16)
            if tables[at : at + 4] == b"cmap"
        )
        font.seek(offset)
        count = struct.unpack(">HH", font.read(4))[1]
        records = [struct.unpack(">HHI", font.read(8)) for _ in range(count)]
        for _platform, _encoding, start in records:
            font.seek(offset + start)
            if struct.unpack(">H", font.read(2))[0] != 12:
                continue
            groups = struct.unpack(">HIII", font.read(14))[3]
            rows = [struct.unpack(">III", font.read(12)) for _ in range(groups)]
            return tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    raise ValueError(f"{FONT_FILE.name} has no full character map")


def can_draw(character: str) -> bool:
    """Say whether the font has a glyph for one character."""
    firsts, lasts = _ranges()
    at = bisect_right(firsts, ord(character)) - 1
    return at >= 0 and ord(character) <= lasts[at]


def missing(text: str) -> tuple[str, ...]:
    """Return the characters of ``text`` that cannot be drawn, each once, in order of appearance."""
    return tuple(dict.fromkeys(c for c in text if c not in _LAYOUT and not can_draw(c)))


def demand(texts: Iterable[str]) -> None:
    """Pass when every character can be drawn; otherwise refuse, naming the first one and where it stands."""
    for text in texts:
        for character in missing(text):
            shown = f"“{character}”" if character.isprintable() else Sentence("一个不可见字符")
            around = "".join(c for c in text if c.isprintable())[:30]
            raise Refused(
                "glyph_missing",
                "文书字库里没有{shown}（U+{point:04X}），它出现在“{around}”中。请核对是否录入有误；"
                "确为姓名或名称用字的，请按证件上的写法重新录入，或者联系系统管理员更换收有此字的字库，文书暂不能制作。",
                shown=shown,
                point=ord(character),
                around=around,
            )
