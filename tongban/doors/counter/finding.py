"""找人: by name, number, phone, ticket or case number; an id reader types and presses Enter like a keyboard."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.counter.windows import AT_DESK, show
from tongban.doors.guards import guarded_by
from tongban.doors.look.chosen import id_in
from tongban.doors.look.fields import Choice, Field
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework.queries.prereviewing import looked_at
from tongban.rooms.casework.queries.seeing import CaseLine, case_numbered, cases_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.waiting import queries as waiting
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

#: Namesakes shown, and items for one search.
MOST, ITEMS = 20, 12
CITIZEN, CREDIT = re.compile(r"\d{17}[\dX]"), re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
PHONE, TICKET, CASE = re.compile(r"\+?[\d-]{7,16}"), re.compile(r"[A-Z]\d{3,5}"), re.compile(r"\d{19,40}")
#: What a level of station is called in items.
LEVELS = {"hall": "county", "branch": "county", "park": "county", "town": "town", "village": "village"}


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person found: enough to tell her from her namesakes, no more."""

    id: UUID
    name: str
    kind: str
    #: Last four characters of her number.
    tail: str
    year: str


@dataclass(frozen=True, slots=True)
class Offered:
    """One item as the window finds it."""

    code: str
    name: str
    unit: str
    #: It may be taken in here.
    here: bool


@guarded_by(AT_DESK)
def index(request: HttpRequest) -> HttpResponse:
    """Ask who is there."""
    return show(request, "index", {"said": ""})


@guarded_by(AT_DESK)
def find(request: HttpRequest) -> HttpResponse:
    """Find who is there.  By POST: numbers of people do not stand in addresses."""
    if request.method != "POST":
        return redirect("counter")
    said = request.POST.get("said", "").strip()[:80]
    going = _going(request)
    if not said:
        return show(
            request, "index", {"said": "", "sentence": _("请填写姓名、证件号码、电话、号票或办件编号。")}, status=422
        )
    where = _straight(visitor(request), said, going)
    if where:
        return redirect(where)
    found = people_named(visitor(request).county, said)
    context = {"said": said, "found": found, "asked": True, "going": going, "fresh": _fresh(said)}
    return show(request, "index", context)


@guarded_by(AT_DESK)
def register(request: HttpRequest) -> HttpResponse:
    """Register somebody who is not known yet; namesakes are shown first."""
    asks = visitor(request)
    if request.method == "GET":
        return _form(request, {})
    given = {name: request.POST.get(name, "").strip() for name in (*FIELDS, "sure")}
    if request.POST.get("do") != "register":
        return _form(request, given)
    twins = people_named(asks.county, given["name"]) if given["name"] else ()
    if twins and not given["sure"]:
        return _form(request, given, twins=twins, status=422)
    try:
        made = people.once(
            asks.who.name, request.POST.get("key", ""), ["register", given], lambda: str(_registered(asks, given))
        )
    except Refused as no:
        known = _known(asks.county, given) if no.code == "identifier_taken" else None
        return _form(request, given, no=no, twins=twins, known=known, status=422)
    return redirect(_then(request, UUID(made)))


