"""核对、声明、提交, and the receipt at once."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.delivery import DELIVERY
from tongban.doors.look.fields import answer_in_words, label_of
from tongban.doors.look.signed import sent_on
from tongban.doors.portal.filing.keeping import applicant as guard
from tongban.doors.portal.filing.opened import Opened, on_draft
from tongban.doors.portal.filing.tasks import tasks_of
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Filing, Offer, Signer
from tongban.rooms.casework.queries.parts import parts_planned
from tongban.rooms.casework.queries.seeing import seen
from tongban.rooms.casework.queries.telling import clocks_told
from tongban.rooms.exchange import queries as exchange
from tongban.rooms.licences import actions as sealing
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused
from tongban.rulebook.guards import ROLE_LABELS


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the review: what was said, and where to change it."""

    label: str
    value: str
    url: str
    fault: str = ""


@on_draft
def review(request: HttpRequest, now: Opened) -> HttpResponse:
    """Show everything once more, take the declaration, and file."""
    sentence = ""
    if request.method == "POST":
        if request.POST.get("declare") != "true":
            sentence = _("请先勾选下面的声明，再提交。")
        else:
            try:
                filed = casework.file_case(_filing(now), now.who, draft_id=now.id, key=request.POST.get("key", "")[:64])
                return redirect("file-done", filed.case_id)
            except Refused as no:
                if no.code == "filed_already":
                    raise
                sentence = no.sentence
    lacking = [one for one in now.papers if one.state == "lacking"]
    context = {
        "now": now,
        "sentence": sentence,
        "sections": _sections(now),
        "parts": parts_planned(now.file.county, now.item, now.draft.options, clock.today()) if now.item.parts else (),
        "lacking": lacking,
        "stopping": [one for one in tasks_of(now) if one.open and one.group in (_("您的情况"), _("申请表"))],
        "intake": now.item.limits.intake.limit.label if now.item.limits.intake else "",
        "promise": now.item.promise if now.item.promise and now.item.promise.option in now.draft.options else None,
    }
    return render(request, "filing/review.html", context, status=422 if sentence else 200)


def _filing(now: Opened) -> Filing:
    needed = {one.code for one in now.item.materials_for(now.draft.options)}
    offers = {
        code: Offer(
            file_id=file_id,
            promised=code in now.draft.following,
            paper=file_id is None and code not in now.draft.following,
        )
        for code, file_id in now.draft.papers.items()
        if code in needed
    }
    return Filing(
        county=now.file.county,
        item_code=now.item.code,
        applicant_id=now.applicant.id,
        answers=now.draft.answers,
        offers=offers,
        options=now.draft.options,
        agent_id=now.who.id if now.for_another else None,
        signers=[Signer(role, person) for role, person in now.draft.wishes.signers.items() if role in now.roles],
    )


def _sections(now: Opened) -> list[tuple[str, list[Line]]]:
    back = "?back=review"
    found: list[tuple[str, list[Line]]] = []
    if now.item.situations:
        url = now.url("situations") + back
        lines = [
            Line(one.question, next((o.label for o in one.options if o.code in now.draft.options), ""), url)
            for one in now.item.situations
        ]
        found.append((_("您的情况"), lines))
    properties = now.item.form.get("properties", {})
    lines = [
        Line(
            label_of(name, properties[name]),
            answer_in_words(name, properties[name], now.draft.answers.get(name)),
            now.url("form", page) + back,
            now.faults.get(name, ""),
        )
        for page, names in enumerate(now.form_pages, start=1)
        for name in names
    ]
    if lines:
        found.append((_("申请表"), lines))
    lines = [Line(one.material.name, one.label, now.url("paper", one.material.code) + back) for one in now.papers]
    if lines:
        found.append((_("材料"), lines))
    wishes, more = now.draft.wishes, []
    names = people.persons_by_id(wishes.signers.values()) if wishes.signers else {}
    for role in now.roles:
        signer = names.get(wishes.signers[role]) if role in wishes.signers else None
        label = _("{role}签名").format(role=_(ROLE_LABELS.get(role, role)))
        more.append(Line(label, signer.name if signer else "", now.url("signers") + back))
    if now.item.guide.delivery:
        way = _(DELIVERY[wishes.delivery][0]) if wishes.delivery in DELIVERY else ""
        told = f"{way}：{wishes.address}" if wishes.delivery == "mail" and wishes.address else way
        more.append(Line(_("结果怎么取"), told, now.url("delivery") + back))
    if more:
        found.append((_("签名和结果"), more))
    return found


@guarded_by(guard)
def done(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show the receipt: number, look-up code, what is missing, what happens next."""
    file = seen(draft_id, visitor(request).who).file
    if file.facts.state == "draft":
        return redirect("file-tasks", draft_id)
    if not file.row["number"]:
        return redirect("mine")
    names = {one.code: one.name for one in file.facts.item.materials}
    fetched = exchange.fetched_of(file.id)
    told = {one.material for one in fetched if one.sentence}
    due: date | None = None
    for one in clocks_told(file, running_only=True):
        due = due or one.due_on
    context = {
        "file": file,
        "item": file.facts.item,
        "missing": [names.get(code, code) for code in file.facts.missing if code not in told],
        "fetched": [names.get(one.material, one.material) for one in fetched if not one.reason],
        "not_fetched": [(names.get(one.material, one.material), one.sentence) for one in fetched if one.sentence],
        "unsigned": [_(ROLE_LABELS.get(role, role)) for role in file.facts.unsigned],
        "due": due,
        "unit": people.unit(file.county, str(file.row["unit"])).full_name,
        "visits": file.facts.item.visits,
    }
    return render(request, "filing/done.html", context)


@guarded_by(guard)
def receipt(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Give out the sealed receipt; the window of the house seals it now if nobody has yet."""
    who = visitor(request).who
    file = seen(draft_id, who).file
    found = _receipt(file.id)
    if found is None:
        sealing.seal_now(file.id)
        found = _receipt(file.id)
    if found is None:
        raise Http404
    paper = licences.opened(found.id, who=who.name, purpose="下载收件凭证")
    return sent_on(paper, f"receipt-{file.row['number']}.pdf", save=True)


def _receipt(case_id: UUID) -> licences.DocumentView | None:
    return next((one for one in licences.documents_of(case_id) if one.kind == "receipt"), None)
