"""网上预审: let the unit that answers for the item look at a draft before it is filed (S021)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tongban.doors.look.saying import in_words
from tongban.doors.portal.filing.opened import Opened, on_draft
from tongban.rooms.casework import actions as casework
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused


@on_draft
def ask(request: HttpRequest, now: Opened) -> HttpResponse:
    """Ask for a look; what was said stands on the list of tasks."""
    if request.method == "POST":
        key = f"prereview:{request.POST.get('key', '')[:64]}"
        try:
            people.once(now.who.name, key, ["prereview", str(now.id)], lambda: _asked(now))
        except Refused as no:
            messages.error(request, in_words(no.sentence))
        else:
            messages.success(request, _("已请窗口预审，两个工作日内答复。答复以前可以接着填，也可以直接提交。"))
    return redirect("file-tasks", now.id)


def _asked(now: Opened) -> str:
    return str(casework.ask_prereview(now.id, now.who).case_id)
