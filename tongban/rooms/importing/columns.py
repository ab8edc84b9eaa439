"""What a column of a table holds, how its cells are read, and which heading means which column."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tongban.rooms.importing.tables import Cell, Line
from tongban.rulebook.errors import Refused, Sentence, Words

#: Takes a remark about the cell that is read.
Say = Callable[[str], None]
Reader = Callable[[Cell, Say], Any]

#: Day 0 of dates that a spreadsheet shows as bare numbers, and the range in which a number is taken for one.
_EPOCH, _SERIALS = date(1899, 12, 30), range(20000, 80000)
_DAY = re.compile(r"([0-9]{4})(?:年|[-/.])([0-9]{1,2})(?:月|[-/.])([0-9]{1,2})日?(?:[ T]0?0:00(?::00)?)?")
_LIST = re.compile(r"[、，,；;/|\s]+")
_ENDLESS = {"长期", "永久", "无", "长期有效", "9999-12-31"}


class WrongCell(Exception):
    """A cell that cannot be read; the text says what is wrong and how to mend it."""


def text(most: int = 200, *, code: bool = False) -> Reader:
    """Return a reader of text; of a ``code`` a cell that is a number is named, for it may have lost its zeros."""

    def read(cell: Cell, say: Say) -> str:
        if len(cell.text) > most:
            raise WrongCell(f"超过 {most} 个字。请缩短")
        if code and cell.sort == "number":
            say(f"这一格是数字格式，按“{cell.text}”读入；如果原来以 0 开头，请把这一列设为文本后重新导入")
        return cell.text

    return read


def digits(count: int) -> Reader:
    """Return a reader of a code of so many digits."""

    def read(cell: Cell, say: Say) -> str:
        found = cell.text
        if not re.fullmatch("[0-9]+", found):
            raise WrongCell(f"应为 {count} 位数字，写的是“{found}”。请改正")
        if len(found) < count:
            raise WrongCell(f"应为 {count} 位数字，只有 {len(found)} 位，像是丢了 0。请把这一列设为文本后重新导出")
        if len(found) > count:
            raise WrongCell(f"应为 {count} 位数字，写了 {len(found)} 位。请改正")
        return found

    return read


def day(cell: Cell, say: Say) -> date:
    """Read a day in one of the usual spellings, or as the bare number of a spreadsheet."""
    found = cell.text
    if re.fullmatch("[0-9]{5}", found) and int(found) in _SERIALS:
        read = _EPOCH + timedelta(days=int(found))
        say(f"{found} 按表格软件的日期读作 {read}，请核对")
        return read
    parts = _DAY.fullmatch(found) or re.fullmatch("([0-9]{4})([0-9]{2})([0-9]{2})", found)
    if parts is None:
        raise WrongCell(f"看不懂日期“{found}”。请写成 2026-03-02")
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        raise WrongCell(f"没有“{found}”这一天。请核对日历") from None


def last_day(cell: Cell, say: Say) -> date | None:
    """Read a last day; 长期 is None."""
    return None if cell.text in _ENDLESS else day(cell, say)


def words(cell: Cell, say: Say) -> tuple[str, ...]:
    """Read several words with commas, 顿号 or semicolons between them."""
    return tuple(dict.fromkeys(filter(None, _LIST.split(cell.text))))


def choice(known: Mapping[str, str]) -> Reader:
    """Return a reader of one word of a list, by the word or by what it stands for."""

    def read(cell: Cell, say: Say) -> str:
        return one_of(known, cell.text)

    return read


def choices(known: Mapping[str, str]) -> Reader:
    """Return a reader of several words of a list."""

    def read(cell: Cell, say: Say) -> tuple[str, ...]:
        return tuple(one_of(known, word) for word in words(cell, say))

    return read


def one_of(known: Mapping[str, str], word: str) -> str:
    """Return what a word stands for."""
    if word in known:
        return known[word]
    if word in known.values():
        return word
    raise WrongCell(f"不能是“{word}”，只能从 {'、'.join(known)} 中选")


def yes(cell: Cell, say: Say) -> bool:
    """Read 是 or 否."""
    if cell.text.lower() in ("是", "y", "yes", "true", "1", "√"):
        return True
    if cell.text.lower() in ("否", "n", "no", "false", "0", "×"):
        return False
    raise WrongCell(f"要写“是”或“否”，不能是“{cell.text}”")


def decimal(least: int, most: int) -> Reader:
    """Return a reader of a number with decimals, given as text so that nothing is rounded."""

    def read(cell: Cell, say: Say) -> str:
        if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]+)?", cell.text) or not least <= float(cell.text) <= most:
            raise WrongCell(f"应是 {least} 至 {most} 的数，写的是“{cell.text}”。请改正")
        return cell.text

    return read


_PLAIN = text()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    #: Identifier, also accepted as a heading.
    name: str
    #: The heading people use.
    label: str
    #: What the page for counties and the example table show.
    example: str
    read: Reader = _PLAIN
    #: True: the column must be there and be filled in every row.
    required: bool = False
    #: Other headings that are understood.
    also: tuple[str, ...] = ()
    #: What is read where nothing is filled in.
    blank: Any = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """Which cell is which column."""

    places: Mapping[str, int]
    #: Headings of further columns that the kind of table understands, by heading.
    extras: Mapping[str, int]
    #: Headings that mean nothing here.
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, or remarkable about it."""

    #: Heading of the column.
    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read."""

    line: int
    values: Mapping[str, Any]
    #: Text of further columns by heading; blanks left out.
    extras: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def understand(heading: Sequence[str], columns: Sequence[Column], is_extra: Callable[[str], bool]) -> Heading:
    """Return which heading means which column.  Raises ``Refused``: ``columns_twice``, ``columns_missing``."""
    names = {_plain(word): column.name for column in columns for word in (column.name, column.label, *column.also)}
    labels = {column.name: column.label for column in columns}
    places: dict[str, int] = {}
    extras: dict[str, int] = {}
    unknown = []
    for place, word in enumerate(heading):
        name = names.get(_plain(word))
        if name in places or (name is None and word in extras):
            raise Refused("columns_twice", "表头里“{word}”出现了两次。请删去一列。", word=labels.get(name or "", word))
        if name is not None:
            places[name] = place
        elif is_extra(word):
            extras[word] = place
        elif word:
            unknown.append(word)
    missing = [column for column in columns if column.required and column.name not in places]
    if missing:
        lacking = Words(f"{column.label}（{column.name}）" for column in missing)
        others = Sentence("表里有“{names}”，系统不认识。", names=Words(unknown)) if unknown else ""
        raise Refused(
            "columns_missing",
            "表里没有 {lacking} 列。{others}表头应在第一行，上面不要有标题；请对照 docs/moving-in.md 改正后重新导入。",
            lacking=lacking,
            others=others,
        )
    return Heading(places, extras, tuple(unknown))


def read_row(
    line: Line, width: int, heading: Heading, columns: Sequence[Column]
) -> tuple[Row, list[Fault], list[Fault]]:
    """Return the row, what is wrong with it, and what is remarkable."""
    wrong: list[Fault] = []
    remarks: list[Fault] = []
    if len(line.cells) < width or any(cell.text for cell in line.cells[width:]):
        wrong.append(Fault("", "列数与表头不符。这一行可能被截断或多了逗号，请对照原件补全。"))
        return Row(line.number, {}, {}), wrong, remarks
    values: dict[str, Any] = {}
    for column in columns:
        place = heading.places.get(column.name)
        cell = line.cells[place] if place is not None else Cell("")
        values[column.name] = column.blank
        if cell.sort == "fault":
            wrong.append(Fault(column.label, f"{cell.text}。"))
        elif cell.text:
            try:
                values[column.name] = column.read(cell, _saying(column.label, remarks))
            except WrongCell as error:
                wrong.append(Fault(column.label, f"{error}。"))
        elif column.required:
            wrong.append(Fault(column.label, f"没有填写{column.label}。请补上。"))
    extras = {}
    for word, place in heading.extras.items():
        cell = line.cells[place]
        if cell.sort == "fault":
            wrong.append(Fault(word, f"{cell.text}。"))
        elif cell.text:
            extras[word] = cell.text
    return Row(line.number, values, extras), wrong, remarks


def _saying(label: str, remarks: list[Fault]) -> Say:
    return lambda said: remarks.append(Fault(label, f"{said}。"))


def _plain(word: str) -> str:
    """Return a heading without what people add to it: stars, blanks, remarks in brackets."""
    return re.sub(r"[\s*＊：:]|[(（].*?[)）]", "", word).lower().replace("-", "_")
