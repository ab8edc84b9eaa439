"""What became of each row: written to the report as it happens, counted for the screen."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO

HEADING = ("行", "类别", "何处", "问题", "怎么改")
OUTCOMES = {
    "new": "新增",
    "changed": "更新",
    "same": "没有变化",
    "kept": "保留系统里的",
    "skipped": "不用导入",
    "refused": "有错",
}
#: Remarks about rows.
REMARKS = {"error": "错误", "warning": "提醒", "lack": "待补"}
#: Errors and remarks named on the screen; all of them go to the report.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the report."""

    line: int
    #: A key of ``OUTCOMES`` or of ``REMARKS``.
    sort: str
    where: str
    sentence: str = ""


@dataclass
class Report:
    """The rows so far.  Only counts and the first remarks are kept in memory."""

    writer: Any = None
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[Said] = field(default_factory=list)
    #: First remark of each column, and how many there are.
    warnings: dict[str, Said] = field(default_factory=dict)
    warned: Counter[str] = field(default_factory=Counter)

    def add(self, said: Said) -> None:
        """Take down one line."""
        if said.sort in OUTCOMES:
            self.counts[said.sort] += 1
        elif said.sort == "error":
            self.counts["error"] += 1
            if len(self.errors) < SHOWN:
                self.errors.append(said)
        else:
            self.warned[said.where] += 1
            self.warnings.setdefault(said.where, said)
        if self.writer is not None:
            word = OUTCOMES.get(said.sort) or REMARKS[said.sort]
            self.writer.writerow((said.line, word, said.where, *_parted(said.sentence)))

    def end(self, sentence: str) -> None:
        """Write how it ended."""
        if self.writer is not None:
            self.writer.writerow((0, "结果", "", sentence, ""))

    def lines(self) -> Iterator[str]:
        """Yield what is shown on the screen."""
        yield "，".join(f"{word} {self.counts[key]}" for key, word in OUTCOMES.items() if self.counts[key]) or "没有行"
        for said in self.errors:
            place = f"第 {said.line} 行" if said.line else "全表"
            yield f"  错误 {place} {said.where}：{said.sentence}"
        if (more := self.counts["error"] - len(self.errors)) > 0:
            yield f"  ……还有 {more} 处错误，用 --report 报告.csv 可看全部。"
        for where, said in list(self.warnings.items())[:SHOWN]:
            many = f"{self.warned[where]} 处，例如" if self.warned[where] > 1 else ""
            place = f"第 {said.line} 行" if said.line else "全表"
            yield f"  提醒 {where} {many}{place}：{said.sentence}"


def writing_to(file: TextIO, writer: Callable[[TextIO], Any] = csv.writer) -> Report:
    """Return a report that writes to ``file`` as CSV, with its heading.

    ``writer``: ``cells.Rows`` where people open the file as it is.
    """
    rows = writer(file)
    rows.writerow(HEADING)
    return Report(rows)


def ending(wrong: bool, written: bool, *, torn: int = 0, changed: bool = True) -> str:
    """Return how an import ended; ``torn``: the line at which the file seems to be cut off."""
    if torn:
        return f"第 {torn} 行是最后一行，列数不够，文件像是没有传完：一行也没有写入。请重新传一次。"
    if written and wrong:
        return "有错的行没有写入，其余的已写入。请改正后把整份表再导入一次。"
    if written:
        return "已写入。" if changed else "与上次相同，什么也没有改。"
    if wrong:
        return "有错误，一行也没有写入。请改正后重新导入。"
    return "只是检查，没有写入。"


def _parted(sentence: str) -> tuple[str, str]:
    """Part a sentence into what is wrong and how to mend it."""
    what, _, how = sentence.partition("。")
    return what, how.rstrip("。")
