"""How two texts are alike: pieces of a text, its sound, the place in a name that is nearly what was typed."""

import importlib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from tongban.rooms.catalogue.queries.sayings import AFTER, BEFORE

_RUNS = re.compile(r"[㐀-鿿]+|[a-z0-9]+")


def runs(text: str) -> list[str]:
    """Return what a text consists of: runs of Chinese characters, and of letters and digits, in small letters."""
    return _RUNS.findall(unicodedata.normalize("NFKC", text).casefold())


def heart(text: str) -> str:
    """Return what is meant, without the words around it: 办身份证 and 身份证怎么办 are 身份证."""
    while True:
        before = text
        for word in BEFORE:
            if text.startswith(word) and len(text) - len(word) > 1:
                text = text[len(word) :]
        for word in AFTER:
            if text.endswith(word) and len(text) - len(word) > 1:
                text = text[: -len(word)]
        if text == before:
            return text


def pieces(run: str) -> Iterator[str]:
    """Yield the pairs of neighbours of a run; of letters and digits the whole run, of one character that one."""
    if run[0] < "㐀" or len(run) == 1:
        yield run
        return
    for one, two in pairwise(run):
        yield one + two


def near_pieces(run: str) -> Iterator[str]:
    """Yield pairs up to two apart in either order: what is left of a word with one character wrong or swapped."""
    for start, one in enumerate(run):
        for two in run[start + 1 : start + 3]:
            yield "~" + (one + two if one <= two else two + one)


@lru_cache(maxsize=8192)
def sounds(text: str) -> tuple[str, ...]:
    """Return the syllables of a text without tones, one a character; what is not Chinese stands as it is."""
    # Only who searches waits for the dictionary: it takes a tenth of a second and some tens of megabytes.
    made = importlib.import_module("pypinyin").lazy_pinyin(text, errors=list)
    return tuple(str(one).lower() for one in made)


def apart(one: str, two: str) -> int:
    """Return how many characters are wrong, missing, too many or swapped with their neighbour; 2 stands for more."""
    if one == two:
        return 0
    if abs(len(one) - len(two)) > 1:
        return 2
    first = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    rest, other = one[first:], two[first:]
    if rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]:
        return 1
    return 1 if rest[:2] == other[1::-1] and rest[2:] == other[2:] else 2


def nearly(word: str, name: str) -> str:
    """Return the place of ``name`` that ``word`` most likely means: one character wrong or swapped; empty: none."""
    size = len(word)
    if size < 2:
        return ""
    sound = sounds(word)
    places = [name[start : start + size] for start in range(len(name) - size + 1)]
    same = next((one for one in places if one != word and sounds(one) == sound), "")
    if same or size < 3:
        return same
    # Another last character is rather another word than a slip.
    return next((one for one in places if one[-1] in word[-2:] and apart(one, word) == 1), "")
