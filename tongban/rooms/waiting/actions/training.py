"""培训矩阵: what somebody has been trained for at an all-item window.  It stops nobody and says who can be asked."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.models import Staff
from tongban.rooms.waiting.models import Training
from tongban.rooms.waiting.queries.questions import in_service
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.routing import UNIT


def note_training(staff_id: UUID, covers: Collection[str], *, actor: str) -> None:
    """登记培训: all that a member of staff is trained for from now on, items or whole units (``unit:CODE``).

    What is no longer named is taken back; the same again changes nothing.
    Raises ``Refused``: ``staff_unknown``, ``training_unknown`` (no such item or unit in force).
    """
    wanted, today = set(covers), clock.today()
    staff = Staff.objects.filter(in_service(today), id=staff_id).first()
    if staff is None:
        raise Refused("staff_unknown", "没有找到这名工作人员。请先登记。")
    listed = catalogue.findable(staff.county, today).values()
    known = {one.code for one in listed} | {UNIT + one.unit for one in listed}
    with transaction.atomic():
        Staff.objects.select_for_update().get(id=staff_id)
        rows = Training.objects.filter(staff_id=staff_id, ended_at=None)
        held = set(rows.values_list("covers", flat=True))
        if unknown := sorted(wanted - held - known):
            raise Refused("training_unknown", "没有这些事项或部门：{unknown}。请从清单里选择。", unknown=Words(unknown))
        new, gone = sorted(wanted - held), sorted(held - wanted)
        if not new and not gone:
            return
        rows.filter(covers__in=gone).update(ended_at=clock.now())
        for one in new:
            Training.objects.create(
                county=staff.county, staff_id=staff_id, covers=one, noted_at=clock.now(), noted_by=actor
            )
        body = {"trained": new, "taken_back": gone}
        ledger.record("staff", staff_id, "note_training", actor, body, county=staff.county)
