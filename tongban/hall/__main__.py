"""./run NAME: lists the commands and starts one.

A command is a file of ``commands/`` with ``HELP`` (one Chinese line), ``NEEDS_DJANGO``, ``arguments(parser)``
and ``run(args) -> int``; ``NEEDS_DATABASE`` where it differs from NEEDS_DJANGO;
``PASSES_THROUGH`` for one that hands its words to another program as ``args.words``.  Its head is read, not
imported, so that help is instant.
"""

import argparse
import ast
import importlib
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from tongban.hall.arguments import Parser
from tongban.rulebook.errors import Refused

FOLDER = Path(__file__).resolve().parent / "commands"


@dataclass(frozen=True)
class Command:
    """What the head of a command's file says."""

    #: The word after ``./run``.
    name: str
    #: One Chinese line.
    help: str
    #: False: nothing of Django may be imported.
    needs_django: bool
    #: True: the database runs and its tables are current before ``run`` is called.
    needs_database: bool
    #: True: all words after the name, options too, are the command's own to read.
    passes_through: bool


def commands() -> dict[str, Command]:
    """Return the commands by name."""
    found = (_read(path) for path in sorted(FOLDER.glob("*.py")) if path.stem != "__init__")
    return {command.name: command for command in found}


def _read(path: Path) -> Command:
    head: dict[str, Any] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and target.id.isupper() and isinstance(value, ast.Constant):
            head[target.id] = value.value
    needs_django = bool(head.get("NEEDS_DJANGO", True))
    needs_database = bool(head.get("NEEDS_DATABASE", needs_django))
    passes_through = bool(head.get("PASSES_THROUGH", False))
    return Command(path.stem, head.get("HELP", ""), needs_django, needs_database, passes_through)


def main(words: list[str]) -> int:
    """Run the command that ``words`` begin with.  Returns the exit status."""
    # Until here ``run`` lets nobody interrupt: Python would show where it stood.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _leave)
    known = commands()
    try:
        words = _at_county(words)
    except Refused as no:
        print(f"{no.sentence}（{no.code}）", file=sys.stderr)
        return 1
    if not words or words[0] in ("-h", "--help"):
        print(_overview(known))
        return 0
    command = known.get(words[0])
    if command is None:
        print(f"没有“{words[0]}”这个命令。\n\n{_overview(known)}", file=sys.stderr)
        return 2
    try:
        return _run(command, words[1:])
    except KeyboardInterrupt:
        print("\n已停止。", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _at_county(words: list[str]) -> list[str]:
    """Take ``--at CODE`` off the words and make this process that county's (``hall/counties``)."""
    if not words or words[0].partition("=")[0] != "--at":
        return words
    _, there, code = words[0].partition("=")
    if not there and len(words) < 2:
        raise Refused("county_unknown", "--at 后面要写县的六位区划代码。")
    from tongban.hall import counties

    counties.become(code if there else words[1])
    return words[1:] if there else words[2:]


def _run(command: Command, words: list[str]) -> int:
    if command.needs_django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.hall.settings")
        import django

        django.setup()
    module = importlib.import_module(f"tongban.hall.commands.{command.name}")
    args = _arguments(command, module, words)
    if command.needs_database:
        _prepare_database()
    try:
        return int(module.run(args) or 0)
    except Refused as no:
        print(f"{no.sentence}（{no.code}）", file=sys.stderr)
        return 1


def _prepare_database() -> None:
    from psycopg import OperationalError

    from tongban.hall import schema

    try:
        schema.prepare()
    except OperationalError as wrong:
        said = " ".join(str(wrong).split())
        raise SystemExit(f"数据库连不上。请核对 DATABASE_URL，并确认数据库已经启动。数据库说：{said}") from None
    _keep_to_county()
    from tongban.rooms.people.queries.calendars import take_up_calendars

    take_up_calendars()


def _keep_to_county() -> None:
    """A process of one county refuses a database that holds another: a wrong address must not go unnoticed."""
    from tongban.rooms.supervision import queries

    own = os.environ.get("TONGBAN_COUNTY")
    if own and (others := [code for code in queries.counties() if code != own]):
        raise SystemExit(
            f"这个数据库里是县 {'、'.join(others)} 的办件和事项，不是 {own} 的。"
            f"请核对 TONGBAN_COUNTIES 中 {own} 的数据库。"
        )


def _arguments(command: Command, module: Any, words: list[str]) -> argparse.Namespace:
    if command.passes_through and words not in (["-h"], ["--help"]):
        return argparse.Namespace(words=words)
    return _parser(command, module).parse_args(words)


def _parser(command: Command, module: Any) -> Parser:
    chinese = module.__doc__ if _is_chinese(module.__doc__) else None
    parser = Parser(prog=f"./run {command.name}", description=chinese or command.help)
    module.arguments(parser)
    return parser


def _is_chinese(text: str | None) -> bool:
    return any("一" <= character <= "鿿" for character in text or "")


def _overview(known: dict[str, Command]) -> str:
    width = max(map(len, known), default=0) + 2
    lines = [f"  {name:<{width}}{command.help}" for name, command in known.items()]
    return "\n".join(["用法：./run [--at 县] 命令 [参数……]     每个命令都可以加 --help 看说明", "", *lines])


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
