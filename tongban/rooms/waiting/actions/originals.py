"""原件: an original that stays with us is registered with its label and place, and goes back once."""

from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.rooms import clock
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.models import Site
from tongban.rooms.waiting.models import Original
from tongban.rulebook.errors import Refused


def take_original(
    case_id: UUID, material: str, *, site_id: UUID, label: str, place: str, staff_id: UUID, actor: str
) -> UUID:
    """登记原件.  Raises ``Refused``: ``original_label``, ``original_place``, ``label_taken``, ``site_unknown``."""
    label, place = label.strip(), place.strip()
    if not 1 <= len(label) <= 40:
        raise Refused("original_label", "请扫描或填写原件的条码或编号（40 字以内）。")
    if not 1 <= len(place) <= 60:
        raise Refused("original_place", "请写明原件放在哪里，例如“3 号柜 2 层”（60 字以内）。")
    site = Site.objects.filter(id=site_id).only("county").first()
    if site is None:
        raise Refused("site_unknown", "没有找到这个服务场所。请先在场所名录中登记。")
    try:
        with transaction.atomic():
            made = Original.objects.create(
                county=site.county,
                site_id=site_id,
                case_id=case_id,
                material=material,
                label=label,
                place=place,
                taken_at=clock.now(),
                taken_by=staff_id,
            )
            body = {"case": case_id, "material": material}
            ledger.record("original", made.id, "take_original", actor, body, county=site.county, new=True)
    except IntegrityError as error:
        if "original_label" not in str(error):
            raise
        raise Refused(
            "label_taken", "条码“{label}”已贴在另一份还没有归还的原件上。请换一个条码。", label=label
        ) from None
    return made.id


def return_original(original_id: UUID, *, staff_id: UUID, actor: str) -> None:
    """归还原件: it went back to whoever brought it; twice changes nothing.  Raises ``Refused("original_unknown")``."""
    with transaction.atomic():
        row = Original.objects.select_for_update().filter(id=original_id).first()
        if row is None:
            raise Refused("original_unknown", "没有登记过这份原件。请核对条码。")
        if row.returned_at is not None:
            return
        row.returned_at, row.returned_by = clock.now(), staff_id
        row.save(update_fields=["returned_at", "returned_by"])
        ledger.record("original", row.id, "return_original", actor, {"case": row.case_id}, county=row.county)
