"""What is handed in for the materials: a stored file, paper, a licence that is held, or a dated promise (容缺)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongban.rooms import calendars
from tongban.rooms.casework.actions.rows import material_row
from tongban.rooms.files import queries as files
from tongban.rooms.questions import ask
from tongban.rulebook import clock as time
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue.item import Item, Material
from tongban.rulebook.errors import Refused, Words


@dataclass(frozen=True, slots=True)
class Offer:
    """What is handed in for one material: a stored file, paper, or a dated promise (容缺)."""

    file_id: UUID | None = None
    #: True: handed in on paper at a window.
    paper: bool = False
    #: True: promised for later, where the item allows it.
    promised: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing at all."""
        return self.file_id is None and not self.paper and not self.promised


def offered_rows(
    item: Item,
    case_id: UUID,
    offers: Mapping[str, Offer],
    now: datetime,
    day: date,
    media: Mapping[UUID, str] | None = None,
) -> list[dict[str, Any]]:
    """Return the rows of what is handed in; ``media`` as for ``check_files``.

    Raises ``Refused``: ``material_unknown``, ``material_empty``, ``file_unknown``, ``file_kind``, ``main_material``,
    ``not_followable``.
    """
    if foreign := sorted(set(offers) - {m.code for m in item.materials}):
        raise Refused("material_unknown", "材料清单里没有：{foreign}。请从清单里选择。", foreign=Words(foreign))
    check_files(item, {code: offer.file_id for code, offer in offers.items()}, media)
    return [_row(item.material(code), case_id, offer, now, day) for code, offer in offers.items()]


def check_files(item: Item, uploads: Mapping[str, UUID | None], media: Mapping[UUID, str] | None = None) -> None:
    """Raise ``Refused`` unless each upload exists and is of a kind that its material takes.

    ``media``: their kinds as ``files.media`` has just found them; None: they are read now, by one query at most.
    """
    wanted = {file_id for file_id in uploads.values() if file_id is not None}
    if media is None:
        media = ask(files.media(wanted))[0] if wanted else {}
    for code, file_id in uploads.items():
        if file_id is None:
            continue
        material = item.material(code)
        if file_id not in media:
            raise Refused(
                "file_unknown", "找不到为“{name}”上传的文件。请重新上传，其他内容已保存。", name=material.name
            )
        if material.formats and media[file_id] not in material.formats:
            raise Refused(
                "file_kind",
                "“{name}”只收 {formats} 文件，上传的内容是 {media}。请转换后重传。",
                name=material.name,
                formats=Words(material.formats),
                media=media[file_id],
            )


def _row(material: Material, case_id: UUID, offer: Offer, now: datetime, day: date) -> dict[str, Any]:
    if offer.promised:
        until = _promised_until(material, day)
        return material_row(case_id, material.code, "promised", now, promised_until=until)
    if offer.is_empty:
        raise Refused("material_empty", "“{name}”没有上传文件。请上传，或在窗口交纸质件。", name=material.name)
    return material_row(case_id, material.code, "given", now, file_id=offer.file_id)


def _promised_until(material: Material, day: date) -> date:
    if material.main:
        raise Refused(
            "main_material", "“{name}”是主审材料，不能后补。请现在提交。", design("容缺受理"), name=material.name
        )
    if material.follow_by is None:
        raise Refused(
            "not_followable", "“{name}”不在可容缺后补的范围。请现在提交。", design("容缺受理"), name=material.name
        )
    return time.due(day, material.follow_by, calendars.calendar()).on
