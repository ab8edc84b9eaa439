"""历史证照: licences of the time before, each with what stands on it."""

from tongban.rooms.casework.actions import Who
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.importing.bringing import Brought, Kind, Work, differing
from tongban.rooms.importing.columns import Column, Row, choice, day, last_day, text
from tongban.rooms.importing.kinds.holders import SCHEMES, found_or_registered
from tongban.rooms.licences import actions
from tongban.rooms.licences import queries as licences
from tongban.rulebook.catalogue import LicenceKind
from tongban.rulebook.errors import Refused

#: States of an old licence; only those in force, or run out by themselves, are brought in.
STATES = {
    "有效": "valid",
    "过期": "valid",
    "注销": "cancelled",
    "撤销": "revoked",
    "吊销": "stripped",
    "已换发": "changed",
}

COLUMNS = (
    Column("kind", "证照种类", "食品经营许可证", text(80), required=True, also=("证照名称", "证照类型")),
    Column("number", "证照编号", "JY29901270000001", text(120, code=True), required=True, also=("编号", "许可证编号")),
    Column("holder_name", "持有人", "示例县示例餐饮有限公司", text(200), required=True, also=("持证主体",)),
    Column(
        "holder_id", "持有人证件号码", "91990127MA0000023W", text(20), required=True, also=("证件号码", "持证主体代码")
    ),
    Column("issuer", "发证单位", "scjg", text(80), required=True, also=("发证机关",)),
    Column("issued_on", "发证日期", "2023-05-10", day, required=True),
    Column("valid_from", "有效期起", "2023-05-10", day, blank=None, also=("有效期自",)),
    Column("valid_until", "有效期止", "2028-05-09", last_day, blank=None, also=("有效期至",)),
    Column("identifier", "证照标识", "", text(120)),
    Column("holder_scheme", "证件种类", "", choice(SCHEMES)),
    Column("state", "状态", "有效", choice(STATES), blank="valid"),
)


def is_extra(word: str) -> bool:
    """Whether a heading is a field of some kind of licence, by name or by what is printed before it."""
    return any(word in (field.name, field.label) for kind in catalogue.kinds() for field in kind.fields)


def bring(row: Row, work: Work) -> Brought:
    """Enter an old licence for its holder, who is registered where she is new."""
    number = row["number"]
    if row["state"] != "valid":
        return Brought("skipped", number, "已注销、撤销、吊销或换发的证照不用导入。")
    kind = _kind(work, row["kind"])
    issuer = work.unit(row["issuer"])
    if kind.valid_months is not None and row["valid_until"] is None:
        raise Refused("licence_end_missing", "《{name}》是有期限的证照，没有写有效期止。请照原证填写。", name=kind.name)
    holder = found_or_registered(work, row["holder_name"], row["holder_id"], row["holder_scheme"])
    known = licences.numbered(work.county, kind.code, issuer, number)
    if known is not None:
        begins = row["valid_from"] or row["issued_on"]
        remark = differing(
            [
                ("持有人", known.holder_id, holder),
                ("发证日期", known.issued_on, row["issued_on"]),
                ("有效期起", known.valid_from, begins),
                ("有效期止", known.valid_until, row["valid_until"]),
            ]
        )
        return Brought("kept" if remark else "same", number, remark)
    actions.import_licence(
        work.county,
        kind.code,
        Who("house"),
        holder_id=holder,
        issuer=issuer,
        number=number,
        facts={field.name: row.extras.get(field.name) or row.extras.get(field.label) for field in kind.fields},
        issued_on=row["issued_on"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        identifier=row["identifier"],
    )
    return Brought("new", number)


def _kind(work: Work, word: str) -> LicenceKind:
    for one in work.once("kinds", catalogue.kinds):
        if word.strip("《》") in (one.code, one.name):
            found: LicenceKind = one
            return found
    raise Refused(
        "licence_kind_unknown", "证照目录里没有“{word}”。请写目录里的名称或代码，或先登记这种证照。", word=word
    )


KIND = Kind("licences", "历史证照", COLUMNS, bring, is_extra)
