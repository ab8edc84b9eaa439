"""A list as a page shows it: headings and cells, made from frozen rows before anything renders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.look.templatetags.look import moment
from tongban.doors.visiting import visitor
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a text, perhaps a link, perhaps a colour told in words."""

    text: str
    url: str = ""
    #: ``green``, ``amber``, ``red`` or ``grey``; empty: no light.
    light: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, and rows of as many cells, each with its heading for narrow screens."""

    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[str, Cell], ...], ...]
    #: What an empty list says.
    empty: str


def table(headings: Sequence[str], rows: Sequence[Sequence[str | Cell]], empty: str = "") -> Table:
    """Return a table of texts and cells."""
    names = tuple(headings)
    made = [
        tuple((name, one if isinstance(one, Cell) else Cell(one)) for name, one in zip(names, row, strict=True))
        for row in rows
    ]
    return Table(names, tuple(made), empty or _("还没有。"))


def show(request: HttpRequest, template: str, no: Refused | None = None, **context: Any) -> HttpResponse:
    """Return a page; with a refusal above it and status 422."""
    context["sentence"] = no.sentence if no else ""
    return render(request, template, context, status=422 if no else 200)


def when(value: datetime | None) -> str:
    """Return a moment in words, or a dash."""
    return moment(value) or "—"


def once(request: HttpRequest, what: object, act: Callable[[], Any]) -> Any:
    """Carry out what a form asks for; the same form sent twice is carried out once and answered the same."""
    return people.once(visitor(request).who.name, request.POST.get("key", ""), what, act)
