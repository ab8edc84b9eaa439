"""审批: the desk: what this post may take a step in now, what bites first at the top."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.paging import PER_PAGE, Page, number_of
from tongban.doors.office.names import Names
from tongban.doors.visiting import visitor
from tongban.rooms.casework.queries import desk, searching
from tongban.rooms.casework.queries.desk import DeskLine
from tongban.rooms.casework.queries.lanes import Narrowed, Tab
from tongban.rooms.casework.queries.seeing import Sight
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries as persons
from tongban.rulebook.authority import Power
from tongban.rulebook.catalogue import proceedings
from tongban.rulebook.errors import Refused

#: Whoever works at a desk; who supervises comes in by the cases of his door.
OFFICE = staff(Power.ACCEPT, Power.EXAMINE, Power.DECIDE, Power.EXTEND, Power.EXTEND_JOINT)
AT_CASES = staff(
    *(Power.ACCEPT, Power.EXAMINE, Power.DECIDE, Power.EXTEND, Power.EXTEND_JOINT, Power.SUPERVISE),
)
#: Parts of the address that narrow a list.
WANTED = ("tab", "q", "item", "light")


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the page shows it."""

    line: DeskLine
    applicant: str
    last_by: str
    #: What it waits for, in words, each with its day.
    waits: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class Listed(Page[DeskLine]):
    """A page of a list."""

    #: More people bear the name searched for than were looked at.
    crowded: bool = False


@dataclass(frozen=True)
class Wanted:
    """What the address asks of the desk."""

    tab: str
    q: str
    item: str
    light: str

    @classmethod
    def of(cls, given: QueryDict) -> "Wanted":
        return cls(*(given.get(name, "").strip()[:80] for name in WANTED))

    @property
    def query(self) -> str:
        """It as an address."""
        return urlencode({name: getattr(self, name) for name in WANTED if getattr(self, name)})


@guarded_by(OFFICE)
def index(request: HttpRequest) -> HttpResponse:
    """Show a list of the desk."""
    asks, wanted, number = visitor(request), Wanted.of(request.GET), number_of(request)
    sight = desk.sight_of(asks.who)
    offered = desk.tabs_of(sight)
    if wanted.q and (found := desk.numbered(sight, wanted.q)):
        return redirect("office-case", case_id=found)
    chosen = next((tab for tab in offered if tab.code == wanted.tab), None)
    rows = lines(sight, wanted, offered, number)
    words = Names.of(sight, rows.rows)
    context = {
        "tabs": _tabs(offered, wanted),
        "wanted": wanted,
        "chosen": chosen,
        "page": Page([line_of(one, words) for one in rows.rows], rows.number, rows.has_more),
        "fields": _fields(wanted, desk.items_for(sight)),
        "searches": persons.searches_of(asks.staff.staff_id, "office"),
        "may_batch": wanted.tab in ("accept", "examine", "decide") and rows.rows,
        "crowded": searching.NAMESAKES if rows.crowded else 0,
        "absent": _absences(sight),
        "here": request.get_full_path(),
    }
    return render(request, "office/index.html", context)


@guarded_by(OFFICE)
def searches(request: HttpRequest) -> HttpResponse:
    """Keep the search at hand under a name, or drop one."""
    asks = visitor(request)
    if request.method == "POST":
        drop = request.POST.get("drop", "")
        if drop:
            try:
                people.drop_search(asks.staff.staff_id, UUID(drop))
            except ValueError:
                raise Refused("search_unknown", "没有这个筛选。请刷新后再看。") from None
            messages.success(request, _("已删去。"), extra_tags="success")
            return redirect("office")
        query = Wanted.of(QueryDict(request.POST.get("query", ""))).query
        people.keep_search(asks.staff.staff_id, "office", request.POST.get("name", ""), query)
        messages.success(request, _("已保存，下次从桌面上直接打开。"), extra_tags="success")
        return redirect(f"{reverse('office')}?{query}")
    return redirect("office")


def lines(sight: Sight, wanted: Wanted, offered: tuple[Tab, ...], number: int, per_page: int = PER_PAGE) -> Listed:
    """Return a page of what is wanted."""
    skip = (number - 1) * per_page
    if wanted.tab == "done":
        return Listed(desk.done_on(sight, sight.day), 1, False)
    if wanted.q:
        found = searching.of_name(sight, wanted.q, skip=skip, most=per_page)
    else:
        chosen = [tab for tab in offered if tab.code == wanted.tab] or [tab for tab in offered if tab in desk.MINE]
        found = desk.on_desk(sight, chosen, Narrowed(item=wanted.item, light=wanted.light), skip=skip, most=per_page)
    return Listed(found.lines, number, found.more, found.crowded)


def _tabs(offered: tuple[Tab, ...], wanted: Wanted) -> list[dict[str, object]]:
    plain = [("", _("待办")), *((tab.code, _(tab.label)) for tab in offered), ("done", _("今天办过"))]
    return [
        {"label": label, "query": urlencode({"tab": code}) if code else "", "here": code == wanted.tab}
        for code, label in plain
    ]


def _fields(wanted: Wanted, items: tuple[tuple[str, str], ...]) -> tuple[Field, ...]:
    lights = (Choice("red", _("已超期")), Choice("amber", _("临期或超期")))
    return (
        Field("q", _("办件编号或申请人全名"), "search", wanted.q, required=False),
        Field("item", _("事项"), "select", wanted.item, choices=tuple(Choice(*one) for one in items), required=False),
        Field("light", _("期限"), "select", wanted.light, choices=lights, required=False),
    )


def line_of(one: DeskLine, words: Names) -> Line:
    """Return a row as the page shows it."""
    waits = tuple(
        _("{what}，到 {day}").format(what=proceedings.ALL.get(kind, kind), day=due) for kind, due in one.waits_for
    )
    return Line(one, words.person(one.applicant_id, one.id), words.actor(one.last_by), waits, words.unit(one.unit))


def _absences(sight: Sight) -> list[dict[str, object]]:
    """Return the stand-ins that concern this desk today: of its own post, and those it stands in for."""
    own = sight.actor.post_id
    found = []
    for one in sight.powers.stand_ins:
        if own not in (one.post_id, one.by_post_id) or not one.holds_on(sight.day):
            continue
        other = sight.powers.posts.get(one.by_post_id if one.post_id == own else one.post_id)
        found.append({"mine": one.post_id == own, "other": other.title if other else "", "row": one})
    return found
