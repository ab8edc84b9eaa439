"""我能不能办: questions before filing, so that the list of papers is her own and nobody comes in vain (S184)."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.look.fields import Choice, Field
from tongban.doors.portal.ways import to_file
from tongban.rooms import clock
from tongban.rooms.casework.queries.parts import bundle_item
from tongban.rooms.casework.queries.planning import bundle_plan
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook.catalogue.item import Item, Situation
from tongban.rulebook.errors import Refused

APPLICANTS = {"natural": "个人", "legal": "企业或其他单位"}


@dataclass(frozen=True)
class _Answers:
    """What she said so far."""

    who: str
    #: Option code by situation; only what the item knows.
    options: dict[str, str]
    #: Answers to the conditions by their number: ``yes``, ``no`` or ``unsure``.
    conditions: dict[int, str]

    def missing(self, item: Item) -> bool:
        """Whether something is still to be answered."""
        return (
            (len(item.applicants) > 1 and not self.who)
            or len(self.options) < len(item.situations)
            or len(self.conditions) < len(item.guide.conditions)
        )


@guarded_by(anyone)
def page(request: HttpRequest, county: str, code: str) -> HttpResponse:
    """Ask, and once everything is answered say what she needs."""
    try:
        found = catalogue.in_force(county, code, clock.today())
    except Refused as no:
        if no.code == "item_unknown":
            raise
        return redirect("item", county, code)  # its page says what became of it
    item = found.item
    answers = _read(request, item)
    asked_already = request.GET.get("go") == "1"
    context: dict[str, object] = {"county": county, "item": item, "back": reverse("item", args=[county, code])}
    if not asked_already or answers.missing(item):
        context["fields"] = _fields(item, answers, complain=asked_already)
        return render(request, "portal/check.html", context, status=422 if asked_already else 200)
    return render(request, "portal/checked.html", context | _result(county, found.version_id, item, answers, request))


def _read(request: HttpRequest, item: Item) -> _Answers:
    who = request.GET.get("who", "")
    options = {}
    for situation in item.situations:
        chosen = request.GET.get(f"s-{situation.code}", "")
        if chosen in {option.code for option in situation.options}:
            options[situation.code] = chosen
    conditions = {}
    for number in range(len(item.guide.conditions)):
        said = request.GET.get(f"c-{number}", "")
        if said in ("yes", "no", "unsure"):
            conditions[number] = said
    return _Answers(who if who in APPLICANTS else "", options, conditions)


def _fields(item: Item, answers: _Answers, *, complain: bool) -> tuple[Field, ...]:
    fields = []
    if len(item.applicants) > 1:
        choices = tuple(Choice(code, _(label)) for code, label in APPLICANTS.items() if code in item.applicants)
        fields.append(Field("who", _("谁来办？"), kind="radios", choices=choices, value=answers.who))
    fields += [_situation(one, answers.options.get(one.code, "")) for one in item.situations]
    sure = (Choice("yes", _("是")), Choice("no", _("不是")), Choice("unsure", _("说不准")))
    for number, condition in enumerate(item.guide.conditions):
        label = _("符合这一条吗：{condition}").format(condition=condition)
        fields.append(
            Field(f"c-{number}", label, kind="radios", choices=sure, value=answers.conditions.get(number, ""))
        )
    if not complain:
        return tuple(fields)
    return tuple(one if one.value else one.with_error(_("请选一项")) for one in fields)


def _situation(one: Situation, chosen: str) -> Field:
    choices = tuple(Choice(option.code, option.label) for option in one.options)
    return Field(f"s-{one.code}", one.question, kind="radios", choices=choices, value=chosen)


def _result(county: str, version_id: UUID, item: Item, answers: _Answers, request: HttpRequest) -> dict[str, object]:
    today, options = clock.today(), frozenset(answers.options.values())
    whole, every, plan = item, item, None
    if item.parts:
        whole, plan = bundle_item(county, item, options, today), bundle_plan(county, item, options, today)
        every = bundle_item(county, item, frozenset(o.code for s in item.situations for o in s.options), today)
    needed = catalogue.material_lines(whole, whole.materials_for(options))
    labels = {option.code: option.label for one in item.situations for option in one.options}
    return {
        "bring": tuple(one for one in needed if one.brought),
        "spared": tuple(one for one in needed if not one.brought),
        "left_out": len(every.materials) - len(needed),
        "plan": plan,
        "said": tuple((one.question, labels[answers.options[one.code]]) for one in item.situations),
        "unmet": tuple(text for number, text in enumerate(item.guide.conditions) if answers.conditions[number] == "no"),
        "unsure": tuple(
            text for number, text in enumerate(item.guide.conditions) if answers.conditions[number] == "unsure"
        ),
        "guide": catalogue.guide(version_id),
        "places": catalogue.places(county, item.code, item.stations, today)[:3],
        "file_url": to_file(item.code, options),
        "again": _again(request),
    }


def _again(request: HttpRequest) -> str:
    """Return the address of the questions with what was answered."""
    kept = request.GET.copy()
    kept.pop("go", None)
    return f"{request.path}?{kept.urlencode()}"
