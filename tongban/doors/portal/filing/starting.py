"""开始申请: an open draft is offered first; for whom it is; then the draft is there."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.saying import in_words
from tongban.doors.portal.filing.keeping import applicant as guard
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Filing, Who
from tongban.rooms.casework.queries.drafts import DraftLine, drafts_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.catalogue.actions import ItemIsMain
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.asking import asker_refusals
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class ForWhom:
    """Somebody for whom the application may be."""

    person_id: UUID
    label: str
    hint: str
    drafts: tuple[DraftLine, ...]


@guarded_by(guard)
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Offer drafts that are open and those for whom one may apply; begin a draft."""
    asks = visitor(request)
    try:
        item = catalogue.in_force(asks.county, code, clock.today()).item
    except ItemIsMain as main:
        context: dict[str, Any] = {
            "heading": _("请选择具体要办的事"),
            "sentence": in_words(main.sentence),
            "choices": main.choices,
        }
        return render(request, "filing/choose.html", context)
    if item.item_class not in PUBLIC_CLASSES:
        raise Refused("item_unknown", _("这个事项不能在这里申请。请从首页查找要办的事。"))
    choices = _choices(asks.who, asks.signed.name if asks.signed else "", item)
    options = [one for one in request.POST.getlist("o") or request.GET.getlist("o") if len(one) <= 60][:50]
    context = {"item": item, "choices": choices, "options": options, "open": [d for c in choices for d in c.drafts]}
    if request.method != "POST":
        return render(request, "filing/start.html", context)
    chosen = next((one for one in choices if str(one.person_id) == request.POST.get("for")), None)
    context["chosen"] = chosen
    if chosen is None:
        context["sentence"] = _("请选择为谁申请。")
        return render(request, "filing/start.html", context, status=422)
    if chosen.drafts and "another" not in request.POST:
        context["sentence"] = _("这件事已经有一份没填完的申请。接着填就可以；确实要再申请一份的，请按“另外新填一份”。")
        return render(request, "filing/start.html", context, status=422)
    try:
        draft_id = _begin(request, asks.who, asks.county, item, chosen, frozenset(options))
    except Refused as no:
        context["sentence"] = no.sentence
        return render(request, "filing/start.html", context, status=422)
    return redirect("file-tasks", draft_id)


def _begin(request: HttpRequest, who: Who, county: str, item: Item, chosen: ForWhom, options: frozenset[str]) -> UUID:
    by = who.id if who.id != chosen.person_id else None
    queries.standing(chosen.person_id, by, item.code, clock.today())
    known = {option.code for situation in item.situations for option in situation.options}
    filing = Filing(county, item.code, chosen.person_id, {}, options=options & known, agent_id=by)
    key = request.POST.get("key", "")[:64]
    asked = ["begin", item.code, str(chosen.person_id)]
    return UUID(people.once(who.name, f"begin:{key}", asked, lambda: str(casework.save_draft(filing, who))))


def _choices(who: Who, name: str, item: Item) -> tuple[ForWhom, ...]:
    """Return herself and those she acts for, as far as the item may be asked for by them."""
    assert who.id is not None, "the guard saw to it"
    drafts = drafts_of(who, item_code=item.code)
    labels = {
        "guardian": _("我是监护人"),
        "representative": _("我是法定代表人（负责人）"),
        "agent": _("委托我代办"),
    }
    found = [(who.id, _("我自己（{name}）").format(name=name), "", "natural", False)]
    for one in queries.acts_for(who.id, clock.today()):
        if one.covers(item.code):
            kind = "natural" if one.kind == "natural" else "legal"
            found.append((one.person_id, one.name, labels[one.capacity], kind, one.capacity == "agent"))
    rows: dict[UUID, ForWhom] = {}
    for person_id, label, hint, kind, by_agent in found:
        if person_id in rows or next(asker_refusals(item, kind, by_agent=by_agent, station=""), None):
            continue
        rows[person_id] = ForWhom(person_id, label, hint, tuple(one for one in drafts if one.applicant_id == person_id))
    return tuple(rows.values())
