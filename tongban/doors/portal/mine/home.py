"""我的办件: what waits for me first, what I have not finished, then all the rest."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import guarded_by, person
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework.queries.drafts import drafts_of
from tongban.rooms.casework.queries.letters import unread_letters
from tongban.rooms.casework.queries.mine import my_cases, waiting_for
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people

#: In whose affairs somebody sees all without asking anew: her own, her wards', those of organisations she stands for.
CLOSE = ("guardian", "representative")


def close_to(asks: Visitor) -> dict[UUID, str]:
    """Return herself and those whose affairs are hers to see, by name.  Three queries."""
    found = {asks.person_id: asks.name}
    for one in people.acts_for(asks.person_id, clock.today()):
        if one.capacity in CLOSE:
            found[one.person_id] = one.name
    return found


def others_named(asks: Visitor, ids: Iterable[UUID | None], close: Mapping[UUID, str]) -> dict[UUID, str]:
    """Return the names of applicants who are not herself.  One query at most."""
    wanted = {one for one in ids if one is not None and one != asks.person_id}
    unknown = wanted - set(close)
    names = {one: close[one] for one in wanted & set(close)}
    if unknown:
        names |= {person_id: view.name for person_id, view in people.persons_by_id(unknown).items()}
    return names


@guarded_by(person)
def page(request: HttpRequest) -> HttpResponse:
    """Show her cases."""
    asks, number = visitor(request), number_of(request)
    close = close_to(asks)
    skip = (number - 1) * PER_PAGE
    cases = paged(my_cases(asks.who, close, most=PER_PAGE + 1, skip=skip), number)
    waiting = waiting_for(asks.who, close) if number == 1 else ()
    drafts = drafts_of(asks.who) if number == 1 else ()
    names = {one.code: one.name for one in catalogue.listed(asks.county, clock.today())} if drafts else {}
    applicants = [*(one.applicant_id for one in (*cases.rows, *waiting)), *(one.applicant_id for one in drafts)]
    context = {
        "cases": cases,
        "waiting": waiting,
        "drafts": [(one, names.get(one.item_code, one.item_code)) for one in drafts],
        "names": others_named(asks, applicants, close),
        "unread": unread_letters(close),
    }
    return render(request, "mine/home.html", context)
