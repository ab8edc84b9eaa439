"""审批: one step of one case: its form, its basis, what it will do; refused, everything typed stays."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.saying import in_words
from tongban.doors.office import forms
from tongban.doors.office.cases import offered
from tongban.doors.office.views import AT_CASES
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.queries.seeing import Seen, steps_open
from tongban.rooms.catalogue.queries.reasons import reasons
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.exchange import queries as exchanged
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import actions as licences
from tongban.rooms.licences import queries as documents
from tongban.rulebook.errors import Refused
from tongban.rulebook.steps import Step
from tongban.rulebook.telling import AT_A_DESK, Ask, asks, hindrance

#: Who is told, in words.
TOLD = {"applicant": "申请人", "desk": "承办岗位", "supervisor": "监察岗位"}


@guarded_by(AT_CASES)
def page(request: HttpRequest, case_id: UUID, name: str) -> HttpResponse:
    """Show the form of a step, and take it."""
    asked = visitor(request)
    found = casework.look(case_id, asked.who)
    step = found.file.facts.kind.by_name.get(name)
    if step is None or not AT_A_DESK.intersection(step.by):
        raise Http404
    said, refused = QueryDict(mutable=True), None
    if request.method == "GET" and Ask.LACKING in asks(step, found.file.facts) and found.names:
        ledger.log_access(asked.who.name, "case", case_id, "办理审批")
        said = forms.noted(found)
    if request.method == "POST":
        said = request.POST.copy()
        if "fill" in said:
            _fill(found, step, said)
        else:
            try:
                _take(asked, found, step, said)
            except Refused as no:
                refused, found = no, casework.look(case_id, asked.who)
            else:
                licences.seal_now(case_id)
                messages.success(request, _("已办理：{step}。").format(step=step.label), extra_tags="success")
                return redirect("office-case", case_id=case_id)
    wrong = {forms.ABOUT[refused.code]: refused.sentence} if refused and refused.code in forms.ABOUT else {}
    context = {
        "found": found,
        "file": found.file,
        "facts": found.file.facts,
        "state_label": found.file.facts.kind.states[found.file.facts.state],
        "step": step,
        "fields": forms.fields_of(found, step, said, wrong),
        "refused": refused,
        "why_not": None if refused else _why_not(found, step),
        "version": said.get("version") if refused and refused.code != "moved_meanwhile" else found.file.version,
        "library": reasons(found.file.county, name, found.file.facts.item.code, found.file.facts.kind.code),
        "picked": said.get("picked", ""),
        "owed": [documents.title_of(one) for one in step.documents],
        "told": [_(TOLD[one]) for one in step.tells if one in TOLD],
        "others": [one for one in offered(found) if not one.why_not and one.name != name],
    }
    return render(request, "office/step.html", context, status=422 if refused else 200)


def _why_not(found: Seen, step: Step) -> str:
    """Return why the step cannot be taken now by this post; empty: it may be tried."""
    if step not in steps_open(found):
        return _("这一步现在不能由您的岗位办理：办件的状态是“{state}”。").format(
            state=in_words(found.file.facts.kind.states[found.file.facts.state])
        )
    no = hindrance(found.file.facts, step, found.actor)
    return in_words(no.sentence) if no else ""


def _take(asked: Visitor, found: Seen, step: Step, said: QueryDict) -> None:
    """Take the step by what was said; twice the same form is one step."""
    key, case_id = said.get("key", "")[:60], found.file.id
    if Ask.OUTSIDE in asks(step, found.file.facts) and (twins := exchanged.twins_of_case(case_id)):
        day, number = forms.outside(said)
        exchange.enter_by_hand(
            twins[-1].id, result=step.decision, on=day, who=asked.who, outside_number=number, key=key
        )
        return
    if Ask.OUTSIDE in asks(step, found.file.facts):
        day, number = forms.outside(said)
        casework.outside_result(
            case_id,
            result=step.decision,
            outside_number=number,
            decided_on=day,
            message_id=f"{case_id}:{key}",
            who=asked.who,
        )
        return
    version = said.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    casework.take_told(case_id, step.name, asked.who, forms.told(found, step, said), seen=seen, key=key)


def _fill(found: Seen, step: Step, said: QueryDict) -> None:
    """Put a reason of the library into the form; what was typed is kept below it."""
    facts = found.file.facts
    library = reasons(found.file.county, step.name, facts.item.code, facts.kind.code)
    chosen = next((one for one in library if one.code == said.get("picked")), None)
    if chosen is None:
        return
    before = said.get("reason", "").strip()
    said["reason"] = f"{chosen.text}\n{before}" if before and before != chosen.text else chosen.text
    if chosen.ground:
        said["ground"] = chosen.ground
