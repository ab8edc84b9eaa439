"""Items as the national tables want them: the directory, the families of items, their materials, fees and questions."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.catalogue.queries.book import Book, Run, book
from tongban.rooms.exchange.national import codes
from tongban.rooms.exchange.national.codes import Chosen, yes
from tongban.rooms.exchange.national.fields import TABLES
from tongban.rooms.exchange.national.rows import Draft, Hold, draft, guid
from tongban.rooms.people import queries as people
from tongban.rooms.people.queries import UnitView
from tongban.rulebook.basis import Basis, BasisKind
from tongban.rulebook.catalogue import Item, supported
from tongban.rulebook.catalogue.item import Material, TimeRule

#: Kinds of case that are items of the exchange: a bundle is told of by its parts, inner work not at all.
KINDS = frozenset({"permit", "registration", "filing"})

#: 事项类型 -> family of tables.  行政处罚, 行政强制 and 行政检查 are nobody's application and not of this house.
_FAMILIES = {
    **dict.fromkeys(("01", "05", "07", "08", "09", "10"), "general"),
    "04": "handle",
    "20": "public",
}


def family(catalog_code: str) -> str:
    """Return ``general``, ``public`` or ``handle``; empty for a type that is not exchanged."""
    return _FAMILIES.get(catalog_code[2:4], "")


def subject(county: str, code: str) -> UUID:
    """Return the name under which the rows of an item are kept together."""
    return guid("item", county, code)


def count(county: str) -> int:
    """Return how many items were ever published."""
    return len(book(county).runs)


def drafts(county: str, day: date, chosen: Chosen) -> Iterator[list[Draft]]:
    """Yield the rows of each item as it stands on ``day``: an ended one is told of as ended, a future one not yet."""
    units = {one.code: one for one in people.units(county)}
    read = book(county)
    listed: set[str] = set()
    for code in sorted(read.runs):
        run, state, ended_on = _standing(read, code, day)
        if run is None:
            continue
        item = catalogue.item(run.version_id)
        if item.kind not in KINDS or not item.catalog_code:
            continue
        about = ("item", subject(county, code), code)
        common = _common(item, run, state, ended_on, read, units.get(item.unit))
        rows = []
        if item.catalog_code not in listed:
            listed.add(item.catalog_code)
            entry = ("item", guid("directory", county, item.catalog_code), item.catalog_code)
            rows.append(draft("up_task_directory", (county, item.catalog_code), entry, common))
        if item.leaf and (kind := family(item.catalog_code)):
            rows += _of_item(county, item, kind, common, about, chosen)
        yield rows


def _standing(read: Book, code: str, day: date) -> tuple[Run | None, str, date | None]:
    """Return the version to tell of, its 事项状态, and the day on which it ended."""
    run = read.on(code, day)
    if run is not None:
        return run, codes.STATE.code("used"), None
    order = read.order_on(code, day)
    past = [one for one in read.runs[code] if one.first <= day and (one.last is None or one.last >= one.first)]
    if order is None or not past:
        return None, "", None
    state = "frozen" if order.kind == "freeze" else "ended"
    return past[-1], codes.STATE.code(state), None if state == "frozen" else order.in_force_on


def _common(
    item: Item, run: Run, state: str, ended_on: date | None, read: Book, unit: UnitView | None
) -> dict[str, Any]:
    handed = any(one.kind == "hand_down" and one.in_force_on <= run.first for one in read.orders.get(run.code, ()))
    guide = item.guide
    return {
        "catalog_code": item.catalog_code,
        "local_task_code": item.local_code,
        "task_code": item.task_code,
        "task_handle_item": item.handle_code,
        "task_name": item.name,
        "task_type": item.catalog_code[2:4],
        "task_state": state,
        "task_version": run.version,
        "use_level": str(item.level),
        "by_law": _bases(item.bases),
        "power_source": codes.SOURCE_OF_POWER.code("handed_down" if handed else "own"),
        "plan_effective_date": run.first,
        "plan_cancel_date": ended_on,
        "dept_name": unit.full_name if unit else None,
        "dept_code": unit.credit_code if unit else None,
        "dept_type": _owner(unit),
        **_limit("anticipate", item.limits.statutory, "法定办结时限"),
        "anticipate_explain": item.limits.statutory and _law_text(item.limits.statutory.basis),
        "handle_flow": "\n".join(guide.flow),
        "link_way": guide.consult_phone,
        "supervise_way": guide.complaint_phone,
    }


def _of_item(
    county: str, item: Item, kind: str, common: dict[str, Any], about: tuple[str, UUID, str], chosen: Chosen
) -> list[Draft]:
    basic = f"up_task_{kind}_basic"
    lead = guid(basic, county, item.code)
    content = common if kind == "handle" else {**common, **_applied_for(item, chosen)}
    made = [draft(basic, (county, item.code), about, content)]
    of_task = {key: common[key] for key in ("task_code", "task_handle_item")} | {"task_guid": str(lead)}

    def add(table: str, part: str, more: dict[str, Any]) -> None:
        name = f"up_task_{kind}_{table}"
        if name in TABLES:
            made.append(draft(name, (county, item.code, part), about, {**of_task, **more}, leads=lead))

    add("extend", "", _extended(item))
    for n, material in enumerate(item.materials, start=1):
        add("material", material.code, {**_material(material), "order_num": n})
    if item.fee is not None:
        add("fee_project", "", _fee(item))
    for n, one in enumerate(item.faq, start=1):
        add("questions", str(n), {"question": one.question, "answer": one.answer, "order_num": n})
    return made


def _applied_for(item: Item, chosen: Chosen) -> dict[str, Any]:
    served = codes.SERVED[chosen.served]
    words = (["natural"] if "natural" in item.applicants else []) + (
        ["enterprise", "institution", "social", "other"] if "legal" in item.applicants else []
    )
    manners = ["window"] + (["net"] if item.online.receive else [])
    special = (["extend"] if item.limits.extension else []) + (["pause"] if item.pausing else [])
    promised = item.limits.promised
    return {
        **_limit("promise", promised, "承诺办结时限"),
        "promise_explain": promised and f"自受理之日起计算。{_said(promised.basis)}",
        "accept_condition": "\n".join(item.guide.conditions),
        "is_fee": yes(item.fee is not None),
        "fee_basis": item.fee and _law_text(item.fee.basis),
        "server_type": ",".join(served.code(word) for word in words),
        "project_type": codes.HANDLING.code(item.handling),
        "handle_type": ",".join(codes.MANNER.code(one) for one in manners),
        "limit_scene_num": item.visits,
        "special_procedure": ",".join(codes.SPECIAL.code(one) for one in special) or "无",
        # The house does not take the national account for its own: single sign-on is not there, and is not claimed.
        "app_is_single_login": yes(False),
        "is_single_login": yes(False),
        "transact_addr": item.guide.place,
        "transact_time": item.guide.hours,
    }


def _extended(item: Item) -> dict[str, Any]:
    result = item.result
    form = result.form if result is not None and result.form in ("证", "批文") else "other"
    return {
        "limit_explain": item.guide.quantity,
        "result_type": codes.RESULT.code(form),
        "result_name": result.name if result else None,
        "is_entry_center": yes("county" in item.stations),
        "is_pay_online": yes(item.guide.online_payment),
        "is_express": yes("mail" in item.guide.delivery),
        "is_online": yes(item.online.receive),
        "online_handle_depth": ",".join(str(n) for n in sorted(supported(item))),
        "limit_scene_explain": item.visit_reason,
    }


def _material(material: Material) -> dict[str, Any]:
    if material.follow_by is not None:
        need = "later"
    else:
        need = "may" if material.situations else "must"
    return {
        "material_name": material.name,
        "material_type": codes.KEEPING.code("original" if material.original else "either"),
        "material_format": codes.MADE_OF.code("either" if material.copies else "electronic"),
        "is_need": codes.NEED.code(need),
        "source_type": codes.CHANNEL.code("own" if material.source in ("applicant", "made") else "agency"),
        "source_explain": material.issuer,
        "page_num": material.copies,
        "accept_stand": material.criteria,
        "by_law": _law_text(material.basis),
    }


def _fee(item: Item) -> dict[str, Any]:
    fee = item.fee
    assert fee is not None
    return {
        "fee_name": fee.name,
        "fee_stand": fee.standard or f"{fee.amount_fen // 100}.{fee.amount_fen % 100:02d}元",
        "by_law": _law_text(fee.basis),
        "is_desc": yes(fee.waivable),
        "desc_explain": fee.waiver_basis and _law_text(fee.waiver_basis),
        "order_num": 1,
    }


def _limit(name: str, rule: TimeRule | None, label: str) -> dict[str, Any]:
    if rule is None:
        missing = Hold(
            f"{name}_missing",
            f"事项没有“{label}”，这一栏必填。",
            f"请在事项要素里补上“{label}”；法律没有规定期限的，请上级明确这一栏怎样填。",
        )
        return {f"{name}_day": missing, f"{name}_type": codes.UNIT.code("wd")}
    amount = rule.limit.amount
    whole = (
        amount
        if amount == int(amount)
        else Hold(
            f"{name}_not_whole",
            f"“{label}”是 {amount} 个工作日，这一栏只收整数。",
            f"请把“{label}”改成整数，半天可以写成小时。",
        )
    )
    return {f"{name}_day": whole, f"{name}_type": codes.UNIT.code(rule.limit.unit.value)}


def _owner(unit: UnitView | None) -> Any:
    """An agency is one by the register that gave it its credit code; what others are, nobody has entered."""
    if unit is not None and unit.credit_code.startswith("11"):
        return codes.OWNER.code("agency")
    return Hold(
        "owner_kind_unknown",
        "实施主体不是机关，系统里没有登记它是授权组织还是受委托组织。",
        "请核对单位的统一社会信用代码，或请实施机关出具授权、委托文件后由上级系统补录。",
    )


def _bases(bases: tuple[Basis, ...]) -> str:
    return "；".join(text for one in bases if (text := _law_text(one)))


def _law_text(basis: Basis) -> str:
    """Return a basis as people cite it; our own choices are no basis in law."""
    return "" if basis.kind is BasisKind.DESIGN else str(basis)


def _said(basis: Basis) -> str:
    return str(basis).removeprefix("设计:").rstrip("。") + "。"
