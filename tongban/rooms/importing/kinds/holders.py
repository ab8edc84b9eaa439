"""Persons named in tables: found by their number, registered where they are new."""

from uuid import UUID

from tongban.rooms.importing.bringing import Work
from tongban.rooms.people import actions
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import check_citizen_id, check_credit_code, fault_of, tidy

#: Characters of a name without · that is surely a person's.
_LONGEST_NAME = 4
#: Words for kinds of numbers.
SCHEMES = {
    "身份证": "citizen_id",
    "居民身份证": "citizen_id",
    "统一社会信用代码": "credit_code",
    "信用代码": "credit_code",
    "港澳台证件": "hmt",
}


def found_or_registered(work: Work, name: str, number: str, scheme: str = "", phone: str = "") -> UUID:
    """Return the person with this number, registered now where nobody has it.

    Raises ``Refused``: the number is wrong, or is that of a person of another name.  An organisation may have been
    renamed since: that is said, not refused.
    """
    number = tidy(number)
    scheme = scheme or _scheme_of(work, name, number)
    known = people.who_is(work.county, scheme, number)
    if known is None:
        if scheme == "credit_code":
            return actions.register_organisation(
                name, county=work.county, actor=work.by, credit_code=number, phone=phone
            )
        numbers = [(scheme, number, "")]
        return actions.register_person(name, county=work.county, actor=work.by, identifiers=numbers, phone=phone)
    if known.name != name.strip():
        if known.kind == "natural":
            raise Refused(
                "name_differs",
                "证件号码（尾号 {number}）在系统里登记的是另一个姓名。请核对号码和姓名。",
                number=number[-4:],
            )
        work.say("名称", f"信用代码（尾号 {number[-4:]}）在系统里登记的是另一个名称，没有改动。请核对是否更名。")
    return known.id


def _scheme_of(work: Work, name: str, number: str) -> str:
    """Tell a citizen's number from a credit code by their check characters.  Raises ``Refused`` with what is wrong."""
    citizen = fault_of(check_citizen_id, number, today=work.today)
    firm = fault_of(check_credit_code, number)
    if citizen is None and firm is None:
        # One citizen's number in thirty passes as a credit code too; then a short name, or one with ·, is a person's.
        if len(name) <= _LONGEST_NAME or "·" in name:
            return "citizen_id"
        raise Refused("number_unclear", "看不出是身份证号码还是统一社会信用代码。请加一列“证件种类”写明。")
    if citizen is None or firm is None:
        return "citizen_id" if citizen is None else "credit_code"
    if number.isdigit() and len(number) < 18:
        raise Refused(
            "number_short", "证件号码只有 {n} 位，应为 18 位，像是丢了 0。请把这一列设为文本后重新导出。", n=len(number)
        )
    raise citizen if number[:17].isdigit() and number[:1] in "12345678" else firm
