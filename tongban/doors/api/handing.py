"""What is handed in for a material: shared by drafts, filings and supplements."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import Field

from tongban.doors.api.asking import Asked
from tongban.doors.api.shapes import Body
from tongban.rooms.casework.actions import Offer
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.files import uploads
from tongban.rulebook.errors import Refused


class OfferIn(Body):
    """为一项材料交了什么：四选一。"""

    upload: UUID | None = Field(default=None, description="传完的上传")
    paper: bool = Field(default=False, description="在窗口交纸质件")
    promised: bool = Field(default=False, description="约定后补（容缺）")
    kept: bool = Field(default=False, description="草稿里已有的，不再上传")


def offers_of(given: Mapping[str, OfferIn], by: Asked, kept: Mapping[str, Offer] | None = None) -> dict[str, Offer]:
    """Return offers by code of the material.  Only what this very actor has uploaded, or the draft holds, is taken.

    Raises ``Refused``: ``upload_unknown``, ``offer_unclear``, ``offer_not_kept``.
    """
    wanted = [one.upload for one in given.values() if one.upload is not None]
    files = uploads.files_of_uploads(wanted, actor=by.who.name)
    held = kept or {}
    offers = {}
    for code, one in given.items():
        if (one.upload is not None) + one.paper + one.promised + one.kept != 1:
            raise Refused(
                "offer_unclear", "材料 {code} 要写明是上传、纸质、约定后补还是沿用草稿，只写一种。", code=code
            )
        if one.kept and code not in held:
            raise Refused("offer_not_kept", "草稿里没有材料 {code}。请上传，或写明纸质。", code=code)
        if one.kept:
            offers[code] = held[code]
        else:
            file_id = files[one.upload] if one.upload is not None else None
            offers[code] = Offer(file_id=file_id, paper=one.paper, promised=one.promised)
    return offers


def offers_in(file: CaseFile) -> dict[str, Offer]:
    """Return what a draft holds already, by code of the material."""
    found = {}
    for code, one in file.materials.items():
        file_id = UUID(one["file_id"]) if one["file_id"] else None
        if one["state"] in ("given", "promised"):
            promised = one["state"] == "promised"
            found[code] = Offer(file_id=file_id, paper=file_id is None and not promised, promised=promised)
    return found
