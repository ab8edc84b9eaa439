"""接着填: a draft filled in piece by piece, from any page, tab or channel; what others saved meanwhile stays."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework.actions.papers import Offer, offered_rows
from tongban.rooms.casework.actions.rows import answers_row, canonical, key_of, material_row
from tongban.rooms.casework.actions.standing import Who, come
from tongban.rooms.casework.actions.taking import Done, Plan, take, write
from tongban.rooms.casework.models import Answers, CaseKey
from tongban.rooms.casework.queries.parts import bundle_item
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.casework.queries.wishes import Wishes, wishes_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook import deciding
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given

#: How often a piece is merged anew when somebody else was faster.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Piece:
    """What one page brings; None: nothing of that sort."""

    #: Answers to the questions the page asked; one that is left out was emptied.
    answers: Mapping[str, Any] | None = None
    #: The questions it asked.
    asked: Collection[str] = ()
    #: Number of the answers that the page showed (``DraftView.no``); None: the latest.
    base: int | None = None
    #: Options chosen, all of them.
    options: frozenset[str] | None = None
    #: By code of the material; an empty offer takes the paper out again.
    offers: Mapping[str, Offer] | None = None
    wishes: Wishes | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of it."""

    #: Number of the answers now.
    no: int
    #: Questions that were answered otherwise on another page since this one was shown: this page's answer stands.
    overtaken: tuple[str, ...] = ()
    #: All answers as they stand now, where the page brought any.
    answers: Mapping[str, Any] = field(default_factory=dict)


def fill_draft(draft_id: UUID, who: Who, piece: Piece, *, channel: str = "net") -> Filled:
    """保存一部分: merge what one page brings into the draft, question by question.

    What the page did not change stays as others saved it.  Nothing is written where nothing changed.  Incomplete and
    wrong answers are kept as they are.  Raises ``Refused``: ``filed_already``, ``not_yours``, what a paper is refused
    for, ``moved_meanwhile`` only where others save without end.
    """
    for _ in range(TRIES):
        file, actor = come(draft_id, who)
        if file.facts.state != "draft":
            raise Refused("filed_already", "这份申请已经提交过。请在“我的办件”中查看。")
        now = clock.now()
        rows, filled = _rows(file, piece)
        columns: dict[str, Any] = {}
        if piece.options is not None and sorted(piece.options) != sorted(file.row["situation"]):
            columns["situation"] = sorted(piece.options)
        if not rows and not columns:
            return filled
        outcome = deciding.decide(file.facts, "save", actor, Given(), now, calendars.calendar())
        plan = Plan(rows=rows, columns={**columns, "channel": channel})
        if write(file, outcome, actor, plan, now) is not None:
            return filled
    raise Refused("moved_meanwhile", "这份草稿正在别处保存。请过一会儿再保存；这一页填的内容还在。")


def discard_draft(draft_id: UUID, who: Who, *, key: str = "") -> Done:
    """删除草稿: what was written in it is erased with its key; nobody is told, for nothing was asked.

    Raises ``Refused``: ``wrong_state`` for what was filed, ``not_yours`` or what standing in the case refuses.
    """
    with transaction.atomic():
        done = take(draft_id, "discard", who, key=key)
        CaseKey.objects.filter(case_id=draft_id).delete()
    return done


def item_of_draft(file: CaseFile, day: date, options: frozenset[str] | None = None) -> Item:
    """Return the item a draft will be filed on today, a bundle with the papers of its parts.

    Where it is not in force today, the one the draft was begun on: what was written is kept in any case.
    """
    code = str(file.row["item_code"])
    try:
        item = catalogue.in_force(file.county, code, day).item
    except Refused:
        item = file.facts.item
    if item.parts:
        chosen = options if options is not None else frozenset(file.row["situation"])
        item = bundle_item(file.county, item, chosen, day)
    return item


def _rows(file: CaseFile, piece: Piece) -> tuple[dict[str, list[Mapping[str, Any]]], Filled]:
    now = clock.now()
    day = clock.legal_date(now)
    rows: dict[str, list[Mapping[str, Any]]] = {}
    no = file.answers
    overtaken: tuple[str, ...] = ()
    merged: dict[str, Any] = {}
    if piece.answers is not None:
        latest = _answers(file, file.answers)
        merged, overtaken = _merged(latest, _answers(file, piece.base), piece)
        if canonical(merged) != canonical(latest):
            no += 1
            rows["casework_answers"] = [answers_row(file.id, no, merged, key_of(file))]
    if piece.offers:
        given = {code: offer for code, offer in piece.offers.items() if not offer.is_empty}
        rows["casework_material"] = [
            *offered_rows(item_of_draft(file, day), file.id, given, now, day),
            *(material_row(file.id, code, "lacking", now) for code in sorted(set(piece.offers) - set(given))),
        ]
    if piece.wishes is not None and piece.wishes != wishes_of(file):
        sealed = crypto.seal_text(json.dumps(piece.wishes.to_data(), ensure_ascii=False), key_of(file))
        rows["casework_wish"] = [{"case_id": file.id, "sealed": sealed}]
    return rows, Filled(no, overtaken, merged)


def _merged(
    latest: Mapping[str, Any], shown: Mapping[str, Any], piece: Piece
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Merge three ways: what the page changed against what it showed stands; all else is the latest."""
    merged, overtaken = dict(latest), []
    brought = piece.answers or {}
    for name in piece.asked:
        mine, theirs, before = brought.get(name), latest.get(name), shown.get(name)
        if mine in (before, theirs):
            continue
        if theirs != before:
            overtaken.append(name)
        if mine is None:
            merged.pop(name, None)
        else:
            merged[name] = mine
    return merged, tuple(overtaken)


def _answers(file: CaseFile, no: int | None) -> dict[str, Any]:
    """Return the answers of this number, the latest where it is None; none where there is no such number."""
    row = Answers.objects.filter(case_id=file.id, no=file.answers if no is None else no).first()
    return dict(json.loads(crypto.open_text(bytes(row.sealed), key_of(file)))) if row else {}
