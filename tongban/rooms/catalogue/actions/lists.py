"""How lines come onto the lists of fees and agencies, and how the five lists are made public (S005)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.catalogue.actions.proofs import dated
from tongban.rooms.catalogue.models import ENTERED_LISTS, FIVE_LISTS, ListEntry, ListIssue
from tongban.rooms.catalogue.queries.lists import five_list, orphans, row_text
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.basis import Basis, design
from tongban.rulebook.errors import Refused, Sentence, Words

#: S005 is a rule of the sources, not of a statute.
WHOLE = design("清单之间相互对应：收费和中介服务须挂在权力清单或公共服务清单的事项上")


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A line as it is to be entered."""

    #: ``fee`` or ``agency``.
    list: str
    #: Its code on the list of whoever keeps it.
    code: str
    name: str
    #: The item it hangs on.
    item: str
    basis: Basis
    #: For an agency's service: the material that it makes.
    material: str = ""
    #: The standard of the fee, or who pays.
    standard: str = ""


@transaction.atomic
def enter_line(county: str, new: NewEntry, *, by: str, from_day: date | None = None) -> UUID:
    """Enter a line of the fee or agency list from a day on (today); the same code again replaces it.

    A line may be entered before its item is published: ``queries.orphans`` names it until then, and no list is made
    public with it.  Raises ``Refused``: ``list_unknown``, ``entry_incomplete``.
    """
    if new.list not in ENTERED_LISTS:
        raise Refused("list_unknown", "只有收费清单和中介服务清单逐项登记，其他清单由事项自动生成。请重新选择。")
    needed = [new.code, new.name, new.item, new.basis.text, *([new.material] if new.list == "agency" else [])]
    if not all(one.strip() for one in needed):
        raise Refused("entry_incomplete", "要写明代号、名称、所属事项和依据，中介服务还要写明材料。请补齐后再登记。")
    return _write(county, new, by, from_day or clock.today(), withdrawn=False)


@transaction.atomic
def withdraw_line(county: str, which: str, code: str, *, basis: Basis, by: str, from_day: date | None = None) -> UUID:
    """Take a line off the fee or agency list from a day on.  Raises ``Refused("entry_unknown")``."""
    row = ListEntry.objects.filter(county=county, list=which, code=code).order_by("in_force_from", "entered_at").last()
    if row is None or row.withdrawn:
        raise Refused("entry_unknown", "清单上没有代号为“{code}”的这一项。请刷新后再看。", code=code)
    left = NewEntry(which, code, row.name, row.item, basis, row.material, row.standard)
    return _write(county, left, by, from_day or clock.today(), withdrawn=True)


@transaction.atomic
def issue_list(county: str, which: str, *, by: str) -> UUID:
    """Make a list public as it reads today; returns the id of the issue.  Once a day; the same again changes nothing.

    Raises ``Refused``: ``list_unknown``, ``list_orphans`` while a line of it hangs on nothing, ``list_issued``.
    """
    today = clock.today()
    rows = [row_text(row) for row in five_list(county, which, today)]
    content = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(content.encode()).hexdigest()
    issued = ListIssue.objects.filter(county=county, list=which, issued_on=today).first()
    if issued is not None:
        if issued.digest == digest:
            return issued.id
        raise Refused("list_issued", "今天已经公布过{name}。改动请明天再公布。", WHOLE, name=FIVE_LISTS[which])
    alone = [one for one in orphans(county, today) if one.list == which]
    if alone:
        rest = Sentence("等 {n} 处", n=len(alone)) if len(alone) > 3 else ""
        words = Words((one.sentence for one in alone[:3]), "")
        raise Refused(
            "list_orphans", "{name}还不能公布{rest}：{words}", WHOLE, name=FIVE_LISTS[which], rest=rest, words=words
        )
    made = ListIssue.objects.create(
        county=county,
        list=which,
        issued_on=today,
        content=content,
        digest=digest,
        rows=len(rows),
        issued_at=clock.now(),
        issued_by=by,
    )
    body = {"list": which, "on": today.isoformat(), "digest": digest, "rows": len(rows)}
    ledger.record("list", made.id, "issue_list", by, body, county=county)
    return made.id


def _write(county: str, new: NewEntry, by: str, first: date, *, withdrawn: bool) -> UUID:
    made = ListEntry.objects.create(
        county=county,
        list=new.list,
        code=new.code,
        name=new.name,
        item=new.item,
        material=new.material,
        standard=new.standard,
        withdrawn=withdrawn,
        **dated(first, new.basis, by),
    )
    step = "withdraw_line" if withdrawn else "enter_line"
    body = {"list": new.list, "code": new.code, "item": new.item, "from": first.isoformat()}
    ledger.record("list", made.id, step, by, body, county=county)
    return made.id
