"""公民身份号码 (GB 11643): 6 division, 8 date of birth, 3 sequence (odd: male), 1 check by ISO 7064 MOD 11-2.

Residence permits of people from 港澳台 (810000, 820000, 830000) follow the same form and pass here too.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.errors import Refused, Sentence
from tongban.rulebook.numbers.iso7064 import mod_11_2
from tongban.rulebook.numbers.text import DIGITS, need_alphabet, need_length, tidy

BASIS = unchecked("GB 11643-1999 公民身份号码", BasisKind.DOCUMENT)
NAME = Sentence("身份证号")


class Sex(StrEnum):
    """Sex as the sequence number tells it."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A citizen's number taken apart.  Personal data: never into a journal or a log."""

    #: The 18 characters, X in capitals.
    number: str
    #: Six-digit division of first registration, as it was then; not looked up.
    division: str
    #: Date of birth.
    birth: date
    #: Sex by the last digit of the sequence.
    sex: Sex


def check_citizen_id(text: str, *, today: date) -> CitizenId:
    """Return the citizen's number taken apart; refuse a wrong form, date, future birth or check character."""
    number = tidy(text)
    if len(number) == 15 and not set(number) - set(DIGITS):
        raise Refused("citizen_id_old", "这是15位的旧身份证号，请按现在使用的18位居民身份证填写。", BASIS)
    need_length(number, 18, NAME, "citizen_id", BASIS)
    need_alphabet(number[:17], DIGITS, NAME, "citizen_id", BASIS, allowed=Sentence("数字"))
    need_alphabet(number[17], DIGITS + "X", NAME, "citizen_id", BASIS, allowed=Sentence("数字或字母X"), first=18)
    birth = _birth(number[6:14], today)
    if mod_11_2(number[:17]) != number[17]:
        raise Refused(
            "citizen_id_check",
            "身份证号的校验位对不上，多半是有一位抄错或相邻两位写颠倒了，请对照身份证逐位核对后重新填写。",
            BASIS,
        )
    return CitizenId(number, number[:6], birth, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def upgrade_citizen_id(text: str, *, today: date) -> CitizenId:
    """Return the 18-character number that an old one of 15 digits became (born 19yy, check character added)."""
    old = tidy(text)
    need_length(old, 15, Sentence("15位旧身份证号"), "citizen_id_old", BASIS)
    need_alphabet(old, DIGITS, Sentence("15位旧身份证号"), "citizen_id_old", BASIS, allowed=Sentence("数字"))
    body = f"{old[:6]}19{old[6:]}"
    return check_citizen_id(body + mod_11_2(body), today=today)


def make_citizen_id(division: str, birth: date, sequence: int) -> str:
    """Return a number with a right check character, for made-up people: give a division that begins with 99."""
    if len(division) != 6 or set(division) - set(DIGITS) or not 0 <= sequence <= 999:
        raise ValueError("a division has 6 digits and a sequence lies in 0-999")
    body = f"{division}{birth.year:04d}{birth:%m%d}{sequence:03d}"
    return body + mod_11_2(body)


def _birth(digits: str, today: date) -> date:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    try:
        birth = date(year, month, day)
    except ValueError:
        raise Refused(
            "citizen_id_birth",
            "身份证号第7至14位应是出生日期，但没有{year}年{month}月{day}日这一天，请对照身份证核对。",
            BASIS,
            year=year,
            month=month,
            day=day,
        ) from None
    if birth > today:
        raise Refused(
            "citizen_id_future",
            "身份证号里的出生日期{year}年{month}月{day}日晚于今天，请对照身份证核对第7至14位。",
            BASIS,
            year=year,
            month=month,
            day=day,
        )
    return birth
