"""Trying a draft before it is published: seen as citizens will see it, replayed over past cases, rehearsed."""

from collections import Counter
from datetime import date, timedelta
from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.items.views import editor
from tongban.doors.look.fields import Choice, Field, from_schema, read_schema
from tongban.doors.visiting import visitor
from tongban.rooms import calendars, clock
from tongban.rooms.casework.actions.forms import faults_of
from tongban.rooms.catalogue.queries import trying
from tongban.rooms.supervision import queries as supervision
from tongban.rulebook import clock as time
from tongban.rulebook.catalogue import Item
from tongban.rulebook.errors import Refused
from tongban.rulebook.replay import SORT_LABELS

#: Cases a page replays; more of them by command (``./run replay``).
MOST = 300


@guarded_by(editor)
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """Show the guide as citizens will see it."""
    county = visitor(request).county
    read, _complaints = trying.draft_item(county, code)
    context = {"code": code, "guide": trying.draft_guide(county, read), "item": read}
    return render(request, "items/preview.html", context)


@guarded_by(editor)
def replay(request: HttpRequest, code: str) -> HttpResponse:
    """Show which past cases would have gone differently, and which line of the draft does it."""
    county = visitor(request).county
    days = request.GET.get("days", "90")
    span = int(days) if days in ("30", "90", "365") else 90
    last = clock.today()
    first = last - timedelta(days=span)
    new, complaints = trying.draft_item(county, code)
    context: dict[str, object] = {"code": code, "item": new, "days": span, "first": first, "last": last}
    if any(one.rule == "shape" for one in complaints):
        context["wrong"] = _("草稿里有读不懂的地方，还不能试算。请先改正。")
        return render(request, "items/replay.html", context, status=422)
    try:
        found = list(islice(supervision.replayed(county, code, first, last, new), MOST + 1))
    except Refused as no:
        context["wrong"] = no.sentence
        return render(request, "items/replay.html", context, status=422)
    shown = found[:MOST]
    different = [one for one in shown if one.difference.findings]
    sorts = Counter(finding.sort for one in different for finding in one.difference.findings)
    context |= {
        "cases": len(shown),
        "more": len(found) > MOST,
        "different": different,
        "sorts": [(SORT_LABELS[sort], count) for sort, count in sorts.most_common()],
    }
    return render(request, "items/replay.html", context)


@guarded_by(editor)
def rehearse(request: HttpRequest, code: str) -> HttpResponse:
    """Fill in the form as a citizen would, and see what would be asked for and by when it would be done.

    Nothing is filed and nothing is kept.
    """
    county = visitor(request).county
    new, _complaints = trying.draft_item(county, code)
    options = frozenset(request.POST.getlist("option")) if request.method == "POST" else frozenset()
    answers = read_schema(new.form, request.POST) if request.method == "POST" else {}
    faults = faults_of(new, answers) if request.method == "POST" and new.form else {}
    chosen = [_situation(new, number, options) for number in range(len(new.situations))]
    fields = from_schema(new.form, answers, faults)
    done = request.method == "POST" and not faults
    context = {
        "code": code,
        "item": new,
        "situations": chosen,
        "fields": fields,
        "done": done,
        "materials": new.materials_for(options) if done else (),
        "dues": _dues(new) if done else (),
        "faults": faults,
    }
    return render(request, "items/rehearse.html", context, status=422 if faults else 200)


def _situation(new: Item, number: int, options: frozenset[str]) -> Field:
    one = new.situations[number]
    choices = tuple(Choice(option.code, option.label) for option in one.options)
    value = next((option.code for option in one.options if option.code in options), "")
    return Field("option", one.question, kind="radios", choices=choices, value=value)


def _dues(new: Item) -> list[tuple[str, str, date]]:
    """Return (limit, its length, its last day) as if everything went in and was accepted today."""
    today = clock.today()
    found = []
    for name, label in (("intake", _("收件告知")), ("promised", _("承诺办结")), ("statutory", _("法定办结"))):
        rule = getattr(new.limits, name)
        if rule is not None:
            due = time.due(today, rule.limit, calendars.calendar())
            found.append((label, rule.limit.label, due.on))
    return found
