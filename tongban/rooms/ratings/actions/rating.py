"""One rating per act: a case (一事一评), and each coming to a place (一次一评)."""

import json
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.rooms import clock, crypto
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions.standing import Who, come
from tongban.rooms.casework.actions.taking import Plan
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ratings import words
from tongban.rooms.ratings.models import Rating
from tongban.rooms.ratings.words import Act
from tongban.rooms.waiting import queries as waiting
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade


def rate(
    case_id: UUID,
    who: Who,
    grade: str,
    *,
    channel: str,
    comment: str = "",
    real_name: bool = True,
    window_id: UUID | None = None,
    staff_id: UUID | None = None,
    key: str = "",
) -> UUID:
    """评价一件事, by a party or whoever acts for her; returns the rating's id.  The row, the journal entry and, for a
    bad grade, the promise to put it right are one statement.

    ``staff_id``: who was rated; None: whoever accepted the case.  A default gives way.
    Raises ``Refused``: ``rated_already``, ``wrong_state`` (not finished yet), ``grade_unknown``,
    ``rating_channel_unknown``, ``comment_too_long``, ``rater_not_person`` and what standing in the case refuses.
    """
    given = words.check_grade(grade)
    came = words.check_channel(channel)
    text = words.check_comment(comment)
    _need_person(who)
    request = _request(key, who, case_id, given, came, text, real_name)
    if (earlier := _same_request(Act.CASE, case_id, request)) is not None:
        return earlier
    rating_id = uuid7()

    def plan(file: CaseFile) -> Plan:
        row = _row(rating_id, file, Act.CASE, case_id, who, given, came, text, request)
        row.update(real_name=real_name, window_id=window_id, staff_id=staff_id or file.uuid("acceptor"))
        # Not the grade: the journal of the case is open to those who may not know yet who was displeased.
        notes = {"rating": str(rating_id), "channel": str(came)}
        promises = [] if given.is_good else [_repair_owed(rating_id)]
        return Plan(rows={"ratings_rating": [row]}, notes=notes, promises=promises)

    try:
        done = casework.rate(case_id, who, plan, asked=request, key=key)
    except Refused as no:
        if no.code in ("rated_already", "key_reused") and (twin := _same_request(Act.CASE, case_id, request)):
            return twin
        raise
    return (_same_request(Act.CASE, case_id, request) if done.again else None) or rating_id


def rate_visit(
    case_id: UUID,
    visit_id: UUID,
    who: Who,
    grade: str,
    *,
    channel: str,
    comment: str = "",
    real_name: bool = True,
    window_id: UUID | None = None,
    staff_id: UUID | None = None,
    key: str = "",
) -> UUID:
    """评价一次到场, whether or not the case is finished; it touches no step of the case.  Returns the rating's id.

    Raises ``Refused``: ``visit_unknown``, ``rated_already`` and as ``rate``.
    """
    given = words.check_grade(grade)
    came = words.check_channel(channel)
    text = words.check_comment(comment)
    _need_person(who)
    request = _request(key, who, visit_id, given, came, text, real_name)
    if (earlier := _same_request(Act.VISIT, visit_id, request)) is not None:
        return earlier
    file, _ = come(case_id, who)
    if all(visit.id != visit_id for visit in waiting.visits_of(case_id)):
        raise Refused("visit_unknown", "这个办件没有这次到场记录。请从这次办理的凭条上进入评价。")
    row = _row(uuid7(), file, Act.VISIT, visit_id, who, given, came, text, request)
    row.update(real_name=real_name, window_id=window_id, staff_id=staff_id)
    try:
        with transaction.atomic():
            Rating.objects.create(**row)
            body = {"visit": str(visit_id), "case": str(case_id), "channel": str(came)}
            ledger.record("rating", row["id"], "rate_visit", who.name, body, county=file.county)
            if not given.is_good:
                owed = _repair_owed(row["id"])
                ledger.promise(owed["kind"], "case", case_id, owed["key"], owed["body"])
    except IntegrityError as error:
        if "rating_one_per_act" not in str(error):
            raise
        if (twin := _same_request(Act.VISIT, visit_id, request)) is not None:
            return twin
        raise Refused("rated_already", "这次到场已经评价过，谢谢您。", words.NATIONAL) from error
    return UUID(str(row["id"]))


def _need_person(who: Who) -> None:
    if who.kind != "person" or who.id is None:
        raise Refused("rater_not_person", "只能由办事人本人评价，工作人员不能代评。", words.NATIONAL)


def _request(key: str, *content: object) -> str:
    return crypto.digest(json.dumps([key, *content], default=str, ensure_ascii=False)) if key else ""


def _same_request(act: Act, act_id: UUID, request: str) -> UUID | None:
    """Return the rating this very request has given before, or None."""
    if not request:
        return None
    return Rating.objects.filter(act=act, act_id=act_id, request=request).values_list("id", flat=True).first()


def _row(
    rating_id: UUID,
    file: CaseFile,
    act: Act,
    act_id: UUID,
    who: Who,
    grade: Grade,
    channel: words.Channel,
    text: str,
    request: str,
) -> dict[str, Any]:
    return {
        "id": rating_id,
        "county": file.county,
        "act": str(act),
        "act_id": act_id,
        "case_id": file.id,
        "item_code": str(file.row["item_code"]),
        "unit": str(file.row["unit"]),
        "grade": str(grade),
        "active": True,
        "channel": str(channel),
        "rater_id": who.id,
        "rated_at": clock.now(),
        "comment": _sealed(file, text),
        "valid": str(words.Valid.COUNTED),
        "request": request,
    }


def _sealed(file: CaseFile, text: str) -> bytes | None:
    if not text:
        return None
    if file.wrapped_key is None:
        raise Refused("case_erased", "这个办件的内容已按规定删除，不能再写评价内容。您仍可以只选满意程度。")
    return crypto.seal_text(text, crypto.unwrap(file.wrapped_key))


def _repair_owed(rating_id: UUID) -> dict[str, Any]:
    return {"kind": "bad_rating", "key": f"bad_rating:{rating_id}", "body": {"rating": str(rating_id)}}
