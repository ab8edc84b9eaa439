"""docs/security.md: a line that says yes names a test, and each test that is named is there."""

import re
from pathlib import Path

import pytest

TEXT = Path("docs/security.md").read_text(encoding="utf-8")
#: A test as the document names it: a file, whole path or name alone, and perhaps one test in it.
NAMED = re.compile(r"`((?:tests/[\w/]+/)?test_\w+\.py)(?:::(test_\w+))?`")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|", 2)]
    for line in TEXT.partition("## ASVS")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| ") and re.match(r"\| [\d.]+", line)
]


def _file(name: str) -> Path:
    """Return the file of a test; a name alone lies beside this one."""
    return Path(name) if "/" in name else Path("tests/security") / name


def test_every_test_that_is_named_is_there():
    named = [(_file(name), function) for name, function in NAMED.findall(TEXT)]
    assert len(named) > 40
    lost = [str(one) for one, _ in named if not one.exists()]
    assert lost == []
    assert [(str(one), test) for one, test in named if f"def {test}" not in one.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_line_that_says_yes_names_a_test(row):
    number, met, how = row
    assert met in ("yes", "part", "no", "outside", "n/a"), row
    if met == "yes":
        assert NAMED.search(how), f"{number}: 哪个测试证明？请写明，没有的补上，或改为 part。"
    else:
        assert how, f"{number}: 为什么？"
