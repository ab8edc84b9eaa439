"""One case as supervision sees it: how it went, never whose it is; and the steps supervision itself may take."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.fields import Field
from tongban.doors.visiting import visitor
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Done, Who
from tongban.rooms.casework.queries.parts import parts_of
from tongban.rooms.casework.queries.seeing import Seen, seen, steps_open
from tongban.rooms.casework.queries.telling import clocks_told, history, in_hands
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused
from tongban.rulebook.steps import Post

_ACT: dict[str, Callable[[UUID, Who, str, str], Done]] = {
    "close": lambda case, who, reason, key: casework.close(case, who, key=key),
    "reopen": lambda case, who, reason, key: casework.reopen(case, who, reason=reason, key=key),
    "send_back": lambda case, who, reason, key: casework.send_back(case, who, reason=reason, key=key),
    "extend": lambda case, who, reason, key: casework.extend(case, who, reason=reason, key=key),
    "refer": lambda case, who, reason, key: casework.refer(case, who, reason=reason, key=key),
}


@guarded_by(staff(Power.SUPERVISE))
def page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show a case without names; take the step that was chosen."""
    who = visitor(request).who
    found = seen(case_id, who)
    reason, wrong = "", ""
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()
        try:
            act = _ACT.get(request.POST.get("step", ""))
            if act is None:
                raise Refused("unknown_step", _("没有这个步骤。请从页面上的按钮中选择。"))
            act(case_id, who, reason, request.POST.get("key", ""))
        except Refused as no:
            wrong = no.sentence
        else:
            messages.success(request, _("已办理。"))
            return redirect("watch-case", case_id=case_id)
    return render(request, "watch/case.html", _context(found, reason, wrong), status=422 if wrong else 200)


def _context(found: Seen, reason: str, wrong: str) -> dict[str, object]:
    file = found.file
    unit, hand = in_hands(file)
    return {
        "here": "lights",
        "number": file.row["number"],
        "item": file.facts.item.name,
        "state": file.facts.kind.states.get(file.facts.state, ""),
        "unit": unit,
        "hand": hand,
        "clocks": clocks_told(file),
        "steps": history(file, names=True),
        "parts": parts_of(file.id) if file.facts.item.parts else (),
        "open": [one for one in steps_open(found) if one.name in _ACT and Post.SUPERVISOR in one.by],
        "reason": Field("reason", _("说明"), kind="textarea", value=reason, required=False),
        "wrong": wrong,
    }
