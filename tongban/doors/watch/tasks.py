"""改革任务台账 (S180): every task with its lead, day, light and proof; given here, struck off on its own page."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms.casework.actions import assign_task
from tongban.rooms.people import queries as people
from tongban.rooms.supervision import queries
from tongban.rooms.supervision.queries import Light
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

#: Which tasks a tab shows, and what it is called.
TABS = {"open": "没有销号的", "red": "超期", "amber": "临期", "closed": "已销号"}
OVER = ("closed", "archived")


@guarded_by(staff(Power.SUPERVISE))
def index(request: HttpRequest) -> HttpResponse:
    """List the tasks, those due first at the top, of one lead if asked."""
    county, lead = visitor(request).county, request.GET.get("lead", "")[:40]
    tab = request.GET.get("tab", "open")
    tab = tab if tab in TABS else "open"
    units = {one.code: one.short_name or one.full_name for one in people.units(county)}
    posts, page = people.powers().posts, number_of(request)
    every = queries.reform_tasks(county, lead=lead if lead in units else "")
    groups = {name: [one for one in every if _is_of(one, name)] for name in TABS}
    shown = paged(groups[tab][(page - 1) * PER_PAGE :][: PER_PAGE + 1], page)
    context = {
        "here": "tasks",
        "tabs": [(name, _(label), len(groups[name]), name == tab) for name, label in TABS.items()],
        "rows": [
            {
                "task": one,
                "lead": units.get(one.lead, one.lead),
                "helpers": "、".join(units.get(code, code) for code in one.helpers),
                "holder": posts[one.holder].title if one.holder and one.holder in posts else "",
                "is_over": one.state in OVER,
            }
            for one in shown.rows
        ],
        "page": shown,
        "lead": Field(
            "lead",
            _("牵头单位"),
            "select",
            lead,
            choices=tuple(Choice(code, name) for code, name in units.items()),
            required=False,
        ),
        "tab": tab,
    }
    return render(request, "watch/tasks.html", context)


@guarded_by(staff(Power.SUPERVISE))
def new(request: HttpRequest) -> HttpResponse:
    """Give a task to a lead with its helpers and its day."""
    asks, typed = visitor(request), request.POST
    wrong = ""
    if request.method == "POST":
        try:
            made = assign_task(
                asks.county,
                asks.who,
                name=typed.get("name", "")[:400],
                lead=typed.get("lead", ""),
                by=_day(typed.get("by", "")),
                helpers=typed.getlist("helpers"),
                key=typed.get("key", ""),
            )
            messages.success(request, _("任务已交办。"))
            return redirect("watch-case", case_id=made.case_id)
        except Refused as no:
            wrong = no.sentence
    units = tuple(Choice(one.code, one.full_name) for one in people.units(asks.county))
    fields = [
        Field("name", _("任务内容"), "textarea", typed.get("name", "")),
        Field("lead", _("牵头单位"), "select", typed.get("lead", ""), choices=units),
        Field("by", _("完成日期"), "date", typed.get("by", ""), width="short"),
        Field.checks("helpers", _("配合单位"), typed, units, required=False),
    ]
    context = {"here": "tasks", "fields": fields, "wrong": wrong}
    return render(request, "watch/task_new.html", context, status=422 if wrong else 200)


def _is_of(one: queries.ReformTask, tab: str) -> bool:
    if tab == "closed" or one.state in OVER:
        return tab == "closed" and one.state in OVER
    return tab == "open" or one.light is Light(tab)


def _day(text: str) -> date:
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise Refused("day_wrong", _("日期要写成 2026-10-13 这样。请改正。"))
    return found
