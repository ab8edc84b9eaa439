"""令牌: made and revoked by command; requests are counted by the minute, and each is carried out once."""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongban.rooms import clock, crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.actions import codes, slowing
from tongban.rooms.people.models.tokens import SCOPES, Answered, Budget, Token
from tongban.rooms.people.queries import posts
from tongban.rooms.people.queries.persons import person
from tongban.rooms.people.queries.tokens import COLUMNS, TokenView, hash_of
from tongban.rulebook.errors import Refused, Words

#: Requests a minute, and the days a token lasts, when nothing else is said.
PER_MINUTE, DAYS = 600, 90
#: A token lasts at most so many days: a forgotten one ends by itself.
MOST_DAYS = 366
#: A count in its minute, begun anew in the next.
_ONE_MORE = (
    "ON CONFLICT (subject) DO UPDATE SET minute = EXCLUDED.minute,"
    " used = CASE WHEN b.minute = EXCLUDED.minute THEN b.used + 1 ELSE 1 END RETURNING used"
)
_ADMIT = f"""
    WITH t AS (SELECT * FROM people_token WHERE secret_hash = %(secret)s),
    spent AS (
        INSERT INTO people_budget AS b (subject, minute, used) SELECT 'token:' || id, %(minute)s, 1 FROM t {_ONE_MORE}
    ),
    noted AS (
        UPDATE people_token one SET last_used_at = %(now)s FROM t
        WHERE one.id = t.id AND t.revoked_at IS NULL AND t.expires_at > %(now)s
            AND (t.last_used_at IS NULL OR t.last_used_at < %(noted)s)
    )
    SELECT {", ".join(f"t.{name}" for name in COLUMNS)}, spent.used FROM t, spent
"""
#: Answers are kept so long; a request repeated later than that is a new one.
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Made:
    """A fresh token."""

    id: UUID
    #: Shown once.
    secret: str


