"""译文：从代码和页面里收集要翻译的句子，补进英文目录（tongban/assets/locale），再编译成程序读的文件。

./run messages          收集新句子，去掉不再用的，编译
./run messages --check  只检查：有没有没收集、没翻译、没编译的；有就列出来，状态为 1
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tongban.hall import state
from tongban.hall.marked import sentences

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

HELP = "译文：收集要翻译的句子，检查和编译英文目录（--check 只检查）"
NEEDS_DJANGO = True

FOLDER = state.ROOT / "tongban" / "assets" / "locale" / "en" / "LC_MESSAGES"
_NAMED = re.compile(r"%\((\w+)\)s|\{(\w*)[^}]*\}")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="只检查，不改文件")


def run(args: argparse.Namespace) -> int:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import write_po

    source, compiled = FOLDER / "django.po", FOLDER / "django.mo"
    if args.check:
        faults = faults_of_catalogue()
        print("\n".join(faults[:50]) or "英文目录齐全。", file=sys.stderr if faults else sys.stdout)
        return 1 if faults else 0
    catalog = _read()
    # No guesses from similar sentences: a sentence without words of its own is to be listed.
    catalog.update(_gathered(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with source.open("wb") as file:
        write_po(file, catalog, width=120, sort_output=True, no_location=True, omit_header=False)
    with compiled.open("wb") as file:
        write_mo(file, catalog)
    left = sum(not message.string for message in catalog if message.id)
    print(f"共 {len(catalog)} 句，还有 {left} 句没有译文。")
    return 0


def faults_of_catalogue() -> list[str]:
    """Return what the English catalogue lacks, one sentence each: not gathered, not translated, not compiled."""
    from babel.messages.mofile import read_mo

    catalog, compiled = _read(), FOLDER / "django.mo"
    binary = read_mo(io.BytesIO(compiled.read_bytes())) if compiled.exists() else _empty()
    return [*_lacking(catalog), *_stale(catalog, binary)]


def _read() -> "Catalog":
    from babel.messages.pofile import read_po

    source = FOLDER / "django.po"
    return read_po(io.BytesIO(source.read_bytes()), locale="en") if source.exists() else _empty()


def _empty() -> "Catalog":
    from babel.messages.catalog import Catalog

    # No dates: the files change only when a sentence does.
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Catalog(
        locale="en",
        project="Tongban",
        header_comment="# English sentences of Tongban.",
        charset="utf-8",
        creation_date=made,
        revision_date=made,
        last_translator="Tongban",
        language_team="",
        msgid_bugs_address="Tongban",
        fuzzy=False,
    )


def _gathered() -> "Catalog":
    """Return every sentence of code and pages that is marked for translation."""
    catalog = _empty()
    for sentence in sorted(set(sentences())):
        catalog.add(sentence)
    return catalog


def _lacking(catalog: "Catalog") -> Iterator[str]:
    """Yield what the catalogue lacks: sentences not in it, without words, or with other names in the gaps."""
    known = {message.id: message for message in catalog if message.id}
    for sentence in sorted(set(sentences())):
        message = known.get(sentence)
        if message is None:
            yield f"没有收集：{sentence}"
        elif not message.string:
            yield f"没有翻译：{sentence}"
        elif _gaps(sentence) != _gaps(str(message.string)):
            yield f"空位对不上：{sentence} → {message.string}"


def _stale(catalog: "Catalog", binary: "Catalog") -> Iterator[str]:
    compiled = {message.id: message.string for message in binary if message.id}
    wanted = {message.id: message.string for message in catalog if message.id and message.string}
    if compiled != wanted:
        yield "编译过的文件不是最新的。请运行 ./run messages。"


def _gaps(text: str) -> list[str]:
    return sorted("".join(pair) for pair in _NAMED.findall(text))
