"""岗位: posts, to whom they report, and what each may do by which order."""

from tongban.rooms.importing.bringing import Brought, Kind, NotYet, Work, differing
from tongban.rooms.importing.columns import Column, Row, choices, day, text, words
from tongban.rooms.people import actions
from tongban.rooms.people import queries as people
from tongban.rulebook.authority import EVERY_ITEM, LABELS, UNIT_SET
from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.errors import Refused

POWERS = {label: power.value for power, label in LABELS.items()}

COLUMNS = (
    Column("code", "岗位代码", "scjg-acceptor", text(40, code=True), required=True),
    Column("title", "岗位名称", "市场监管受理岗", text(80), required=True, also=("名称",)),
    Column("unit", "单位", "scjg", text(80, code=True), required=True, also=("单位代码", "单位名称", "所属单位")),
    Column("site", "场所代码", "hall", text(32, code=True), required=True, also=("场所",)),
    Column("reports_to", "上级岗位代码", "scjg-head", text(40, code=True), also=("上级岗位",)),
    Column("powers", "职权", "受理、送达", choices(POWERS), blank=()),
    Column("items", "职权事项", "本单位", words, blank=(), also=("事项",)),
    Column("order", "授权文号", "示政授〔2026〕第001号", text(200)),
    Column("basis", "授权依据", "", text(200)),
    Column("valid_from", "启用日期", "2026-01-01", day, blank=None),
)


def bring(row: Row, work: Work) -> Brought:
    """Create a post and give it its powers.  A post that is there may come to report to another and gain powers."""
    code, unit = row["code"], work.unit(row["unit"])
    above = None
    if row["reports_to"]:
        above = people.post_coded(work.county, row["reports_to"])
        if above is None:
            raise NotYet(
                Refused(
                    "post_unknown", "上级岗位“{code}”不在表中，系统里也没有。请补上这个岗位。", code=row["reports_to"]
                )
            )
    if row["powers"] and not row["order"]:
        raise Refused("authority_order_missing", "写了职权，没有写授权文号。请补上授权文件的文号。")
    items = _items(row, unit)
    known = people.post_coded(work.county, code)
    if known is None:
        actions.create_post(
            code,
            county=work.county,
            unit=unit,
            site=row["site"],
            title=row["title"],
            actor=work.by,
            reports_to=row["reports_to"],
            on=row["valid_from"],
        )
        _empower(row, work, items)
        return Brought("new", code)
    changed = False
    if above is not None and known.reports_to != above.id:
        actions.place_post_under(known.id, above.id, actor=work.by)
        changed = True
    if row["powers"] and not _has(known.id, row, items):
        _empower(row, work, items)
        changed = True
    site = work.once(("site", row["site"]), lambda: people.site_coded(work.county, row["site"])).id
    remark = differing([("名称", known.title, row["title"]), ("单位", known.unit_code, unit)])
    if known.site_id != site:
        remark += "系统里的场所与表中不同，没有改动。"
    return Brought("changed" if changed else "kept" if remark else "same", code, remark)


def _items(row: Row, unit: str) -> tuple[str, ...]:
    """Return the items of the powers: 全部, 本单位, or codes.  Nothing said: those of the post's own unit."""
    meant = {
        "全部": EVERY_ITEM,
        "全部事项": EVERY_ITEM,
        "本单位": f"{UNIT_SET}{unit}",
        "本单位事项": f"{UNIT_SET}{unit}",
    }
    found = [meant.get(word, word) for word in row["items"]] or [f"{UNIT_SET}{unit}"]
    return (EVERY_ITEM,) if EVERY_ITEM in found else tuple(sorted(set(found)))


def _has(post_id: object, row: Row, items: tuple[str, ...]) -> bool:
    rows = people.powers().rows
    return any(
        one.order == row["order"] and one.items == frozenset(items) and set(row["powers"]) <= set(one.powers)
        for key, found in rows.items()
        if key == post_id
        for one in found
    )


def _empower(row: Row, work: Work, items: tuple[str, ...]) -> None:
    if row["powers"]:
        actions.grant_authority(
            county=work.county,
            items=items,
            powers=row["powers"],
            order_text=row["order"],
            basis=unchecked(row["basis"] or row["order"], BasisKind.LAW if row["basis"] else BasisKind.LOCAL),
            actor=work.by,
            post=row["code"],
            valid_from=row["valid_from"],
        )


KIND = Kind("posts", "岗位", COLUMNS, bring)
