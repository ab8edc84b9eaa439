"""找事项: which items somebody means who does not know what they are called (S184).

One index a county, kept in memory behind the catalogue's mark like the list itself: for each pair of characters the
items that have it, with a weight by where it stands.  What is typed may be part of a name, of a question, of a result
or a material, what people say for it (``sayings``), pinyin or its initials, or any of these with one slip.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import log
from uuid import UUID

from tongban.rooms.catalogue.models import CatalogueMark
from tongban.rooms.catalogue.queries.items import book_on, items
from tongban.rooms.catalogue.queries.sayings import SAYINGS
from tongban.rooms.catalogue.queries.spelling import heart, near_pieces, nearly, pieces, runs, sounds
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, ItemClass

#: How much a place says of an item; a name says most.  Tenths, at most 255 with all that adds up.
_NAME, _PARENT, _RESULT, _SITUATION, _ASKED, _UNIT, _TEXT = 60, 35, 35, 15, 20, 10, 8
#: A whole word in a name, against the pairs it is made of; the same by sound only; in what is said beside the name.
_WHOLE, _SOUND, _ALSO = 90.0, 60.0, 45.0
#: Rows that are worth showing: not less than this part of the best; and how many are looked at closely.
_WORTH, _CLOSELY = 0.18, 80
#: Of what was typed at least this part must be known, else nothing was found.
_KNOWN = 0.33
#: Among equals comes first what begins something, last what ends it.
_BEGINS, _ENDS, _TILT = ("新办", "首次", "设立", "申领", "开办"), ("注销", "更正"), 4.0


@dataclass(frozen=True, slots=True)
class FoundItem:
    """One line of what was found: enough to choose by."""

    version_id: UUID
    code: str
    name: str
    unit: str
    unit_name: str
    #: True: 一件事.
    bundle: bool
    #: ``natural``, ``legal``.
    applicants: tuple[str, ...]
    topics: tuple[str, ...]
    #: Levels that receive it: ``county``, ``town``, ``village``.
    stations: tuple[str, ...]
    #: It may be filed over the net.
    online: bool
    #: 承诺办结 in words, e.g. 12个工作日 or 当场; empty where it promises nothing.
    promised: str
    visits: int
    #: 收费项目, empty: free.
    fee: str
    #: Code of the system above in which it is done; empty: here.
    elsewhere: str


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which items are looked at; empty: all."""

    #: ``natural`` or ``legal``.
    applicant: str = ""
    unit: str = ""
    topic: str = ""
    #: Codes of what a place takes in; None: everywhere.
    codes: frozenset[str] | None = None

    def takes(self, one: FoundItem) -> bool:
        """Whether an item is among them."""
        return (
            (not self.applicant or self.applicant in one.applicants)
            and (not self.unit or self.unit == one.unit)
            and (not self.topic or self.topic in one.topics)
            and (self.codes is None or one.code in self.codes)
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, the best first."""

    rows: tuple[FoundItem, ...]
    #: What she probably meant to type, when it was nearly a word of a name; empty: nothing to say.
    meant: str = ""


def find(county: str, day: date, words: str, narrowed: Narrowed = Narrowed(), *, most: int = 60) -> Finding:
    """Return the items that ``words`` may mean on ``day``; without words all of them, 一件事 first.

    One query, when the list was met before.
    """
    index = _index(county, day)
    taken = {number for number, one in enumerate(index.rows) if narrowed.takes(one)}
    asked = [heart(run) for run in runs(words)[:8]]
    if not asked:
        return Finding(tuple(index.rows[number] for number in sorted(taken))[:most])
    scores = index.scores([run[:24] for run in asked])
    best = sorted((number for number in scores if number in taken), key=lambda n: (-scores[n], index.rows[n].code))
    enough = _WORTH * max(scores.values(), default=0.0)
    rows = [index.rows[number] for number in best[:most] if scores[number] >= enough]
    typed = "".join(asked)
    names = [one.name for one in rows[:5]]
    near = (
        ""
        if any(typed in index.told[number] for number in best[:5])
        else next(filter(None, (nearly(typed, name) for name in names)), "")
    )
    return Finding(tuple(rows), near)


def topics(county: str, day: date, applicant: str) -> Mapping[str, int]:
    """Return how many items for ``natural`` or ``legal`` persons stand under each topic.  One query."""
    counted: dict[str, int] = {}
    for one in _index(county, day).rows:
        for topic in one.topics if applicant in one.applicants else ():
            counted[topic] = counted.get(topic, 0) + 1
    return counted


def findable(county: str, day: date) -> Mapping[str, FoundItem]:
    """Return every item that can be found on ``day``, by code.  One query."""
    return _index(county, day).by_code


class _Index:
    """What is known of the items of a county on one day."""

    def __init__(self, rows: list[tuple[FoundItem, Item, str]]) -> None:
        self.rows = [row for row, _, _ in rows]
        self.by_code = {one.code: one for one in self.rows}
        #: Name, main item and result, where a whole word counts most; all that is said.
        self.names: list[str] = []
        self.told: list[str] = []
        self.postings: dict[str, array[int]] = {}
        for number, (row, item, parent) in enumerate(rows):
            self._add(number, row, item, parent)

    @cached_property
    def sound(self) -> "_Sound":
        """How the names sound; made when somebody first types letters, or characters that stand nowhere."""
        return _Sound(self.names)

    def _add(self, number: int, row: FoundItem, item: Item, parent: str) -> None:
        result = item.result.name if item.result else ""
        names = "|".join(filter(None, (item.name, parent, result)))
        weights: dict[str, int] = {}
        told = []
        for weight, text in _places(row, item, parent, result):
            told.append(text)
            for run in runs(text):
                for piece in {*pieces(run), *(run if weight == _NAME else ())}:
                    weights[piece] = max(weights.get(piece, 0), weight)
                if weight >= _RESULT:
                    for piece in near_pieces(run):
                        weights[piece] = max(weights.get(piece, 0), weight)
        for piece, weight in weights.items():
            self.postings.setdefault(piece, array("I")).append(number << 8 | weight)
        self.names.append(names)
        self.told.append("|".join(told))

    def scores(self, asked: list[str]) -> dict[int, float]:
        """Return how well each item fits; those that do not fit are left out."""
        total: dict[int, float] = {}
        for run in asked:
            for number, score in self._of_run(run).items():
                total[number] = total.get(number, 0.0) + score
        for number in total:
            name = self.rows[number].name
            total[number] += _TILT * (any(one in name for one in _BEGINS) - any(one in name for one in _ENDS))
        return total

    def _of_run(self, run: str) -> dict[int, float]:
        if run.isascii():
            spoken = self.sound.said.get(run)
            found = self._of_letters(run)
            if spoken:
                for number, score in self._of_run(spoken).items():
                    found[number] = max(found.get(number, 0.0), score)
            return found
        found, known = self._of_pieces(run)
        rest = run
        for spoken, official in SAYINGS.items():
            if spoken in run:
                known, rest = 1.0, rest.replace(spoken, "")
                for place, word in enumerate(official):
                    self._add_word(found, word, 0.8 - 0.1 * place)
        # Of 身份证过期 what is left beside 过期 is a word of its own.
        whole = {one for one in (run, rest) if len(one) > 1 or one == run}
        for number in self._closely(found):
            found[number] += sum(_whole(one, self.names[number], self.told[number]) for one in whole)
        if not any(run in self.told[number] for number in found):
            alike = self._of_sound(run)
            known = 1.0 if alike else known
            for number, score in alike.items():
                found[number] = found.get(number, 0.0) + score
        return found if known >= _KNOWN else {}

    def _of_pieces(self, run: str) -> tuple[dict[int, float], float]:
        """Return the scores by pairs, and which part of the pairs is known at all."""
        found: dict[int, float] = {}
        exact = list(dict.fromkeys(pieces(run)))
        near = list(dict.fromkeys(near_pieces(run))) if len(run) > 2 else []
        for piece, part in [*((one, 1.0) for one in exact), *((one, 0.35) for one in near)]:
            posted = self.postings.get(piece, ())
            rare = part * log(1 + len(self.rows) / (1 + len(posted))) / 10
            for one in posted:
                number = one >> 8
                found[number] = found.get(number, 0.0) + rare * (one & 255)
        known = sum(piece in self.postings for piece in exact) / len(exact)
        if near:
            known = max(known, sum(piece in self.postings for piece in near) / len(near))
        return found, known

    def _add_word(self, found: dict[int, float], word: str, part: float) -> None:
        """Add what an official word says, by its pairs, and once more where the whole word stands."""
        scores, _ = self._of_pieces(word)
        for number in self._closely(scores):
            whole = _whole(word, self.names[number], self.told[number])
            if whole:
                found[number] = found.get(number, 0.0) + part * (scores[number] + whole)

    def _closely(self, scores: Mapping[int, float]) -> list[int]:
        return sorted(scores, key=lambda number: (-scores[number], number))[:_CLOSELY]

    def _of_sound(self, run: str) -> dict[int, float]:
        sound = "".join(f" {one}" for one in sounds(run)) + " "
        if len(run) < 2:
            return {}
        return {
            number: _SOUND * _share(len(run), self.names[number], heard, sound)
            for number, heard in enumerate(self.sound.heard)
            if sound in heard
        }

    def _of_letters(self, typed: str) -> dict[int, float]:
        """Return what begins with these letters, sounds like them, or has them as they are (WiFi, 5G)."""
        found, _ = self._of_pieces(typed)
        for number, initials in enumerate(self.sound.initials):
            if len(typed) > 1 and typed in initials:
                share = _share(len(typed), self.names[number], initials, typed)
                found[number] = found.get(number, 0.0) + _SOUND * share
        if len(typed) > 3:
            for number, heard in enumerate(self.sound.heard):
                if typed in heard.replace(" ", "") and (size := _syllables(typed, heard)):
                    share = _share(size, self.names[number], heard.replace(" ", ""), typed)
                    found[number] = found.get(number, 0.0) + _WHOLE * share
        return found


class _Sound:
    """How names sound: pinyin without tones, and its initials."""

    def __init__(self, names: Iterable[str]) -> None:
        heard = [[[*map(sounds, runs(name))] for name in one.split("|")] for one in names]
        #: Each syllable begins with a blank, so that a sound is found where a character begins and nowhere else.
        self.heard = [
            "|".join("".join(f" {one}" for run in name for one in run) + " " for name in names_of) for names_of in heard
        ]
        self.initials = [
            "|".join("".join(one[0] for run in name for one in run) for name in names_of) for names_of in heard
        ]
        #: What people say, by its letters.
        self.said = {
            form: spoken
            for spoken in SAYINGS
            if len(spoken) > 1
            for form in ("".join(sounds(spoken)), "".join(one[0] for one in sounds(spoken)))
        }


def _places(row: FoundItem, item: Item, parent: str, result: str) -> Iterator[tuple[int, str]]:
    """Yield what an item says, with the weight of its place."""
    yield _NAME, item.name
    yield _PARENT, parent
    yield _RESULT, result
    yield _UNIT, row.unit_name
    for situation in item.situations:
        yield _SITUATION, situation.question
        for option in situation.options:
            yield _SITUATION, option.label
    for topic in row.topics:
        yield _SITUATION, topic
    for condition in item.guide.conditions:
        yield _SITUATION, condition
    for entry in item.faq:
        yield _ASKED, entry.question
        yield _TEXT, entry.answer
    for material in item.materials:
        yield _TEXT, material.name
    for rule in (item.form.get("properties") or {}).values():
        for choice in rule.get("enum", ()):
            yield _SITUATION, str(choice)


def _whole(word: str, names: str, told: str) -> float:
    """Return what it says that a whole word stands in the name, in another name, or in what else is told."""
    if word in names:
        first, *others = names.split("|")
        if word in first:
            return _WHOLE * (0.5 + 0.5 * len(word) / len(first))
        return 0.7 * _WHOLE * max(0.5 + 0.5 * len(word) / len(one) for one in others if word in one)
    return _ALSO * 0.5 if word in told else 0.0


def _share(size: int, names: str, spelled: str, typed: str) -> float:
    """Return which part of a name was typed, for the shortest of the names that has it."""
    lengths = [len(name) for name, one in zip(names.split("|"), spelled.split("|"), strict=False) if typed in one]
    return 0.4 + 0.6 * min(1.0, size / min(lengths)) if lengths else 0.4


def _syllables(typed: str, heard: str) -> int:
    """Return over how many whole syllables these letters go; 0: they begin or end within one."""
    for name in heard.split("|"):
        sounds_of = name.split()
        for start in range(len(sounds_of)):
            rest = typed
            for count, one in enumerate(sounds_of[start:], 1):
                if not rest.startswith(one):
                    # The last syllable may be half typed.
                    if one.startswith(rest):
                        return count
                    break
                rest = rest[len(one) :]
                if not rest:
                    return count
    return 0


def _index(county: str, day: date) -> _Index:
    mark = CatalogueMark.objects.values_list("mark", flat=True).filter(county=county).first()
    kept = _kept.get(county)
    if kept is not None and kept[0] == (mark, day):
        return kept[1]
    made = _Index(list(_rows(county, day)))
    if mark is not None:
        _kept[county] = ((mark, day), made)
    return made


def _rows(county: str, day: date) -> Iterable[tuple[FoundItem, Item, str]]:
    """Return what the public may ask for, 一件事 first: leaves that are no inner work, and where to complain."""
    runs_on = book_on(county, day)
    known = items(run.version_id for run in runs_on.values() if run.leaf)
    units = {one.code: one.full_name for one in people.units(county)}
    found = []
    for code, run in runs_on.items():
        if not run.leaf:
            continue
        item = known[run.version_id]
        if item.item_class not in PUBLIC_CLASSES and not (item.item_class is ItemClass.APPEAL and item.applicants):
            continue
        parent = runs_on[item.parent].name if item.parent in runs_on else ""
        found.append((_found(code, run.version_id, item, units.get(item.unit, item.unit)), item, parent))
    return sorted(found, key=lambda one: (not one[0].bundle, one[0].code))


def _found(code: str, version_id: UUID, item: Item, unit_name: str) -> FoundItem:
    promised = item.limits.promised
    amount = "" if promised is None else promised.limit.label if promised.limit.amount else "当场"
    return FoundItem(
        version_id=version_id,
        code=code,
        name=item.name,
        unit=item.unit,
        unit_name=unit_name,
        bundle=bool(item.parts),
        applicants=item.applicants,
        topics=tuple(dict.fromkeys((*item.guide.topics_natural, *item.guide.topics_legal))),
        stations=item.stations,
        online=item.online.receive,
        promised=amount,
        visits=item.visits,
        fee=item.fee.name if item.fee else "",
        elsewhere=item.elsewhere,
    )


#: One index a county and process.
_kept: dict[str, tuple[tuple[UUID | None, date], _Index]] = {}
