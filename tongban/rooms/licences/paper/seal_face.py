"""The face of a round seal as a picture (SVG).

国发〔1999〕25号: departments and townships bear a five-pointed star, at most 45 mm (a township 42 mm); the name runs
round from left to right in simplified Song-style characters; a seal for one use (专用章) must look different from the
formal seal.  Here the formal seal has one thick ring and no line below the star; a 专用章 has a second, thin ring and
names its use.
"""

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tongban.rooms.licences.paper.glyphs import FONT_FAMILY, demand
from tongban.rulebook.basis import law
from tongban.rulebook.errors import Refused

#: The rules on seals of the State Council.
RULES = law("《国务院关于国家行政机关和企业事业单位社会团体印章管理的规定》（国发〔1999〕25号）")
#: Seal red; slightly transparent so that the text below stays readable.
RED = "#d7000f"
#: The mark on every seal that is not a real one.
DEMO_MARK = "测试章"
#: Most and least diameter drawn, in millimetres.
WIDEST, NARROWEST = 45, 30


@dataclass(frozen=True, slots=True)
class SealFace:
    """What is to be seen on one seal."""

    #: Full name of the unit, set round the ring.
    unit: str
    #: The use of a 专用章, e.g. ``行政审批专用章`` or ``受理专用章``; empty for the formal seal.
    use: str = ""
    #: Outer diameter in millimetres: at most 45, a township 42.
    diameter_mm: int = 42
    #: True prints 测试章: the seal is not a real one.
    demo: bool = True


def name_of(face: SealFace) -> str:
    """Return the seal's name as people say it, e.g. ``示例县行政审批局受理专用章(测试章)``."""
    return f"{face.unit}{face.use or '印章'}{f'（{DEMO_MARK}）' if face.demo else ''}"


def draw(face: SealFace) -> str:
    """Return the face as SVG in millimetres; refuse a wrong size, an empty name or a character without glyph."""
    if not face.unit.strip():
        raise Refused("seal_unit_missing", "印章没有单位名称，请先在印章登记里填写单位全称。", RULES)
    if not NARROWEST <= face.diameter_mm <= WIDEST:
        raise Refused(
            "seal_size",
            "印章直径{diameter}毫米不合规定，应在{narrowest}至{widest}毫米之间，请改正印章登记。",
            RULES,
            diameter=face.diameter_mm,
            narrowest=NARROWEST,
            widest=WIDEST,
        )
    if len(face.unit) > 32 or len(face.use) > 12:
        raise Refused("seal_text_long", "印章单位名称最多32字、用途最多12字，请使用经批准的规范化简称。", RULES)
    demand((face.unit, face.use, DEMO_MARK))
    # drawn for 42 mm and scaled as a whole: proportions stay those of the rule
    parts = [f'<circle r="20.3" fill="none" stroke="{RED}" stroke-width="1.2"/>']
    if face.use:
        parts.append(f'<circle r="19.2" fill="none" stroke="{RED}" stroke-width="0.25"/>')
    parts += _ring(face.unit, radius=13.7 if face.use else 14.2)
    parts.append(f'<path d="{_star(6.2, -1.2 if face.use or face.demo else 0)}" fill="{RED}"/>')
    if face.use:
        parts.append(_line(face.use, y=11.2, size=3.7, widest=27))
    if face.demo:
        parts.append(_line(DEMO_MARK, y=15.6 if face.use else 13.2, size=3.1 if face.use else 3.8, widest=15))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{face.diameter_mm}mm" height="{face.diameter_mm}mm" '
        f'viewBox="-21 -21 42 42" role="img"><title>{escape(name_of(face))}</title>'
        f'<g opacity="0.88" fill="{RED}" font-family="{FONT_FAMILY}, SimSun, serif">{"".join(parts)}</g></svg>'
    )


def _ring(text: str, *, radius: float) -> list[str]:
    """Set the characters evenly on an arc that is open below; feet towards the centre."""
    # 16-24 degrees a character, but never more than 250 degrees in all: below stands the use of the seal
    step = min(24.0, 250.0 / max(len(text) - 1, 1))
    height = 4.9
    # what a character may take of the arc at half its height, in parts of its natural width
    narrow = min(0.92, math.radians(step) * (radius + height / 2) / height * 0.94)
    first = -step * (len(text) - 1) / 2
    return [
        f'<text transform="rotate({first + step * at:.3f}) translate(0,{-radius:.2f}) scale({narrow:.3f},1)" '
        f'text-anchor="middle" font-size="{height}" stroke="{RED}" stroke-width="0.12">{escape(character)}</text>'
        for at, character in enumerate(text)
    ]


def _line(text: str, *, y: float, size: float, widest: float) -> str:
    """Set one straight line about the middle, narrowed where it would touch the ring."""
    narrow = min(1.0, widest / (len(text) * size))
    return (
        f'<text transform="translate(0,{y}) scale({narrow:.3f},1)" text-anchor="middle" font-size="{size}" '
        f'stroke="{RED}" stroke-width="0.1">{escape(text)}</text>'
    )


def _star(radius: float, y: float) -> str:
    """Return the path of a five-pointed star, one point up, with its centre ``y`` below the middle."""
    inner = radius * math.sin(math.radians(18)) / math.sin(math.radians(126))
    points = []
    for at in range(10):
        r, angle = (radius, inner)[at % 2], math.radians(36 * at)
        points.append(f"{r * math.sin(angle):.3f},{y - r * math.cos(angle):.3f}")
    return "M" + "L".join(points) + "Z"
