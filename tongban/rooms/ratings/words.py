"""Words of 好差评: where a rating was given, what it rates, and the sentences that refuse one."""

from enum import StrEnum

from tongban.rulebook.basis import Basis, BasisKind, design
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade

NATIONAL = Basis(BasisKind.DOCUMENT, "国办发〔2019〕51号", "国务院办公厅", verified=True)

#: Longest comment, in characters.
MOST_CHARACTERS = 500


class Channel(StrEnum):
    """评价渠道 (GB/T 39046-2020 附录A)."""

    PC = "pc"
    MOBILE = "mobile"
    QR = "qr"
    HALL_TABLET = "hall_tablet"
    HALL_TERMINAL = "hall_terminal"
    PHONE = "phone"
    SMS = "sms"

    @property
    def label(self) -> str:
        """The channel in the words of the code set."""
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS = dict(
    zip(
        Channel,
        ("PC端", "移动服务端", "二维码", "政务大厅平板电脑", "政务大厅其他终端", "电话", "短信"),
        strict=True,
    )
)


class Act(StrEnum):
    """What is rated: the whole case (一事一评), or one coming to a place (一次一评)."""

    CASE = "case"
    VISIT = "visit"


class Valid(StrEnum):
    """Whether a rating counts."""

    COUNTED = "counted"
    MISTAKEN = "mistaken"  # 误评
    MALICIOUS = "malicious"  # 恶意差评


VALID_LABELS = {Valid.COUNTED: "计入", Valid.MISTAKEN: "误评，不计入", Valid.MALICIOUS: "恶意差评，不计入"}


def check_grade(grade: str) -> Grade:
    """Return the grade, or refuse: never a bare number, because two code sets count in opposite directions."""
    try:
        return Grade(grade)
    except ValueError:
        raise Refused("grade_unknown", "请在非常满意、满意、基本满意、不满意、非常不满意中选一项。", NATIONAL) from None


def check_channel(channel: str) -> Channel:
    """Return the channel, or refuse."""
    try:
        return Channel(channel)
    except ValueError:
        raise Refused(
            "rating_channel_unknown", "不认识这个评价渠道。请从网页、手机、评价器、电话或短信进入后再评价。"
        ) from None


def check_comment(comment: str) -> str:
    """Return the comment without outer blanks, or refuse one that is too long."""
    comment = comment.strip()
    if len(comment) > MOST_CHARACTERS:
        raise Refused(
            "comment_too_long",
            "评价内容最多 {most_characters} 个字，请缩短后再提交。",
            design("评价内容长度"),
            most_characters=MOST_CHARACTERS,
        )
    return comment


def check_verdict(verdict: str) -> Valid:
    """Return why a rating should not count, or refuse."""
    if verdict not in (Valid.MISTAKEN, Valid.MALICIOUS):
        raise Refused("verdict_unknown", "只能认定为误评或恶意差评。请选一项。", NATIONAL)
    return Valid(verdict)
