"""咨询: somebody asks how an item is done; the unit that answers for the item answers, from its guide (S128)."""

import re
from dataclasses import dataclass
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.actions.inner import open_case
from tongban.rooms.casework.actions.rows import tie_row
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.casework.queries.consulting import about, answered_from
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given

#: The item under which questions are kept.
ITEM = "consultation"
#: Characters of a question.
SHORTEST, LONGEST = 4, 500
_PHONE = re.compile(r"1[0-9]{10}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was taken: by number and code its answer is seen."""

    case_id: UUID
    number: str
    lookup_code: str


def ask_about(county: str, item_code: str, who: Who, *, question: str, phone: str = "", key: str = "") -> Asked:
    """提出咨询: a question about an item in force; who is not signed in leaves a telephone number.

    It goes to a post of the item's unit that may accept there, else to the unit of the window.  Raises ``Refused``:
    ``question_length``, ``phone_wrong`` and what ``catalogue.in_force`` raises.
    """
    question, phone = question.strip(), "".join(phone.split())
    if not SHORTEST <= len(question) <= LONGEST:
        raise Refused(
            "question_length",
            "请把问题写成 {shortest} 到 {longest} 个字，说清您的情况和想问什么。",
            shortest=SHORTEST,
            longest=LONGEST,
        )
    if who.kind != "person" and not _PHONE.fullmatch(phone):
        raise Refused(
            "phone_wrong", "请留一个手机号码（以 1 开头的十一位数字），要问清情况时好联系您；或者登录后再问。"
        )
    found = catalogue.in_force(county, item_code, clock.today())
    unit, holder = owner_of(county, found.item.unit)
    done = open_case(
        county,
        ITEM,
        who,
        unit=unit,
        holder=holder,
        ties=(("about", "item_version", found.version_id),),
        applicant_id=who.id if who.kind == "person" else None,
        text=question,
        texts={"phone": phone},
        notes={"item": item_code},
        looked_up=True,
        key=key,
        asked=(question, phone),
    )
    row = read(done.case_id).row
    return Asked(done.case_id, str(row["number"]), str(row["lookup_code"]))


def answer_question(case_id: UUID, who: Who, *, text: str, key: str = "") -> Done:
    """答复, from the guide in force now: when that changes, the answer is looked at again."""
    return take(case_id, "answer", who, lambda file: _from_guide(file, Given(reason=text)), asked=text, key=key)


def recheck_answer(case_id: UUID, who: Who, *, key: str = "") -> Done:
    """复核: under the guide in force now the answer still holds."""
    return take(case_id, "recheck", who, lambda file: _from_guide(file, Given()), asked="recheck", key=key)


def _from_guide(file: CaseFile, given: Given) -> Plan:
    now = catalogue.in_force(file.county, about(file).code, clock.today())
    if now.version_id == answered_from(file):
        raise Refused("nothing_changed", "指南没有变，这条解答已经是照现行指南看过的。")
    tie = tie_row(file.id, "helps", "item_version", now.version_id)
    return Plan(given, rows={"casework_tie": [tie]}, notes={"from": str(now.version_id)})


def owner_of(county: str, unit: str) -> tuple[str, UUID | None]:
    """Return the unit and the post that have a question in hand."""
    powers, today = people.powers(), clock.today()
    own = catalogue.in_force(county, ITEM, today).item.unit
    for code in (unit, own):
        for power in (Power.ACCEPT, Power.DECIDE):
            able = powers.able(county, power, Subject(ITEM, code), today)
            here = [post for post in able if post.unit_code == code]
            if here:
                return code, here[0].id
    return own, None
