"""收件: one item for one person, everything on one page; a draft begun on her phone is gone on with here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tongban.doors.counter.finding import LEVELS
from tongban.doors.counter.windows import AT_DESK, Desk, desk_of, show
from tongban.doors.guards import guarded_by
from tongban.doors.look import fields as forms
from tongban.doors.look.chosen import id_in
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.saying import in_words
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Filed, Filing, Offer, Signer, Who
from tongban.rooms.casework.actions.forms import faults_of
from tongban.rooms.casework.queries.checklist import Wanted, checklist
from tongban.rooms.casework.queries.drafts import DraftView, draft_in
from tongban.rooms.casework.queries.prereviewing import prereview_of
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.casework.queries.seeing import seen
from tongban.rooms.casework.queries.wishes import Wishes, wishes_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.files import actions as files
from tongban.rooms.files.binding import bind
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import actions as licences
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused
from tongban.rulebook.guards import ROLE_LABELS

#: What the clerk says of a material.
PAPER, FILE, KEPT, LATER, LACKING, WRONG = "paper", "file", "kept", "later", "lacking", "wrong"
#: Samples of reasons, chosen by the clerk and mended by hand.
REASONS = (
    "没有提交。请补交原件或清晰的复印件。",
    "复印件不清楚，看不清字或印章。请重新复印或拍照。",
    "没有签名或盖章。请申请人签名，单位的加盖公章。",
    "已过有效期。请换领后再提交。",
    "与身份证件上的信息不一致。请核对后更正，或提交更名、变更证明。",
    "缺页。请把整本或全部页码提交齐全。",
    "表样不对。请使用窗口提供的最新表样填写。",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One material as the page shows it."""

    wanted: Wanted
    #: What may be said of it, what is said, and why not.
    choices: tuple[Choice, ...]
    said: str
    reason: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Taking:
    """What is being taken in."""

    asks: Visitor
    applicant: queries.PersonView
    item: Item
    version_id: UUID
    #: Who acts for the applicant; None: she is here herself.
    by: queries.PersonView | None
    #: In what capacity the member of staff hands it in: in her post, or as the applicant's agent.
    who: Who
    draft: CaseFile | None
    #: The slip it was taken in on while the line was down.
    slip: waited.SlipRow | None
    #: What she wished in her draft: how the result comes, who else is to sign.
    wishes: Wishes

    @property
    def received_on(self) -> date | None:
        """The day on the slip, where it is an earlier one."""
        return self.slip.day if self.slip is not None and self.slip.day != clock.today() else None


@guarded_by(AT_DESK)
def receive(request: HttpRequest, person_id: UUID, code: str) -> HttpResponse:
    """Show the list of papers, the questions and the form; save what there is, or take it in."""
    taking = _taking(request, person_id, code)
    begun = _begun(taking)
    if request.method == "POST":
        return _taken(request, taking)
    chosen = [str(value) for key, value in request.GET.items() if key.startswith("o-")]
    options = _options(chosen, taking.item) or (begun.options if begun else frozenset())
    return _page(request, taking, options, begun.answers if begun else {}, {}, {})


def _taking(request: HttpRequest, person_id: UUID, code: str) -> Taking:
    asks, day = visitor(request), clock.today()
    people_here = queries.persons_by_id([one for one in (person_id, id_in(request.GET.get("by"))) if one])
    applicant = people_here.get(person_id)
    by = people_here.get(id_in(request.GET.get("by")) or person_id)
    if applicant is None or applicant.county != asks.county or by is None or by.county != asks.county:
        raise Http404
    slip = None
    draft_id = id_in(request.GET.get("draft"))
    if draft_id is not None:
        slip = waited.slip_of_case(draft_id)
    found = catalogue.in_force(asks.county, code, slip.day if slip else day)
    own = queries.mandate_for(applicant.id, asks.staff.person_id, code, day)
    # Whoever holds her mandate is close to her: he hands in as her agent, not in his post (回避).
    who = Who("person", asks.staff.person_id) if own else asks.who
    draft = seen(draft_id, who).file if draft_id else None
    if draft is not None and (draft.uuid("applicant_id") != applicant.id or draft.row["item_code"] != code):
        raise Http404
    agent = None if by.id == applicant.id or own else by
    wishes = wishes_of(draft) if draft is not None else Wishes()
    return Taking(asks, applicant, found.item, found.version_id, agent, who, draft, slip, wishes)


def _begun(taking: Taking) -> DraftView | None:
    if taking.draft is None:
        return None
    ledger.log_access(taking.asks.who.name, "case", taking.draft.id, "窗口接着办理草稿")
    return draft_in(taking.draft)


