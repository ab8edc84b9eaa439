"""我的证照: the wallet, what stands on a licence, what it was used for, and 亮证."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, person
from tongban.doors.portal.mine.home import close_to
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rulebook import money
from tongban.rulebook.errors import Refused


@guarded_by(person)
def wallet(request: HttpRequest) -> HttpResponse:
    """Show all licences of herself, or of somebody close to her."""
    asks = visitor(request)
    close = close_to(asks)
    of = next((one for one in close if str(one) == request.GET.get("of")), asks.person_id)
    day = clock.today()
    rows = [(one, one.is_valid(day)) for one in licences.wallet(of)]
    context = {"rows": rows, "of": of, "close": close.items() if len(close) > 1 else (), "name": close[of]}
    return render(request, "mine/licences.html", context)


@guarded_by(person)
def page(request: HttpRequest, licence_id: UUID) -> HttpResponse:
    """Show one licence whole."""
    asks = visitor(request)
    found = _own(asks, licence_id)
    ledger.log_access(asks.who.name, "licence", licence_id, "持证人查看")
    try:
        facts = licences.facts_of(licence_id)
    except Refused:
        facts = {}
    day = clock.today()
    labels = {one.name: money.label(one.name, one.label) for one in catalogue.kind(found.kind).fields}
    uses = licences.uses_of(licence_id)
    names = {one.code: one.name for one in catalogue.listed(asks.county, day)} if uses else {}
    context = {
        "licence": found,
        "valid": found.is_valid(day),
        "issuer": _unit(found.county, found.issuer),
        "facts": [(labels.get(name, name), money.in_yuan(name, value)) for name, value in facts.items() if value],
        "document": licences.document_of_licence(licence_id),
        "uses": [(one, names.get(one.item, one.item)) for one in uses],
    }
    return render(request, "mine/licence.html", context)


@guarded_by(person)
def show(request: HttpRequest, licence_id: UUID) -> HttpResponse:
    """亮证: a code that is good for a minute and changes by itself."""
    asks = visitor(request)
    found = _own(asks, licence_id)
    shown = licences.show(licence_id, found.holder_id)
    context = {
        "licence": found,
        # Made by the house from its own text: a drawing of squares.
        "symbol": mark_safe(shown.symbol),  # noqa: S308
        "seconds": shown.seconds,
        "address": shown.address,
        "holder": people.person(found.holder_id).name,
    }
    return render(request, "mine/show.html", context)


def _own(asks: Visitor, licence_id: UUID) -> licences.LicenceView:
    """Return a licence of hers or of somebody close to her; to everybody else it does not exist."""
    found = licences.licence(licence_id)
    holder = people.person(found.holder_id).id
    if holder not in close_to(asks) and holder != people.person(asks.person_id).id:
        raise Refused("licence_unknown", _("证照库里没有这份证照。请核对证照编号。"))
    return found


def _unit(county: str, code: str) -> str:
    try:
        return people.unit(county, code).full_name
    except Refused:
        return code
