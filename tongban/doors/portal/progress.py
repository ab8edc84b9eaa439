"""查进度: where a case stands, for whoever has its number and look-up code; nobody signs in, nobody is named (S026)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.look.fields import Field
from tongban.doors.visiting import came_from
from tongban.rooms.casework.queries.consulting import consulted
from tongban.rooms.casework.queries.progress import looked_up
from tongban.rooms.casework.queries.telling import clocks_told, history, in_hands
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers.text import tidy

#: Questions a minute from one address: enough for a family, too few for who tries codes.
PER_MINUTE = 10


@guarded_by(anyone)
def page(request: HttpRequest) -> HttpResponse:
    """Ask for number and code; answer both together, by POST so that the code stays out of addresses and logs."""
    if request.method != "POST":
        return render(request, "portal/progress.html", {"fields": _fields(request.GET.get("number", "")[:50], "")})
    number, code = request.POST.get("number", "")[:50], request.POST.get("code", "")[:20]
    try:
        if not (number.strip() and code.strip()):
            raise Refused("progress_empty", _("请填写办件编号和查询码。"))
        wait = people.spend(f"progress:{came_from(request)}", PER_MINUTE)
        if wait:
            raise Refused("too_many", _("查得太频繁了。请 {n} 秒后再试。").format(n=wait))
        file = looked_up(tidy(number), tidy(code))
    except Refused as no:
        again = {"fields": _fields(number, code), "sentence": no.sentence}
        return render(request, "portal/progress.html", again, status=429 if no.code == "too_many" else 422)
    unit, desk = in_hands(file)
    context: dict[str, object] = {
        "number": file.row["number"],
        "item": file.facts.item,
        "county": file.county,
        "state": file.facts.kind.states[file.facts.state],
        "closed": bool(file.row["closed_at"]),
        "unit": unit,
        "desk": desk,
        "clocks": clocks_told(file, running_only=True),
        "steps": history(file),
    }
    if file.facts.kind.code == "consultation":
        ledger.log_access("lookup_code", "case", file.id, "凭查询码看咨询的答复")
        context["told"] = consulted(file)
    return render(request, "portal/progress_told.html", context)


def _fields(number: str, code: str) -> tuple[Field, ...]:
    no_help = (("autocomplete", "off"), ("spellcheck", "false"))
    return (
        Field(
            "number",
            _("办件编号"),
            value=number,
            hint=_("收件凭证上的一长串数字，照抄就行，有空格也不要紧"),
            attrs=no_help,
        ),
        Field(
            "code",
            _("查询码"),
            value=code,
            hint=_("收件凭证上的 8 位字母和数字，大小写都可以"),
            attrs=no_help,
            width="short",
        ),
    )
