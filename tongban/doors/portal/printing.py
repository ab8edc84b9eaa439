"""申请书格式文本: an item's form on paper, empty for whoever wants it, filled in from a draft to be signed.

行政许可法 第二十九条: where a set form is wanted the office gives it out; 第五十八条: free of charge.  It asks what the
form of the item asks and nothing else.  For what is no permit: design.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.look.fields import answer_in_words, choices_of, label_of
from tongban.doors.portal.filing.opened import Opened, is_set_form, on_draft
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.guards import ROLE_LABELS


@dataclass(frozen=True, slots=True)
class Asked:
    """One question on paper."""

    label: str
    #: What was answered; empty: room to write.
    answer: str
    #: Answers to tick, where there are some and none was given.
    choices: tuple[str, ...]
    required: bool


@guarded_by(anyone)
def blank(request: HttpRequest, county: str, code: str) -> HttpResponse:
    """Show the empty form of the version in force."""
    item = catalogue.item(catalogue.in_force(county, code, clock.today()).version_id)
    return render(request, "portal/form_on_paper.html", {"county": county, **_told(county, item, {})})


@on_draft
def filled(request: HttpRequest, now: Opened) -> HttpResponse:
    """Show the form as it was answered so far."""
    context = {"draft_id": now.id, "applicant": now.applicant.name, "today": clock.today()}
    told = _told(now.file.county, now.item, now.draft.answers, now.draft.options)
    return render(request, "portal/form_on_paper.html", context | told)


def _told(
    county: str, item: Item, answers: Mapping[str, Any], options: frozenset[str] | None = None
) -> dict[str, object]:
    units = {one.code: one.full_name for one in people.units(county)}
    materials = item.materials if options is None else item.materials_for(options)
    return {
        "item": item,
        "unit_name": units.get(item.unit, item.unit),
        "asked": tuple(_asked(item.form, answers)),
        "materials": [one for one in materials if one.source != "made" and not is_set_form(one)],
        "signers": [ROLE_LABELS.get(role, role) for role in item.signatures if role != "applicant"],
    }


def _asked(form: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[Asked]:
    required, yes_or_no = set(form.get("required", ())), (_("是"), _("否"))
    for name, rule in form.get("properties", {}).items():
        answer = answer_in_words(name, rule, answers.get(name))
        choices = choices_of(rule.get("items", rule) if rule.get("type") == "array" else rule)
        yield Asked(
            label_of(name, rule),
            answer,
            () if answer else tuple(one.label for one in choices) or yes_or_no * (rule.get("type") == "boolean"),
            name in required,
        )
