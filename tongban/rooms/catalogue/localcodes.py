"""地方编码 as a province writes them: six parts joined by hyphens.

``511A0080800002-511602000000-000-115113016823646795-1-00``: base code of 12 or 14, division of 12, ``000``, credit
code of the unit, a digit, ``00``.  They are not the national 12, 31 and 33, so they go to the local code column.
"""

import hashlib
import re
from dataclasses import dataclass

from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import check_credit_code, check_organisation_code, fault_of

_SIX = re.compile(r"([0-9A-Z]{12}|[0-9A-Z]{14})-([0-9]{12})-([0-9]{3})-([0-9A-Z]+)-([0-9])-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class LocalCode:
    """A local code in six parts."""

    #: 12 or 14 characters, unique within the province for an item.
    base: str
    #: Twelve digits.
    division: str
    #: Credit code of the unit as written; see ``owner_fault``.
    owner: str

    @property
    def owner_fault(self) -> Refused | None:
        """What is wrong with the credit code inside, or None."""
        return fault_of(check_credit_code, self.owner)


def read_local_code(text: str) -> LocalCode | None:
    """Return the parts of a local code, or None for one of another form."""
    found = _SIX.fullmatch(text)
    return LocalCode(found[1], found[2], found[4]) if found else None


def code_for(local_code: str) -> str:
    """Return the short code of an item: its base code, or the whole local code where it has none."""
    parts = read_local_code(local_code)
    return whole_code_for(local_code) if parts is None else parts.base.lower()


def whole_code_for(local_code: str) -> str:
    """Return the whole local code in the form of a short code."""
    return "-".join(re.findall(r"[a-z0-9]+", local_code.lower()))


def main_code_for(department: str, name: str) -> str:
    """Return the short code of a main item that has none of its own: the same words give the same code."""
    return f"main-{_mark(department, name)}"


def unit_code_for(department: str) -> str:
    """Return the short code of a department that is not registered: the same name gives the same code."""
    return f"u{_mark(department)}"


def owner_of(department_code: str, local_codes: list[str]) -> str:
    """Return the credit code of a department, or an empty text.

    Its own code where that is one; otherwise, where it is an 组织机构代码, the credit code in its items' codes that
    carries this 组织机构代码 inside.
    """
    if fault_of(check_credit_code, department_code) is None:
        return check_credit_code(department_code).number
    if fault_of(check_organisation_code, department_code) is not None:
        return ""
    wanted = check_organisation_code(department_code)
    for text in local_codes:
        parts = read_local_code(text)
        if parts and parts.owner_fault is None and check_credit_code(parts.owner).organisation == wanted:
            return parts.owner
    return ""


def _mark(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:10]
