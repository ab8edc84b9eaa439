"""续传: a file in pieces, gone on with after the line broke."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api.asking import asked
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body
from tongban.rooms.files import uploads
from tongban.rooms.people import actions as people

BYTES = "application/octet-stream"


class UploadIn(Body):
    """要上传的文件。"""

    size: int = Field(ge=0, le=2_000_000_000, description="整个文件的字节数")


class UploadOut(Schema):
    """上传到哪里了。"""

    id: UUID
    size: int
    received: int = Field(description="已收到的字节数；下一段从这里接着传")
    finished: bool


@operation("POST", "/uploads", tag="上传", out=UploadOut, scope="cases", status=201)
def begin_upload(request: HttpRequest, body: UploadIn) -> Any:
    """登记一个要上传的文件，然后分段传（每段最多 4 MB）。"""
    by = asked(request)
    name, county = by.who.name, by.county

    def act() -> Any:
        return _told(uploads.begin_upload(body.size, county=county, actor=name))

    return people.once(name, by.key, ["begin_upload", body.size], act)


@operation("GET", "/uploads/{uuid:upload_id}", tag="上传", out=UploadOut, scope="cases")
def read_upload(request: HttpRequest, upload_id: UUID) -> Any:
    """看已收到多少字节。"""
    return _told(uploads.upload(upload_id, actor=asked(request).who.name))


@operation("PATCH", "/uploads/{uuid:upload_id}", tag="上传", out=UploadOut, scope="cases", body=BYTES, changes=False)
def append_piece(request: HttpRequest, upload_id: UUID, offset: int) -> Any:
    """传一段；offset 是这一段的第一个字节在整个文件中的位置。

    不用请求编号：同一段重传没有影响，接不上的回答 409 并说明从哪里接着传。
    """
    return _told(uploads.append_piece(upload_id, offset, request.body, actor=asked(request).who.name))


@operation("POST", "/uploads/{uuid:upload_id}/finish", tag="上传", out=UploadOut, scope="cases", changes=False)
def finish_upload(request: HttpRequest, upload_id: UUID) -> Any:
    """传完了：按内容核对文件种类（只收 pdf、jpg、png）。重复调用结果相同。"""
    return _told(uploads.finish_upload(upload_id, actor=asked(request).who.name))


def _told(one: uploads.UploadView) -> dict[str, Any]:
    return {"id": str(one.id), "size": one.size, "received": one.received, "finished": one.file_id is not None}
