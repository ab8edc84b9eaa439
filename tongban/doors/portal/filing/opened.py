"""A draft as the pages of a filing need it, read once for each page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.fields import label_of
from tongban.doors.look.saying import in_words
from tongban.doors.portal.filing.keeping import applicant as guard
from tongban.doors.portal.filing.keeping import is_autosave
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Filled, Piece, Who
from tongban.rooms.casework.actions.filling import item_of_draft
from tongban.rooms.casework.actions.forms import faults_of
from tongban.rooms.casework.queries.drafts import DraftView, draft_in
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.casework.queries.seeing import seen
from tongban.rooms.files import queries as files
from tongban.rooms.files.queries import FileView
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import queries as licences
from tongban.rooms.licences.queries import LicenceView
from tongban.rooms.people import queries as people
from tongban.rooms.people.queries import PersonView
from tongban.rulebook.asking import situation_refusals
from tongban.rulebook.catalogue.item import Item, Material
from tongban.rulebook.errors import Refused

#: Questions on one page of a form, at most.
FEW = 4


@dataclass(frozen=True, slots=True)
class Paper:
    """One material as the page shows it."""

    material: Material
    #: ``held``, ``shared``, ``file``, ``paper``, ``following`` or ``lacking``.
    state: str
    file: FileView | None = None
    licence: LicenceView | None = None

    @property
    def asked(self) -> bool:
        """Whether anything can be handed in for it."""
        return self.state != "held"

    @property
    def is_form(self) -> bool:
        """Whether it is the set form on paper, which the answers fill in."""
        return is_set_form(self.material)

    @property
    def label(self) -> str:
        """Its state in words."""
        return {
            "held": _("已有电子证照，免交"),
            "shared": _("部门共享核验，免交"),
            "file": _("已上传"),
            "paper": _("到窗口交纸质件"),
            "following": _("以后补交"),
            "lacking": _("还没有交"),
        }[self.state]

    @property
    def tone(self) -> str:
        """Colour of its tag."""
        return {"lacking": "", "paper": "amber", "following": "amber"}.get(self.state, "green")


def is_set_form(material: Material) -> bool:
    """Whether a material is the 申请书 itself: a main one that the applicant writes and that is called so."""
    return material.main and material.source == "applicant" and material.name.endswith(("表", "书", "单"))


@dataclass(frozen=True)
class Opened:
    """A draft with its item and the person it is for."""

    who: Who
    file: CaseFile
    draft: DraftView
    item: Item
    applicant: PersonView

    @property
    def id(self) -> UUID:
        """Id of the draft, which will be that of the case."""
        return self.file.id

    @property
    def for_another(self) -> bool:
        """Whether she acts for somebody else."""
        return self.who.id != self.applicant.id

    @cached_property
    def faults(self) -> Mapping[str, str]:
        """What is wrong with the form, by question."""
        return faults_of(self.item, self.draft.answers)

    @cached_property
    def form_pages(self) -> tuple[tuple[str, ...], ...]:
        """Names of the questions, a few for each page."""
        names = list(self.item.form.get("properties", {}))
        if not names:
            return ()
        pages = -(-len(names) // FEW)
        size, more = divmod(len(names), pages)
        found, at = [], 0
        for page in range(pages):
            step = size + (page < more)
            found.append(tuple(names[at : at + step]))
            at += step
        return tuple(found)

    @cached_property
    def situations_left(self) -> tuple[Refused, ...]:
        """What is missing in the answers about her situation."""
        return tuple(situation_refusals(self.item, self.draft.options))

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Who must sign beside the applicant."""
        return tuple(role for role in self.item.signatures if role != "applicant")

    @cached_property
    def papers(self) -> tuple[Paper, ...]:
        """Every material her situation calls for, those that are made by the house left out.  Four queries at most."""
        needed = [one for one in self.item.materials_for(self.draft.options) if one.source != "made"]
        kinds = {kind for one in needed for kind in one.licence_kinds}
        day = clock.today()
        held: dict[str, LicenceView] = {}
        if kinds:
            for one in reversed(licences.wallet(self.applicant.id)):
                if one.kind in kinds and one.is_valid(day):
                    held[one.kind] = one
        given = self.draft.papers
        uploads = files.files_by_id([one for one in given.values() if one is not None]) if given else {}
        return tuple(self._paper(one, held, uploads) for one in needed)

    def _paper(self, one: Material, held: Mapping[str, LicenceView], uploads: Mapping[UUID, FileView]) -> Paper:
        if licence := next((held[kind] for kind in one.licence_kinds if kind in held), None):
            return Paper(one, "held", licence=licence)
        if one.code in self.draft.following:
            return Paper(one, "following")
        if one.code not in self.draft.papers:
            # What a source knows is fetched at the filing; who has it at hand may bring it all the same.
            return Paper(one, "shared" if one.source == "shared" else "lacking")
        file_id = self.draft.papers[one.code]
        return Paper(one, "file", uploads.get(file_id)) if file_id is not None else Paper(one, "paper")

    def paper(self, code: str) -> Paper:
        """Return one material.  Raises ``Refused("material_unknown")`` where her situation does not call for it."""
        for one in self.papers:
            if one.material.code == code:
                return one
        raise Refused("material_unknown", _("您的情况不需要这项材料。请回到任务列表。"))

    def url(self, name: str, *more: Any) -> str:
        """Return the address of one of the draft's pages."""
        return reverse(f"file-{name}", args=[self.id, *more])

    def fill(self, piece: Piece) -> Filled:
        """Save what a page brings."""
        return casework.fill_draft(self.id, self.who, piece)

    def titles(self, names: Sequence[str]) -> str:
        """Return the questions' titles in one line."""
        properties = self.item.form.get("properties", {})
        return "、".join(f"“{label_of(name, properties.get(name, {}))}”" for name in names)


