"""在办件: cases that run in the old system on the day of moving, taken over with their own days."""

import re
from datetime import date
from typing import Any

from tongban.rooms.casework import actions
from tongban.rooms.casework.actions import Old, Who
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.importing.bringing import Brought, Kind, Work
from tongban.rooms.importing.columns import Column, Row, Say, WrongCell, choice, day, one_of, text, words, yes
from tongban.rooms.importing.kinds.holders import SCHEMES, found_or_registered
from tongban.rooms.importing.tables import Cell
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.clock import ARTICLE_45
from tongban.rulebook.errors import Refused, Sentence, Words
from tongban.rulebook.taking_over import Past

STATES = {"已收件": "filed", "已受理": "accepted", "审查中": "accepted", "准予": "granted", "已决定": "granted"}
CHANNELS = {
    "窗口": "window",
    "网上": "net",
    "电话": "phone",
    "自助机": "kiosk",
    "村社区": "village",
    "合作点": "partner",
}
_PAUSES = {label: code for code, label in ARTICLE_45.items()}
_FORM = re.compile("^表单[:：]")
_DAYS = re.compile(r"(.+?)[:：]?\s*([0-9]{4}-[0-9]{2}-[0-9]{2})[至到~]([0-9]{4}-[0-9]{2}-[0-9]{2})")

Excluded = tuple[tuple[str, date, date], ...]


def excluded(cell: Cell, say: Say) -> Excluded:
    """Read what is not counted: ``专家评审 2026-03-09至2026-03-20；鉴定 …``."""
    found = []
    for part in re.split("[;；]", cell.text):
        parts = _DAYS.fullmatch(part.strip())
        if parts is None:
            raise WrongCell(f"看不懂“{part.strip()}”。请写成：专家评审 2026-03-09至2026-03-20")
        code = one_of(_PAUSES, parts[1].strip())
        try:
            found.append((code, date.fromisoformat(parts[2]), date.fromisoformat(parts[3])))
        except ValueError:
            raise WrongCell(f"“{part.strip()}”里有不存在的日期。请核对日历") from None
    return tuple(found)


COLUMNS = (
    Column(
        "number", "旧办件编号", "SQ-2026-000123", text(80, code=True), required=True, also=("办件编号", "原办件编号")
    ),
    Column("item", "事项", "small-food-shop", text(200), required=True, also=("事项代码", "事项编码", "事项名称")),
    Column("state", "状态", "已受理", choice(STATES), required=True, also=("办件状态",)),
    Column("applicant_name", "申请人", "林示例", text(200), required=True, also=("申请人姓名",)),
    Column("applicant_id", "申请人证件号码", "990127198805060010", text(20), required=True, also=("证件号码",)),
    Column("received_on", "收件日期", "2026-03-02", day, required=True),
    Column("accepted_on", "受理日期", "2026-03-03", day, blank=None),
    Column("decided_on", "决定日期", "", day, blank=None),
    Column("filed_on", "申请日期", "", day, blank=None),
    Column("desk", "环节", "", text(80), also=("当前环节",)),
    Column("acceptor", "受理人工号", "SCJG001", text(20, code=True)),
    Column("extended", "已延长", "否", yes, blank=False),
    Column("excluded", "不计入期限", "", excluded, blank=()),
    Column("channel", "渠道", "窗口", choice(CHANNELS), blank="window"),
    Column("site", "收件场所代码", "hall", text(32, code=True), also=("收件场所",)),
    Column("options", "情形", "", words, blank=()),
    Column("materials", "已交材料", "", words, blank=()),
    Column("agent_name", "代办人", "", text(80)),
    Column("agent_id", "代办人证件号码", "", text(20)),
    Column("applicant_scheme", "证件种类", "", choice(SCHEMES)),
    Column("system", "旧系统", "old", text(20, code=True), blank="old"),
)


def is_extra(word: str) -> bool:
    """A heading may be a field of the item's form: which ones is known only with the row, so ``bring`` looks."""
    return word.startswith(("表单:", "表单："))


