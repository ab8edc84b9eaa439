"""The house rules that neither the type checker nor the import contracts can see."""

import ast
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tongban.hall.__main__ import commands

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tongban"
SOURCES = sorted(PACKAGE.rglob("*.py"))

#: Lines that make a reader wonder, and lines that are too many.
LONG, TOO_LONG = 400, 600
#: Step tables, migrations and tests may be as long as the law and the cases are.
MAY_BE_LONG = re.compile(r"/migrations/|rulebook/kinds/|^tests/|\.css$")

FORBIDDEN_NAMES = {"utils", "services", "managers", "signals", "helpers", "common", "misc"}
#: Standard library that reaches for files, the clock, chance or the net: not for the rulebook.
IMPURE = {
    *("os", "io", "pathlib", "shutil", "tempfile", "glob", "sqlite3", "logging"),
    *("time", "random", "secrets", "socket", "ssl", "http", "urllib", "subprocess", "threading", "asyncio"),
}

ASKS_FOR_NOW = {
    "datetime": {"now", "today", "utcnow"},
    "date": {"today"},
    "timezone": {"now", "localtime", "localdate"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"},
}
NOW_IN_SQL = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)"
    r"|\b(current_date|current_time|current_timestamp|localtime|localtimestamp)\b(?!\s*=)",
    re.IGNORECASE,
)

# Written in pieces, so that this file does not find itself.
REGISTRY = re.compile(
    r"(p[y]pi|np[m]js|pythonhos[t]ed|deb\.deb[i]an|tsin[g]hua|aliyu[n])\.(org|com|io|edu|cn)", re.IGNORECASE
)
MACHINE_PATH = re.compile(r"(?<![\w.$~{}-])/(wor[k]|far[m]|hom[e]/\w+|Use[r]s/\w+|roo[t]|tm[p])/")


def committed() -> list[Path]:
    """Return the files of the project: those git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    hidden = re.compile(r"(^|/)(\.(?!ci/|gitignore)|__pycache__/)")
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden.search(path.relative_to(ROOT).as_posix())]


def texts() -> Iterator[tuple[str, str]]:
    """Yield (path, text) of each text file of the project."""
    for path in committed():
        data = path.read_bytes()
        if b"\0" not in data[:4096]:
            yield path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def at(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 0)}"


def docstrings(module: ast.Module) -> set[int]:
    """Return the ids of the constants that are docstrings or stand alone: prose, not code."""
    return {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}


def imports(module: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((name.name, node) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"{'.' * node.level}{node.module or ''}", node


def asks_for_now(module: ast.Module) -> Iterator[ast.AST]:
    """Yield the places of ``module`` that read the machine's clock, in Python or in SQL."""
    prose = docstrings(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if node.attr in ASKS_FOR_NOW.get(owner, ()):
                yield node
        elif isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            yield node.value
        elif isinstance(node, ast.ImportFrom):
            asked = ASKS_FOR_NOW.get((node.module or "").rpartition(".")[2], set()) | {"Now", "TransactionNow"}
            if asked.intersection(name.name for name in node.names) and "clock" not in (node.module or ""):
                yield node
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in prose
            and NOW_IN_SQL.search(node.value)
        ):
            yield node


def test_no_now_outside_the_clock():
    """Only rooms/clock.py reads "now"; SQL never does."""
    found = [
        at(path, node)
        for path in SOURCES
        if path != PACKAGE / "rooms" / "clock.py"
        for node in asks_for_now(tree(path))
    ]
    found += [str(path) for path in PACKAGE.rglob("*.sql") if NOW_IN_SQL.search(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now()",
        "datetime.datetime.utcnow()",
        "date.today()",
        "timezone.now()",
        "time.time()",
        "from time import time",
        "from django.db.models.functions import Now",
        "x = DateTimeField(auto_now_add=True)",
        "sql = 'SELECT now()'",
        "sql = f'SELECT {x}, CURRENT_DATE'",
    ],
)
def test_the_search_for_now_finds_it(code):
    """The rule above cannot pass by looking away."""
    assert len(list(asks_for_now(ast.parse(code)))) == 1


@pytest.mark.parametrize("code", ["clock.now()", '"""now() in prose"""', "time.monotonic()", "step.today", "knows()"])
def test_the_search_for_now_leaves_the_innocent(code):
    assert list(asks_for_now(ast.parse(code))) == []


@pytest.mark.filterwarnings("always")
def test_no_file_is_too_long():
    """Over 400 lines a file is named, over 600 it fails: it should become a folder of the same name."""
    lengths = {
        name: text.count("\n")
        for name, text in texts()
        if name.endswith((".py", ".css", ".html", ".js")) and not MAY_BE_LONG.search(name)
    }
    for name, lines in sorted(lengths.items()):
        if LONG < lines <= TOO_LONG:
            warnings.warn(f"{name} has {lines} lines", stacklevel=1)
    assert {name: lines for name, lines in lengths.items() if lines > TOO_LONG} == {}


