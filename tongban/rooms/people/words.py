"""Checks on what people type about persons, and the sentences that refuse it."""

import re
import unicodedata
from datetime import date

from tongban.rulebook import basis, numbers
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import CertificateKind

#: Who counts as an adult, and the exception from sixteen.
CAPACITY = basis.unchecked("民法典 第十七条、第十八条、第十九条")

SCHEME_LABELS = {
    "citizen_id": "居民身份证号码",
    "passport": "护照号码",
    "hmt": "港澳台居民证件号码",
    "credit_code": "统一社会信用代码",
}

_PHONE = re.compile(r"\+?[0-9][0-9-]{3,18}[0-9]")
_COUNTY = re.compile(r"[0-9]{6}")


def check_county(county: str) -> str:
    """Return the 6-digit county, or refuse."""
    if not _COUNTY.fullmatch(county):
        raise Refused("county_code", "县级区划代码应为 6 位数字，收到的是“{county}”。请核对后重新填写。", county=county)
    return county


def check_name(name: str) -> str:
    """Return the name without outer blanks.  Rare characters stay; what no other system can read is refused."""
    name = unicodedata.normalize("NFC", name.strip())
    if not name:
        raise Refused("name_missing", "没有填写姓名或名称。请按证件填写后再提交。")
    if len(name) > 200:
        raise Refused("name_too_long", "姓名或名称超过 200 个字。请按证件上的全称填写。")
    for char in name:
        category = unicodedata.category(char)
        if category == "Cn" and "\U00020000" <= char <= "\U0003ffff":
            continue  # ideographs newer than this Python's tables
        if char == "\ufffd" or category in {"Cc", "Cs", "Cn"}:
            raise Refused("name_unreadable", "姓名中有无法辨认的字符。请重新录入，生僻字可用部件或拼音查字后录入。")
        if category == "Co":
            raise Refused(
                "name_private_character",
                "姓名第 {n} 个字是自造字，别的系统读不出来。请改用国标字库中的同一个字。",
                n=name.index(char) + 1,
            )
    return name


def check_phone(phone: str) -> str:
    """Return the number without blanks, or refuse."""
    compact = phone.replace(" ", "")
    if not _PHONE.fullmatch(compact):
        raise Refused("phone_format", "联系电话只能由数字和短横线组成，5 到 20 位。请核对后重新填写。")
    return compact


def check_identifier(scheme: str, value: str, issuer: str, today: date) -> tuple[str, str, date | None]:
    """Return the value as it is kept, its issuer, and the date of birth it tells.  Raises ``Refused``."""
    match scheme:
        case "citizen_id":
            citizen = numbers.check_citizen_id(value, today=today)
            return citizen.number, "", citizen.birth
        case "credit_code":
            return numbers.check_credit_code(value).number, "", None
        case "passport":
            if not re.fullmatch(r"[A-Z]{3}", issuer):
                raise Refused("passport_issuer", "护照要注明签发国，用三个大写字母的国家代码，例如 FRA。请补充。")
            passport = CertificateKind.CHINESE_PASSPORT if issuer == "CHN" else CertificateKind.FOREIGN_PASSPORT
            return numbers.check_certificate(passport, value, today=today).number, issuer, None
        case "hmt":
            return numbers.check_certificate(_hmt_kind(numbers.tidy(value)), value, today=today).number, "", None
    raise Refused("identifier_scheme", "不认识这种证件。可用居民身份证、护照、港澳台居民证件或统一社会信用代码。")


def _hmt_kind(value: str) -> CertificateKind:
    """Return which of the three documents of residents of 港澳台 a number belongs to, by its shape."""
    if len(value) == 18:
        return CertificateKind.RESIDENCE_PERMIT
    if value[:1].isalpha():
        return CertificateKind.HONG_KONG_MACAO_PERMIT
    return CertificateKind.TAIWAN_PERMIT


def check_life(born: date | None, died: date | None, today: date) -> None:
    """Refuse a birth or death in the future, and a death before birth."""
    if born is not None and born > today:
        raise Refused("born_in_future", "出生日期还没有到。请核对后重新填写。")
    if died is not None and died > today:
        raise Refused("died_in_future", "死亡日期还没有到。请核对后重新填写。")
    if born is not None and died is not None and died < born:
        raise Refused("died_before_birth", "死亡日期早于出生日期。请核对后重新填写。")


def check_range(first: date, last: date | None) -> None:
    """Refuse a range whose last day lies before its first."""
    if last is not None and last < first:
        raise Refused(
            "range_reversed", "结束日期 {last} 早于开始日期 {first}。请核对后重新填写。", last=last, first=first
        )


def birthday(born: date, years: int) -> date:
    """Return the day on which somebody born on ``born`` is ``years`` old; 29 February counts as 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
