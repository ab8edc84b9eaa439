"""From plain content back to TOML, so that a county can take its list elsewhere and bring it back."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def to_toml(content: Mapping[str, Any]) -> str:
    """Return content as TOML that reads back equal.  Raises ``TypeError`` for a value that TOML does not have."""
    return "\n".join(_table(content, ())).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    sections = {key: value for key, value in table.items() if _is_section(value, len(path))}
    yield from (f"{_key(key)} = {_inline(value)}" for key, value in table.items() if key not in sections)
    for key, value in sections.items():
        inner = (*path, key)
        heading = ".".join(map(_key, inner))
        if isinstance(value, Mapping):
            yield from ("", f"[{heading}]")
            yield from _table(value, inner)
            continue
        for one in value:
            yield from ("", f"[[{heading}]]")
            yield from (f"{_key(name)} = {_inline(given)}" for name, given in one.items())


def _is_section(value: Any, depth: int) -> bool:
    """Whether a value gets a heading: tables at the top, below them only tables of tables, and lists of tables."""
    if isinstance(value, Mapping):
        return depth == 0 or (depth == 1 and any(isinstance(one, Mapping) for one in value.values()))
    return depth == 0 and isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON leaves DEL as it is, TOML wants it escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _inline(key)
