"""电子证照标识 (GB/T 36904): ``1.2.156.3005.2.<类型代码21>.<颁发机构代码>.<流水号>.<版本号3>.<校验位>``.

The type code is the definer's credit code and a serial of three digits.  The check character is ISO 7064 MOD 37,36
over everything between root and check character, dots left out.  Read off public identifiers of four agencies.
Real data holds issuers written as a six-digit division: they are read, and never written.
"""

from dataclasses import dataclass

from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.errors import Refused, Sentence
from tongban.rulebook.numbers.iso7064 import mod_37_36
from tongban.rulebook.numbers.organisations import check_credit_code
from tongban.rulebook.numbers.text import ALPHANUMERIC, DIGITS, need_alphabet, need_length, tidy

BASIS = unchecked("GB/T 36904-2018 电子证照 标识规范", BasisKind.DOCUMENT)

ROOT = "1.2.156.3005.2"
#: Longest serial we write or read: a UUID without hyphens has 32 characters.
SERIAL_LIMIT = 50
NAME = Sentence("电子证照标识")
_KIND, _VERSION, _SERIAL = Sentence("证照类型代码"), Sentence("电子证照标识的版本号"), Sentence("电子证照标识的流水号")


@dataclass(frozen=True, slots=True)
class LicenceIdentifier:
    """An e-licence identifier taken apart; ``str()`` gives the whole."""

    #: 证照类型代码, 21 characters.
    kind: str
    #: 颁发机构代码: a credit code, or in foreign data a six-digit division.
    issuer: str
    #: 流水号, digits and capital letters.
    serial: str
    #: 版本号 1-999; rises by one with each change or renewal.
    version: int
    #: 校验位.
    check: str

    def __str__(self) -> str:
        return f"{ROOT}.{self.kind}.{self.issuer}.{self.serial}.{self.version:03d}.{self.check}"


def check_licence_identifier(text: str) -> LicenceIdentifier:
    """Return an identifier taken apart, as read from a document or another system."""
    number = tidy(text)
    if not number.startswith(f"{ROOT}."):
        raise Refused("licence_id_root", "{name}应以“{root}.”开头，请核对是否复制完整。", BASIS, name=NAME, root=ROOT)
    pieces = number.removeprefix(f"{ROOT}.").split(".")
    if len(pieces) != 5:
        raise Refused(
            "licence_id_pieces",
            "{name}在“{root}”之后应有五段（类型、颁发机构、流水号、版本、校验位），收到{n}段，请核对是否复制完整。",
            BASIS,
            name=NAME,
            root=ROOT,
            n=len(pieces),
        )
    kind, issuer, serial, version, check = pieces
    _need_kind(kind)
    _need_issuer(issuer, short=True)
    _need_serial(serial)
    need_length(version, 3, _VERSION, "licence_id_version", BASIS)
    need_alphabet(version, DIGITS, _VERSION, "licence_id_version", BASIS, allowed=Sentence("数字"))
    _need_version(int(version))
    if mod_37_36(f"{kind}{issuer}{serial}{version}") != check:
        raise Refused(
            "licence_id_check",
            "{name}的校验位对不上，标识里有字符被改动或抄错，请回到原证照重新读取，仍不符的不要采信。",
            BASIS,
            name=NAME,
        )
    return LicenceIdentifier(kind, issuer, serial, int(version), check)


def make_licence_identifier(kind: str, issuer: str, serial: str, version: int) -> LicenceIdentifier:
    """Return the identifier of a licence we issue; its issuer must be a whole credit code."""
    _need_kind(kind)
    _need_issuer(issuer, short=False)
    _need_serial(serial)
    _need_version(version)
    return LicenceIdentifier(kind, issuer, serial, version, mod_37_36(f"{kind}{issuer}{serial}{version:03d}"))


def next_version(former: LicenceIdentifier) -> LicenceIdentifier:
    """Return the identifier after a change or renewal: the same licence, its version one higher."""
    return make_licence_identifier(former.kind, former.issuer, former.serial, former.version + 1)


def _need_kind(kind: str) -> None:
    need_length(kind, 21, _KIND, "licence_id_kind", BASIS)
    _need_credit_code(kind[:18], "licence_id_kind", Sentence("证照类型代码前18位应是定义机构的统一社会信用代码"))
    need_alphabet(kind[18:], DIGITS, _KIND, "licence_id_kind", BASIS, allowed=Sentence("数字"), first=19)


def _need_issuer(issuer: str, *, short: bool) -> None:
    if short and len(issuer) == 6 and not set(issuer) - set(DIGITS):
        return
    _need_credit_code(issuer, "licence_id_issuer", Sentence("颁发机构代码应是18位统一社会信用代码"))


def _need_credit_code(code: str, refusal: str, what: str) -> None:
    try:
        if check_credit_code(code).number != code:
            raise Refused(refusal, "{what}，只用半角大写、不带空格，请改正。", BASIS, what=what)
    except Refused as refused:
        if refused.code == refusal:
            raise
        raise Refused(refusal, "{what}：{why}", BASIS, what=what, why=refused.sentence) from refused


def _need_serial(serial: str) -> None:
    if not 1 <= len(serial) <= SERIAL_LIMIT:
        raise Refused(
            "licence_id_serial",
            "{name}的流水号应为1至{most}位，收到{n}位，请核对。",
            BASIS,
            name=NAME,
            most=SERIAL_LIMIT,
            n=len(serial),
        )
    need_alphabet(serial, ALPHANUMERIC, _SERIAL, "licence_id_serial", BASIS, allowed=Sentence("数字或大写字母"))


def _need_version(version: int) -> None:
    if not 1 <= version <= 999:
        raise Refused(
            "licence_id_version",
            "{name}的版本号只能是001至999，不能是{version}；版本用完的，请注销旧证照后另发新证照。",
            BASIS,
            name=NAME,
            version=version,
        )
