"""误评、恶意差评: found by one member of staff, agreed by another, and then not counted.  Nothing is deleted."""

from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.rooms import clock, crypto
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import queries as people
from tongban.rooms.ratings import words
from tongban.rooms.ratings.actions.repair import REPAIR_ITEM
from tongban.rooms.ratings.models import Doubt, Rating
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.errors import Refused


@transaction.atomic
def mark_mistaken(rating_id: UUID, who: Who, *, evidence: str, verdict: str = "mistaken") -> UUID:
    """Say that a bad rating is 误评 (``mistaken``) or 恶意差评 (``malicious``); it counts until another agrees.

    Returns the doubt's id.  Raises ``Refused``: ``rating_unknown``, ``not_bad``, ``evidence_missing``,
    ``doubt_open``, ``own_rating``, or that the post may not supervise.
    """
    wanted = words.check_verdict(verdict)
    if not evidence.strip():
        raise Refused("evidence_missing", "请写明认定误评或恶意差评的证据。没有证据的按有效差评整改。", words.NATIONAL)
    rating = _locked(rating_id)
    if words.check_grade(rating.grade).is_good or not rating.active or rating.valid != words.Valid.COUNTED:
        raise Refused("not_bad", "只有计入统计的差评才需要认定。请核对评价。")
    staff_id = _supervisor(rating, who)
    made = uuid7()
    try:
        with transaction.atomic():
            Doubt.objects.create(
                id=made,
                rating=rating,
                verdict=wanted,
                raised_by=staff_id,
                raised_at=clock.now(),
                evidence=crypto.seal_text(evidence.strip()),
            )
    except IntegrityError as error:
        raise Refused("doubt_open", "这条评价已经有人提出认定，请由另一位监督人员复核。") from error
    body = {"doubt": str(made), "verdict": str(wanted)}
    ledger.record("rating", rating.id, "doubt", who.name, body, county=rating.county)
    return made


@transaction.atomic
def settle_mark(doubt_id: UUID, who: Who, *, upheld: bool) -> None:
    """Agree or not, as a second pair of eyes; agreed, the rating stays but no longer counts.

    Raises ``Refused``: ``doubt_unknown``, ``doubt_settled``, ``four_eyes``, ``own_rating``, or that the post may not
    supervise.
    """
    doubt = Doubt.objects.select_for_update().filter(id=doubt_id).first()
    if doubt is None:
        raise Refused("doubt_unknown", "没有找到这次认定。请刷新页面。")
    if doubt.upheld is not None:
        raise Refused("doubt_settled", "这次认定已经复核过。请刷新页面查看结果。")
    rating = _locked(doubt.rating_id)
    staff_id = _supervisor(rating, who)
    if staff_id == doubt.raised_by:
        raise Refused("four_eyes", "认定和复核不能是同一个人。请由另一位监督人员复核。", words.NATIONAL)
    doubt.settled_by, doubt.settled_at, doubt.upheld = staff_id, clock.now(), upheld
    doubt.save(update_fields=["settled_by", "settled_at", "upheld"])
    if upheld:
        rating.valid = doubt.verdict
        rating.save(update_fields=["valid"])
    body = {"doubt": str(doubt.id), "verdict": doubt.verdict, "upheld": upheld}
    ledger.record("rating", rating.id, "settle_doubt", who.name, body, county=rating.county)


def _locked(rating_id: UUID) -> Rating:
    rating = Rating.objects.select_for_update().filter(id=rating_id).first()
    if rating is None:
        raise Refused("rating_unknown", "没有找到这条评价。请刷新页面。")
    return rating


def _supervisor(rating: Rating, who: Who) -> UUID:
    """Return the member of staff, who supervises and is not the one rated."""
    if who.id is None or who.post_id is None:
        raise Refused("post_missing", "请先选择您现在的岗位。")
    day = clock.today()
    powers = people.powers()
    actor = powers.actor(who.id, who.post_id, day)
    if actor.county != rating.county:
        raise Refused("other_county", "这是其他县的评价，您不能办理。")
    powers.require(actor, Power.SUPERVISE, Subject(REPAIR_ITEM, rating.unit), day)
    if actor.staff_id == rating.staff_id:
        raise Refused("own_rating", "不能认定对自己的评价。请由其他监督人员办理。", words.NATIONAL)
    return actor.staff_id
