"""授权委托: given, checked, revoked."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import words
from tongban.rooms.people.actions.persons import is_minor, open_person
from tongban.rooms.people.models import Mandate
from tongban.rulebook.errors import Refused

_POWERS = ("file", "sign", "collect")


@transaction.atomic
def give_mandate(
    principal: UUID,
    agent: UUID,
    *,
    items: Sequence[str],
    powers: Sequence[str],
    valid_until: date,
    actor: str,
    valid_from: date | None = None,
    paper_file: UUID | None = None,
    site_id: UUID | None = None,
    confirmed: bool = False,
) -> UUID:
    """Enter a mandate.  Given online by the principal herself it is ``confirmed``; one on paper waits for a check.

    ``site_id``: where the paper was handed in, so that it is checked there or above.
    """
    begins = valid_from or clock.today()
    if not items or any(not item.strip() for item in items):
        raise Refused("mandate_items_missing", "没有写明委托办理哪些事项。请选择事项，或选“全部事项”。")
    if not powers or not set(powers) <= set(_POWERS):
        raise Refused("mandate_powers", "委托权限只能是申报、签名、领取中的一项或几项。请重新选择。")
    words.check_range(begins, valid_until)
    if valid_until < clock.today():
        raise Refused(
            "mandate_over_already", "这份委托书 {valid_until} 已到期。请由委托人重新出具。", valid_until=valid_until
        )
    giver, taker = open_person(principal, lock=True), open_person(agent)
    if giver.id == taker.id:
        raise Refused("mandate_to_oneself", "委托人和受托人是同一个人，不需要委托。请重新选择受托人。")
    if giver.died is not None or taker.died is not None:
        raise Refused("mandate_dead", "委托人或受托人已登记死亡，不能再委托。请核对。")
    if is_minor(giver, begins) and (giver.independent_from is None or begins < giver.independent_from):
        raise Refused("mandate_by_child", "委托人未满十八周岁。请由监护人办理，不用另行委托。", words.CAPACITY)
    if is_minor(taker, begins):
        raise Refused("agent_minor", "受托人未满十八周岁，不能代办。请另选受托人。", words.CAPACITY)
    if not confirmed and paper_file is None:
        raise Refused("mandate_paper_missing", "线下委托要上传委托书。请上传签名的委托书，或由委托人登录后在线委托。")
    now = clock.now()
    made = Mandate.objects.create(
        county=giver.county,
        principal=giver,
        agent=taker,
        items=["*"] if "*" in items else sorted(set(items)),
        powers=sorted(set(powers)),
        valid_from=begins,
        valid_until=valid_until,
        paper_file=paper_file,
        site_id=site_id,
        confirmed_at=now if confirmed else None,
        confirmed_by=actor if confirmed else "",
    )
    body = {
        "mandate": made.id,
        "agent": taker.id,
        "items": made.items,
        "powers": made.powers,
        "from": begins,
        "until": valid_until,
        "confirmed": confirmed,
    }
    ledger.record("person", giver.id, "give_mandate", actor, body, county=giver.county)
    return made.id


@transaction.atomic
def confirm_mandate(mandate_id: UUID, *, actor: str, by: UUID | None = None) -> None:
    """Somebody has checked the signed paper: from now on the mandate opens doors.

    ``by``: the person who checks, where known; neither of the two whom it binds may be she.
    """
    mandate = _standing(mandate_id)
    if by is not None and by in (mandate.agent_id, mandate.principal_id):
        raise Refused("confirm_own", "这份委托与您本人有关，应由别的工作人员核对。请交乡镇便民服务中心或别的同事核对。")
    if mandate.confirmed_at is not None:
        raise Refused("mandate_confirmed_already", "这份委托已经核对过，不必再次核对。")
    mandate.confirmed_at, mandate.confirmed_by = clock.now(), actor
    mandate.save(update_fields=["confirmed_at", "confirmed_by"])
    ledger.record(
        "person", mandate.principal_id, "confirm_mandate", actor, {"mandate": mandate.id}, county=mandate.county
    )


@transaction.atomic
def revoke_mandate(mandate_id: UUID, *, actor: str) -> None:
    """The principal takes the mandate back, from this moment."""
    mandate = _standing(mandate_id)
    mandate.revoked_at = clock.now()
    mandate.save(update_fields=["revoked_at"])
    ledger.record(
        "person", mandate.principal_id, "revoke_mandate", actor, {"mandate": mandate.id}, county=mandate.county
    )


def _standing(mandate_id: UUID) -> Mandate:
    mandate = Mandate.objects.select_for_update().filter(id=mandate_id, revoked_at=None).first()
    if mandate is None:
        raise Refused("mandate_unknown", "找不到这份委托，或已经撤回。请刷新后再看。")
    return mandate
