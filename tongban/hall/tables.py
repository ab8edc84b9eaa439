"""Reading tables that people export: CSV in UTF-8 or GB18030, with a heading."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tongban.hall import state
from tongban.rulebook.errors import Refused

Row = dict[str | None, str | None]

#: So many Chinese characters read well before the first fault mean: damaged UTF-8, not GB18030.
_ENOUGH = 3


def read_csv(path: Path) -> list[Row]:
    """Return the rows after the heading; the first one is line 2.

    A row with too few cells has ``None`` in the others; one with too many has the rest under the key ``None``.
    Raises ``Refused``: ``file_missing``, ``file_kind``, ``file_empty``, ``file_damaged``, ``file_encoding``,
    ``file_garbled``.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Refused("file_missing", f"找不到文件 {path}。请核对路径。") from None
    except (IsADirectoryError, PermissionError) as error:
        raise Refused("file_missing", f"读不了 {path}。请给出一个有读取权限的文件。") from error
    if data[:4] == b"PK\x03\x04" or b"\0" in data:
        raise Refused("file_kind", f"{path.name} 不是 CSV 文件。请在表格软件中另存为 CSV 后再导入。")
    text = decode(data, path.name)
    if not _is_chinese(text):
        raise Refused(
            "file_garbled",
            f"{path.name} 里大多不是常用汉字，像是乱码（编码不对）。请打开原件，另存为 UTF-8 的 CSV 后再导入。",
        )
    if not text.strip():
        raise Refused("file_empty", f"{path.name} 是空的。请核对文件。")
    try:
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Refused("file_damaged", f"{path.name} 不是完整的 CSV（引号没有配对）。请重新导出。") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses while ``path`` is written into a sentence: ``Refused("file_unwritable")``."""
    try:
        yield
    except OSError as error:
        raise Refused(
            "file_unwritable", f"写不了 {path}（{state.reason_of(error)}）。请换一个可以写的位置。"
        ) from error


def decode(data: bytes, name: str) -> str:
    """Return the text of a file in UTF-8 (with or without a mark) or GB18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "ignore")
        line = before.count("\n") + 1
        if sum("\u4e00" <= character <= "\u9fff" for character in before) >= _ENOUGH:
            raise Refused("file_damaged", f"{name} 第 {line} 行有残缺的字，文件可能没有传完。请重新传一次。") from error
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Refused(
            "file_encoding", f"{name} 第 {line} 行既不是 UTF-8 也不是 GB18030。请另存为 UTF-8 的 CSV 后再导入。"
        ) from error


def _is_chinese(text: str) -> bool:
    """Whether at least half of what is not ASCII is in GB 2312: other encodings, misread, give rare characters."""
    beyond = [character for character in text if character > "\x7f"]
    # Two bytes for each character it knows.
    return len("".join(beyond).encode("gb2312", "ignore")) >= len(beyond)
