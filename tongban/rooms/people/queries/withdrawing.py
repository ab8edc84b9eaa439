"""回避: who of the staff must stand back from a case, because a party is himself or somebody he is tied to.

Most members of staff are tied to nobody in the house.  The powers in memory say who is (``Powers.tied``); of the others
nothing is asked: only he himself could be the party.  The first tie of one of the staff renews the mark of the powers,
by triggers in the database (migration 0012), so no way of writing one goes by it.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import clock
from tongban.rooms.people.queries.posts import Powers
from tongban.rooms.people.queries.views import Conflict
from tongban.rooms.questions import Question, first

#: A tie counts from its first to its last day.
_TODAY = "%(day)s BETWEEN valid_from AND COALESCE(valid_until, 'infinity')"
#: The records of a person: her own and those merged with it.
_RECORDS = """people_person asked JOIN people_person member
    ON COALESCE(asked.merged_into_id, asked.id) IN (member.id, member.merged_into_id)"""
#: Who of ``{staff}`` is tied to whom of ``{parties}`` on a day, and how; both are queries of ids.  ``near`` holds, for
#: every party, the party and the people who stand for it.  Ties are looked up through their indexes (LATERAL): joined
#: as one table they would all be read.
_RELATED = f"""WITH own AS (
    SELECT asked.id asked, member.id member FROM {_RECORDS} WHERE asked.id IN ({{staff}})
), party AS (
    SELECT asked.id asked, member.id member FROM {_RECORDS} WHERE asked.id IN ({{parties}})
), near AS (
    SELECT asked, member, 'party' ground FROM party
    UNION ALL
    SELECT asked, first_id, 'represents' FROM party JOIN people_relation ON second_id = member
    WHERE kind = 'represents' AND {_TODAY}
)
SELECT own.asked staff, near.asked party, near.ground FROM own JOIN near USING (member)
UNION ALL
SELECT own.asked, near.asked, tie.ground
FROM own CROSS JOIN LATERAL (
    SELECT second_id there, kind ground FROM people_relation WHERE first_id = own.member AND {_TODAY}
    UNION ALL
    SELECT first_id, kind FROM people_relation WHERE second_id = own.member AND {_TODAY}
    UNION ALL
    SELECT guardian_id, 'guardian' FROM people_guardian WHERE ward_id = own.member AND {_TODAY}
    UNION ALL
    SELECT ward_id, 'guardian' FROM people_guardian WHERE guardian_id = own.member AND {_TODAY}
    UNION ALL
    SELECT agent_id, 'agent' FROM people_mandate
    WHERE principal_id = own.member AND revoked_at IS NULL AND {_TODAY}
    UNION ALL
    SELECT principal_id, 'agent' FROM people_mandate
    WHERE agent_id = own.member AND revoked_at IS NULL AND {_TODAY}
) tie JOIN near ON near.member = tie.there"""
#: Ids handed in as JSON: what an array holds is counted when a statement is planned, and it is planned ever anew.
_IDS = "SELECT given::uuid FROM jsonb_array_elements_text(%({name})s::jsonb) given"
_RELATED_LIST = f"""SELECT DISTINCT staff, party, ground
FROM ({_RELATED.format(staff=_IDS.format(name="staff"), parties=_IDS.format(name="parties"))}) related
ORDER BY staff, party, ground"""


def must_withdraw(staff_id: UUID, parties: str, day: date) -> Question[bool]:
    """Ask whether a member of staff must stand back, as ``is_related`` says, together with something else.

    ``parties``: a query that finds their ids by names of the other questions.
    """
    related = _RELATED.format(staff="SELECT person_id FROM people_staff WHERE id = %(staff_id)s", parties=parties)
    return Question((f"EXISTS ({related})",), "", {"staff_id": staff_id, "day": day}, first)


def is_related(
    staff_person_ids: Iterable[UUID], party_ids: Iterable[UUID], day: date | None = None
) -> tuple[Conflict, ...]:
    """Return why these members of staff must stand back from a case with these parties (回避); empty: they need not.

    A party herself; guardian and ward; kin and close interest in both directions; who stands for an organisation, and
    the kin of who stands for it; and principal and agent, each as of ``day``.  Merged records count as one person.
    One query for any number.
    """
    staff, parties = [str(one) for one in staff_person_ids], [str(one) for one in party_ids]
    if not staff or not parties:
        return ()
    with connection.cursor() as cursor:
        given: dict[str, Any] = {
            "staff": json.dumps(staff),
            "parties": json.dumps(parties),
            "day": day or clock.today(),
        }
        cursor.execute(_RELATED_LIST, given)
        return tuple(Conflict(*row) for row in cursor.fetchall())


def stands_back_from(powers: Powers, staff_id: UUID, party_ids: Iterable[UUID], day: date) -> frozenset[UUID]:
    """Return those of these parties for whose sake a member of staff must stand back, as ``is_related`` says.

    No query for who is tied to nobody, one for who is.
    """
    himself, parties = powers.staff.get(staff_id), frozenset(party_ids)
    if himself is None:  # refused where his post is asked for
        return frozenset()
    if staff_id not in powers.tied:
        return parties & {himself.person_id}
    return frozenset(one.party_id for one in is_related([himself.person_id], parties, day))