def test_no_module_has_a_name_that_says_nothing():
    assert [str(path.relative_to(ROOT)) for path in SOURCES if {path.stem, path.parent.name} & FORBIDDEN_NAMES] == []


def test_no_registry_and_no_path_of_a_machine():
    """What is installed from where, and where someone's files lie, is nobody's business in the project."""
    found = [
        f"{name}: {match[0]}"
        for name, text in texts()
        for match in [REGISTRY.search(text) or MACHINE_PATH.search(text)]
        if match
    ]
    assert found == []


def test_lock_files_hold_pins_and_hashes_and_no_address():
    for name in ("run", "dev"):
        text = (ROOT / "requirements" / f"{name}.lock").read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_development_installs_exactly_what_runs():
    pins = {
        name: set(re.findall(r"(?m)^([a-z0-9-]+==[^ ]+)", (ROOT / "requirements" / f"{name}.lock").read_text()))
        for name in ("run", "dev")
    }
    assert pins["run"] - pins["dev"] == set()


def test_the_rulebook_needs_only_the_pure_standard_library():
    pure = set(sys.stdlib_module_names) - IMPURE
    found = [
        f"{at(path, node)} {name}"
        for path in sorted((PACKAGE / "rulebook").rglob("*.py"))
        for name, node in imports(tree(path))
        if not (name.split(".")[0] in pure or name.startswith(("tongban.rulebook", ".")))
        # Of uuid the type is welcome, the making is not: it asks clock and chance.
        or (name == "uuid" and {alias.name for alias in getattr(node, "names", ())} != {"UUID"})
    ]
    assert found == []


def test_doors_ask_rooms_and_touch_no_table():
    """A door calls actions and queries; it does not query, save, or import another door's pages."""
    found = []
    for path in sorted((PACKAGE / "doors").rglob("*.py")):
        door = path.relative_to(PACKAGE / "doors").parts[0]
        module = tree(path)
        found += [
            f"{at(path, node)} .{node.attr}"
            for node in ast.walk(module)
            if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "save", "bulk_create")
        ]
        for name, node in imports(module):
            other = re.match(r"tongban\.doors\.(\w+)", name)
            if name.endswith(".models") or (other and other[1] not in (door, "guards", "visiting", "look")):
                found.append(f"{at(path, node)} {name}")
    assert found == []


def test_no_model_forms_no_generic_views_no_signals():
    banned = ("django.views.generic", "django.dispatch", "django.db.models.signals", "django.core.signals")
    found = [
        f"{at(path, node)} {name}"
        for path in SOURCES
        for name, node in imports(tree(path))
        if name.startswith(banned) or re.search(r"\bModelForm\b", ast.unparse(node))
    ]
    assert found == []


def test_every_address_has_a_guard():
    from django.urls import URLPattern, get_resolver

    def patterns(parts) -> Iterator[URLPattern]:
        for part in parts:
            if isinstance(part, URLPattern):
                yield part
            else:
                yield from patterns(part.url_patterns)

    found = list(patterns(get_resolver().url_patterns))
    assert len(found) >= 2
    assert [str(part.pattern) for part in found if not callable(getattr(part.callback, "guard", None))] == []


def test_a_view_without_a_guard_cannot_be_reached(rf):
    from django.http import HttpResponse

    from tongban.hall.middleware import RefuseUnguarded

    def unguarded(request):
        return HttpResponse("secret")

    refusal = RefuseUnguarded(unguarded).process_view(rf.get("/"), unguarded, (), {})
    assert refusal is not None
    assert refusal.status_code == 403


def test_every_step_and_every_clock_names_its_basis():
    from tongban.rulebook.kinds import KINDS

    assert KINDS
    rules = [rule for kind in KINDS.values() for rule in (*kind.steps, *kind.clocks)]
    assert [rule.name for rule in rules if not rule.basis.text.strip()] == []


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_command_says_in_chinese_what_it_does(name):
    """One line of Chinese, and a file that has what ./run needs."""
    command = commands()[name]
    assert re.search(r"[一-鿿]", command.help)
    assert "\n" not in command.help
    defined = {
        node.name
        for node in tree(PACKAGE / "hall" / "commands" / f"{name}.py").body
        if isinstance(node, ast.FunctionDef)
    }
    assert {"arguments", "run"} <= defined


def test_skips_are_listed_with_a_reason():
    lines = [line for line in (ROOT / "tests" / "skips.txt").read_text().splitlines() if line and line[0] != "#"]
    assert [line for line in lines if not re.fullmatch(r"\S+ \| \S.+", line)] == []


def test_licence_is_the_whole_of_apache_2():
    text = (ROOT / "LICENSE").read_text()
    assert re.search(r"Apache License\s+Version 2\.0, January 2004", text)
    assert "END OF TERMS AND CONDITIONS" in text
