"""咨询: the questions of a unit, what was answered, and which answers must be looked at again (S128)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from tongban.rooms import clock
from tongban.rooms.casework.models import Tie
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.casework.queries.texts import notes_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook.catalogue import Item
from tongban.rulebook.errors import Refused

#: Answers looked at for what must be reviewed: the latest.
LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Consulted:
    """A question with its answer, for who asked and who answers."""

    item: str
    question: str
    #: Empty while it waits.
    answer: str
    #: Of who was not signed in; empty otherwise.
    phone: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question on a list.  It names nobody."""

    case_id: UUID
    number: str
    item: str
    asked_at: datetime
    due_on: date | None
    overdue: bool
    #: It asks for a look at a draft (``prereviewing``).
    prereview: bool


@dataclass(frozen=True, slots=True)
class ToReview:
    """An answer whose guide has changed since."""

    case_id: UUID
    item: str
    code: str
    #: What changed, in sentences.
    changes: tuple[str, ...]


def about(file: CaseFile) -> Item:
    """Return the item a question is about, in the version of the day it was asked.  One query.

    Raises ``Refused("not_a_question")``.
    """
    tie = Tie.objects.filter(case_id=file.id, role="about", target_kind="item_version").first()
    if tie is None or file.facts.kind.code != "consultation":
        raise Refused("not_a_question", "这个办件不是咨询。请从咨询列表中选择。")
    return catalogue.item(tie.target_id)


def answered_from(file: CaseFile) -> UUID | None:
    """Return the version from which a question was answered or its answer last reviewed.  One query."""
    ties = Tie.objects.filter(case_id=file.id, role="helps", target_kind="item_version").order_by("-id")
    return ties.values_list("target_id", flat=True).first()


def consulted(file: CaseFile) -> Consulted:
    """Return question and answer; the caller logs who reads them.  Two queries."""
    said = {what: text for (_, what), text in sorted(notes_of(file).items())}
    return Consulted(about(file).name, said.get("text", ""), said.get("reason", ""), said.get("phone", ""))


def open_questions(county: str, unit: str, *, most: int = 100) -> tuple[QuestionLine, ...]:
    """Return the questions that wait for a unit, the most urgent first.  Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.number, t.target_id, c.filed_at, k.due_on, k.due_at, c.item_code FROM casework_case c"
            " JOIN casework_tie t ON t.case_id = c.id AND t.role = 'about' AND t.target_kind = 'item_version'"
            " LEFT JOIN LATERAL (SELECT due_on, due_at FROM casework_clock WHERE case_id = c.id AND stopped_at IS NULL"
            "  ORDER BY due_at LIMIT 1) k ON true"
            " WHERE c.county = %s AND c.unit = %s AND c.kind = 'consultation' AND c.closed_at IS NULL"
            " ORDER BY k.due_at, c.id LIMIT %s",
            [county, unit, most],
        )
        rows = cursor.fetchall()
    items, now = catalogue.items(row[2] for row in rows), clock.now()
    return tuple(
        QuestionLine(
            case_id, number, items[version].name, at, due_on, due_at is not None and due_at <= now, code == "prereview"
        )
        for case_id, number, version, at, due_on, due_at, code in rows
    )


def to_review(county: str, unit: str) -> tuple[ToReview, ...]:
    """Return the answers of a unit whose guide has changed since they were given or last reviewed.  Three queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (c.id) c.id, t.target_id FROM casework_tie t JOIN"
            " (SELECT id FROM casework_case WHERE county = %s AND unit = %s AND kind = 'consultation'"
            "  AND closed_at IS NOT NULL ORDER BY id DESC LIMIT %s) c ON c.id = t.case_id"
            " WHERE t.role = 'helps' ORDER BY c.id, t.id DESC",
            [county, unit, LOOKED_AT],
        )
        rows = cursor.fetchall()
    old = catalogue.items(version for _, version in rows)
    found = []
    for case_id, version in rows:
        now = catalogue.findable(county, clock.today()).get(old[version].code)
        if now is None or now.version_id == version:
            continue
        changes = tuple(one.sentence for one in catalogue.difference(version, now.version_id))
        if changes:
            found.append(ToReview(case_id, old[version].name, old[version].code, changes))
    return tuple(found)


def answers_outdated(versions: Iterable[UUID], current: UUID) -> bool:
    """Whether people were answered from an older of these versions of an item, and nobody has looked again.

    One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (t.case_id) t.target_id FROM casework_tie t JOIN casework_case c ON c.id = t.case_id"
            " WHERE t.target_id = ANY(%s) AND t.role = 'helps' AND c.kind = 'consultation'"
            " ORDER BY t.case_id, t.id DESC",
            [list(versions)],
        )
        return any(version != current for (version,) in cursor.fetchall())


def asked_often(county: str, unit: str) -> Mapping[str, int]:
    """Return the items people ask this unit about and how often of late: what may go into the guide.  Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.target_id, count(*) FROM casework_tie t JOIN"
            " (SELECT id FROM casework_case WHERE county = %s AND unit = %s AND kind = 'consultation'"
            "  AND item_code = 'consultation' ORDER BY id DESC LIMIT %s) c ON c.id = t.case_id"
            " WHERE t.role = 'about' GROUP BY t.target_id",
            [county, unit, LOOKED_AT],
        )
        rows = cursor.fetchall()
    items = catalogue.items(version for version, _ in rows)
    counted: dict[str, int] = {}
    for version, times in rows:
        counted[items[version].name] = counted.get(items[version].name, 0) + times
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