@guarded_by(AT_DESK)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show who is there: her drafts and cases, and the items she may ask for."""
    asks = visitor(request)
    who = queries.persons_by_id([person_id]).get(person_id)
    if who is None or who.county != asks.county:
        raise Http404
    ledger.log_access(asks.who.name, "person", who.id, "窗口接待")
    lines = cases_of(who.id, asks.who, asks.county)
    names = {one: item.name for one, item in catalogue.items(row.item_version for row in lines).items()}
    words = request.GET.get("q", "").strip()[:60]
    by = _agent(request)
    context = {
        "who": who,
        "numbers": queries.identifiers_of(who.id),
        "drafts": [_line(row, names) for row in lines if row.state == "draft"],
        "looked_at": looked_at([row.id for row in lines if row.state == "draft"]),
        "cases": [_line(row, names) for row in lines if row.state != "draft"],
        "q": words,
        "items": offered(asks, words) if words else (),
        "by": by,
        "by_query": f"?by={by.id}" if by else "",
        "takes_in": asks.may(Power.RECEIVE),
        "standing": by is None and who.kind != "natural",
    }
    return show(request, "person", context)


def people_named(county: str, name: str) -> tuple[Somebody, ...]:
    """Return the people of this name, told apart by birth and the end of their number.  Two queries."""
    rows = queries.named(county, name, most=MOST)
    tails = queries.tails_of(one.id for one in rows) if rows else {}
    return tuple(
        Somebody(one.id, one.name, one.kind, tails.get(one.id, ""), str(one.born.year) if one.born else "")
        for one in rows
    )


def offered(asks: Visitor, words: str) -> tuple[Offered, ...]:
    """Return the items that ``words`` may mean, the best first; those not taken in here say so.  Two queries."""
    level = LEVELS.get(queries.site(asks.staff.site_id).kind, "county")
    rows = catalogue.find(asks.county, clock.today(), words, most=ITEMS).rows
    return tuple(Offered(one.code, one.name, one.unit_name, level in one.stations) for one in rows)


def _straight(asks: Visitor, said: str, going: str) -> str:
    """Return the page that what was said leads to at once, or an empty string."""
    compact = said.replace(" ", "").upper()
    if TICKET.fullmatch(compact):
        ticket = waiting.ticket_labelled(asks.staff.site_id, compact, clock.today())
        if ticket and ticket.person_id:
            return _page(ticket.person_id, going)
        return reverse("counter-case", args=[ticket.case_id]) if ticket and ticket.case_id else ""
    if CASE.fullmatch(compact) and (case_id := case_numbered(asks.county, compact)):
        return reverse("counter-case", args=[case_id])
    if paper := waiting.original_labelled(asks.staff.site_id, said):
        return reverse("counter-case", args=[paper.case_id])
    one = queries.find_one(asks.county, said)
    return _page(one.id, going) if one else ""


def _page(person_id: UUID, going: str) -> str:
    """Return her page; where an agent was looked for, the page of the applicant with the agent beside her."""
    if going:
        return f"{reverse('counter-person', args=[going])}?by={person_id}"
    return reverse("counter-person", args=[person_id])


def _going(request: HttpRequest) -> str:
    """For whom an agent is being looked for."""
    return str(id_in(request.POST.get("for")) or "")


def _fresh(said: str) -> dict[str, str]:
    """Return what of the search fills the form of registration."""
    compact = said.replace(" ", "").upper()
    if CITIZEN.fullmatch(compact):
        return {"number": compact, "kind": "citizen_id"}
    if CREDIT.fullmatch(compact):
        return {"number": compact, "kind": "credit_code"}
    return {"phone": compact} if PHONE.fullmatch(compact) else {"name": said}


def _agent(request: HttpRequest) -> queries.PersonView | None:
    by = id_in(request.GET.get("by"))
    found = queries.persons_by_id([by]).get(by) if by else None
    return found if found is not None and found.county == visitor(request).county else None


def _line(row: CaseLine, names: dict[UUID, str]) -> dict[str, object]:
    return {"row": row, "name": names.get(row.item_version, row.item_code)}


FIELDS = ("name", "kind", "number", "issuer", "phone", "representative")


def _form(
    request: HttpRequest,
    given: dict[str, str],
    *,
    no: Refused | None = None,
    twins: tuple[Somebody, ...] = (),
    known: queries.PersonView | None = None,
    status: int = 200,
) -> HttpResponse:
    wrong = _wrong_field(no.code) if no else ""
    kinds = (
        Choice("citizen_id", _("居民身份证")),
        Choice("credit_code", _("统一社会信用代码（单位）")),
        Choice("hmt", _("港澳台居民证件")),
        Choice("passport", _("护照")),
    )
    fields: tuple[Field, ...] = (
        Field("name", _("姓名或单位名称"), value=given.get("name", ""), attrs=(("autocomplete", "off"),)),
        Field("kind", _("证件"), kind="select", value=given.get("kind", "citizen_id"), choices=kinds, required=False),
        Field("number", _("证件号码"), value=given.get("number", ""), width="medium", attrs=(("autocomplete", "off"),)),
        Field(
            "issuer",
            _("护照签发国"),
            value=given.get("issuer", ""),
            width="short",
            required=False,
            hint=_("三个大写字母，例如 FRA"),
        ),
        Field("phone", _("联系电话"), kind="tel", value=given.get("phone", ""), width="medium", required=False),
        Field(
            "representative",
            _("单位的法定代表人：身份证号码"),
            value=given.get("representative", ""),
            width="medium",
            required=False,
            hint=_("登记单位时填写；其本人要先登记。"),
        ),
    )
    if no is not None:
        fields = tuple(one.with_error(no.sentence) if one.name == wrong else one for one in fields)
    context = {"fields": fields, "twins": twins, "known": known, "going": _going(request)}
    context["sentence"] = _("已有同名的人。请先看是不是同一个人。") if twins and no is None else ""
    return show(request, "register", context, status=status)


def _wrong_field(code: str) -> str:
    starts = {"name": "name", "phone": "phone", "representative": "representative", "passport_issuer": "issuer"}
    return next((field for start, field in starts.items() if code.startswith(start)), "number")


def _registered(asks: Visitor, given: dict[str, str]) -> UUID:
    if given["kind"] == "credit_code":
        behind = None
        if given["representative"]:
            who = queries.who_is(asks.county, "citizen_id", given["representative"])
            if who is None:
                raise Refused("representative_unknown", _("没有登记过这个法定代表人。请先登记其本人，再登记单位。"))
            behind = who.id
        return people.register_organisation(
            given["name"],
            county=asks.county,
            actor=asks.who.name,
            credit_code=given["number"],
            representative=behind,
            phone=given["phone"],
        )
    numbers = [(given["kind"] or "citizen_id", given["number"], given["issuer"].upper())] if given["number"] else []
    return people.register_person(
        given["name"], county=asks.county, actor=asks.who.name, identifiers=numbers, phone=given["phone"]
    )


def _known(county: str, given: dict[str, str]) -> queries.PersonView | None:
    return queries.who_is(county, given["kind"] or "citizen_id", given["number"], given["issuer"].upper())


def _then(request: HttpRequest, person_id: UUID) -> str:
    return _page(person_id, _going(request))