def bring(row: Row, work: Work) -> Brought:
    """Take a case over, for an applicant who is registered where she is new."""
    number = row["number"]
    item = _item(work, row["item"])
    applicant = found_or_registered(work, row["applicant_name"], row["applicant_id"], row["applicant_scheme"])
    agent = found_or_registered(work, row["agent_name"], row["agent_id"], "citizen_id") if row["agent_id"] else None
    old = Old(
        county=work.county,
        item_code=item.code,
        system=row["system"],
        number=number,
        state=row["state"],
        applicant_id=applicant,
        past=Past(row["received_on"], row["accepted_on"], row["decided_on"], row["extended"], row["excluded"]),
        filed_on=row["filed_on"],
        agent_id=agent,
        channel=row["channel"],
        site_id=_site(work, row["site"]),
        desk=row["desk"],
        acceptor=_acceptor(work, row["acceptor"]),
        options=frozenset(_option(item, word) for word in row["options"]),
        materials=_materials(item, row["materials"]),
        answers=_answers(item, row),
    )
    try:
        done = actions.take_over(old, Who("house"), by=work.by)
    except Refused as refused:
        if refused.code != "taken_over_already":
            raise
        return Brought("kept", number, refused.sentence)
    return Brought("same" if done.again else "new", number)


def _item(work: Work, word: str) -> Item:
    """Return the item in force with this code, local code or name."""
    listed = work.once("items", lambda: [one for one in catalogue.listed(work.county, work.today) if one.leaf])
    codes = [one.code for one in listed if word in (one.code, one.name)]
    if len(codes) > 1:
        raise Refused(
            "item_unclear", "叫“{word}”的事项不止一个。请写事项代码：{codes}。", word=word, codes=Words(codes)
        )
    found = catalogue.in_force(work.county, codes[0] if codes else word, work.today)
    return found.item


def _site(work: Work, code: str) -> Any:
    return work.once(("site", code), lambda: people.site_coded(work.county, code)).id if code else None


def _acceptor(work: Work, number: str) -> Any:
    if not number:
        return None
    found = work.once(("staff", number), lambda: people.staff_numbered(work.county, number))
    if found is None:
        raise Refused("staff_unknown", "系统里没有工号“{number}”。请先导入人员表（staff），或改正工号。", number=number)
    return found.id


def _option(item: Item, word: str) -> str:
    options = [one for situation in item.situations for one in situation.options]
    for one in options:
        if word in (one.code, one.label):
            return str(one.code)
    known = Words(one.label for one in options) or Sentence("没有情形")
    raise Refused(
        "option_unknown", "“{name}”没有情形“{word}”，可选：{known}。请改正。", name=item.name, word=word, known=known
    )


def _materials(item: Item, given: tuple[str, ...]) -> frozenset[str] | None:
    """Return the codes of what is in; None: all that is needed."""
    if not given or given in (("全部",), ("齐全",)):
        return None
    codes = {name: one.code for one in item.materials for name in (one.code, one.name)}
    if foreign := [word for word in given if word not in codes]:
        raise Refused(
            "material_unknown",
            "“{name}”的材料清单里没有：{foreign}。请从清单里选择。",
            name=item.name,
            foreign=Words(foreign),
        )
    return frozenset(codes[word] for word in given)


def _answers(item: Item, row: Row) -> dict[str, Any]:
    """Return what the old form said, by the names of the item's form."""
    fields = item.form.get("properties", {})
    by_word = {word: name for name, field in fields.items() for word in (name, field.get("title", ""))}
    answers = {}
    for heading, told in row.extras.items():
        word = _FORM.sub("", heading)
        name = by_word.get(word)
        if name is None:
            raise Refused(
                "form_field_unknown",
                "“{name}”的表单没有“{word}”这一项。请改正列名，或把这一格清空。",
                name=item.name,
                word=word,
            )
        answers[name] = _typed(fields[name], word, told)
    return answers


def _typed(field: dict[str, Any], word: str, told: str) -> Any:
    kind = field.get("type")
    try:
        if kind == "integer":
            return int(told)
        if kind == "number":
            return float(told)
    except ValueError:
        raise Refused(
            "form_field_number", "表单的“{word}”应是数字，写的是“{told}”。请改正。", word=word, told=told
        ) from None
    if kind == "boolean":
        return told in ("是", "true", "1")
    if kind == "array":
        return [one for one in re.split("[、，,;；]", told) if one]
    return told


KIND = Kind("open-cases", "在办件", COLUMNS, bring, is_extra)
