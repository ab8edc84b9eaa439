"""Which doors of the house stand open to a member of staff: the row of links on every page of theirs."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.visiting import visitor
from tongban.rulebook.authority import Power

#: Name of the first page, what it is called, powers of which one opens it.
DOORS: tuple[tuple[str, str, frozenset[Power]], ...] = (
    ("counter", "窗口", frozenset({Power.RECEIVE, Power.ACCEPT, Power.DELIVER})),
    ("station", "村镇站", frozenset({Power.RECEIVE})),
    (
        "office",
        "审批",
        frozenset({Power.ACCEPT, Power.EXAMINE, Power.DECIDE, Power.EXTEND, Power.EXTEND_JOINT}),
    ),
    ("ask-desk", "咨询", frozenset({Power.ACCEPT, Power.EXAMINE, Power.DECIDE})),
    ("watch", "监察", frozenset({Power.SUPERVISE})),
    ("items", "事项管理", frozenset({Power.EDIT})),
    ("admin", "系统管理", frozenset({Power.SYSTEM, Power.SECURITY, Power.AUDIT})),
)


def doors_open(request: HttpRequest) -> dict[str, Any]:
    """Tell templates the doors that stand open to who asks, and in which of them she is."""
    asks = visitor(request)
    if not asks.is_staff:
        return {"doors_open": ()}
    links = [(reverse(name), _(label)) for name, label, powers in DOORS if asks.may(*powers)]
    here = max((url for url, _label in links if request.path.startswith(url)), key=len, default="")
    return {"doors_open": [{"url": url, "label": label, "here": url == here} for url, label in links]}
