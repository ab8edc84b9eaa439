"""Editing a draft: by sections, or as a whole text.  What is saved may be incomplete; what it lacks is told at once."""

import tomllib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.items.sections import BY_CODE, SECTIONS, Section, entries, fields, read, read_each
from tongban.doors.items.views import editor
from tongban.doors.look.fields import Field
from tongban.doors.visiting import visitor
from tongban.rooms.catalogue import actions as catalogue
from tongban.rooms.catalogue import queries
from tongban.rooms.catalogue.actions import Saved
from tongban.rooms.catalogue.interchange import to_toml
from tongban.rulebook.errors import Refused

#: Most entries of a list that a form takes.
MOST = 60


@guarded_by(editor)
def section(request: HttpRequest, code: str, section: str) -> HttpResponse:
    """Show one section of a draft and keep what was changed in it."""
    if section == "toml":
        return _whole(request, code)
    chosen = BY_CODE.get(section)
    if chosen is None:
        raise Refused("section_unknown", _("没有这一部分。请从页面上选择。"))
    county = visitor(request).county
    content, wrong = queries.draft_content(county, code), ""
    if request.method == "POST":
        additions = _posted(chosen, request.POST, content)
        try:
            saved = catalogue.complete_draft(county, code, additions, visitor(request).who.name)
        except Refused as no:
            wrong, content = no.sentence, content | additions
        else:
            _tell(request, saved)
            if "add" not in request.POST:
                return redirect("items-item", code=code)
            return redirect("items-edit", code=code, section=section)
    rows = entries(chosen, content)
    blank: dict[str, Any] = {}
    forms = [
        (place, fields(chosen, entry, f"{place}." if chosen.each else ""))
        for place, entry in enumerate([*rows, blank] if chosen.each else rows)
    ]
    context = {
        "code": code,
        "name": content.get("name", code),
        "section": chosen,
        "sections": SECTIONS,
        "forms": forms,
        "last": len(forms) - 1,
        "wrong": wrong,
    }
    return render(request, "items/edit.html", context, status=422 if wrong else 200)


def _posted(chosen: Section, posted: Any, content: dict[str, Any]) -> dict[str, Any]:
    if not chosen.each:
        return read(chosen, posted, content)
    before = entries(chosen, content)
    return {chosen.each: read_each(chosen, posted, before, min(len(before) + 1, MOST))}


def _whole(request: HttpRequest, code: str) -> HttpResponse:
    county, wrong = visitor(request).county, ""
    text = to_toml(queries.draft_content(county, code))
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\r\n", "\n")
        try:
            saved = catalogue.save_draft(county, _parsed(text, code), visitor(request).who.name)
        except Refused as no:
            wrong = no.sentence
        else:
            _tell(request, saved)
            return redirect("items-item", code=code)
    field = Field("text", _("全文（TOML）"), kind="textarea", value=text, attrs=(("spellcheck", "false"),))
    context = {"code": code, "field": field.with_error(wrong) if wrong else field, "wrong": wrong}
    return render(request, "items/whole.html", context | {"sections": SECTIONS}, status=422 if wrong else 200)


def _parsed(text: str, code: str) -> dict[str, Any]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("draft_file", _("写法不对：{error}。请改正后再保存。").format(error=error)) from error
    if content.get("code") != code:
        raise Refused("draft_code_fixed", _("事项代号定下后不能修改。请保留原代号，或新建一个草稿。"))
    return content


def _tell(request: HttpRequest, saved: Saved) -> None:
    left = sum(one.severity == "stops" for one in saved.complaints)
    if saved.outcome == "same":
        messages.info(request, _("没有变化。"))
    elif left:
        messages.warning(request, _("已保存。还有 {n} 处要改，才能公布。").format(n=left))
    else:
        messages.success(request, _("已保存，可以公布。"))
