"""预审答复: a draft as its applicant has filled it in so far, and what is said of it, all at once (S021)."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.fields import Field, answer_in_words, label_of
from tongban.doors.look.signed import sent_on
from tongban.doors.portal.asking import ANSWERS
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions.filling import item_of_draft
from tongban.rooms.casework.queries.drafts import DraftView, draft_in
from tongban.rooms.casework.queries.prereviewing import draft_looked_at, look_of
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.casework.queries.seeing import Seen, read_whole
from tongban.rooms.casework.queries.telling import clocks_told
from tongban.rooms.files import actions as files
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Given:
    """One material of the draft."""

    code: str
    name: str
    #: What is looked at when it comes.
    criteria: str
    #: It was uploaded; else what the applicant says of it.
    there: bool
    said: str


@guarded_by(ANSWERS)
def page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the draft and take what is said of it; one that is no draft any more is closed."""
    asks = visitor(request)
    found, draft = _looked_at(asks, case_id)
    text, sentence = request.POST.get("text", "").strip()[:2000], ""
    if request.method == "POST":
        key = f"prereview:{request.POST.get('key', '')[:64]}"
        try:
            if draft is None:
                casework.close_prereview(case_id, asks.who, key=key)
            else:
                passed, look = request.POST.get("do") == "pass", request.POST.get("look", "")
                casework.answer_prereview(case_id, asks.who, passed=passed, text=text, look=look, key=key)
        except Refused as no:
            sentence = no.sentence
            found, draft = _looked_at(asks, case_id)
        else:
            return redirect("ask-desk")
    context = {
        "file": found.file,
        "number": found.file.row["number"],
        "open": found.file.facts.state == "asked",
        "clocks": clocks_told(found.file, running_only=True),
        "draft": draft,
        "sentence": sentence,
        "field": Field(
            "text",
            _("预审意见"),
            kind="textarea",
            value=text,
            hint=_("一次说清：还缺什么、哪里不符、怎样改；通过的，写到窗口要带哪些原件。"),
        ),
    }
    if draft is not None:
        ledger.log_access(asks.who.name, "case", draft.id, "网上预审")
        view, item = draft_in(draft), item_of_draft(draft, clock.today())
        properties = item.form.get("properties", {})
        context |= {
            "item": item,
            "look": look_of(view),
            "chosen": [o.label for one in item.situations for o in one.options if o.code in view.options],
            "answers": [
                (label_of(name, rule), answer_in_words(name, rule, view.answers.get(name)))
                for name, rule in properties.items()
            ],
            "papers": _given(item, view),
        }
    return render(request, "portal/prereview.html", context, status=422 if sentence else 200)


@guarded_by(ANSWERS)
def paper(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """Show what was uploaded into the draft."""
    asks = visitor(request)
    _found, draft = _looked_at(asks, case_id)
    file_id = draft_in(draft).papers.get(code) if draft is not None else None
    if file_id is None:
        raise Http404
    file = files.opened(file_id, who=asks.who.name, purpose="网上预审")
    return sent_on(file, f"{code}.{file.media}")


def _looked_at(asks: Visitor, case_id: UUID) -> tuple[Seen, CaseFile | None]:
    """Return the pre-review, for who may read it, and its draft; None: it is none any more."""
    found = read_whole(case_id, asks.who)
    return found, draft_looked_at(found.file)


def _given(item: Item, view: DraftView) -> list[Given]:
    rows = []
    for one in item.materials_for(view.options):
        if one.source == "made":
            continue
        there = view.papers.get(one.code) is not None
        if there:
            said = _("已上传")
        elif one.code in view.following:
            said = _("以后补交")
        elif one.code in view.papers:
            said = _("到窗口交纸质件")
        elif one.source == "shared" or one.licence_kinds:
            said = _("可由共享或证照库取得，没有上传")
        else:
            said = _("还没有交")
        rows.append(Given(one.code, one.name, one.criteria, there, said))
    return rows
