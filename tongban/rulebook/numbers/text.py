"""Reading a number as people write it, and saying exactly what is wrong with it."""

from collections.abc import Callable
from typing import ParamSpec

from tongban.rulebook.basis import Basis
from tongban.rulebook.errors import Refused

P = ParamSpec("P")

DIGITS = "0123456789"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

#: Full-width forms of a Chinese keyboard, each 0xFEE0 above its ASCII twin.
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


def tidy(text: str) -> str:
    """Return the number without spaces, in half-width capitals: what no reader would hold against a writer."""
    return "".join(text.translate(_HALF_WIDTH).split()).upper()


def fault_of(check: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Refused | None:
    """Return the refusal that ``check`` would raise, or None where the number is right."""
    try:
        check(*args, **kwargs)
    except Refused as refused:
        return refused
    return None


def need_length(text: str, length: int, name: str, code: str, basis: Basis) -> None:
    """Refuse a number that is too short or too long, saying by how much."""
    if not text:
        raise Refused(f"{code}_empty", "没有填写{name}，请填写{length}位的{name}。", basis, name=name, length=length)
    told = {"name": name, "length": length, "count": len(text)}
    if len(text) < length:
        raise Refused(
            f"{code}_length",
            "{name}应为{length}位，收到{count}位，少了{less}位，请对照原件补正。",
            basis,
            less=length - len(text),
            **told,
        )
    if len(text) > length:
        raise Refused(
            f"{code}_length",
            "{name}应为{length}位，收到{count}位，多了{more}位，请对照原件补正。",
            basis,
            more=len(text) - length,
            **told,
        )


def need_alphabet(
    text: str, alphabet: str, name: str, code: str, basis: Basis, *, allowed: str, first: int = 1
) -> None:
    """Refuse the first character outside ``alphabet``; ``first`` is the place of ``text[0]`` in the whole number."""
    for place, character in enumerate(text, start=first):
        if character not in alphabet:
            raise Refused(
                f"{code}_character",
                "{name}第{place}位是“{character}”，这一位只能是{allowed}，请对照原件改正。",
                basis,
                name=name,
                place=place,
                character=character,
                allowed=allowed,
            )
