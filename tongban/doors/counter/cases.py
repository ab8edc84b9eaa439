"""一个办件在窗口: its papers to print, what can be done with it now, its originals."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.doors.counter.receiving import REASONS
from tongban.doors.counter.windows import AT_DESK, show
from tongban.doors.guards import guarded_by
from tongban.doors.look import fields as forms
from tongban.doors.visiting import visitor
from tongban.rooms.casework.queries import texts
from tongban.rooms.casework.queries.results import handed
from tongban.rooms.casework.queries.seeing import Seen, read_whole, seen, steps_open
from tongban.rooms.casework.queries.telling import clocks_told, history, in_hands
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import actions as sealing
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import FORM
from tongban.rulebook.guards import ROLE_LABELS

STATES = {
    "given": "已交",
    "held": "持有免交",
    "shared": "共享核验",
    "promised": "约定后补",
    "lacking": "缺",
    "mismatch": "不符",
}
#: Legal grounds a clerk chooses from; the field takes others.
GROUNDS = (
    "《行政许可法》第三十二条第一款第一项：申请事项依法不需要取得行政许可",
    "《行政许可法》第三十二条第一款第二项：申请事项依法不属于本机关职权范围",
)


@guarded_by(AT_DESK)
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show a case."""
    return page(request, seen(case_id, visitor(request).who))


@guarded_by(AT_DESK)
@require_POST
def original(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Register an original, or note that it went back."""
    asks = visitor(request)
    found = read_whole(case_id, asks.who)
    given = {name: request.POST.get(name, "") for name in ("original", "material", "label", "place")}

    def act() -> str:
        if given["original"]:
            here = {str(one.id): one.id for one in waited.originals_of(case_id)}
            if given["original"] not in here:
                raise Refused("original_unknown", _("这个办件没有登记过这份原件。请核对条码。"))
            waiting.return_original(here[given["original"]], staff_id=asks.staff.staff_id, actor=asks.who.name)
            return _("已登记归还。")
        if given["material"] not in {one.code for one in found.file.facts.item.materials}:
            raise Refused("material_unknown", _("请选择是哪一份材料的原件。"))
        waiting.take_original(
            case_id,
            given["material"],
            site_id=asks.staff.site_id,
            label=given["label"],
            place=given["place"],
            staff_id=asks.staff.staff_id,
            actor=asks.who.name,
        )
        return _("原件已登记。")

    try:
        told = people.once(asks.who.name, request.POST.get("key", ""), ["original", case_id, given], act)
    except Refused as no:
        return page(request, found, no=no, doing="original", typed=given)
    messages.success(request, told)
    return redirect("counter-case", case_id)


def page(
    request: HttpRequest,
    found: Seen,
    *,
    no: Refused | None = None,
    doing: str = "",
    typed: dict[str, str] | None = None,
    answers: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a case with what was refused and what was typed for it."""
    asks, file = visitor(request), found.file
    facts, row = file.facts, file.row
    if facts.state == "draft":
        applicant = file.uuid("applicant_id")
        if applicant is None:
            raise Http404
        where = f"/counter/receive/{applicant}/{facts.item.code}/?draft={file.id}"
        return redirect(where)
    ledger.log_access(asks.who.name, "case", file.id, "窗口办理")
    parties = queries.persons_by_id([one.person_id for one in file.parties if one.person_id])
    applicant = file.uuid("applicant_id")
    names = {one.code: one.name for one in facts.item.materials} | {FORM: _("申请表")}
    steps = {one.name: one for one in steps_open(found)}
    told = {code: reason for _n, code, reason in texts.lacks_of(file)} if facts.told else {}
    noted = texts.noted_of(file) if "ask_correction" in steps and file.wrapped_key else {}
    context = {
        "case": file,
        "item": facts.item,
        "number": row["number"],
        "state": facts.kind.states[facts.state],
        "code": row["lookup_code"] if found.names else "",
        "applicant": parties.get(applicant) if applicant and found.names else None,
        "parties": [
            {
                "role": ROLE_LABELS.get(one.role, one.role),
                "who": parties.get(one.person_id) if one.person_id else None,
                "signed": one.signed,
            }
            for one in file.parties
            if found.names
        ],
        "steps": steps,
        "materials": [
            {
                "code": code,
                "name": names.get(code, code),
                "state": _(STATES.get(one["state"], one["state"])),
                "light": "red" if one["state"] in ("lacking", "mismatch") else "",
                "until": one["promised_until"],
                "file": bool(one["file_id"]),
                "told": told.get(code, ""),
            }
            for code, one in sorted(file.materials.items())
        ],
        "missing": [{"code": code, "name": names.get(code, code)} for code in facts.missing],
        "listed": [_lack(one.code, one.name, facts.missing, doing, request, noted) for one in _asked(found)],
        "form_line": _lack(FORM, _("申请表"), facts.missing, doing, request, noted),
        "following": [{"code": code, "name": names.get(code, code)} for code in facts.following],
        "unsigned": [{"role": role, "label": ROLE_LABELS.get(role, role)} for role in facts.unsigned],
        "to_supply": [{"code": code, "name": names.get(code, code)} for code in facts.missing if code in facts.told],
        "fields": forms.from_schema(facts.item.form, answers or {}) if "supply" in steps and FORM in facts.told else (),
        "fee": file.fee,
        "documents": licences.documents_of(file.id),
        "originals": waited.originals_of(file.id),
        "slip": waited.slip_of_case(file.id),
        "clocks": clocks_told(file, running_only=True),
        "history": history(file, names=True),
        "handed": handed(file) if file.row["closed_at"] else None,
        "hands": in_hands(file),
        "second": "second_notice" in facts.flags,
        "reasons": REASONS,
        "grounds": GROUNDS,
        "doing": doing,
        "typed": typed or {},
        "sentence": no.sentence if no else "",
        "basis": no.basis if no else None,
        "names": names,
    }
    return show(request, "case", context, status=422 if no else 200)


def after_step(request: HttpRequest, case_id: UUID, told: str) -> HttpResponse:
    """Seal what the step owes while the person stands there, and go back to the case."""
    sealing.seal_now(case_id)
    messages.success(request, told)
    return redirect("counter-case", case_id)


def _lack(
    code: str, name: str, missing: tuple[str, ...], doing: str, request: HttpRequest, noted: Mapping[str, str]
) -> dict[str, Any]:
    """Return one line of the notice: ticked where the paper is missing or noted as wrong, or as it was typed."""
    again = doing == "ask_correction"
    ticked = code in request.POST.getlist("lack") if again else code in missing or code in noted
    reason = request.POST.get(f"r-{code}", "") if again else noted.get(code, "")
    return {"code": code, "name": name, "ticked": ticked, "reason": reason}


def _asked(found: Seen) -> tuple[Any, ...]:
    facts = found.file.facts
    return tuple(one for one in facts.item.materials_for(facts.options) if one.source != "made")
