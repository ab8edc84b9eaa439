"""窗口: classes of business, zones and windows of a hall."""

import re
from uuid import UUID

from tongban.rooms.importing.bringing import Brought, Kind, Work
from tongban.rooms.importing.columns import Column, Row, Say, WrongCell, text
from tongban.rooms.importing.tables import Cell
from tongban.rooms.people import queries as people
from tongban.rooms.waiting import actions
from tongban.rooms.waiting import queries as waiting
from tongban.rooms.waiting.queries import Arrangement, ZoneRow

#: Code, letter, name; of a class that is there the code is enough.
Class = tuple[str, str, str]


def classes(cell: Cell, say: Say) -> tuple[Class, ...]:
    """Read classes of business: ``general:A:综合受理；estate:C:不动产登记``, or codes alone."""
    found = []
    for part in re.split(r"[;；、，,\s]+", cell.text.replace("：", ":")):
        if not part:
            continue
        words = part.split(":")
        if len(words) == 3 and re.fullmatch("[A-Z]", words[1]) and words[0] and words[2]:
            found.append((words[0], words[1], words[2]))
        elif len(words) == 1:
            found.append((part, "", ""))
        else:
            raise WrongCell(f"看不懂业务类别“{part}”。请写成 代码:字头:名称，如 general:A:综合受理")
    return tuple(dict.fromkeys(found))


COLUMNS = (
    Column("site", "场所代码", "hall", text(32, code=True), required=True, also=("场所", "大厅")),
    Column("number", "窗口号", "12", text(8), required=True, also=("窗口",)),
    Column("zone", "专区代码", "general", text(32, code=True), required=True),
    Column("zone_name", "专区名称", "综合受理区", text(40), also=("专区",)),
    Column("classes", "业务类别", "general:A:综合受理；spot:B:即办事项", classes, required=True),
)


def bring(row: Row, work: Work) -> Brought:
    """Set up a window, with its zone and classes where they are new; one that is there is moved to its zone."""
    site = work.once(("site", row["site"]), lambda: people.site_coded(work.county, row["site"])).id
    there = waiting.arrangement(site)
    if there is None:
        actions.open_hall(site, actor=work.by)
        there = Arrangement((), (), ())
    for code, letter, name in row["classes"]:
        known = next((one for one in there.classes if one.code == code), None)
        if known is None or (letter and letter != known.letter):
            actions.open_class(site, code, letter, name)  # refuses a letter that is another's
        elif name and name != known.name:
            work.say("业务类别", f"类别 {code} 在系统里叫“{known.name}”，没有改动。")
    wanted = tuple(sorted({code for code, _, _ in row["classes"]}))
    zone_id, grown = _zone(row, work, site, there, wanted)
    key = f"{row['site']} {row['number']}"
    window = next((one for one in there.windows if one.number == row["number"]), None)
    if window is None:
        actions.add_window(zone_id, row["number"], actor=work.by, classes=wanted)
        return Brought("new", key)
    if window.zone != row["zone"]:
        actions.reassign_window(window.id, zone_id, actor=work.by, classes=wanted)
        return Brought("changed", key)
    if tuple(sorted(window.classes)) != wanted:
        actions.serve_classes(window.id, wanted, actor=work.by)
        return Brought("changed", key)
    return Brought("changed" if grown else "same", key)


def _zone(row: Row, work: Work, site: UUID, there: Arrangement, wanted: tuple[str, ...]) -> tuple[UUID, bool]:
    """Return the zone with these classes among its own, and whether it had to be set up or to grow."""
    known: ZoneRow | None = next((one for one in there.zones if one.code == row["zone"]), None)
    name = row["zone_name"] or (known.name if known else row["zone"])
    if known is not None and known.name != name:
        work.say("专区名称", f"专区 {row['zone']} 在系统里叫“{known.name}”，没有改动。")
        name = known.name
    if known is not None and set(wanted) <= set(known.classes):
        return known.id, False
    every = [*(known.classes if known else ()), *(code for code in wanted if not known or code not in known.classes)]
    return actions.open_zone(site, row["zone"], name, every, actor=work.by), True


KIND = Kind("windows", "窗口", COLUMNS, bring)
