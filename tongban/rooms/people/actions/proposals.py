"""双人授权: what changes powers is proposed by the system officer and takes effect when the security officer confirms.

What else wants two officers is proposed the same way: a room above registers the kind and what carries it out.

Imports and the seed of a county go straight to ``powers``: they bring what was decided elsewhere.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.actions import powers
from tongban.rooms.people.models import Proposal
from tongban.rooms.people.queries import posts
from tongban.rooms.people.queries.views import Actor
from tongban.rulebook.authority import LABELS, Power
from tongban.rulebook.basis import Basis, BasisKind
from tongban.rulebook.errors import Refused

Body = Mapping[str, Any]
Act = Callable[[Body, str, str], UUID | None]


@transaction.atomic
def propose(kind: str, body: Body, *, by: Actor) -> UUID:
    """Propose a change of powers; what the change itself would refuse is refused now.

    ``kind``: ``grant_authority``, ``withdraw_authority``, ``hold_post``, ``end_holding``, or one that a room has
    registered; ``body``: its arguments as JSON holds them.
    Raises ``Refused``: ``authority_none``, ``proposal_unknown``, or as the change does.
    """
    need_power(by, Power.SYSTEM)
    with transaction.atomic():
        _carry_out(kind, body, by.county, f"staff:{by.staff_id}")
        transaction.set_rollback(True)  # only to see whether it would be refused
    made = Proposal.objects.create(
        county=by.county, kind=kind, body=dict(body), proposed_by_id=by.staff_id, proposed_at=clock.now()
    )
    told = {"kind": kind, "proposal": made.id}
    ledger.record("proposal", made.id, "propose", f"staff:{by.staff_id}", told, county=by.county, new=True)
    return made.id


@transaction.atomic
def confirm_proposal(proposal_id: UUID, *, by: Actor) -> None:
    """Confirm: the change takes effect now.

    Raises ``Refused``: ``proposal_unknown``, ``proposal_own``, ``authority_none``, or as the change does.
    """
    row = _open(proposal_id, by)
    made = _carry_out(row.kind, row.body, row.county, f"staff:{by.staff_id}")
    row.state, row.decided_by_id, row.decided_at = "confirmed", by.staff_id, clock.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    told = {"kind": row.kind, "made": made}
    ledger.record("proposal", row.id, "confirm_proposal", f"staff:{by.staff_id}", told, county=row.county)


@transaction.atomic
def decline_proposal(proposal_id: UUID, reason: str, *, by: Actor) -> None:
    """Decline, with the reason.  Raises ``Refused``: as ``confirm_proposal``, ``reason_missing``."""
    row = _open(proposal_id, by)
    if not reason.strip():
        raise Refused("reason_missing", "请写明为什么不同意，提出的人好据此修改。")
    row.state, row.decided_by_id, row.decided_at = "declined", by.staff_id, clock.now()
    row.reason = reason.strip()[:200]
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    told = {"kind": row.kind}
    ledger.record("proposal", row.id, "decline_proposal", f"staff:{by.staff_id}", told, county=row.county)


def register_proposal(kind: str, act: Act) -> None:
    """Let a room above have its changes confirmed here; ``act``: body, county, actor -> what came of it."""
    _ACTS[kind] = act


def _open(proposal_id: UUID, by: Actor) -> Proposal:
    need_power(by, Power.SECURITY)
    row = Proposal.objects.select_for_update().filter(id=proposal_id, county=by.county, state="open").first()
    if row is None:
        raise Refused("proposal_unknown", "找不到这条待确认的变更，可能已经办理。请刷新后再看。")
    if row.proposed_by_id == by.staff_id:
        raise Refused("proposal_own", "自己提出的变更要由另一个人确认。")
    return row


def need_power(by: Actor, power: Power) -> None:
    """Refuse whose post has not this power at all: ``Refused("authority_none")``."""
    if power not in posts.powers().held_by(by.post_id, clock.today()):
        raise Refused("authority_none", "您的岗位没有“{verb}”的职权，请交由有此职权的岗位办理。", verb=LABELS[power])


def _carry_out(kind: str, body: Body, county: str, actor: str) -> UUID | None:
    act = _ACTS.get(kind)
    if act is None:
        raise Refused("proposal_unknown", "没有这一种变更。请从页面上选择。")
    return act(body, county, actor)


def _grant(body: Body, county: str, actor: str) -> UUID:
    return powers.grant_authority(
        county=county,
        items=body["items"],
        powers=body["powers"],
        order_text=body["order"],
        basis=Basis(BasisKind(body["basis_kind"]), body["basis"], verified=False),
        actor=actor,
        post=body.get("post", ""),
        unit=body.get("unit", ""),
        site=body.get("site", ""),
        valid_from=_day(body.get("from")),
        valid_until=_day(body.get("until")),
    )


def _withdraw(body: Body, county: str, actor: str) -> None:
    powers.withdraw_authority(UUID(body["authority"]), actor=actor)


def _hold(body: Body, county: str, actor: str) -> UUID:
    begins = _day(body.get("from"))
    until = _day(body.get("until"))
    return powers.hold_post(UUID(body["staff"]), UUID(body["post"]), actor=actor, valid_from=begins, valid_until=until)


def _end(body: Body, county: str, actor: str) -> None:
    powers.end_holding(UUID(body["holding"]), on=_day(body["on"]) or clock.today(), actor=actor)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


_ACTS: dict[str, Act] = {
    "grant_authority": _grant,
    "withdraw_authority": _withdraw,
    "hold_post": _hold,
    "end_holding": _end,
}