def _page(
    request: HttpRequest,
    taking: Taking,
    options: frozenset[str],
    answers: Mapping[str, Any],
    said: Mapping[str, str],
    reasons: Mapping[str, str],
    *,
    no: Refused | None = None,
    kept_files: Mapping[str, UUID] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> HttpResponse:
    item = taking.item
    answered = all(options & {one.code for one in situation.options} for situation in item.situations)
    errors = faults_of(item, answers) if no is not None and no.code == "form_invalid" else {}
    lines = _lines(taking, options, said, reasons, kept_files or {}, wrong or {}) if answered else ()
    site, desk = queries.site(taking.asks.staff.site_id), desk_of(taking.asks)
    context = {
        "desk": desk,
        "taking": taking,
        "item": item,
        "who": taking.applicant,
        "by": taking.by,
        "as_agent": taking.who.kind == "person",
        "guide": catalogue.guide(taking.version_id),
        "situations": [_question(one, options) for one in item.situations],
        "answered": answered,
        "options": sorted(options),
        "lines": lines,
        "kept_files": kept_files or {},
        "fields": forms.from_schema(item.form, answers, errors) if answered else (),
        "reasons": REASONS,
        "sentence": no.sentence if no and not errors else "",
        "basis": no.basis if no else None,
        "here": LEVELS.get(site.kind, "county") in item.stations,
        "on_the_spot": item.on_the_spot is not None,
        "may_tell": _may_accept(taking),
        "untrained": _untrained(taking, desk),
        "prereview": prereview_of(taking.draft) if taking.draft else None,
        "slip": taking.slip,
        "signers": _signers_named(taking),
        "wished": taking.wishes.delivery,
        "carried": {name: request.GET[name] for name in ("by", "draft") if request.GET.get(name)},
    }
    return show(request, "receive", context, status=422 if no or wrong else 200)


def _taken(request: HttpRequest, taking: Taking) -> HttpResponse:
    options = _options(request.POST.getlist("o"), taking.item)
    answers = forms.read_schema(taking.item.form, request.POST)
    said = {key[2:]: str(value) for key, value in request.POST.items() if key.startswith("m-")}
    reasons = {key[2:]: str(value).strip() for key, value in request.POST.items() if key.startswith("r-")}
    stored = {key[2:]: found for key, value in request.POST.items() if key.startswith("k-") and (found := id_in(value))}
    do = request.POST.get("do", "")
    wrong: dict[str, str] = {}
    try:
        _store(request, taking, said, stored, wrong)
        offers, lacking = _offers(taking, said, stored)
        if do == "tell" and (silent := [one for one in lacking if not reasons.get(one)]):
            wrong |= {one: _("请写明缺什么或哪里不符、怎样补正。") for one in silent}
        if wrong:
            raise Refused("papers_unclear", _("有材料要改正，见下面的清单。其他内容都还在。"))
        filing = _filing(taking, options, answers, offers)
        if do == "save":
            return _saved(request, taking, filing)
        filed = casework.file_case(filing, taking.who, draft_id=_draft_id(taking), key=request.POST.get("key", ""))
    except Refused as no:
        return _page(request, taking, options, answers, said, reasons, no=no, kept_files=stored, wrong=wrong)
    return _after(request, taking, filed, {one: reasons[one] for one in lacking if reasons.get(one)}, do)


def _saved(request: HttpRequest, taking: Taking, filing: Filing) -> HttpResponse:
    def act() -> str:
        return str(casework.save_draft(filing, taking.who, draft_id=_draft_id(taking)))

    asked = ["save_draft", _draft_id(taking), filing.item_code, filing.answers, sorted(filing.options)]
    draft_id = people.once(taking.who.name, request.POST.get("key", ""), asked, act)
    messages.success(request, _("已保存。可以接着办，也可以由本人在手机上接着填。"))
    by = f"&by={taking.by.id}" if taking.by else ""
    return redirect(f"{request.path}?draft={draft_id}{by}")


def _after(request: HttpRequest, taking: Taking, filed: Filed, lacking: Mapping[str, str], do: str) -> HttpResponse:
    """Tie the case to the ticket at the window, seal the receipt, and tell all that is missing at once if asked."""
    desk = desk_of(taking.asks)
    if desk.ticket is not None:
        item, code = taking.item, ""
        if queue := waited.class_for(desk.classes, item.code, item.unit, on_the_spot=item.on_the_spot is not None):
            code = queue.code
        waiting.link_case(desk.ticket.id, filed.case_id, promised=item.visits, actor=taking.asks.who.name, belongs=code)
    told = do == "tell" and _may_accept(taking)
    if lacking and not told and taking.who.kind == "staff":
        _noted(taking, filed, lacking)
    if lacking and told:
        try:
            casework.ask_correction(filed.case_id, taking.asks.who, lacking)
        except Refused as no:
            messages.warning(request, _("已收件，但没有出告知书：{why}").format(why=in_words(no.sentence)))
    licences.seal_now(filed.case_id)
    messages.success(
        request, _("已收件，办件编号 {number}，查询码 {code}。").format(number=filed.number, code=filed.lookup_code)
    )
    if taking.who.kind == "person":
        return redirect("station-mine", filed.case_id)
    return redirect("counter-case", filed.case_id)


def _noted(taking: Taking, filed: Filed, lacking: Mapping[str, str]) -> None:
    """Keep what was seen to be missing or wrong for whoever writes the notice (``queries.texts.noted_of``)."""
    names = {one.code: one.name for one in taking.item.materials}
    lines = [f"{names[code]}：{why}" for code, why in lacking.items() if code in names]
    if lines:
        casework.note(filed.case_id, taking.asks.who, text="\n".join(lines), key=f"noted:{filed.case_id}")


def _filing(taking: Taking, options: frozenset[str], answers: Mapping[str, Any], offers: Mapping[str, Offer]) -> Filing:
    site = queries.site(taking.asks.staff.site_id)
    return Filing(
        county=taking.asks.county,
        item_code=taking.item.code,
        applicant_id=taking.applicant.id,
        answers=answers,
        offers=offers,
        options=options,
        channel="village" if site.kind == "village" else "window",
        site_id=site.id,
        agent_id=taking.by.id if taking.by else None,
        received_on=taking.received_on if taking.who.kind == "staff" else None,
        signers=[Signer(role, one) for role, one in taking.wishes.signers.items() if role in taking.item.signatures],
    )


def _signers_named(taking: Taking) -> tuple[tuple[str, str], ...]:
    """Return who else is to sign, as her draft says: role and name.  One query where somebody is."""
    named = taking.wishes.signers
    known = queries.persons_by_id(named.values()) if named else {}
    return tuple((_(ROLE_LABELS.get(role, role)), known[one].name) for role, one in named.items() if one in known)


def _store(
    request: HttpRequest, taking: Taking, said: dict[str, str], stored: dict[str, UUID], wrong: dict[str, str]
) -> None:
    """Keep what was scanned, several pages bound; a page that cannot be read is told beside its material."""
    for key in request.FILES:
        code = key[2:]
        try:
            content = bind([one.read() for one in request.FILES.getlist(key)])
            stored[code] = files.store(content, county=taking.asks.county, actor=taking.who.name, provisional=True)
            said[code] = FILE
        except Refused as no:
            wrong[code] = no.sentence


def _offers(
    taking: Taking, said: Mapping[str, str], stored: Mapping[str, UUID]
) -> tuple[dict[str, Offer], tuple[str, ...]]:
    """Return what is handed in, and the codes of what is missing or wrong."""
    offers: dict[str, Offer] = {}
    lacking = []
    kept = taking.draft.materials if taking.draft else {}
    for code, state in said.items():
        if state == PAPER:
            offers[code] = Offer(paper=True)
        elif state == LATER:
            offers[code] = Offer(promised=True)
        elif state == FILE and code in stored:
            offers[code] = Offer(file_id=stored[code])
        elif state == KEPT and code in kept:
            file_id = id_in(kept[code]["file_id"])
            offers[code] = Offer(file_id=file_id, paper=file_id is None)
        else:
            lacking.append(code)
    return offers, tuple(lacking)


def _lines(
    taking: Taking,
    options: frozenset[str],
    said: Mapping[str, str],
    reasons: Mapping[str, str],
    kept_files: Mapping[str, UUID],
    wrong: Mapping[str, str],
) -> tuple[Line, ...]:
    rows = checklist(taking.asks.county, taking.item, taking.applicant.id, options, clock.today(), taking.draft)
    found = []
    for one in rows:
        code, choices = one.material.code, [Choice(PAPER, _("齐")), Choice(LACKING, _("缺")), Choice(WRONG, _("不符"))]
        if one.material.follow_by is not None and not one.material.main:
            choices.insert(1, Choice(LATER, _("后补")))
        if one.state == "given":
            choices.insert(0, Choice(KEPT, _("已上传") if one.file_id else _("已交")))
        if code in kept_files:
            choices.insert(0, Choice(FILE, _("已扫描")))
        usual = KEPT if one.state == "given" else LATER if one.state == "promised" else ""
        found.append(Line(one, tuple(choices), said.get(code, usual), reasons.get(code, ""), wrong.get(code, "")))
    return tuple(found)


def _untrained(taking: Taking, desk: Desk) -> dict[str, Any] | None:
    """Say so where the clerk is not noted as trained for the item, and who at an open window here is (S046).

    None: she is, or nobody is noted as trained for anything.  It stops nobody.
    """
    known = waited.trained(taking.asks.county)
    able = waited.able_in(known, taking.item.code, taking.item.unit)
    if not known or taking.asks.staff.staff_id in able:
        return None
    staff = queries.powers().staff
    here = [(one.number, staff[one.staff_id].name) for one in desk.windows if one.staff_id in able and one.staff_id]
    return {"here": here}


def _question(one: Any, options: frozenset[str]) -> Field:
    chosen = next((option.code for option in one.options if option.code in options), "")
    choices = tuple(Choice(option.code, option.label) for option in one.options)
    return Field("o", one.question, kind="radios", value=chosen, choices=choices)


def _options(posted: list[str], item: Item) -> frozenset[str]:
    known = {option.code for situation in item.situations for option in situation.options}
    return frozenset(posted) & known


def _may_accept(taking: Taking) -> bool:
    """Whether the clerk may name what is missing herself, or the department does within its limit."""
    subject = Subject(taking.item.code, taking.item.unit)
    return (
        taking.who.kind == "staff" and queries.may(taking.asks.staff, Power.ACCEPT, subject, clock.today()) is not None
    )


def _draft_id(taking: Taking) -> UUID | None:
    return taking.draft.id if taking.draft else None
