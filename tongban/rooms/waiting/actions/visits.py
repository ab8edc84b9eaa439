"""到场: how often a person had to come for one case."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from tongban.rooms import clock
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.models import Site
from tongban.rooms.waiting.queries.visits import VisitRow, visit_of
from tongban.rulebook.errors import Refused

_VISIT = """
INSERT INTO waiting_visit (id, county, site_id, case_id, arrival, ordinal, promised, extended, at)
SELECT %(id)s, %(county)s, %(site)s, %(case)s, %(arrival)s, coalesce(max(v.ordinal), 0) + 1, %(promised)s,
    %(extended)s, %(at)s
FROM waiting_visit v WHERE v.case_id = %(case)s
HAVING count(*) FILTER (WHERE v.arrival = %(arrival)s) = 0
RETURNING id, ordinal
"""


def record_visit(
    case_id: UUID, *, site_id: UUID, arrival: UUID, promised: int, actor: str, extended: bool = False
) -> VisitRow:
    """Count a coming for a case beside what its item promises (``VisitRow.broken`` when it is one too many).

    ``arrival`` names the coming: one arrival is one visit of a case, however often it is told.
    """
    site = Site.objects.filter(id=site_id).only("county").first()
    if site is None:
        raise Refused("site_unknown", "没有找到这个服务场所。请先在场所名录中登记。")
    params = {
        "id": uuid7(),
        "county": site.county,
        "site": site_id,
        "case": case_id,
        "arrival": arrival,
        "promised": promised,
        "extended": extended,
        "at": clock.now(),
    }
    while True:
        try:
            with transaction.atomic():
                _write(params, actor)
        except IntegrityError as error:
            # Two windows recorded a visit of the case at the same moment: the later one counts on.
            if "visit_ordinal" not in str(error) and "visit_one_per_arrival" not in str(error):
                raise
            continue
        return visit_of(case_id, arrival)


def _write(params: dict[str, Any], actor: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_VISIT, params)
        made = cursor.fetchone()
    if made is None:
        return
    body = {"case": str(params["case"]), "ordinal": made[1], "promised": params["promised"]}
    ledger.record("visit", made[0], "visited", actor, body, county=str(params["county"]))
