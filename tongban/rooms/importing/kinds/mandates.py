"""授权委托: who may act for whom, as checked on paper in the old system."""

from tongban.rooms.importing.bringing import Brought, Kind, Work
from tongban.rooms.importing.columns import Column, Row, choice, choices, day, text, words, yes
from tongban.rooms.importing.kinds.holders import SCHEMES, found_or_registered
from tongban.rooms.people import actions
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused

POWERS = {"申报": "file", "签名": "sign", "领取": "collect"}

COLUMNS = (
    Column("principal_name", "委托人", "示例县示例餐饮有限公司", text(200), required=True, also=("委托人姓名",)),
    Column("principal_id", "委托人证件号码", "91990127MA0000023W", text(20), required=True),
    Column("agent_name", "受托人", "林示例", text(200), required=True, also=("受托人姓名",)),
    Column("agent_id", "受托人证件号码", "990127198805060010", text(20), required=True),
    Column("items", "事项", "全部", words, required=True, also=("委托事项",)),
    Column("powers", "权限", "申报、领取", choices(POWERS), required=True, also=("委托权限",)),
    Column("valid_from", "起始日期", "2026-01-01", day, required=True, also=("生效日期",)),
    Column("valid_until", "截止日期", "2026-12-31", day, required=True, also=("终止日期", "有效期至")),
    Column("checked", "已核对", "是", yes, required=True, also=("委托书已核对",)),
    Column("principal_scheme", "委托人证件种类", "", choice(SCHEMES)),
    Column("agent_scheme", "受托人证件种类", "", choice(SCHEMES)),
)


def bring(row: Row, work: Work) -> Brought:
    """Enter a mandate whose paper was checked; one that is over is not needed any more."""
    key = f"尾号 {row['principal_id'][-4:]} → {row['agent_id'][-4:]}"
    if row["valid_until"] < work.today:
        return Brought("skipped", key, f"委托已于 {row['valid_until']} 到期。")
    if not row["checked"]:
        raise Refused(
            "mandate_unchecked", "这份委托书没有核对过。请先照原件核对，把“已核对”写成“是”；或到窗口重新办理委托。"
        )
    items = ("*",) if {"全部", "全部事项", "*"} & set(row["items"]) else tuple(sorted(set(row["items"])))
    principal = found_or_registered(work, row["principal_name"], row["principal_id"], row["principal_scheme"])
    agent = found_or_registered(work, row["agent_name"], row["agent_id"], row["agent_scheme"])
    for one in people.mandates_of(principal):
        is_it = (
            one.principal_id == principal
            and one.agent_id == agent
            and (one.items, one.valid_from, one.valid_until) == (items, row["valid_from"], row["valid_until"])
            and set(one.powers) == set(row["powers"])
        )
        if is_it:
            revoked = "系统里这份委托已经撤回，没有恢复。" if one.revoked else ""
            return Brought("kept" if revoked else "same", key, revoked)
    actions.give_mandate(
        principal,
        agent,
        items=items,
        powers=row["powers"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        actor=work.by,
        confirmed=True,
    )
    return Brought("new", key)


KIND = Kind("mandates", "授权委托", COLUMNS, bring)
