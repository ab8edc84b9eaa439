"""Rows of a case as a step writes them."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import clock, crypto
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.ids import uuid7
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import make_case_number, make_lookup_code

#: Digit of each channel in the case number.
CHANNELS = {"window": "1", "net": "2", "phone": "3", "kiosk": "4", "village": "5", "partner": "6", "inner": "9"}


def case_row(county: str, version_id: UUID, item: Item, channel: str, **columns: Any) -> dict[str, Any]:
    """Return the row of a case before its first step; ``columns`` say what is known of it."""
    row = {
        "id": uuid7(),
        "county": county,
        "number": None,
        "lookup_code": None,
        "kind": item.kind,
        "item_id": version_id,
        "item_code": item.code,
        "unit": item.unit,
        "site_id": None,
        "applicant_id": None,
        "agent_id": None,
        "channel": channel,
        "rehearsal": False,
        "parent_id": None,
        "part_role": "",
        "state": "",
        "stage": 0,
        "desk": "",
        "version": 1,
        "filed_at": None,
        "received_on": None,
        "accepted_on": None,
        "acceptor": None,
        "decided_at": None,
        "decision": "",
        "closed_at": None,
        "next_moment": None,
        "holder": None,
        "situation": [],
        "flags": [],
    }
    return row | columns


def numbered(county: str, channel: str, now: datetime) -> dict[str, Any]:
    """Return the columns that say that a case was filed: its number, the look-up code beside it, the moment."""
    number = make_case_number(county, clock.legal_date(now), CHANNELS[channel], next_serial())
    return {"number": number, "lookup_code": make_lookup_code(os.urandom(5)), "filed_at": now}


_BLOCK = 50
_serials: dict[str, list[int]] = {}
_drawing = Lock()
os.register_at_fork(after_in_child=_serials.clear)  # two processes never share a block


def next_serial() -> int:
    """Return the next running number for a case number: unique, not gap-free; taken from the sequence in blocks."""
    with _drawing:
        left = _serials.setdefault(str(connection.settings_dict["NAME"]), [])
        if not left:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval('casework_case_serial')")
                (first,) = cursor.fetchone()
            left.extend(range(first + _BLOCK - 1, first - 1, -1))
        return left.pop() % 999_999 + 1


def material_row(case_id: UUID, code: str, state: str, at: datetime, **columns: Any) -> dict[str, Any]:
    """Return the row of one material; ``columns``: its file, licence, call or date."""
    blank = {"file_id": None, "licence_id": None, "call_id": None, "promised_until": None}
    return {"case_id": case_id, "code": code, "state": state, "at": at} | blank | columns


def restated(file: CaseFile, code: str, state: str, at: datetime, **columns: Any) -> dict[str, Any]:
    """Return the row of a material in a new state; what is already in stays with it, for nothing handed in is lost."""
    known = file.materials.get(code, {})
    kept = {column: known.get(column) for column in ("file_id", "licence_id", "call_id", "promised_until")}
    return material_row(file.id, code, state, at, **kept | columns)


def party_row(
    case_id: UUID, role: str, person_id: UUID | None, signed_at: datetime | None, contact: str = ""
) -> dict[str, Any]:
    """Return the row of a party."""
    told = {"signed_at": signed_at, "contact": contact}
    return {"id": uuid7(), "case_id": case_id, "role": role, "person_id": person_id} | told


def tie_row(case_id: UUID, role: str, kind: str, target: UUID) -> dict[str, Any]:
    """Return the row of a tie."""
    return {"id": uuid7(), "case_id": case_id, "role": role, "target_kind": kind, "target_id": target}


def answers_row(case_id: UUID, no: int, answers: Mapping[str, Any], case_key: bytes) -> dict[str, Any]:
    """Return the answers, sealed under the case's key."""
    return {"case_id": case_id, "no": no, "sealed": crypto.seal_text(canonical(answers), case_key)}


def canonical(answers: Mapping[str, Any]) -> str:
    """Return answers as the one text that is sealed and of which the journal holds a digest."""
    return json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def key_of(file: CaseFile) -> bytes:
    """Return the case's key.  Raises ``Refused("case_erased")`` when it was dropped."""
    if file.wrapped_key is None:
        raise Refused("case_erased", "这个办件的内容已按规定删除，不能再查看或填写。需要办理的，请重新申请。")
    return crypto.unwrap(file.wrapped_key)
