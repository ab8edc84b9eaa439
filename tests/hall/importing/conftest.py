"""Tables to bring in: written as CSV or XLSX, brought in through the command, the report read back."""

import csv
import importlib
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

command = importlib.import_module("tongban.hall.commands.import")

COUNTY = "990127"


@dataclass(frozen=True)
class Result:
    """What came of one import."""

    status: int
    #: What the screen showed.
    said: str
    #: Lines of the report: (line, sort, where, what, how).
    report: list[tuple[str, ...]] = field(default_factory=list)

    def of(self, sort: str) -> list[tuple[str, ...]]:
        return [line for line in self.report if line[1] == sort]

    @property
    def outcomes(self) -> list[str]:
        """What became of each row, in the order of the report."""
        sorts = ("新增", "更新", "没有变化", "保留系统里的", "不用导入", "有错")
        return [line[1] for line in self.report if line[1] in sorts]


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(path)
    return path


@pytest.fixture
def bring(tmp_path, capsys) -> Callable[..., Result]:
    """Bring in rows (or a file that is there) and return what came of it."""

    def bring(what: str, table: Any, *options: str, encoding: str = "utf-8", xlsx: bool = False) -> Result:
        if isinstance(table, Path):
            path = table
        else:
            path = write_xlsx(tmp_path / "t.xlsx", table) if xlsx else write_csv(tmp_path / "t.csv", table, encoding)
        report = tmp_path / "report.csv"
        parser = ArgumentParser()
        command.arguments(parser)
        capsys.readouterr()
        words = [what, str(path), "--county", COUNTY, "--report", str(report), *options]
        status = command.run(parser.parse_args(words))
        with report.open(encoding="utf-8-sig", newline="") as file:
            lines = [tuple(line) for line in csv.reader(file)][1:]
        return Result(status, capsys.readouterr().out, lines)

    return bring
