"""Reading tables that people have: CSV in UTF-8 or GB18030, and XLSX, with the heading in the first row.

A table is read twice, one row at a time: once to see that it is whole, once to use it.
"""

import csv
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tongban.rooms.cells import as_it_was
from tongban.rulebook.errors import Refused, Sentence, Words

#: Excel keeps fifteen digits of a number; what stands behind them is gone.
_EXACT = 10**15
#: Merged cells that are named; more are only counted.
_NAMED = 5

Row = dict[str | None, str | None]


class Cell(NamedTuple):
    """One cell, as a person reads it."""

    #: Its text without outer blanks; of a fault the sentence that says what is wrong and how to mend it.
    text: str
    #: ``text``, ``number``, ``date`` or ``fault``.
    sort: str = "text"


class Line(NamedTuple):
    """One row that is not blank."""

    #: Its row in the file as spreadsheets count; the heading is 1.
    number: int
    #: As many cells as the heading has; more or fewer only where a CSV row does not fit.
    cells: tuple[Cell, ...]


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was read through once and is whole but for what ``torn`` says."""

    path: Path
    heading: tuple[str, ...]
    #: Rows below the heading that are not blank.
    count: int
    #: The last row, when it has fewer cells than the heading: the file was probably cut off; else 0.
    torn: int
    #: Encoding of a CSV; empty for XLSX.
    encoding: str
    #: What a person should know about how it was read.
    remarks: tuple[str, ...] = ()

    def lines(self) -> Iterator[Line]:
        """Yield the rows below the heading.  Raises ``Refused("file_damaged")``."""
        lines = _lines(self.path, self.encoding)
        next(lines, None)
        for line in lines:
            yield line if self.encoding else Line(line.number, _padded(line.cells, len(self.heading)))


def open_table(path: Path) -> Table:
    """Read a table through once.

    Raises ``Refused``: ``file_missing``, ``file_kind``, ``file_empty``, ``file_damaged``, ``file_encoding``,
    ``file_mixed``, ``file_garbled``, ``file_merged``, ``file_delimiter``.
    """
    begins = _beginning(path)
    if not begins:
        raise Refused("file_empty", "{name} 是空的。请核对文件。", name=path.name)
    if begins.startswith(b"PK\x03\x04"):
        encoding, remarks = "", _check_workbook(path)
    else:
        encoding, remarks = _encoding(path, begins), ()
    lines = _lines(path, encoding)
    first = next(lines, None)
    if first is None:
        raise Refused("file_empty", "{name} 是空的。请核对文件。", name=path.name)
    heading = tuple(cell.text for cell in first.cells)
    if len(heading) == 1 and re.search(r"[\t;；，|]", heading[0]):
        raise Refused(
            "file_delimiter", "{name} 不是用英文逗号分隔的。请另存为“CSV（逗号分隔）”后再导入。", name=path.name
        )
    count, last = 0, first
    for line in lines:
        count, last = count + 1, line
    torn = last.number if encoding and count and len(last.cells) < len(heading) else 0
    return Table(path, heading, count, torn, encoding, remarks)


def read_rows(path: Path) -> list[Row]:
    """Return a small table whole, as rows by heading; the first row below the heading is line 2.

    A row with too few cells has ``None`` in the others; one with too many has the rest under the key ``None``.
    Raises ``Refused`` as ``open_table`` does, and ``cell_unreadable``.
    """
    table = open_table(path)
    rows = []
    for line in table.lines():
        for heading, cell in zip(table.heading, line.cells, strict=False):
            if cell.sort == "fault":
                raise Refused(
                    "cell_unreadable",
                    "{name} 第 {line} 行“{heading}”：{text}。",
                    name=path.name,
                    line=line.number,
                    heading=heading,
                    text=cell.text,
                )
        texts: list[str | None] = [cell.text for cell in line.cells]
        missing: list[str | None] = [None] * (len(table.heading) - len(texts))
        row: Row = dict(zip(table.heading, texts + missing, strict=False))
        if len(texts) > len(table.heading):
            row[None] = ",".join(text or "" for text in texts[len(table.heading) :])
        rows.append(row)
    return rows


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            begins = file.read(4096)
    except FileNotFoundError:
        raise Refused("file_missing", "找不到文件 {path}。请核对路径。", path=path) from None
    except (IsADirectoryError, PermissionError) as error:
        raise Refused("file_missing", "读不了 {path}。请给出一个有读取权限的文件。", path=path) from error
    if begins.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            "file_kind", "{name} 是旧版 XLS 或加了密码。请打开后另存为不加密的 XLSX 或 CSV，再导入。", name=path.name
        )
    if begins.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(
            "file_kind", "{name} 是 UTF-16（“Unicode 文本”）。请另存为 UTF-8 的 CSV 或 XLSX 后再导入。", name=path.name
        )
    return begins


def _lines(path: Path, encoding: str) -> Iterator[Line]:
    """Yield the rows that are not blank, the heading too."""
    return _csv_lines(path, encoding) if encoding else _workbook_lines(path)


# ---- CSV ----


def _encoding(path: Path, begins: bytes) -> str:
    """Return the encoding that the whole file has."""
    told = _Encodings(path.name)
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            told.look(number, line)
    if told.blank:
        raise Refused("file_empty", "{name} 是空的。请核对文件。", name=path.name)
    return told.verdict()


class _Encodings:
    """What the lines of a file tell about its encoding."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.blank = True
        #: The first line that is surely UTF-8, and the first that is not.
        self.utf8 = self.other = 0
        #: The first line that is neither.
        self.neither = 0
        self.last, self.ended = 0, True
        #: Characters beyond ASCII, and how many of them are of the common set: as UTF-8, as GB18030.
        self.beyond, self.common = [0, 0], [0, 0]

    def look(self, number: int, line: bytes) -> None:
        self.last, self.ended = number, line.endswith(b"\n")
        self.blank = self.blank and not line.strip()
        if b"\0" in line:
            raise Refused("file_kind", "{name} 不是 CSV 或 XLSX 文件。请在表格软件中另存后再导入。", name=self.name)
        if line.isascii():
            return
        utf8, gb = _decoded(line, "utf-8-sig"), _decoded(line, "gb18030")
        for place, text in enumerate((utf8, gb)):
            beyond = [character for character in text or "" if character > "\x7f"]
            self.beyond[place] += len(beyond)
            # Two bytes for each character it knows.
            self.common[place] += len("".join(beyond).encode("gb2312", "ignore")) // 2
        if utf8 is None:
            self.other = self.other or number
            if gb is None:
                self.neither = self.neither or number
        elif re.search("[一-鿿]", utf8) and not (gb and _is_common(gb)):
            # Some words of GB18030 are UTF-8 by chance; then they are common words.
            self.utf8 = self.utf8 or number

    def verdict(self) -> str:
        if not self.other:
            if self.common[0] * 2 < self.beyond[0]:
                raise self._garbled()
            return "utf-8-sig"
        if self.utf8 or self._is_cut():
            raise self._damaged()
        if self.neither:
            raise Refused(
                "file_encoding",
                "{name} 第 {line} 行既不是 UTF-8 也不是 GB18030。请另存为 UTF-8 的 CSV 后再导入。",
                name=self.name,
                line=self.neither,
            )
        if self.common[1] * 2 < self.beyond[1]:
            raise self._garbled()
        return "gb18030"

    def _is_cut(self) -> bool:
        """Whether only the last line cannot be read, and it has no end."""
        return not self.ended and self.last in (self.other, self.neither)

    def _damaged(self) -> Refused:
        if self._is_cut():
            return Refused(
                "file_damaged",
                "{name} 第 {line} 行有残缺的字，文件可能没有传完。请重新传一次。",
                name=self.name,
                line=self.last,
            )
        if self.neither:
            return Refused(
                "file_damaged",
                "{name} 第 {line} 行有残缺的字。请重新导出或重新传一次。",
                name=self.name,
                line=self.neither,
            )
        return Refused(
            "file_mixed",
            "{name} 第 {utf8} 行是 UTF-8，第 {other} 行是 GB18030，像是两个文件拼在一起。请分别另存为 UTF-8 后再合并。",
            name=self.name,
            utf8=self.utf8,
            other=self.other,
        )

    def _garbled(self) -> Refused:
        return Refused(
            "file_garbled",
            "{name} 里大多不是常用汉字，像是乱码（编码不对）。请打开原件，另存为 UTF-8 的 CSV 后再导入。",
            name=self.name,
        )


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_common(text: str) -> bool:
    """Whether every character beyond ASCII is of GB 2312."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _csv_lines(path: Path, encoding: str) -> Iterator[Line]:
    with path.open(encoding=encoding, newline="") as file:
        try:
            for number, texts in enumerate(csv.reader(file, strict=True), start=1):
                if any(text.strip() for text in texts):
                    yield Line(number, tuple(map(_csv_cell, texts)))
        except csv.Error as error:
            raise Refused(
                "file_damaged", "{name} 不是完整的 CSV（引号没有配对）。请重新导出。", name=path.name
            ) from error


_FORMULA = re.compile(r"=[A-Za-z(+\-$@]")
_QUOTED = re.compile(r'="([^"]*)"')


def _csv_cell(text: str) -> Cell:
    text = text.strip()
    if quoted := _QUOTED.fullmatch(text):  # how spreadsheets keep the zeros of a code in CSV
        return Cell(quoted[1].strip())
    if _FORMULA.match(text):
        return Cell(_A_FORMULA, "fault")
    if re.fullmatch(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|#{3,})", text):
        return Cell(f"表格软件在这里写的是“{text}”，不是内容。请在原表中改正后重新导出", "fault")
    if re.fullmatch(r"[0-9](\.[0-9]+)?E\+[0-9]{2}", text):
        return Cell(_DIGITS_GONE, "fault")
    return Cell(as_it_was(text))  # a table that was taken away here comes back as it was


_A_FORMULA = "这一格是公式。请复制这一列，“选择性粘贴”为数值后再导入"
_DIGITS_GONE = "表格软件把号码当成了数字，后几位已经丢失。请把这一列设为文本格式，从原系统重新导出"


# ---- XLSX ----

#: What a file that is cut off, or is no workbook at all, raises while it is read.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, SyntaxError, OSError)


def _check_workbook(path: Path) -> tuple[str, ...]:
    """Look for what cannot be read row by row; returns remarks."""
    with _workbook(path) as (book, sheet):
        others = [one.title for one in book.worksheets if one is not sheet and one.sheet_state == "visible"]
        if merged := _merged(path, sheet):
            more = Sentence("等 {n} 处", n=len(merged)) if len(merged) > _NAMED else ""
            raise Refused(
                "file_merged",
                "{name} 有合并单元格：{named}{more}。请取消合并，把每一行的内容填全；表头只留一行，放在第一行。",
                name=path.name,
                named=Words(merged[:_NAMED]),
                more=more,
            )
    return (f"只读了第一张表“{sheet.title}”，没有读：{'、'.join(others)}",) if others else ()


@contextmanager
def _workbook(path: Path) -> Iterator[tuple[Any, Any]]:
    import openpyxl  # slow to load, and only wanted for XLSX
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True)
            try:
                sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
                if sheet is None:
                    raise Refused("file_empty", "{name} 里没有看得见的表。请核对文件。", name=path.name)
                sheet.reset_dimensions()  # some programs write a wrong size
                yield book, sheet
            finally:
                book.close()
    except (*_BROKEN, InvalidFileException) as error:
        raise Refused(
            "file_damaged", "{name} 不是完整的 XLSX 文件，可能没有传完。请重新传一次，或另存为 CSV。", name=path.name
        ) from error


_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"')


def _merged(path: Path, sheet: Any) -> list[str]:
    """Return the merged cells of a sheet: the library does not tell them when it reads row by row."""
    found: list[str] = []
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as file:
        left = b""
        while piece := file.read(1 << 16):
            left += piece
            found += [one[1].decode() for one in _MERGE.finditer(left)]
            cut = left.rfind(b"<")  # an element may go on in the next piece
            left = left[cut:] if cut >= 0 and b">" not in left[cut:] else b""
    return found


def _workbook_lines(path: Path) -> Iterator[Line]:
    with _workbook(path) as (_, sheet):
        for number, row in enumerate(sheet.iter_rows(), start=1):
            cells = [_workbook_cell(one) for one in row]
            while cells and not cells[-1].text:
                cells.pop()
            if cells:
                yield Line(number, tuple(cells))


def _workbook_cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return EMPTY
    if cell.data_type == "f":
        return Cell(_A_FORMULA, "fault")
    if cell.data_type == "e":
        return Cell(f"表格软件在这里写的是“{value}”，不是内容。请在原表中改正", "fault")
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, datetime):
        whole = (value.hour, value.minute, value.second) == (0, 0, 0)
        return Cell((value.date() if whole else value).isoformat(), "date")
    if isinstance(value, date):
        return Cell(value.isoformat(), "date")
    if isinstance(value, int | float):
        if abs(value) >= _EXACT:
            return Cell(_DIGITS_GONE, "fault")
        text = str(int(value)) if value == int(value) else repr(value)
        zeros = len(cell.number_format) if re.fullmatch("0+", cell.number_format or "") else 0
        return Cell(text.zfill(zeros), "number")
    return Cell(str(value).strip())


def _padded(cells: Sequence[Cell], width: int) -> tuple[Cell, ...]:
    return (*cells, *(EMPTY for _ in range(width - len(cells))))
