"""场所: halls, town centres, village stations."""

import re
from decimal import Decimal

from tongban.rooms.importing.bringing import Brought, Kind, NotYet, Work, differing, maybe
from tongban.rooms.importing.columns import Column, Row, Say, WrongCell, choice, day, decimal, digits, text
from tongban.rooms.importing.tables import Cell
from tongban.rooms.people import actions
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused

KINDS = {"县大厅": "hall", "分中心": "branch", "乡镇中心": "town", "村级站点": "village", "园区": "park"}
_WEEK = "一二三四五六日"
_DAYS = re.compile(rf"周([{_WEEK}])(?:[至到\-~]周?([{_WEEK}]))?")
_SPAN = re.compile(r"([0-9]{1,2}:[0-9]{2})[-~至—]([0-9]{1,2}:[0-9]{2})")

Hours = tuple[dict[str, str], ...]


def hours(cell: Cell, say: Say) -> Hours:
    """Read opening hours: ``周一至周五 08:30-12:00 13:30-17:30；周六 09:00-12:00``."""
    spans = []
    for part in re.split("[;；]", cell.text.replace("：", ":")):
        words = part.split()
        if len(words) < 2:
            raise WrongCell(f"看不懂开放时间“{part}”。请写成：周一至周五 08:30-12:00 13:30-17:30")
        days = _days(words[0])
        for word in words[1:]:
            span = _SPAN.fullmatch(word)
            if span is None:
                raise WrongCell(f"看不懂时段“{word}”。请写成 08:30-12:00")
            spans.append({"days": days, "from": span[1].zfill(5), "to": span[2].zfill(5)})
    return tuple(spans)


def _days(word: str) -> str:
    """Return the days of a week as digits; 1 is Monday."""
    if re.fullmatch("[1-7]+", word):
        return word
    if word in ("每天", "每日"):
        return "1234567"
    if word == "工作日":
        return "12345"
    found = _DAYS.fullmatch(word.replace("星期", "周").replace("周天", "周日"))
    if found is None:
        raise WrongCell(f"看不懂“{word}”是星期几。请写成 周一至周五，或 12345")
    first = _WEEK.index(found[1]) + 1
    last = _WEEK.index(found[2] or found[1]) + 1
    return "".join(str(one) for one in range(first, last + 1))


COLUMNS = (
    Column("code", "场所代码", "hall", text(32, code=True), required=True),
    Column("name", "场所名称", "示例县政务服务中心", text(80), required=True, also=("名称",)),
    Column("kind", "种类", "县大厅", choice(KINDS), required=True),
    Column("division", "区划代码", "990127000000", digits(12), required=True),
    Column("hours", "开放时间", "周一至周五 08:30-12:00 13:30-17:30", hours, required=True),
    Column("parent", "上级场所代码", "", text(32, code=True), also=("上级场所",)),
    Column("address", "地址", "示例县示例路 1 号", text(120)),
    Column("lat", "纬度", "", decimal(-90, 90)),
    Column("lon", "经度", "", decimal(-180, 180)),
    Column("valid_from", "启用日期", "2026-01-01", day, blank=None),
)


def bring(row: Row, work: Work) -> Brought:
    """Open a site.  One that is there gets the hours of the table and stays otherwise as it is."""
    code = row["code"]
    known = maybe(people.site_coded, work.county, code)
    if known is not None:
        pairs = [
            ("名称", known.name, row["name"]),
            ("种类", known.kind, row["kind"]),
            ("区划", known.division_code, row["division"]),
            ("地址", known.address, row["address"]),
        ]
        remark = differing(pairs)
        there = [(one.days, f"{one.opens:%H:%M}", f"{one.closes:%H:%M}") for one in known.hours]
        if there != [("".join(sorted(one["days"])), one["from"], one["to"]) for one in row["hours"]]:
            actions.change_hours(known.id, row["hours"], actor=work.by)
            return Brought("changed", code, f"开放时间已更新。{remark}")
        return Brought("kept" if remark else "same", code, remark)
    if row["parent"] and maybe(people.site_coded, work.county, row["parent"]) is None:
        raise NotYet(
            Refused("site_unknown", "上级场所“{code}”不在表中，系统里也没有。请补上这个场所。", code=row["parent"])
        )
    if bool(row["lat"]) != bool(row["lon"]):
        raise Refused("point_half", "纬度和经度要一起填写。请补上另一个，或都不填。")
    actions.open_site(
        code,
        county=work.county,
        actor=work.by,
        name=row["name"],
        kind=row["kind"],
        division=row["division"],
        hours=row["hours"],
        parent=row["parent"],
        address=row["address"],
        point=(Decimal(row["lat"]), Decimal(row["lon"])) if row["lat"] else None,
        valid_from=row["valid_from"],
    )
    return Brought("new", code)


KIND = Kind("sites", "场所", COLUMNS, bring)
