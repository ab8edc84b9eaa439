"""Items that were read back become drafts, each with what it still lacks.  Nothing is published.

What the tables do not say is left out, and the draft says so; what they do say of law stands as 待核, for nobody here
has read it.  An item that the county has in force under the same 实施编码 needs no draft.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from tongban.rooms import clock, crypto
from tongban.rooms.catalogue import localcodes
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.catalogue.actions import keep_drafts
from tongban.rooms.catalogue.actions.importing import class_of
from tongban.rooms.exchange.national import codes
from tongban.rooms.exchange.national.codes import Chosen
from tongban.rooms.exchange.national.models import NationalMirror
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue import Complaint

Row = Mapping[str, str]

#: Families of items that become drafts; what a house does not take applications for is only mirrored.
_FAMILIES = ("general", "public", "handle")
#: Tables of an item beside its own row.
_PARTS = ("extend", "material", "fee_project", "questions")
#: Items put together at a time, so that a long list takes no more memory than a short one.
_AT_ONCE = 1000
_DEMO_MARK = "(待核)"


@dataclass(frozen=True, slots=True)
class Drafted:
    """One draft that came of an item read back."""

    code: str
    name: str
    #: ``new``, ``changed``, ``same``, or ``kept`` where somebody had edited it.
    outcome: str
    #: What it still lacks before it can be published.
    lacks: tuple[Complaint, ...]


def make_drafts(county: str, *, by: str, chosen: Chosen) -> Iterator[Drafted]:
    """Write a draft for every item of the mirror that the county does not have in force; yields what came of each.

    Call it in a transaction.  Twice changes nothing, and what people have edited stays.
    """
    day = clock.today()
    here = _in_force(county, day)
    units = _units(county)
    for kind in _FAMILIES:
        rows = (row for row in _rows(county, f"up_task_{kind}_basic") if row["task_code"] not in here)
        while some := list(islice(rows, _AT_ONCE)):
            parts = _parts(county, kind, {row["row_guid"] for row in some})
            contents = [_content(row, parts[row["row_guid"]], units, chosen) for row in some]
            for saved, content in zip(keep_drafts(county, contents, by, "import"), contents, strict=True):
                yield Drafted(saved.code, str(content["name"]), saved.outcome, saved.complaints)


def _rows(county: str, table: str) -> Iterator[Row]:
    """Yield the rows of a table; a column that was empty reads as an empty text."""
    found = NationalMirror.objects.filter(county=county, table=table).order_by("row_guid")
    for row in found.iterator(chunk_size=500):
        yield defaultdict(str, json.loads(crypto.open_text(row.sealed)))


def _parts(county: str, kind: str, leads: set[str]) -> dict[str, dict[str, list[Row]]]:
    """Return the rows of other tables by the item they belong to and the table."""
    found: dict[str, dict[str, list[Row]]] = {lead: {part: [] for part in _PARTS} for lead in leads}
    for part in _PARTS:
        for row in _rows(county, f"up_task_{kind}_{part}"):
            if row["task_guid"] in found:
                found[row["task_guid"]][part].append(row)
    for parts in found.values():
        for rows in parts.values():
            rows.sort(key=lambda row: int(row["order_num"] or 0))
    return found


def _in_force(county: str, day: date) -> set[str]:
    """Return the 实施编码 that the county has in force."""
    listed = catalogue.listed(county, day)
    found = {catalogue.item(one.version_id).task_code for one in listed}
    return found - {""}


def _units(county: str) -> dict[str, str]:
    """Return unit codes by credit code and by full name."""
    there = people.units(county)
    return {one.full_name: one.code for one in there} | {one.credit_code: one.code for one in there}


def _content(row: Row, parts: Mapping[str, list[Row]], units: Mapping[str, str], chosen: Chosen) -> dict[str, Any]:
    """Return the draft that a row and its parts say; what they do not say is not there."""
    code = row["task_handle_item"] or row["task_code"]
    unit = units.get(row["dept_code"]) or units.get(row["dept_name"]) or localcodes.unit_code_for(row["dept_name"])
    content: dict[str, Any] = {
        "code": localcodes.code_for(code),
        "name": row["task_name"],
        **class_of(row["task_type"], row["task_name"]),
        "unit": unit,
        "level": int(row["use_level"]),
        "catalog_code": row["catalog_code"],
        "task_code": row["task_code"],
        "bases": _bases(row["by_law"]),
        "limits": _limits(row),
        "materials": [_material(n, one) for n, one in enumerate(parts["material"], start=1)],
        "faq": [{"question": one["question"], "answer": one["answer"]} for one in parts["questions"]],
        "guide": _guide(row, parts["extend"]),
        "publishes_result": row["task_type"] == "01",
    }
    content |= {key: row[column] for key, column in _CODES.items() if row[column]}
    if row.get("server_type"):
        content["applicants"] = _applicants(row["server_type"], chosen)
    if row.get("limit_scene_num"):
        content["visits"] = int(row["limit_scene_num"])
    if parts["fee_project"]:
        content["fee"] = _fee(parts["fee_project"][0])
    if parts["extend"]:
        content |= _extended(parts["extend"][0])
    return content


_CODES = {"handle_code": "task_handle_item", "local_code": "local_task_code"}


def _bases(text: str) -> list[str]:
    return [f"unchecked: {one}" for one in _lines(text)]


def _lines(text: str) -> list[str]:
    """Return the parts of a text that is written as a list."""
    plain = text.replace(_DEMO_MARK, "").replace("\n", "；")
    return [one.strip() for one in plain.split("；") if one.strip()]


def _limits(row: Row) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for name, column, mark in (("statutory", "anticipate", "unchecked"), ("promised", "promise", "unchecked-local")):
        amount, unit = row.get(f"{column}_day", ""), codes.UNIT.word(row.get(f"{column}_type", ""))
        if amount and unit:
            said = row.get(f"{column}_explain", "").replace(_DEMO_MARK, "").strip() or "国家数据里没有写依据"
            limits[name] = {"limit": f"{amount}{unit}", "basis": f"{mark}: {said}"}
    return limits


def _material(n: int, row: Row) -> dict[str, Any]:
    needed = codes.NEED.word(row["is_need"])
    material: dict[str, Any] = {
        "code": f"m{n}",
        "name": row["material_name"],
        "source": "applicant",
        "copies": int(row["page_num"] or 0),
        "criteria": row["accept_stand"],
        "issuer": row["source_explain"],
        "original": codes.KEEPING.word(row["material_type"]) == "original",
    }
    if laws := _lines(row["by_law"]):
        material["basis"] = f"unchecked: {laws[0]}"
    if needed == "later":
        # How long it may follow is not in the tables: the draft stays without it, and asks for it from the start.
        material["main"] = False
    return material


def _fee(row: Row) -> dict[str, Any]:
    fee: dict[str, Any] = {"name": row["fee_name"], "amount_fen": 0, "standard": row["fee_stand"]}
    if laws := _lines(row["by_law"]):
        fee["basis"] = f"unchecked: {laws[0]}"
    if codes.YES_NO.word(row["is_desc"]) == "yes":
        fee["waivable"] = True
        if why := _lines(row["desc_explain"]):
            fee["waiver_basis"] = f"unchecked: {why[0]}"
    return fee


def _applicants(text: str, chosen: Chosen) -> list[str]:
    words = {codes.SERVED[chosen.served].word(one) for one in text.split(",")}
    return [name for name, there in (("natural", "natural" in words), ("legal", bool(words - {"natural"}))) if there]


def _guide(row: Row, extend: list[Row]) -> dict[str, Any]:
    guide: dict[str, Any] = {
        "flow": _lines(row["handle_flow"]),
        "consult_phone": row["link_way"],
        "complaint_phone": row["supervise_way"],
        "conditions": _lines(row.get("accept_condition", "")),
        "place": row.get("transact_addr", ""),
        "hours": row.get("transact_time", ""),
    }
    for one in extend:
        guide["quantity"] = one.get("limit_explain", "")
        guide["online_payment"] = codes.YES_NO.word(one["is_pay_online"]) == "yes"
        if codes.YES_NO.word(one["is_express"]) == "yes":
            guide["delivery"] = ["mail", "window"]
    return guide


def _extended(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {"online": {"receive": codes.YES_NO.word(row["is_online"]) == "yes"}}
    if row["online_handle_depth"]:
        found["online"]["claimed"] = [int(one) for one in row["online_handle_depth"].split(",")]
    if row["limit_scene_explain"]:
        found["visit_reason"] = row["limit_scene_explain"]
    if row["result_name"]:
        form = codes.RESULT.word(row["result_type"])
        found["result"] = {"name": row["result_name"], "form": form if form in ("证", "批文") else "文"}
    return found
