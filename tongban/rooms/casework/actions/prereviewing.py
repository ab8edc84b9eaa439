"""网上预审: before filing, the unit that answers for the item looks at a draft and says what is still missing (S021).

It is advice (design) and no acceptance: no limit of law begins, and the filing is free to differ.
It is asked and answered as a question is (``consulting``), late ones go up one post.
"""

from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.actions.consulting import owner_of
from tongban.rooms.casework.actions.filling import item_of_draft
from tongban.rooms.casework.actions.inner import open_case
from tongban.rooms.casework.actions.standing import Who, come
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.casework.queries.drafts import draft_in
from tongban.rooms.casework.queries.prereviewing import ITEM, draft_looked_at, look_of, prereview_of
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given

#: Characters of what is said at most.
LONGEST = 2000


def ask_prereview(draft_id: UUID, who: Who, *, key: str = "") -> Done:
    """申请预审: ask the unit of the item to look at a draft.

    Raises ``Refused``: ``filed_already``; ``prereview_open`` while it is being looked at; ``prereview_unchanged`` when
    nothing has changed since the last look; ``prereview_empty`` for a draft with nothing in it.
    """
    file, _actor = come(draft_id, who)
    view = draft_in(file)
    before = prereview_of(file)
    if before is not None and before.state == "asked":
        raise Refused("prereview_open", "这份申请正在预审，请等答复。答复以前可以接着填。")
    if before is not None and before.state != "asked" and not before.changed:
        raise Refused("prereview_unchanged", "上次预审以后没有改动过，不用再看一次。")
    if not view.answers and not view.papers:
        raise Refused("prereview_empty", "还没有填写，也没有上传材料。请先填一些，再请窗口看。")
    item = item_of_draft(file, clock.today())
    version = catalogue.in_force(file.county, item.code, clock.today()).version_id
    unit, holder = owner_of(file.county, item.unit)
    return open_case(
        file.county,
        ITEM,
        who,
        unit=unit,
        holder=holder,
        ties=(("about", "item_version", version), ("about", "case", draft_id)),
        applicant_id=view.applicant_id,
        notes={"item": item.code},
        key=key,
    )


def answer_prereview(case_id: UUID, who: Who, *, passed: bool, text: str, look: str, key: str = "") -> Done:
    """答复预审: nothing is missing, or what is, all of it at once.

    ``look``: what was looked at (``look_of``).  Raises ``Refused``: ``prereview_moved`` when the draft was changed
    meanwhile; ``prereview_gone`` when it is no draft any more; ``prereview_text`` without words.
    """
    text = text.strip()
    if not 2 <= len(text) <= LONGEST:
        raise Refused(
            "prereview_text",
            "请写明预审意见，{longest} 字以内：通过的写到窗口带什么，不通过的一次写全缺什么、怎样改。",
            longest=LONGEST,
        )

    def plan(file: CaseFile) -> Plan:
        seen = draft_looked_at(file)
        if seen is None:
            raise Refused("prereview_gone", "申请人已经提交或删除了这份草稿，不用再预审。")
        if look != look_of(draft_in(seen)):
            raise Refused("prereview_moved", "申请人刚刚改动过这份草稿，下面是现在的内容。请看清后再答复。")
        texts = {"verdict": "passed" if passed else "lacking", "look": look}
        return Plan(Given(reason=text), texts=texts, notes={"passed": passed})

    return take(case_id, "answer", who, plan, asked=["prereview", passed, text, look], key=key)


def close_prereview(case_id: UUID, who: Who, *, key: str = "") -> Done:
    """不用再看: the draft was filed or thrown away before anybody looked."""

    def plan(file: CaseFile) -> Plan:
        if draft_looked_at(file) is not None:
            raise Refused("prereview_there", "这份草稿还在，请预审后答复。")
        return Plan(Given(reason="申请人已提交或删除草稿，不用再预审。"), texts={"verdict": "gone", "look": ""})

    return take(case_id, "answer", who, plan, asked="gone", key=key)
