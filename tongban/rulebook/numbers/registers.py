"""Numbers we give out: the case number, document numbers without gaps, and the random look-up code.

No national structure of the case number is public (GB/T 39046 leaves it open), so ours is a design:
``区划6 + yyyymmdd + 渠道1 + 流水6 + 校验1`` (ISO 7064 MOD 11,10), 22 digits, unique with its county.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tongban.rulebook.basis import design
from tongban.rulebook.errors import Refused, Sentence
from tongban.rulebook.numbers.iso7064 import mod_11_10
from tongban.rulebook.numbers.text import DIGITS, need_alphabet, need_length, tidy

CASE_BASIS = design("办件编号由区划、日期、渠道、流水和校验位组成")
DOCUMENT_BASIS = design("文书编号按单位、文种、年度连续编号，不留空号")
LOOKUP_BASIS = design("查询码随机生成，与办件编号一同使用")

#: Rehearsed cases draw from registers of their own, so that no real number is ever used up by them.
REHEARSAL = "演练:"

#: 32 characters without I, L, O, U: five random bits each.  A typed I, L or O is read as 1, 1 or 0.
LOOKUP_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKUP_MISREADINGS = str.maketrans("ILO", "110")


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """办件编号 taken apart."""

    #: The 22 digits.
    number: str
    #: Six-digit division of the county.
    division: str
    #: Legal day on which the case was filed.
    day: date
    #: 渠道, one digit.
    channel: str
    #: Running number of that county, day and channel, from 1.
    serial: int


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """文书编号 taken apart, as far as it can be read: where a unit's short name ends and 文种 begins is not marked."""

    #: Unit's short name and the character of the document, e.g. ``示例政审受``.
    prefix: str
    #: Year of drawing.
    year: int
    #: Running number of that unit, kind and year, from 1.
    n: int


@dataclass(frozen=True, slots=True)
class RegisterFaults:
    """What is wrong with a register that must run 1, 2, 3 ... without gap; both empty when nothing is."""

    #: Numbers never drawn below the highest one.
    missing: tuple[int, ...]
    #: Numbers drawn more than once.
    doubled: tuple[int, ...]


def make_case_number(division: str, day: date, channel: str, serial: int) -> str:
    """Return the case number with its check digit; refuse when the day's serial passes 999999."""
    if len(division) != 6 or len(channel) != 1 or set(division + channel) - set(DIGITS):
        raise ValueError("a division has 6 digits and a channel 1")
    if not 1 <= serial <= 999_999:
        raise Refused("case_number_full", "当日该渠道的办件流水号已用完，请换一个渠道收件或次日再收。", CASE_BASIS)
    body = f"{division}{day.year:04d}{day:%m%d}{channel}{serial:06d}"
    return body + mod_11_10(body)


def check_case_number(text: str) -> CaseNumber:
    """Return the case number taken apart; refuse a number mistyped."""
    number = tidy(text)
    need_length(number, 22, Sentence("办件编号"), "case_number", CASE_BASIS)
    need_alphabet(number, DIGITS, Sentence("办件编号"), "case_number", CASE_BASIS, allowed=Sentence("数字"))
    if mod_11_10(number[:21]) != number[21]:
        raise Refused(
            "case_number_check",
            "办件编号的校验位对不上，有一位抄错或写颠倒了，请对照收件凭证或受理通知书逐位核对。",
            CASE_BASIS,
        )
    try:
        day = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refused("case_number_day", "办件编号第7至14位不是一个日期，请对照收件凭证核对。", CASE_BASIS) from None
    if number[15:21] == "000000":
        raise Refused("case_number_serial", "办件编号的流水号不能是000000，请对照收件凭证核对。", CASE_BASIS)
    return CaseNumber(number, number[:6], day, number[14], int(number[15:21]))


def make_document_number(unit: str, kind: str, year: int, n: int) -> str:
    """Return a document number such as ``示例政审受〔2026〕第000123号``; ``n`` comes from the gap-free register."""
    for name, part in ((Sentence("单位简称"), unit), (Sentence("文种代字"), kind)):
        if not part or any(character in part for character in "〔〕第号") or part != tidy(part):
            raise Refused(
                "document_number_prefix",
                "{name}“{part}”不能用于文书编号：不能为空，不能含空格、全角符号和“〔〕第号”，请在单位资料中改正。",
                DOCUMENT_BASIS,
                name=name,
                part=part,
            )
    if not 1 <= n <= 999_999 or not 1949 <= year <= 9999:
        raise ValueError("a document number runs from 1 to 999999 within a year of four digits")
    return f"{unit}{kind}〔{year}〕第{n:06d}号"


def check_document_number(text: str) -> DocumentNumber:
    """Return a document number taken apart; refuse any other form."""
    number = "".join(text.split())
    prefix, opened, rest = number.partition("〔")
    year, middle, serial = rest.partition("〕第")
    digits = serial.removesuffix("号")
    well_formed = (
        prefix and opened and middle and serial.endswith("号") and _is_number(year, 4) and _is_number(digits, 6)
    )
    if not well_formed or int(digits) == 0:
        raise Refused(
            "document_number_form",
            "文书编号应写作“示例政审受〔2026〕第000123号”的样子：代字、六角括号内四位年份、六位流水，请对照文书核对。",
            DOCUMENT_BASIS,
        )
    return DocumentNumber(prefix, int(year), int(digits))


def make_lookup_code(random: bytes) -> str:
    """Return the eight characters of a look-up code from five random bytes (40 bits, every code equally likely)."""
    if len(random) != 5:
        raise ValueError("a look-up code needs exactly five random bytes")
    bits = int.from_bytes(random, "big")
    return "".join(LOOKUP_ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))


def check_lookup_code(text: str) -> str:
    """Return a look-up code as it was given out, mending I, L and O; refuse any other form."""
    code = tidy(text).replace("-", "").translate(_LOOKUP_MISREADINGS)
    need_length(code, 8, Sentence("查询码"), "lookup_code", LOOKUP_BASIS)
    need_alphabet(
        code, LOOKUP_ALPHABET, Sentence("查询码"), "lookup_code", LOOKUP_BASIS, allowed=Sentence("数字或字母（不用U）")
    )
    return code


def register_faults(drawn: Iterable[int]) -> RegisterFaults:
    """Return the gaps and doubles of a register's numbers, which must be 1, 2, 3 ... each once."""
    counts = Counter(drawn)
    missing = tuple(n for n in range(1, max(counts, default=0) + 1) if n not in counts)
    return RegisterFaults(missing, tuple(sorted(n for n, times in counts.items() if times > 1)))


def _is_number(text: str, length: int) -> bool:
    return len(text) == length and not set(text) - set(DIGITS)
