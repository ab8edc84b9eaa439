"""部件: every part of a page in all its states, for who builds pages; only in a demonstration."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import demo_only, guarded_by
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.paging import Page

_YES_NO = (Choice("yes", "是"), Choice("no", "否", "选“否”的，下一步会问原因"))
_MANY = tuple(Choice(str(n), f"第 {n} 项") for n in range(1, 9))


@guarded_by(demo_only)
def page(request: HttpRequest) -> HttpResponse:
    """Show the parts."""
    fields = (
        Field("text", "店铺名称", hint="与招牌一致"),
        Field("wrong", "经营者姓名", value="林", error="至少要 2 个字"),
        Field("long", "情况说明", kind="textarea", required=False),
        Field("number", "经营面积（平方米）", kind="number", value="35", width="short"),
        Field("date", "开业日期", kind="date", width="short", hint="例如 2026-10-13"),
        Field("radios", "是否首次申请", kind="radios", choices=_YES_NO, value="yes"),
        Field("radios-wrong", "是否有代办人", kind="radios", choices=_YES_NO, error="要从给出的选项里选"),
        Field("boxes", "经营项目", kind="checkboxes", choices=_MANY[:3], values=("1", "3")),
        Field("select", "所属街道", kind="select", choices=_MANY, value="2"),
        Field("agree", "我承诺以上内容属实", kind="checkbox"),
        Field("file", "上传照片", kind="file", hint="JPG、PNG 或 PDF"),
    )
    context = {"fields": fields, "page": Page((), 2, True)}
    return render(request, "look/styleguide.html", context)
