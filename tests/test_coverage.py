"""docs/coverage.md says what is carried of ring 1 and which test shows it: every word of that is checked here.

The tests named run with all others; a skipped one would fail the run (tests/skips.txt).
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "coverage.md"
COLUMNS = ["S", "name", "what must hold", "where", "tests", "state"]

#: Ring 1 in the order of building, two rows of ring 2 that it needs in their smallest form, then what came after.
RING = re.findall(
    r"S\d{3}",
    """
    S191 S192 S001 S010 S002 S003 S004 S006 S007 S008 S009 S012 S059 S136 S194
    S016 S017 S020 S031 S033 S071
    S045 S046 S047 S050 S053 S054 S055 S056
    S101 S102 S089 S058 S092
    S095 S096 S097 S098 S049 S022 S026 S025 S193
    S114 S115 S165 S185
    S060 S090
    S005 S013 S014 S015 S178 S179 S180 S181
    S028 S099 S100 S103 S104 S105
    S018 S021 S032 S048 S057 S091 S128 S184
    """,
)

#: A state says plainly how far a row is carried; what is missing is named.
STATE = re.compile(r"carried($|[;,] .+| \(.+\)$)|carried in part: .{20,}|doors come later: .{20,}")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    number: str
    #: The sentence of acceptance.
    holds: str
    where: tuple[str, ...]
    #: ``tests/path.py::test_name``.
    tests: tuple[str, ...]
    state: str


def rows() -> list[Row]:
    lines = [line.strip("|").split(" | ") for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    cells = [[cell.strip() for cell in line] for line in lines]
    assert cells[0] == COLUMNS
    found = [cell for cell in cells if cell[0].startswith("S") and cell[0] != "S"]
    return [Row(c[0], c[2], tuple(_quoted(c[3])), tuple(_quoted(c[4])), c[5]) for c in found]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


ROWS = rows()
NAMED = sorted({(row.number, test) for row in ROWS for test in row.tests})


@cache
def functions(path: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def docstring(test: str) -> str:
    path, _, name = test.partition("::")
    assert name in functions(path), f"{test} is not there"
    return " ".join((ast.get_docstring(functions(path)[name]) or "").split())


def words(text: str) -> set[str]:
    """The words that carry meaning: no numbers, no little ones."""
    return {word for word in re.findall(r"[a-z一-鿿][a-z一-鿿'-]*", text.lower()) if len(word) > 3 or word > "z"}


def test_every_row_of_the_ring_has_its_line_and_no_row_has_two():
    numbers = Counter(row.number for row in ROWS)
    assert set(RING) <= set(numbers)
    assert [number for number, times in numbers.items() if times > 1] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_a_row_says_how_far_it_goes_and_a_row_without_test_why(row):
    assert STATE.fullmatch(row.state), row.state
    assert row.tests or row.state.startswith("doors come later: ")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_where_a_row_lives_is_there(row):
    assert row.where
    assert [place for place in row.where if not (ROOT / "tongban" / place).exists()] == []


@pytest.mark.parametrize(("number", "test"), NAMED)
def test_a_named_test_tells_its_row(number, test):
    told = docstring(test)
    assert number in told
    assert re.search(r"\bgiven\b.+\bwhen\b.+\bthen\b", told, re.IGNORECASE), told


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_the_words_of_a_row_are_those_of_its_tests(row):
    """Paraphrase is fine; three quarters of the words of its sentence have to be there."""
    wanted = words(row.holds)
    told = words(" ".join(docstring(test) for test in row.tests))
    assert len(wanted & told) >= 0.75 * len(wanted), sorted(wanted - told)


@pytest.mark.parametrize("test", sorted({test for _, test in NAMED}))
def test_a_named_test_is_not_left_out(test):
    path, _, name = test.partition("::")
    marks = [ast.unparse(mark) for mark in functions(path)[name].decorator_list]
    assert [mark for mark in marks if re.search(r"\b(skip|skipif|xfail)\b", mark)] == []
    assert "pytest.skip(" not in ast.unparse(functions(path)[name])
    whole = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    marked = [
        ast.unparse(node) for node in whole.body if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node)
    ]
    assert [mark for mark in marked if re.search(r"\b(skip|skipif|xfail)\b", mark)] == []


def test_every_named_test_is_collected():
    named = sorted({test for _, test in NAMED})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--ds=tongban.hall.settings",
        "--collect-only",
        "-q",
        "-p",
        "no:randomly",
    ]
    done = subprocess.run([*command, *named], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    collected = {line.partition("[")[0].strip() for line in done.stdout.splitlines() if "::" in line}
    assert collected == set(named)
