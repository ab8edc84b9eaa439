"""证件号码 of people without a citizen's number: form only.

Passports and permits carry no public check character, so a well-formed number proves nothing: the result says
``proven`` only where a check character held.  The forms are taken from the documents in use and not from a
standard's text; they are wide on purpose, because refusing a real traveller is worse than accepting an odd number.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers.citizens import check_citizen_id
from tongban.rulebook.numbers.text import tidy

BASIS = unchecked("出入境证件号码格式", BasisKind.DOCUMENT)


class CertificateKind(StrEnum):
    """Which document a person shows instead of a resident identity card."""

    CHINESE_PASSPORT = "chinese_passport"  # 中国护照
    FOREIGN_PASSPORT = "foreign_passport"  # 外国护照
    HONG_KONG_MACAO_PERMIT = "hong_kong_macao_permit"  # 港澳居民来往内地通行证
    TAIWAN_PERMIT = "taiwan_permit"  # 台湾居民来往大陆通行证
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证
    FOREIGN_RESIDENT = "foreign_resident"  # 外国人永久居留身份证


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """The number of a document."""

    #: Which document.
    kind: CertificateKind
    #: The number, tidied.
    number: str
    #: True only where a check character was there and held; False means: form only, look at the document.
    proven: bool


#: Per kind: its name, the pattern, and the pattern in words.
_FORMS: dict[CertificateKind, tuple[str, re.Pattern[str], str]] = {
    CertificateKind.CHINESE_PASSPORT: (
        "中国护照号码",
        re.compile(r"[A-Z][0-9]{8}|[A-Z]{2}[0-9]{7}"),
        "一个字母加8位数字或两个字母加7位数字",
    ),
    CertificateKind.FOREIGN_PASSPORT: ("外国护照号码", re.compile(r"[A-Z0-9]{5,20}"), "5至20位的字母和数字"),
    CertificateKind.HONG_KONG_MACAO_PERMIT: (
        "港澳居民来往内地通行证号码",
        re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"),
        "字母H或M加8位数字（连同换证次数为10位数字）",
    ),
    CertificateKind.TAIWAN_PERMIT: (
        "台湾居民来往大陆通行证号码",
        re.compile(r"[0-9]{8}|[0-9]{10}"),
        "8位数字（旧证为10位数字）",
    ),
    CertificateKind.FOREIGN_RESIDENT: (
        "外国人永久居留身份证号码",
        re.compile(r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]"),
        "三个字母加12位数字，或9开头的18位号码",
    ),
}

_RESIDENCE_DIVISIONS = ("810000", "820000", "830000")


def check_certificate(kind: CertificateKind, text: str, *, today: date) -> CertificateNumber:
    """Return the number of a document whose form is right; refuse any other form."""
    number = tidy(text)
    if kind is CertificateKind.RESIDENCE_PERMIT:
        citizen = check_citizen_id(number, today=today)
        if citizen.division not in _RESIDENCE_DIVISIONS:
            raise Refused(
                "certificate_form",
                "港澳台居民居住证号码应以810000、820000或830000开头，请核对；内地居民请选择居民身份证。",
                BASIS,
            )
        return CertificateNumber(kind, number, proven=True)
    name, form, words = _FORMS[kind]
    if not number:
        raise Refused("certificate_empty", "没有填写{name}，请按证件填写。", BASIS, name=name)
    if not form.fullmatch(number):
        raise Refused(
            "certificate_form",
            "{name}应为{words}，请对照证件核对，或确认选对了证件种类。",
            BASIS,
            name=name,
            words=words,
        )
    return CertificateNumber(kind, number, proven=False)