@transaction.atomic
def make_token(
    county: str,
    name: str,
    *,
    actor: str,
    scopes: Sequence[str],
    staff_id: UUID | None = None,
    post_id: UUID | None = None,
    person_id: UUID | None = None,
    system: str = "",
    days: int = DAYS,
    per_minute: int = PER_MINUTE,
) -> Made:
    """Make a token for a member of staff in a post, for a person, or for another agency's system.

    Raises ``Refused``: ``token_of_one``, ``scope_unknown``, ``scope_unfit``, ``token_days``, ``token_name``,
    ``post_not_held``, ``person_unknown``.
    """
    kind = _kind(staff_id, post_id, person_id, system)
    if unknown := [one for one in scopes if one not in SCOPES] or ([] if scopes else ["无"]):
        raise Refused(
            "scope_unknown", "没有这样的用途：{unknown}。可选：{known}。", unknown=Words(unknown), known=Words(SCOPES)
        )
    if unfit := sorted(set(scopes) - _FIT[kind]):
        raise Refused(
            "scope_unfit",
            "这种令牌不能用于：{unfit}。可选：{known}。",
            unfit=Words(unfit),
            known=Words(sorted(_FIT[kind])),
        )
    if not 1 <= days <= MOST_DAYS or not 1 <= per_minute <= 100_000:
        raise Refused("token_days", "令牌的有效期是 1 至 {most} 天，每分钟 1 至 100000 次。请改正。", most=MOST_DAYS)
    if not name.strip() or len(name) > 80:
        raise Refused("token_name", "请用 80 字以内写明这个令牌给谁用、作什么用。")
    if staff_id is not None and post_id is not None:
        posts.actor_of(staff_id, post_id, clock.today())
    if person_id is not None:
        person(person_id)
    secret = "tb_" + urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    now = clock.now()
    made = Token.objects.create(
        county=county,
        name=name.strip(),
        kind=kind,
        staff_id=staff_id,
        post_id=post_id,
        person_id=person_id,
        system=system,
        secret_hash=hash_of(secret),
        scopes=sorted(set(scopes)),
        per_minute=per_minute,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    body = {"kind": kind, "scopes": made.scopes, "until": made.expires_at}
    ledger.record("token", made.id, "make_token", actor, body, county=county)
    return Made(made.id, secret)


@transaction.atomic
def revoke_token(token_id: UUID, *, actor: str) -> None:
    """From this moment the token opens nothing.  Twice changes nothing.  Raises ``Refused("token_not_found")``."""
    row = Token.objects.select_for_update(of=("self",)).filter(id=token_id).first()
    if row is None:
        raise Refused("token_not_found", "没有这个令牌。用 ./run token list 查看现有的令牌。")
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        ledger.record("token", row.id, "revoke_token", actor, {}, county=row.county)


def admit(secret: str) -> tuple[TokenView, int]:
    """Return the token of a secret, and 0 or the seconds to wait when its requests of this minute are used up.

    Counts the request, and notes when the token was used, once a minute at most.  One statement: it stands before
    every request of the API.  Raises ``Refused``: ``token_wrong``, ``token_revoked``, ``token_expired``.
    """
    now, seconds = clock.now(), clock.machine_milliseconds() // 1000
    with connection.cursor() as cursor:
        cursor.execute(
            _ADMIT,
            {"secret": hash_of(secret), "minute": seconds // 60, "now": now, "noted": now - timedelta(minutes=1)},
        )
        row = cursor.fetchone()
    if row is None:
        raise Refused("token_wrong", "令牌不对。请核对 Authorization 请求头，写法是 Bearer 加空格加令牌。")
    *values, used = row
    view = TokenView(**dict(zip(COLUMNS, values, strict=True)))
    if view.revoked_at is not None:
        raise Refused("token_revoked", "这个令牌已被收回。请向系统管理员申请新的令牌。")
    if view.expires_at <= now:
        raise Refused("token_expired", "这个令牌已过有效期。请向系统管理员申请新的令牌。")
    return replace(view, scopes=frozenset(view.scopes)), _wait(used, view.per_minute, seconds)


def spend(subject: str, per_minute: int) -> int:
    """Count one request of ``subject``; returns 0, or the seconds to wait when this minute's are used up.

    Each subject has a count of its own, so nobody can use up another's.  The minutes are the machine's.
    """
    seconds = clock.machine_milliseconds() // 1000
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO people_budget AS b (subject, minute, used) VALUES (%s, %s, 1) {_ONE_MORE}",
            [subject, seconds // 60],
        )
        (used,) = cursor.fetchone()
    return _wait(used, per_minute, seconds)


def _wait(used: int, per_minute: int, seconds: int) -> int:
    return 0 if used <= per_minute else 60 - seconds % 60


def once(actor: str, key: str, request: object, act: Callable[[], Any]) -> Any:
    """Carry out a request whose action has no key of its own; the same request again gets the same answer.

    Key, change and answer are one transaction: all there or none.  ``act`` returns what JSON can hold.
    Raises ``Refused``: ``key_missing`` where it is longer than any we give out; ``key_reused`` when the key was used
    for another request.
    """
    if len(key) > 80:
        raise Refused("key_missing", "请求编号不对。请刷新页面后重新提交。")
    digest = sha256(json.dumps(request, default=str, sort_keys=True, ensure_ascii=False).encode()).digest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A twin that comes at the same moment waits here until this one is done.
            cursor.execute(
                "INSERT INTO people_answered (actor, key, digest, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [actor, key, digest, clock.now()],
            )
            new = cursor.rowcount == 1
        if not new:
            return _again(actor, key, digest)
        answer = act()
        Answered.objects.filter(actor=actor, key=key).update(answer_sealed=crypto.seal_text(json.dumps(answer)))
    return answer


def forget_answers() -> int:
    """Remove answers, codes and counts that nobody needs any more; returns how many."""
    stale, _ = Answered.objects.filter(at__lt=clock.now() - KEPT).delete()
    idle, _ = Budget.objects.filter(minute__lt=clock.machine_milliseconds() // 60_000 - 60).delete()
    return stale + idle + codes.sweep() + slowing.sweep()


def _again(actor: str, key: str, digest: bytes) -> Any:
    row = Answered.objects.get(actor=actor, key=key)
    if bytes(row.digest) != digest:
        raise Refused("key_reused", "这个请求编号已用于另一个请求。请换一个新的编号后重新提交。")
    return json.loads(crypto.open_text(bytes(row.answer_sealed or b"")))


#: For which a token of each kind can be of use at all.
_FIT = {
    "staff": frozenset({"cases", "people", "licences", "waiting", "figures", "exchange"}),
    "person": frozenset({"cases", "people", "licences", "waiting"}),
    "system": frozenset({"exchange", "webhooks", "figures"}),
}


def _kind(staff_id: UUID | None, post_id: UUID | None, person_id: UUID | None, system: str) -> str:
    found = []
    if staff_id is not None and post_id is not None:
        found.append("staff")
    if person_id is not None:
        found.append("person")
    if system:
        found.append("system")
    if len(found) != 1 or (staff_id is None) != (post_id is None):
        raise Refused("token_of_one", "令牌只属于一个使用者：在岗人员（写明岗位）、办事人，或对接系统。请只写一个。")
    return found[0]
