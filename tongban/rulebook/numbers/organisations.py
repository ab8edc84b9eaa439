"""统一社会信用代码 (GB 32100) and the 组织机构代码 (GB 11714) inside it.

18 characters: registering department 1, category 1, division 6, organisation code 9 (its last one a check
character), check character 1.
"""

from dataclasses import dataclass

from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.errors import Refused, Sentence
from tongban.rulebook.numbers.text import ALPHANUMERIC, DIGITS, need_alphabet, need_length, tidy

BASIS = unchecked("GB 32100-2015 法人和其他组织统一社会信用代码编码规则", BasisKind.DOCUMENT)
INNER_BASIS = unchecked("GB 11714 全国组织机构代码编制规则", BasisKind.DOCUMENT)

#: No I, O, S, V, Z: they would be read as 1, 0, 5, U, 2.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
NAME = Sentence("统一社会信用代码")
INNER_NAME = Sentence("组织机构代码")
ALLOWED = Sentence("数字或大写字母（不用I、O、S、V、Z）")


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A credit code taken apart."""

    #: The 18 characters.
    number: str
    #: 登记管理部门, one character.
    registrar: str
    #: 机构类别, one character, read within its registrar.
    category: str
    #: Six-digit division of the registrar; not looked up.
    division: str
    #: The nine characters of the organisation code.
    organisation: str


def check_credit_code(text: str) -> CreditCode:
    """Return the code taken apart; refuse a wrong form, outer or inner check character."""
    number = tidy(text)
    need_length(number, 18, NAME, "credit_code", BASIS)
    need_alphabet(number, ALPHABET, NAME, "credit_code", BASIS, allowed=ALLOWED)
    need_alphabet(
        number[2:8], DIGITS, NAME, "credit_code", BASIS, allowed=Sentence("数字（第3至8位是行政区划）"), first=3
    )
    if _check(number[:17]) != number[17]:
        raise Refused(
            "credit_code_check",
            "统一社会信用代码的校验位（第18位）对不上，有一位抄错或两位写颠倒了，请对照营业执照或登记证书逐位核对。",
            BASIS,
        )
    if _inner_check(number[8:16]) != number[16]:
        raise Refused(
            "credit_code_organisation",
            "统一社会信用代码第9至17位是组织机构代码，其校验位（第17位）对不上，请对照营业执照或登记证书核对这九位。",
            INNER_BASIS,
        )
    return CreditCode(number, number[0], number[1], number[2:8], number[8:17])


def check_organisation_code(text: str) -> str:
    """Return the nine characters of an organisation code, written with or without its hyphen."""
    code = tidy(text)
    if len(code) == 10 and code[8] == "-":
        code = code[:8] + code[9]
    need_length(code, 9, INNER_NAME, "organisation_code", INNER_BASIS)
    need_alphabet(
        code[:8], ALPHANUMERIC, INNER_NAME, "organisation_code", INNER_BASIS, allowed=Sentence("数字或大写字母")
    )
    need_alphabet(
        code[8], DIGITS + "X", INNER_NAME, "organisation_code", INNER_BASIS, allowed=Sentence("数字或字母X"), first=9
    )
    if _inner_check(code[:8]) != code[8]:
        raise Refused(
            "organisation_code_check", "组织机构代码的校验位（第9位）对不上，请对照证书逐位核对。", INNER_BASIS
        )
    return code


def make_credit_code(registrar: str, category: str, division: str, body: str) -> str:
    """Return a code with both check characters set; ``body`` is the organisation code's first eight characters."""
    start = f"{registrar}{category}{division}{body}"
    if len(start) != 16 or len(body) != 8 or set(start) - set(ALPHABET):
        raise ValueError("a credit code begins with 1 + 1 + 6 + 8 characters of its alphabet")
    start += _inner_check(body)
    return start + _check(start)


def _check(first17: str) -> str:
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def _inner_check(first8: str) -> str:
    total = sum(ALPHANUMERIC.index(character) * weight for character, weight in zip(first8, INNER_WEIGHTS, strict=True))
    return (DIGITS + "X")[-total % 11]
