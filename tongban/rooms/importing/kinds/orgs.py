"""单位: departments and offices."""

from tongban.rooms.importing.bringing import Brought, Kind, NotYet, Work, differing, maybe
from tongban.rooms.importing.columns import Column, Row, day, digits, text
from tongban.rooms.people import actions
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused

COLUMNS = (
    Column("code", "单位代码", "scjg", text(16, code=True), required=True),
    Column("full_name", "单位名称", "示例县市场监督管理局", text(80), required=True, also=("全称", "名称")),
    Column("short_name", "文号简称", "示例市监", text(16), required=True, also=("简称",)),
    Column(
        "credit_code", "统一社会信用代码", "11990127MB0000019Q", text(18, code=True), required=True, also=("信用代码",)
    ),
    Column("division", "区划代码", "990127000000", digits(12)),
    Column("parent", "上级单位代码", "", text(16, code=True), also=("上级单位",)),
    Column("valid_from", "启用日期", "2026-01-01", day, blank=None),
)


def bring(row: Row, work: Work) -> Brought:
    """Open a unit; one that is there stays as it is."""
    code = row["code"]
    known = maybe(people.unit, work.county, code)
    if known is not None:
        remark = differing(
            [
                ("单位名称", known.full_name, row["full_name"]),
                ("文号简称", known.short_name, row["short_name"]),
                ("信用代码", known.credit_code, row["credit_code"].upper()),
                ("区划", known.division_code, row["division"]),
                ("上级单位", known.parent_code, row["parent"]),
            ]
        )
        return Brought("kept" if remark else "same", code, remark)
    if row["parent"] and maybe(people.unit, work.county, row["parent"]) is None:
        raise NotYet(
            Refused("unit_unknown", "上级单位“{code}”不在表中，系统里也没有。请补上这个单位。", code=row["parent"])
        )
    actions.open_unit(
        code,
        county=work.county,
        actor=work.by,
        full_name=row["full_name"],
        short_name=row["short_name"],
        credit_code=row["credit_code"],
        division=row["division"],
        parent=row["parent"],
        valid_from=row["valid_from"],
    )
    return Brought("new", code)


KIND = Kind("orgs", "单位", COLUMNS, bring)
