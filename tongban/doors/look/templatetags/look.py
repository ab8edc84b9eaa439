"""What templates may say: a field, the key of a form, dates and lights in words."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongban.doors.look.delivery import DELIVERY
from tongban.doors.look.fields import Field
from tongban.doors.look.priorities import PRIORITIES
from tongban.doors.look.saying import in_words
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rulebook.authority import Power
from tongban.rulebook.basis import Basis
from tongban.rulebook.errors import Words

register = template.Library()

LIGHTS = {"green": "正常", "amber": "临期", "red": "超期", "grey": "已停"}


@register.inclusion_tag("look/parts/field.html")
def field(one: Field) -> dict[str, Any]:
    """Show one question with its label, hint, error and input."""
    return {"f": _told(one)}


@register.inclusion_tag("look/parts/error_summary.html")
def error_summary(fields: Any = (), sentence: str = "") -> dict[str, Any]:
    """Show what is wrong, at the top of the page, each line leading to its question."""
    return {"wrong": [_told(one) for one in fields if one.error], "sentence": in_words(sentence)}


def _told(one: Field) -> Field:
    """Return the question with what is wrong in the language of the page: a refusal comes in Chinese."""
    return one.with_error(in_words(one.error)) if one.error else one


@register.inclusion_tag("look/parts/paging.html", takes_context=True)
def paging(context: Any, page: Any) -> dict[str, Any]:
    """Show the way to the pages before and behind; ``page`` has ``number``, ``has_before`` and ``has_more``."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    return {"page": page, "query": query.urlencode()}


@register.simple_tag
def key() -> SafeString:
    """Return a hidden field with a fresh request number: the same form sent twice is carried out once."""
    return format_html('<input type="hidden" name="key" value="{}">', uuid4().hex)


@register.simple_tag(takes_context=True)
def visitor_of(context: Any) -> Any:
    """Return who asks for this page."""
    return visitor(context["request"])


@register.simple_tag(takes_context=True)
def may(context: Any, *powers: str) -> bool:
    """Whether the post of who asks has one of these powers: a link that leads nowhere is not shown."""
    return visitor(context["request"]).may(*map(Power, powers))


@register.simple_tag(takes_context=True)
def why(context: Any, basis: Basis) -> str:
    """Return a basis: staff reads it as it is, people the law, document or policy, or that it is the county's own."""
    request = context.get("request")
    return str(basis) if request is not None and visitor(request).actor is not None else in_words(basis.public)


@register.simple_tag
def light(colour: str, label: str = "") -> SafeString:
    """Return a light in colour and in words: never in colour alone."""
    shown = label or _(LIGHTS.get(colour, colour))
    return format_html('<span class="light light-{}">{}</span>', colour, shown)


@register.filter
def day(value: date | datetime | None) -> str:
    """Return a date as people write it: 2026年10月13日."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(clock.SHANGHAI)
    return _("{year}年{month}月{day}日").format(year=value.year, month=value.month, day=value.day)


@register.filter
def moment(value: datetime | None) -> str:
    """Return a moment in Shanghai, to the minute: 2026年10月13日 09:05."""
    if value is None:
        return ""
    local = value.astimezone(clock.SHANGHAI)
    return f"{day(local)} {local:%H:%M}"


@register.filter
def hour(value: datetime | None) -> str:
    """Return the time of day in Shanghai: 09:05."""
    return "" if value is None else f"{value.astimezone(clock.SHANGHAI):%H:%M}"


@register.filter
def said(word: str) -> str:
    """Return a word of the house (a state, a step, a limit) in the language of the page."""
    return in_words(word)


@register.filter
def figured(figure: Any) -> str:
    """Return a figure in words: 13件, 0.12次, 无数据."""
    return in_words(str(figure))


@register.filter
def listed(words: Iterable[str], mark: str = "、") -> str:
    """Return words of the house side by side, in the language of the page."""
    return in_words(Words(tuple(words), mark))


@register.filter
def get(mapping: Any, name: Any) -> Any:
    """Return what stands under ``name``, or None."""
    return mapping.get(name) if mapping is not None else None


@register.filter
def delivery(way: str) -> str:
    """Return a 送达方式 in words; empty where nothing was chosen."""
    return _(DELIVERY[way][0]) if way in DELIVERY else ""


@register.simple_tag
def priority(code: str) -> str:
    """Return a priority class of a queue in words; one that a hall has made itself as it is."""
    return _(PRIORITIES.get(code, code)) if code else ""


@register.filter
def yuan(fen: int | None) -> str:
    """Return an amount of fen in yuan: 12.30 元."""
    return "" if fen is None else _("{amount} 元").format(amount=f"{fen / 100:.2f}")
