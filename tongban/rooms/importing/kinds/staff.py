"""人员: members of staff and the posts they hold."""

from uuid import UUID

from tongban.rooms.importing.bringing import Brought, Kind, Work, differing
from tongban.rooms.importing.columns import Column, Row, day, text, words
from tongban.rooms.importing.kinds.holders import found_or_registered
from tongban.rooms.people import actions
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused

COLUMNS = (
    Column("number", "工号", "SCJG001", text(20, code=True), required=True),
    Column("name", "姓名", "林示例", text(80), required=True),
    Column("citizen_id", "身份证号码", "990127198805060010", text(18), required=True, also=("身份证号", "证件号码")),
    Column("unit", "单位", "scjg", text(80, code=True), required=True, also=("单位代码", "单位名称", "所属单位")),
    Column("posts", "岗位", "scjg-acceptor", words, blank=(), also=("岗位代码", "任岗")),
    Column("hired_on", "入职日期", "2026-01-01", day, blank=None, also=("到岗日期",)),
    Column("phone", "电话", "", text(20, code=True), also=("手机", "手机号码", "联系电话")),
)


def bring(row: Row, work: Work) -> Brought:
    """Hire somebody and give her her posts.  Somebody who is there may gain posts; none is taken away."""
    number, unit = row["number"], work.unit(row["unit"])
    known = people.staff_numbered(work.county, number)
    if known is None:
        _refuse_lost_zeros(work, number)
    person = found_or_registered(work, row["name"], row["citizen_id"], "citizen_id", row["phone"])
    if known is None:
        staff_id = actions.hire(
            person, unit=unit, number=number, county=work.county, actor=work.by, hired_on=row["hired_on"]
        )
        _hold(row, work, staff_id, frozenset())
        return Brought("new", number)
    if known.person_id != person:
        raise Refused(
            "staff_number_taken", "工号“{number}”在系统里是另一个人的。请核对工号和身份证号码。", number=number
        )
    held = frozenset(post.id for post in people.powers().posts_of(known.id, work.today))
    gained = _hold(row, work, known.id, held)
    remark = differing([("单位", known.unit_code, unit)])
    return Brought("changed" if gained else "kept" if remark else "same", number, remark)


def _hold(row: Row, work: Work, staff_id: UUID, held: frozenset[UUID]) -> int:
    gained = 0
    for code in row["posts"]:
        post = people.post_coded(work.county, code)
        if post is None:
            raise Refused(
                "post_unknown", "系统中没有在用的岗位“{code}”。请先导入岗位表（posts），或改正岗位代码。", code=code
            )
        if post.id not in held:
            actions.hold_post(staff_id, post.id, actor=work.by, valid_from=row["hired_on"])
            gained += 1
    return gained


def _refuse_lost_zeros(work: Work, number: str) -> None:
    """A number whose zeros a spreadsheet has eaten must not become a second member of staff."""
    if number.isdigit():
        for whole in (number.zfill(width) for width in range(len(number) + 1, 9)):
            if people.staff_numbered(work.county, whole):
                raise Refused(
                    "staff_number_zeros",
                    "工号“{number}”像是丢了开头的 0（系统里有“{whole}”）。请把这一列设为文本后重新导出。",
                    number=number,
                    whole=whole,
                )


KIND = Kind("staff", "人员", COLUMNS, bring)
