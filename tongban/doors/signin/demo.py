"""换个身份看看: in a demonstration anybody comes in as anybody of the fictitious county, by one click."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.guards import demo_only, guarded_by
from tongban.doors.signin.first_page import door_of, first_page
from tongban.doors.visiting import set_cookie, visitor
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of those one may be."""

    kind: str
    id: UUID
    name: str
    #: What she is, or which post he holds.
    title: str


@guarded_by(demo_only)
def page(request: HttpRequest) -> HttpResponse:
    """Offer the people and posts of the county, and let the one chosen in."""
    county = visitor(request).county
    if request.method == "POST":
        entered, first = _enter(county, request.POST.get("kind", ""), request.POST.get("id", ""))
        answer = redirect(first)
        set_cookie(answer, entered)
        return answer
    return render(request, "signin/demo.html", {"citizens": _citizens(county), "groups": _posts(county)})


def _enter(county: str, kind: str, wanted: str) -> tuple[people.Entered, str]:
    try:
        chosen = UUID(wanted)
    except ValueError:
        raise Refused("person_unknown", "没有这个人。请从列表中选择。") from None
    if kind == "person":
        who = queries.person(chosen)
        account = people.open_account(county, f"demo:{who.id}", actor="house", person_id=who.id)
        return people.sign_in(account, way="demo", device=_("演示")), reverse("home")
    powers, day = queries.powers(), clock.today()
    holder = powers.holder(chosen, day)
    if holder is None:
        raise Refused("post_not_held", "这个岗位今天无人担任。请另选一个。")
    account = people.open_account(county, f"staff:{holder.number}", actor="house", staff_id=holder.id)
    entered = people.sign_in(account, way="demo", device=_("演示"), post_id=chosen)
    return entered, first_page(chosen)


def _citizens(county: str) -> list[Somebody]:
    found = queries.natural_persons(county, most=12)
    return [Somebody("person", one.id, one.name, _("办事人")) for one in found]


def _posts(county: str) -> dict[str, list[Somebody]]:
    """Return the filled posts by what they do."""
    powers, day = queries.powers(), clock.today()
    labels = {"counter": _("窗口和村站"), "office": _("审查和决定"), "watch": _("监督"), "items": _("事项管理")}
    labels |= {"admin": _("系统管理"), "account": _("其他")}
    groups: dict[str, list[Somebody]] = {label: [] for label in labels.values()}
    for post in sorted(powers.posts.values(), key=lambda one: one.code):
        holder = powers.holder(post.id, day)
        if holder is None or powers.counties[post.id] != county:
            continue
        groups[labels[door_of(powers.held_by(post.id, day))]].append(Somebody("post", post.id, holder.name, post.title))
    return {label: rows for label, rows in groups.items() if rows}