def opened(request: HttpRequest, draft_id: UUID) -> Opened:
    """Return the draft for who may go on with it.

    Raises ``Refused``: ``case_unknown`` for everybody else, ``filed_already``, ``case_erased``.
    """
    who = visitor(request).who
    file = seen(draft_id, who).file
    draft = draft_in(file)
    applicant = people.person(draft.applicant_id or visitor(request).person_id)
    if applicant.id != who.id:
        ledger.log_access(who.name, "case", file.id, "代为填写申请")
    return Opened(who, file, draft, item_of_draft(file, clock.today()), applicant)


View = Callable[..., HttpResponse]


def on_draft(view: View) -> View:
    """Guard a page of a draft and hand it the draft; what was filed meanwhile leads on to its receipt."""

    @guarded_by(guard)
    @wraps(view)
    def page(request: HttpRequest, draft_id: UUID, **named: Any) -> HttpResponse:
        try:
            return view(request, opened(request, draft_id), **named)
        except Refused as no:
            if is_autosave(request):
                return JsonResponse({"code": no.code, "sentence": in_words(no.sentence)}, status=409)
            if no.code != "filed_already":
                raise
            messages.info(request, _("这份申请已经提交过，没有重复提交。"))
            return redirect("file-done", draft_id)

    return page


def saved(request: HttpRequest, now: Opened, filled: Filled, piece: Piece) -> HttpResponse | None:
    """Answer a script; for a page note what another page had saved meanwhile, and return None.

    A script also hears what others answered to the questions that its reader left alone, so that the page shows what
    the number it is told stands for.
    """
    told = ""
    if filled.overtaken:
        told = _("{what}在另一个页面上也改过，现在以这一页填的为准。").format(what=now.titles(filled.overtaken))
    if is_autosave(request):
        mine = piece.answers or {}
        theirs = {name: filled.answers.get(name) for name in piece.asked if filled.answers.get(name) != mine.get(name)}
        return JsonResponse({"no": filled.no, "sentence": told, "values": {n: _typed(v) for n, v in theirs.items()}})
    if told:
        messages.warning(request, told)
    return None


def _typed(value: Any) -> list[str]:
    """Return an answer as a form would send it."""
    if value is None or value is False:
        return []
    return ["true"] if value is True else [str(one) for one in (value if isinstance(value, list) else [value])]


def base_of(request: HttpRequest) -> int | None:
    """Return the number of the answers that the page showed."""
    said = request.POST.get("base", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else None
