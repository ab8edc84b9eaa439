"""满意度: five grades, and the two code sets that count them in opposite directions.

GB/T 39046 writes 1 for 非常满意; the national 好差评 interface writes 5.  So a grade is never kept or passed on as a
bare number: it is converted where data comes in and goes out, and nowhere else.
"""

from enum import StrEnum

from tongban.rulebook.basis import Basis, BasisKind, unchecked
from tongban.rulebook.errors import Refused


class GradeCodes(StrEnum):
    """A code set in which other systems write grades."""

    GBT_39046 = "gbt39046"  # 1 非常满意 ... 5 非常不满意
    NATIONAL_RATING = "national_rating"  # 5 非常满意 ... 1 非常不满意


class Grade(StrEnum):
    """How satisfied somebody was."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"

    @property
    def label(self) -> str:
        """The grade in the words of the code set."""
        return _LABELS[self]

    @property
    def is_good(self) -> bool:
        """True for the three grades that count as 好评; the other two are 差评 and must be put right."""
        return self in (Grade.VERY_SATISFIED, Grade.SATISFIED, Grade.FAIR)

    def code(self, codes: GradeCodes) -> str:
        """Return the grade as another system writes it."""
        place = _BEST_FIRST.index(self) + 1
        return str(place if codes is GradeCodes.GBT_39046 else 6 - place)

    @classmethod
    def from_code(cls, code: str, codes: GradeCodes) -> "Grade":
        """Return the grade another system wrote as ``code``; refuse anything but 1-5."""
        if code not in ("1", "2", "3", "4", "5"):
            raise Refused(
                "grade_code", "满意度代码只能是1至5，收到“{code}”，请核对数据来源。", _BASES[codes], code=code
            )
        place = int(code) if codes is GradeCodes.GBT_39046 else 6 - int(code)
        return _BEST_FIRST[place - 1]


_BEST_FIRST = tuple(Grade)
_LABELS = dict(zip(Grade, ("非常满意", "满意", "基本满意", "不满意", "非常不满意"), strict=True))
_BASES: dict[GradeCodes, Basis] = {
    GradeCodes.GBT_39046: Basis(BasisKind.DOCUMENT, "GB/T 39046-2020 附录A", "标准文本", verified=True),
    GradeCodes.NATIONAL_RATING: unchecked("国家政务服务“好差评”数据接口", BasisKind.DOCUMENT),
}
