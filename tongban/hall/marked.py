"""Which sentences are marked for translation: in code, in pages, and in the tables of words that code translates.

``_("…")`` and ``{% translate %}`` mark a sentence where it stands.  A door that shows a word out of a table,
``_(STATES[one.state])``, marks every word of that table: the tables are found by their names in capitals.  The
sentence of a refusal is marked by being one; the frame of the pages (look) translates it where it is shown.
"""

import ast
import importlib
import io
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from tongban.hall import state

PACKAGE = state.ROOT / "tongban"
_KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_TRANSLATING = ("_", "gettext", "gettext_lazy", "Sentence")
_REFUSING = ("Refused", "super().__init__")
_CHINESE = re.compile("[\u4e00-\u9fff]")


def sentences() -> Iterator[str]:
    """Yield every marked sentence of code and pages, some more than once."""
    from babel.messages.extract import extract_python
    from django.utils.translation.template import templatize

    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        yield from _of(extract_python(io.BytesIO(text), _KEYWORDS, [], {"encoding": "utf-8"}))
        tree = ast.parse(text)
        yield from _refusals(tree)
        if path.is_relative_to(PACKAGE / "doors") or any(word in text for word in (b"Sentence(", b"Refused(")):
            yield from _tables(path, tree)
    for path in sorted(PACKAGE.rglob("templates/**/*.html")):
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        yield from _of(extract_python(io.BytesIO(code.encode()), _KEYWORDS, [], {"encoding": "utf-8"}))


def _of(found: Any) -> Iterator[str]:
    for _line, function, message, _comments in found:
        if isinstance(message, tuple):
            message = message[-1] if function == "pgettext" else message[0]
        if message:
            yield message


def _refusals(tree: ast.Module) -> Iterator[str]:
    """Yield the sentences of refusals and of ``Sentence``, as templates where values stand in them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for said in _said(node):
                if isinstance(said, ast.Constant) and isinstance(said.value, str):
                    yield said.value


def _said(call: ast.Call) -> list[ast.expr]:
    """Return the template of a refusal or a sentence."""
    name = ast.unparse(call.func)
    return call.args[1:2] if name in _REFUSING else call.args[:1] if name == "Sentence" else []


def _tables(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield the Chinese words of the tables that this module translates from."""
    names: set[str] = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                for said in [_translated(call), *_values(call)]:
                    names |= _named(function, said) if said else set()
    if names:
        module = importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
        for name in sorted(names):
            yield from _words(_value(module, name))


def _translated(node: ast.AST) -> ast.expr | None:
    """Return what a call translates, if that is not simply a literal."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TRANSLATING and node.args:
        return None if isinstance(node.args[0], ast.Constant) else node.args[0]
    return None


def _values(node: ast.AST) -> list[ast.expr]:
    """Return what stands in a sentence: words of the house out of tables are translated with it."""
    if isinstance(node, ast.Call) and (said := _said(node)):
        return [
            *(one for one in said if not isinstance(one, ast.Constant)),
            *(one.value for one in node.keywords if one.arg),
        ]
    return []


def _named(function: ast.FunctionDef, node: ast.expr) -> set[str]:
    """Return the tables an expression speaks of, itself or through the loops and assignments that fill its names."""
    found = _capitals(node)
    wanted = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    for one in ast.walk(function):
        if isinstance(one, ast.comprehension | ast.For):
            target, source = one.target, one.iter
        elif isinstance(one, ast.Assign):
            target, source = one.targets[0], one.value
        else:
            continue
        if wanted & {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}:
            found |= _capitals(source)
    return found


def _capitals(node: ast.expr) -> set[str]:
    found: set[str] = set()
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Words", "sorted") and _is_table(node.args[0]):
        return found  # a table gone through shows its keys: codes
    for one in ast.walk(node):
        if _is_table(one):
            found.add(ast.unparse(one))
    return found


def _is_table(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr.isupper() and isinstance(node.value, ast.Name)
    return isinstance(node, ast.Name) and node.id.isupper()


def _value(module: Any, name: str) -> Any:
    for part in name.split("."):
        module = getattr(module, part, None)
    return module


def _words(value: Any) -> Iterator[str]:
    """Yield the Chinese strings in a table; its keys are for the code."""
    if isinstance(value, str):
        if _CHINESE.search(value):
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _words(one)
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _words(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _words(getattr(value, field.name))
