"""咨询: a question about an item, answered by its unit, seen by number and code, looked at again with a new guide."""

from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by, staff
from tongban.doors.look.fields import Field
from tongban.doors.visiting import came_from, visitor
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.queries import consulting
from tongban.rooms.casework.queries.seeing import read_whole
from tongban.rooms.casework.queries.telling import clocks_told
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import actions as people
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

#: Questions a minute from one address.
PER_MINUTE = 5
#: The cookie that carries number and code to the next page, and how long they are shown there.
COOKIE, SECONDS = "tongban_asked", 1800

ANSWERS = staff(Power.ACCEPT, Power.EXAMINE, Power.DECIDE)


@guarded_by(anyone)
def ask(request: HttpRequest, county: str, code: str) -> HttpResponse:
    """Show what was asked before; take a question."""
    asks = visitor(request)
    item = catalogue.in_force(county, code, clock.today()).item
    question, phone = request.POST.get("question", ""), request.POST.get("phone", "")[:20]
    context = {"county": county, "item": item, "fields": _fields(question, phone, signed=asks.is_person)}
    if request.method != "POST":
        return render(request, "portal/ask.html", context)
    try:
        if wait := people.spend(f"ask:{came_from(request)}", PER_MINUTE):
            raise Refused("too_many", _("问得太频繁了。请 {n} 秒后再试。").format(n=wait))
        who = asks.who if asks.is_person else casework.Who("house")
        key = f"ask:{request.POST.get('key', '')[:64]}"
        asked = casework.ask_about(county, code, who, question=question, phone=phone, key=key)
    except Refused as no:
        again = context | {"sentence": no.sentence}
        return render(request, "portal/ask.html", again, status=429 if no.code == "too_many" else 422)
    answer = redirect("asked")
    told = signing.dumps([asked.number, asked.lookup_code], salt=COOKIE)
    answer.set_cookie(COOKIE, told, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure())
    return answer


@guarded_by(anyone)
def asked(request: HttpRequest) -> HttpResponse:
    """Show number and code of the question just asked; both stay out of the address."""
    try:
        number, code = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=SECONDS)
    except signing.BadSignature:
        return redirect("progress")
    return render(request, "portal/asked.html", {"number": number, "code": code})


@guarded_by(ANSWERS)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the questions that wait for the unit, and the answers whose guide has changed."""
    asks = visitor(request)
    unit = asks.staff.unit_code
    context = {
        "waiting": consulting.open_questions(asks.county, unit),
        "review": consulting.to_review(asks.county, unit),
        "often": list(consulting.asked_often(asks.county, unit).items())[:10],
    }
    return render(request, "portal/ask_desk.html", context)


@guarded_by(ANSWERS)
def question(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Answer a question, or say that an answer still holds."""
    asks = visitor(request)
    found = read_whole(case_id, asks.who)
    item = consulting.about(found.file)
    key, text = f"answer:{request.POST.get('key', '')[:64]}", request.POST.get("answer", "")[:2000]
    sentence = ""
    if request.method == "POST":
        try:
            if "recheck" in request.POST:
                casework.recheck_answer(case_id, asks.who, key=key)
            else:
                casework.answer_question(case_id, asks.who, text=text, key=key)
        except Refused as no:
            sentence = no.sentence
        else:
            return redirect("ask-desk")
    ledger.log_access(asks.who.name, "case", case_id, "答复咨询")
    context = {
        "file": found.file,
        "item": item,
        "told": consulting.consulted(found.file),
        "names": found.names,
        "number": found.file.row["number"],
        "open": found.file.facts.state == "asked",
        "clocks": clocks_told(found.file, running_only=True),
        "field": Field(
            "answer", _("答复"), kind="textarea", value=text, hint=_("照现行指南答；写清要带什么、到哪里、多久。")
        ),
        "sentence": sentence,
    }
    return render(request, "portal/ask_answer.html", context, status=422 if sentence else 200)


def _fields(question: str, phone: str, *, signed: bool) -> tuple[Field, ...]:
    hint = _("说清您的情况，例如“我的证丢了，人在外地，能不能委托家里人办”。不要写身份证号码。")
    fields = [Field("question", _("您的问题"), kind="textarea", value=question[:600], hint=hint)]
    if not signed:
        told = _("要问清情况时联系您，不作别的用处")
        more = (("autocomplete", "tel"),)
        fields.append(Field("phone", _("手机号码"), kind="tel", value=phone, hint=told, width="medium", attrs=more))
    return tuple(fields)
