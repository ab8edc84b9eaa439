"""The forms that stand in a page, filled in as somebody would who has nothing to say."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

#: What is typed where a form leaves a field open, by its type.
TYPED = {
    "date": "2030-01-02",
    "number": "1",
    "tel": "13900000000",
    "time": "09:00",
    "month": "2030-01",
    "datetime-local": "2030-01-02T09:00",
    "password": "Correct-horse-9-battery",
}
_OTHERWISE = "测试时写的话"


@dataclass
class Form:
    """One form of a page."""

    #: Where it goes; empty: to its own page.
    action: str
    is_post: bool
    fields: dict[str, list[str]] = field(default_factory=dict)
    #: Names of fields that want a file.
    files: list[str] = field(default_factory=list)
    #: Its buttons, each a name and a value; a form without any that is named has one of no name.
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        """Return what is sent, once for each button."""
        return [dict(self.fields) | ({name: value} if name else {}) for name, value in self.buttons or [("", "")]]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(told.get("action", ""), told.get("method", "").lower() == "post")
            self.forms.append(self._inside)
        elif self._inside is None:
            return
        elif tag == "button" and told.get("type", "submit") == "submit":
            self._inside.buttons.append((told.get("name", ""), told.get("value", "")))
        elif tag == "select":
            self._select = told.get("name", "")
        elif tag == "option" and self._select and told.get("value"):
            self._choose(self._select, told["value"], "selected" in told)
        elif tag == "textarea" and told.get("name"):
            self._inside.fields[told["name"]] = [_OTHERWISE]
        elif tag == "input" and told.get("name"):
            self._type(told)

    def _type(self, told: dict[str, str]) -> None:
        assert self._inside is not None
        name, kind = told["name"], told.get("type", "text")
        if kind == "file":
            self._inside.files.append(name)
        elif kind in ("radio", "checkbox"):
            self._choose(name, told.get("value", "on"), "checked" in told)
        elif kind in ("submit", "image"):
            self._inside.buttons.append((name, told.get("value", "")))
        else:
            otherwise = "" if kind == "hidden" else TYPED.get(kind, _OTHERWISE)
            self._inside.fields.setdefault(name, []).append(told.get("value") or otherwise)

    def _choose(self, name: str, value: str, chosen: bool) -> None:
        """The first that may be chosen, unless the page has chosen itself."""
        assert self._inside is not None
        if chosen or name not in self._inside.fields:
            self._inside.fields[name] = [value]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "select":
            self._select = ""


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms
