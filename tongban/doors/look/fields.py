"""One question of a form: what is asked, what was answered, what is wrong.  Also made from an item's JSON Schema."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tongban.rulebook import money

#: From this many answers on they are chosen from a drop-down.
MANY = 7
#: From this many characters on there is room for several lines.
LONG_TEXT = 300


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question as the page shows it (``{% field %}``)."""

    name: str
    label: str
    #: ``text``, ``textarea``, ``number``, ``date``, ``tel``, ``password``, ``search``, ``file``,
    #: ``radios``, ``checkboxes``, ``checkbox`` or ``select``.
    kind: str = "text"
    value: str = ""
    #: Values chosen, of ``checkboxes``.
    values: tuple[str, ...] = ()
    hint: str = ""
    error: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = True
    #: Further attributes of the input, e.g. ``{"autocomplete": "tel"}``.
    attrs: tuple[tuple[str, str], ...] = ()
    #: Narrow inputs for short answers: ``""``, ``"short"`` or ``"medium"``.
    width: str = ""

    @property
    def id(self) -> str:
        """Id of the input, where an error summary leads."""
        return f"f-{self.name}"

    @property
    def described_by(self) -> str:
        """Ids of hint and error, for who listens to the page."""
        told = (f"{self.id}-hint" if self.hint else "", f"{self.id}-error" if self.error else "")
        return " ".join(filter(None, told))

    @classmethod
    def checks(
        cls,
        name: str,
        label: str,
        said: QueryDict,
        choices: tuple[Choice, ...],
        *,
        hint: str = "",
        required: bool = True,
    ) -> "Field":
        """Return a list to tick several of, with those ticked that were sent."""
        ticked = tuple(said.getlist(name))
        return cls(name, label, "checkboxes", values=ticked, choices=choices, hint=hint, required=required)

    def with_error(self, sentence: str) -> "Field":
        """Return the same question with what is wrong."""
        return replace(self, error=sentence)


def from_schema(
    form: Mapping[str, Any], answers: Mapping[str, Any], errors: Mapping[str, str] | None = None
) -> tuple[Field, ...]:
    """Return the questions of an item's form (the subset of JSON Schema 2020-12 that items use), in its order."""
    required = set(form.get("required", ()))
    return tuple(
        _field(name, rule, answers.get(name), name in required, (errors or {}).get(name, ""))
        for name, rule in form.get("properties", {}).items()
    )


def read_schema(form: Mapping[str, Any], posted: Mapping[str, str], *, only: Iterable[str] = ()) -> dict[str, Any]:
    """Return the answers in a posted form, as JSON Schema wants them; what cannot be read stays as it was typed.

    ``only``: these questions, where a page asks but some of them.  Empty answers are left out.
    """
    found: dict[str, Any] = {}
    for name in only or form.get("properties", {}):
        rule = form.get("properties", {}).get(name)
        if rule is None:
            continue
        if rule.get("type") == "array":
            values = posted.getlist(name) if hasattr(posted, "getlist") else [posted.get(name, "")]
            if kept := [value for value in values if value]:
                found[name] = kept
            continue
        raw = str(posted.get(name, "")).strip()
        if raw:
            found[name] = money.in_fen(raw) if money.is_fen(name) else _value(rule, raw)
    return found


def choices_of(rule: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return the answers a schema lets one choose from; empty: it is open."""
    if "enum" in rule:
        return tuple(Choice(str(value), str(value)) for value in rule["enum"])
    if "oneOf" in rule and all("const" in one for one in rule["oneOf"]):
        return tuple(Choice(str(one["const"]), str(one.get("title", one["const"]))) for one in rule["oneOf"])
    return ()


def _field(name: str, rule: Mapping[str, Any], value: Any, required: bool, error: str) -> Field:
    choices = choices_of(rule.get("items", rule) if rule.get("type") == "array" else rule)
    kind = _kind(rule, choices)
    hint = str(rule.get("description", ""))
    if kind == "date" and not hint:
        hint = _("例如 2026-10-13")
    shown = "true" if value is True else "" if value is None or value is False else money.in_yuan(name, value)
    return Field(
        name=name,
        label=label_of(name, rule),
        kind=kind,
        value="" if kind == "checkboxes" else shown,
        values=tuple(map(str, value)) if isinstance(value, list) else (),
        hint=hint,
        error=error,
        choices=choices,
        required=required,
        attrs=_attrs({"type": "number"} if money.is_fen(name) else rule),
        width="short" if kind in ("number", "date") else "",
    )


def _kind(rule: Mapping[str, Any], choices: tuple[Choice, ...]) -> str:
    kind = rule.get("type")
    if kind == "array":
        return "checkboxes" if choices else "textarea"
    if kind == "boolean" or "const" in rule:
        return "checkbox"
    if choices:
        return "select" if len(choices) >= MANY else "radios"
    if kind in ("number", "integer"):
        return "number"
    if rule.get("format") == "date":
        return "date"
    return "textarea" if int(rule.get("maxLength", 0)) >= LONG_TEXT else "text"


def _attrs(rule: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if rule.get("type") == "integer":
        return (("inputmode", "numeric"),)
    if rule.get("type") == "number":
        return (("inputmode", "decimal"), ("step", "any"))
    if "maxLength" in rule:
        return (("maxlength", str(rule["maxLength"])),)
    return ()


def _value(rule: Mapping[str, Any], raw: str) -> Any:
    if "const" in rule or rule.get("type") == "boolean":
        return rule.get("const", True) if raw in ("true", "on", "1") else raw == "true"
    try:
        if rule.get("type") == "integer":
            return int(raw)
        if rule.get("type") == "number":
            number = float(raw)
            return int(number) if number.is_integer() else number
    except (ValueError, OverflowError):
        return raw
    return raw


def label_of(name: str, rule: Mapping[str, Any]) -> str:
    """Return a question as people read it."""
    return money.label(name, str(rule.get("title", name)))


def answer_in_words(name: str, rule: Mapping[str, Any], value: object) -> str:
    """Return an answer as people read it."""
    if value is None:
        return ""
    if value is True or value is False:
        return _("是") if value else _("否")
    labels = {one.value: one.label for one in choices_of(rule.get("items", rule) if isinstance(value, list) else rule)}
    values = value if isinstance(value, list) else [value]
    return _("、").join(labels.get(str(one), money.in_yuan(name, one)) for one in values)
