"""网上办理深度: computed from what an item truly supports, never typed (section 3 of the law digest; S009)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tongban.rulebook.catalogue.item import Item

Level = Literal["I", "II", "III", "IV"]

#: Values of the national code set, in the words of the list.
VALUES = {
    1: "互联网咨询",
    2: "互联网收件",
    3: "互联网预审",
    4: "互联网受理",
    5: "互联网办理",
    6: "互联网办理结果信息反馈",
    7: "互联网电子证照反馈",
    8: "其他",
    9: "其他",
}
_WHOLE_WAY = frozenset({5, 6, 7})
_RANK = {"I": 1, "II": 2, "III": 3, "IV": 4}


@dataclass(frozen=True, slots=True)
class Depth:
    """The depth an item reaches beside the depth its unit claims."""

    #: What it truly supports.
    computed: Level
    #: What the unit claims; None when it claims nothing.
    claimed: Level | None

    @property
    def overstated(self) -> bool:
        """True when more is claimed than supported."""
        return self.claimed is not None and _RANK[self.claimed] > _RANK[self.computed]


def level_of(values: Iterable[int]) -> Level:
    """Return the level of a set of depth values: IV has 5, 6 or 7; III has 4; II has 2 or 3; otherwise I."""
    have = frozenset(values)
    if have & _WHOLE_WAY:
        return "IV"
    if 4 in have:
        return "III"
    return "II" if have & {2, 3} else "I"


def reasons_to_come(item: Item) -> tuple[str, ...]:
    """Return what still brings a person to the window; empty when nothing does."""
    reasons = []
    if item.visits > 0:
        reasons.append(f"到办事现场次数为 {item.visits} 次")
    originals = [one.name for one in item.materials if one.original and one.source == "applicant"]
    if originals:
        reasons.append(f"须核验原件：{'、'.join(originals)}")
    if item.result is not None and item.result.form != "无" and set(item.guide.delivery) <= {"window"}:
        reasons.append(f"《{item.result.name}》只能到窗口领取")
    return tuple(reasons)


def supported(item: Item) -> frozenset[int]:
    """Return the depth values the item truly supports: whatever ends at a window is not handled over the net."""
    online = item.online
    flags = (
        online.consult,
        online.receive,
        online.pre_review,
        online.accept,
        online.handle,
        online.result_feedback,
        online.licence_feedback,
    )
    values = frozenset(number for number, yes in enumerate(flags, start=1) if yes)
    return values - _WHOLE_WAY if reasons_to_come(item) else values


def compare_depth(item: Item) -> Depth:
    """Return computed and claimed depth side by side."""
    claimed = level_of(item.online.claimed) if item.online.claimed else None
    return Depth(level_of(supported(item)), claimed)


def depth(item: Item) -> Level:
    """Return the computed depth of an item."""
    return level_of(supported(item))
