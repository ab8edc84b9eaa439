"""理由库: what offices say again and again when they refuse, send back or extend, kept as data with its ground."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason ready to be taken and changed."""

    code: str
    #: What the list shows.
    label: str
    #: Steps it is for.
    steps: tuple[str, ...]
    #: Item codes; empty: every item of the kinds.
    items: tuple[str, ...]
    #: Kinds of case; empty: all.
    kinds: tuple[str, ...]
    #: Article that stands behind a no; empty where none is asked for.
    ground: str
    text: str


def from_toml(content: Mapping[str, Any]) -> tuple[Reason, ...]:
    """Return the reasons of a file.  Raises ``Refused("reason_wrong")`` that names the one at fault."""
    found = []
    for one in content.get("reason", ()):
        if not all(str(one.get(name, "")).strip() for name in ("code", "label", "text")) or not one.get("steps"):
            raise Refused(
                "reason_wrong", "理由“{code}”要写明 code、label、steps 和 text。请补充。", code=one.get("code", "")
            )
        steps, items, kinds = (tuple(one.get(name, ())) for name in ("steps", "items", "kinds"))
        found.append(Reason(one["code"], one["label"], steps, items, kinds, one.get("ground", ""), one["text"]))
    if len({one.code for one in found}) < len(found):
        raise Refused("reason_wrong", "理由库里有两条用了同一个 code。请改成各不相同。")
    return tuple(found)


def reasons_for(reasons: Iterable[Reason], step: str, item: str, kind: str) -> tuple[Reason, ...]:
    """Return the reasons for a step of an item, those made for this very item first."""
    fit = [
        one
        for one in reasons
        if step in one.steps and (not one.items or item in one.items) and (not one.kinds or kind in one.kinds)
    ]
    return tuple(sorted(fit, key=lambda one: not one.items))
