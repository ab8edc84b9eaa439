"""What she does in her case herself: supply what is lacking, bring what was promised, sign, take it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.fields import Field, answer_in_words, from_schema, label_of, read_schema
from tongban.doors.portal.filing.keeping import applicant as guard
from tongban.doors.portal.filing.papers import accept_of, bound_at_once, formats_of, how_many
from tongban.doors.portal.mine.cases import following, name_of, signing
from tongban.doors.visiting import visitor
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Offer
from tongban.rooms.casework.actions.forms import faults_of
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.casework.queries.seeing import Seen, seen
from tongban.rooms.casework.queries.telling import clocks_told
from tongban.rooms.casework.queries.texts import answers_of, lacks_of
from tongban.rooms.files import actions as files
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import FORM


@guarded_by(guard)
def supply(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """补正: everything the notice named on one page; what comes in is kept even while something is still missing."""
    found = _seen(request, case_id)
    file = found.file
    if file.facts.state != "correcting":
        messages.info(request, _("这个办件现在没有要补正的内容。"))
        return redirect("mine-case", case_id)
    named = lacks_of(file)
    last = max((notice for notice, _code, _why in named), default=0)
    reasons = {code: why for notice, code, why in named if notice == last}
    waiting = [code for code in reasons if code in file.facts.missing]
    errors: dict[str, str] = {}
    wrong: dict[str, str] = {}
    sentence = ""
    answers = answers_of(file) if FORM in reasons else {}
    if request.method == "POST":
        offers = _uploads(request, file, [code for code in reasons if code != FORM], errors)
        given = None
        if FORM in reasons:
            answers = read_schema(file.facts.item.form, request.POST)
            wrong = faults_of(file.facts.item, answers)
            given = answers if not wrong else None
        if offers or given is not None:
            try:
                done = casework.supply(
                    case_id, visitor(request).who, offers, answers=given, key=request.POST.get("key", "")
                )
                files.keep([one.file_id for one in offers.values() if one.file_id])
            except Refused as no:
                sentence = no.sentence
            else:
                if not errors and not wrong:
                    return _supplied(request, case_id, done.state)
                file = _seen(request, case_id).file
                waiting = [code for code in reasons if code in file.facts.missing]
        elif not errors and not wrong:
            sentence = _("还没有选择文件。请给下面缺的材料选好照片或文件，再提交。")
    rows = [
        {
            "field": Field(
                f"m-{code}",
                _("上传 {name}").format(name=name_of(file, code)),
                kind="file",
                hint=_("收 {formats}").format(formats=formats_of(file.facts.item.material(code))),
                error=errors.get(code, ""),
                attrs=(
                    ("accept", accept_of(file.facts.item.material(code))),
                    *how_many(file.facts.item.material(code)),
                ),
            ),
            "name": name_of(file, code),
            "why": why,
            "in": code not in waiting,
        }
        for code, why in reasons.items()
        if code != FORM
    ]
    context: dict[str, Any] = {
        "file": file,
        "rows": rows,
        "form_why": reasons.get(FORM, ""),
        "fields": from_schema(file.facts.item.form, answers, wrong) if FORM in reasons else (),
        "faulty": [row["field"] for row in rows if errors],
        "sentence": sentence,
        "until": next((one.due_on for one in clocks_told(file, running_only=True) if one.name == "correction"), None),
    }
    bad = bool(sentence or errors or wrong)
    context["wrong"] = [*context["faulty"], *context["fields"]]
    return render(request, "mine/supply.html", context, status=422 if bad else 200)


def _supplied(request: HttpRequest, case_id: UUID, state: str) -> HttpResponse:
    if state == "correcting":
        messages.warning(request, _("已收到并保存，但还没有补齐，请接着补。"))
        return redirect("mine-supply", case_id)
    messages.success(request, _("补正材料已提交，部门接着办理。"))
    return redirect("mine-case", case_id)


@guarded_by(guard)
def follow(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """补交容缺材料: what was promised for later."""
    found = _seen(request, case_id)
    file, rows = found.file, following(found.file)
    if not rows:
        messages.info(request, _("这个办件没有要以后补交的材料。"))
        return redirect("mine-case", case_id)
    errors: dict[str, str] = {}
    sentence = ""
    if request.method == "POST":
        offers = _uploads(request, file, [one.code for one in rows], errors)
        wanted = {code: one.file_id for code, one in offers.items()}
        if wanted:
            try:
                casework.supply_later(case_id, visitor(request).who, wanted, key=request.POST.get("key", ""))
                files.keep([one for one in wanted.values() if one])
            except Refused as no:
                sentence = no.sentence
            else:
                if not errors:
                    messages.success(request, _("已补交。"))
                    return redirect("mine-case", case_id)
                file = _seen(request, case_id).file
                rows = following(file)
        elif not errors:
            sentence = _("还没有选择文件。请选好照片或文件再提交。")
    fields = [
        Field(
            f"m-{one.code}",
            one.name,
            kind="file",
            hint=_("收 {formats}").format(formats=formats_of(file.facts.item.material(one.code))),
            error=errors.get(one.code, ""),
            attrs=(
                ("accept", accept_of(file.facts.item.material(one.code))),
                *how_many(file.facts.item.material(one.code)),
            ),
        )
        for one in rows
    ]
    context = {"file": file, "rows": list(zip(rows, fields, strict=True)), "fields": fields, "sentence": sentence}
    return render(request, "mine/follow.html", context, status=422 if sentence or errors else 200)


@guarded_by(guard)
def sign(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """签名: a party who stands beside the applicant signs for herself."""
    found = _seen(request, case_id)
    roles = signing(found)
    if not roles:
        messages.info(request, _("这个办件不需要您签名，或者已经签过。"))
        return redirect("mine-case", case_id)
    sentence = ""
    if request.method == "POST":
        if request.POST.get("agree") != "true":
            sentence = _("请先勾选“我同意”，再签名。")
        else:
            for role, _label in roles:
                casework.sign(
                    case_id, visitor(request).who, role=role, key=f"{request.POST.get('key', '')[:60]}{role}"[:80]
                )
            messages.success(request, _("已签名。"))
            return redirect("mine-case", case_id)
    context = {"file": found.file, "roles": [label for _role, label in roles], "sentence": sentence}
    context["answers"] = _told(found.file)
    return render(request, "mine/sign.html", context, status=422 if sentence else 200)


@guarded_by(guard)
def withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """撤回申请, with what follows from it."""
    found = _seen(request, case_id)
    if found.file.facts.state == "draft":
        raise Http404
    reason = request.POST.get("reason", "").strip()[:300]
    sentence = ""
    if request.method == "POST":
        try:
            casework.withdraw(case_id, visitor(request).who, reason=reason, key=request.POST.get("key", ""))
        except Refused as no:
            sentence = no.sentence
        else:
            messages.success(request, _("已撤回。以后需要时可以重新申请。"))
            return redirect("mine-case", case_id)
    context = {"file": found.file, "sentence": sentence, "fee": found.file.fee}
    context["field"] = Field("reason", _("撤回的原因"), kind="textarea", value=reason, required=False)
    return render(request, "mine/withdraw.html", context, status=422 if sentence else 200)


def _seen(request: HttpRequest, case_id: UUID) -> Seen:
    return seen(case_id, visitor(request).who)


def _uploads(request: HttpRequest, file: CaseFile, codes: list[str], errors: dict[str, str]) -> dict[str, Offer]:
    """Keep every good upload and note why the others are not taken: one bad photograph does not lose the rest."""
    offers = {}
    for code in codes:
        sent = [one for one in request.FILES.getlist(f"m-{code}") if isinstance(one, UploadedFile)]
        if not sent:
            continue
        try:
            kept = bound_at_once(sent, file.county, visitor(request).who.name, file.facts.item.material(code))
        except Refused as no:
            errors[code] = no.sentence
        else:
            offers[code] = Offer(file_id=kept)
    return offers


def _told(file: CaseFile) -> list[tuple[str, str]]:
    """Return what one signs for: the answers, for her eyes as a party."""
    properties = file.facts.item.form.get("properties", {})
    said = answers_of(file)
    return [
        (label_of(name, properties[name]), answer_in_words(name, properties[name], said[name]))
        for name in properties
        if name in said
    ]
