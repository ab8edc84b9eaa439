"""首问负责: whoever is asked first owns the question until a colleague has accepted it, or it is answered."""

from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.models import Site, Staff
from tongban.rooms.waiting.models import Absence, Question
from tongban.rooms.waiting.queries.questions import in_service, stands_in_for
from tongban.rulebook.errors import Refused

#: Longest question or answer, in characters.
LONGEST = 1000


def take_question(
    site_id: UUID, text: str, *, owner: UUID, actor: str, person_id: UUID | None = None, ticket_id: UUID | None = None
) -> UUID:
    """登记问题: from now on it is the owner's.  Raises ``Refused``: ``question_empty``, ``site_unknown``."""
    site = Site.objects.filter(id=site_id).only("county").first()
    if site is None:
        raise Refused("site_unknown", "没有找到这个服务场所。请先在场所名录中登记。")
    sealed = crypto.seal_text(_written(text, "问题"))
    with transaction.atomic():
        made = Question.objects.create(
            county=site.county,
            site_id=site_id,
            owner_id=owner,
            person_id=person_id,
            ticket_id=ticket_id,
            asked=sealed,
            asked_at=clock.now(),
        )
        ledger.record("question", made.id, "take_question", actor, {"owner": owner}, county=site.county, new=True)
    return made.id


def hand_over_question(question_id: UUID, to: UUID, *, by: UUID, actor: str) -> None:
    """转交: offered to a colleague; it stays with its owner until she accepts.  Again: offered to somebody else."""
    with transaction.atomic():
        row = _open(question_id)
        _owned(row, by)
        colleague = Staff.objects.filter(id=to, county=row.county, left_on=None).exists()
        if not colleague or to == row.owner_id:
            raise Refused("question_receiver", "请选择本县另一位在职的同事接手。问题现在仍由您负责。")
        row.offered_to = to
        row.save(update_fields=["offered_to"])
        ledger.record("question", row.id, "hand_over_question", actor, {"to": to}, county=row.county)


def accept_question(question_id: UUID, *, by: UUID, actor: str) -> None:
    """接手: from now on it is hers."""
    with transaction.atomic():
        row = _open(question_id)
        _offered(row, by)
        before, row.owner_id, row.offered_to = row.owner_id, by, None
        row.save(update_fields=["owner_id", "offered_to"])
        ledger.record("question", row.id, "accept_question", actor, {"from": before}, county=row.county)


def decline_question(question_id: UUID, *, by: UUID, actor: str) -> None:
    """退回: not hers; it stays with its owner."""
    with transaction.atomic():
        row = _open(question_id)
        _offered(row, by)
        row.offered_to = None
        row.save(update_fields=["offered_to"])
        ledger.record("question", row.id, "decline_question", actor, {}, county=row.county)


def answer_question(question_id: UUID, text: str, *, by: UUID, actor: str) -> None:
    """答复: by its owner, or whoever stands in for her today."""
    sealed = crypto.seal_text(_written(text, "答复"))
    with transaction.atomic():
        row = _open(question_id)
        _owned(row, by)
        row.answered, row.answered_at, row.answered_by, row.offered_to = sealed, clock.now(), by, None
        row.save(update_fields=["answered", "answered_at", "answered_by", "offered_to"])
        ledger.record("question", row.id, "answer_question", actor, {"owner": row.owner_id}, county=row.county)


def assign_question(question_id: UUID, to: UUID, *, actor: str) -> None:
    """指定负责人: a question whose owner has left gets a new one at once, so that none is without.

    Raises ``Refused``: ``question_owned`` while its owner is here, who hands it over herself; ``question_receiver``.
    """
    with transaction.atomic():
        row = _open(question_id)
        if Staff.objects.filter(id=row.owner_id).filter(in_service(clock.today())).exists():
            raise Refused("question_owned", "这个问题的负责人还在岗。请由其答复，或由其转交。")
        if not Staff.objects.filter(id=to, county=row.county).filter(in_service(clock.today())).exists():
            raise Refused("question_receiver", "请选择本县另一位在职的同事接手。")
        before, row.owner_id, row.offered_to = row.owner_id, to, None
        row.save(update_fields=["owner_id", "offered_to"])
        ledger.record("question", row.id, "assign_question", actor, {"from": before, "to": to}, county=row.county)


def name_stand_in(staff_id: UUID, stand_in: UUID, first: date, last: date, *, actor: str) -> UUID:
    """AB岗: while ``staff_id`` is away, a colleague looks after her questions.  One at a time."""
    if first > last or last < clock.today():
        raise Refused("absence_range", "请核对离岗的起止日期：结束日期不能早于开始日期，也不能已经过去。")
    found = dict(Staff.objects.filter(id__in=[staff_id, stand_in], left_on=None).values_list("id", "county"))
    if len(found) != 2 or found[staff_id] != found[stand_in]:
        raise Refused("stand_in_unfit", "请选择本县另一位在职的同事代管。")
    with transaction.atomic():
        Staff.objects.select_for_update().get(id=staff_id)
        if Absence.objects.filter(staff_id=staff_id, ended_at=None, first__lte=last, last__gte=first).exists():
            raise Refused("absence_known", "这段时间已经登记过代管的同事。请先收回，再另行登记。")
        made = Absence.objects.create(
            county=found[staff_id], staff_id=staff_id, stand_in=stand_in, first=first, last=last
        )
        body = {"absence": made.id, "stand_in": stand_in, "from": first, "until": last}
        ledger.record("staff", staff_id, "name_stand_in", actor, body, county=made.county)
    return made.id


def end_absence(absence_id: UUID, *, by: UUID, actor: str) -> None:
    """回岗: she is back; twice changes nothing."""
    with transaction.atomic():
        row = Absence.objects.select_for_update().filter(id=absence_id, staff_id=by).first()
        if row is None:
            raise Refused("absence_unknown", "没有找到您的这条离岗登记。请刷新后再看。")
        if row.ended_at is None:
            row.ended_at = clock.now()
            row.save(update_fields=["ended_at"])
            ledger.record("staff", by, "end_absence", actor, {"absence": row.id}, county=row.county)


def _open(question_id: UUID) -> Question:
    row = Question.objects.select_for_update().filter(id=question_id).first()
    if row is None:
        raise Refused("question_unknown", "没有找到这个问题。请刷新后再看。")
    if row.answered_at is not None:
        raise Refused("question_answered", "这个问题已经答复过。请刷新后再看。")
    return row


def _owned(row: Question, by: UUID) -> None:
    if row.owner_id != by and row.owner_id not in stands_in_for(by, clock.today()):
        raise Refused("not_yours", "这个问题由别的同事负责。需要接手的，请由其转交给您。")


def _offered(row: Question, by: UUID) -> None:
    if row.offered_to != by:
        raise Refused("question_not_offered", "这个问题没有转交给您，或已经收回。请刷新后再看。")


def _written(text: str, what: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST:
        raise Refused("question_empty", "请写明{what}，{longest} 字以内。", what=what, longest=LONGEST)
    return text
