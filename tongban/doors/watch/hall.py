"""大厅: numbers of the wrong class (S048), who went first and why, and who owes an answer to what was asked (S057)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.chosen import chosen_id
from tongban.doors.look.fields import Choice
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import Visitor, visitor
from tongban.doors.watch.periods import asked
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries as known
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

WATCHES = staff(Power.SUPERVISE)


@guarded_by(WATCHES)
def index(request: HttpRequest) -> HttpResponse:
    """Show a hall within a period; every number opens to its rows."""
    context = _told(request)
    site, period = context["site"], context["period"]
    if site is not None:
        classes = queries.routed(site.id, period.first, period.last)
        called, wrong = sum(one.called for one in classes), sum(one.misrouted for one in classes)
        context |= {
            "classes": [(one, _share(one.misrouted, one.called)) for one in classes],
            "called": called,
            "wrong": wrong,
            "share": _share(wrong, called),
            "preferred": queries.preferred(site.id, period.first, period.last),
        }
    owned = queries.owned(visitor(request).county, clock.today())
    context["owners"] = [(one, _name(one.owner_id)) for one in owned]
    context["lost"] = sum(one.count for one in owned if one.left)
    return render(request, "watch/hall.html", context)


@guarded_by(WATCHES)
def misrouted(request: HttpRequest) -> HttpResponse:
    """Show the numbers of the wrong class."""
    context = _told(request)
    _rows(request, context, queries.misrouted)
    return render(request, "watch/misrouted.html", context)


@guarded_by(WATCHES)
def preferred(request: HttpRequest) -> HttpResponse:
    """Show the numbers that went first, and why."""
    context = _told(request)
    _rows(request, context, queries.preferred_tickets)
    context["names"] = {one.by: _name(one.by) for one in context["page"].rows if one.by}
    return render(request, "watch/preferred.html", context)


@guarded_by(WATCHES)
def questions(request: HttpRequest) -> HttpResponse:
    """Show the questions whose owner has left, and give them a new one.  What was asked is not told here."""
    asks, sentence = visitor(request), ""
    if request.method == "POST":
        given = [request.POST.get("question", ""), request.POST.get("to", "")]
        try:
            people.once(asks.who.name, request.POST.get("key", ""), ["assign", *given], lambda: _assigned(asks, *given))
        except Refused as no:
            sentence = no.sentence
        else:
            messages.success(request, _("已指定负责人，问题已到其名下。"))
            return redirect("watch-questions")
    rows = queries.without_owner(asks.county, clock.today())
    context = {
        "here": "hall",
        "rows": [(question, at, _name(owner)) for question, at, owner in rows],
        "colleagues": _colleagues(asks),
        "sentence": sentence,
    }
    return render(request, "watch/questions.html", context, status=422 if sentence else 200)


def _assigned(asks: Visitor, question: str, to: str) -> str:
    waiting.assign_question(chosen_id(question), chosen_id(to), actor=asks.who.name)
    return ""


def _colleagues(asks: Visitor) -> list[Choice]:
    """Those who hold a post today, each once.  No query."""
    powers, day = known.powers(), clock.today()
    found: dict[UUID, Choice] = {}
    for post in powers.posts.values():
        holder = powers.holder(post.id, day)
        if holder and powers.counties[post.id] == asks.county:
            found.setdefault(holder.id, Choice(str(holder.id), f"{holder.name} · {post.title}"))
    return sorted(found.values(), key=lambda one: one.label)


def _told(request: HttpRequest) -> dict[str, Any]:
    """Return what every page of a hall needs: which hall, and within which period."""
    county = visitor(request).county
    with_numbers = queries.halls(county)
    sites = [one for one in known.sites(county) if one.id in with_numbers]
    wanted = request.GET.get("site", "")
    site = next((one for one in sites if one.code == wanted), sites[0] if sites else None)
    if wanted and site is not None and site.code != wanted:
        raise Http404
    kinds = [("day", _("日")), ("month", _("月")), ("year", _("年"))]
    return {"here": "hall", "sites": sites, "site": site, "period": asked(request), "kinds": kinds}


def _rows(request: HttpRequest, context: dict[str, Any], find: Any) -> None:
    site, period, number = context["site"], context["period"], number_of(request)
    if site is None:
        raise Http404
    rows = find(site.id, period.first, period.last, skip=(number - 1) * PER_PAGE, most=PER_PAGE + 1)
    context["page"] = paged(rows, number)


def _share(part: int, whole: int) -> str:
    """Return a share in per cent; without any number there is none."""
    return f"{100 * part / whole:.1f}%" if whole else _("无数据")


def _name(staff_id: UUID) -> str:
    one = known.powers().staff.get(staff_id)
    return one.name if one else ""
