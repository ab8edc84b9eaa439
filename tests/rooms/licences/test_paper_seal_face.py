"""The face of a seal keeps to the rules of 国发〔1999〕25号."""

import itertools
import re
import xml.etree.ElementTree as ET

import pytest

from tongban.rooms.licences.paper.seal_face import DEMO_MARK, SealFace, draw, name_of
from tongban.rulebook.errors import Refused

UNIT = "示例县行政审批服务局"
SVG = "{http://www.w3.org/2000/svg}"


def _texts(face: SealFace) -> list[str]:
    return [node.text or "" for node in ET.fromstring(draw(face)).iter(f"{SVG}text")]


def test_the_name_runs_round_evenly_and_the_use_stands_below():
    face = SealFace(UNIT, "受理专用章")
    assert _texts(face) == [*UNIT, "受理专用章", DEMO_MARK]
    turns = [float(turn) for turn in re.findall(r"rotate\((-?[\d.]+)\)", draw(face))]
    gaps = {round(after - before, 2) for before, after in itertools.pairwise(turns)}
    assert (len(turns), len(gaps), round(turns[0] + turns[-1], 6)) == (len(UNIT), 1, 0)


def test_a_seal_for_one_use_looks_different_from_the_formal_one():
    formal, special = draw(SealFace(UNIT, demo=False)), draw(SealFace(UNIT, "行政审批专用章", demo=False))
    assert (formal.count("<circle"), special.count("<circle")) == (1, 2)
    assert _texts(SealFace(UNIT, demo=False)) == [*UNIT]


def test_a_demo_seal_reads_so_in_picture_and_name():
    assert DEMO_MARK in _texts(SealFace(UNIT))
    assert name_of(SealFace(UNIT, "受理专用章")) == f"{UNIT}受理专用章（测试章）"
    assert name_of(SealFace(UNIT, "受理专用章", demo=False)) == f"{UNIT}受理专用章"


def test_the_longest_name_still_leaves_the_bottom_free():
    turns = [float(turn) for turn in re.findall(r"rotate\((-?[\d.]+)\)", draw(SealFace("示" * 32, "受理专用章")))]
    assert (min(turns), max(turns)) == (-125.0, 125.0)


def test_the_size_is_in_millimetres():
    assert ET.fromstring(draw(SealFace(UNIT, diameter_mm=45))).get("width") == "45mm"


@pytest.mark.parametrize(
    ("face", "code"),
    [
        (SealFace(UNIT, diameter_mm=46), "seal_size"),
        (SealFace(UNIT, diameter_mm=29), "seal_size"),
        (SealFace("  "), "seal_unit_missing"),
        (SealFace("示" * 33), "seal_text_long"),
        (SealFace("示例\ue000局"), "glyph_missing"),
    ],
)
def test_a_wrong_face_is_refused(face: SealFace, code: str):
    with pytest.raises(Refused) as refused:
        draw(face)
    assert refused.value.code == code


def test_marks_in_a_name_cannot_leave_the_picture():
    assert "<script" not in draw(SealFace("示例<script>局"))
