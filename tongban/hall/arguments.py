"""How commands read their words: help and complaints in Chinese, and the values that several commands take.

Standard library only: help must be instant.
"""

import argparse
import re
from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn

#: What argparse says, and what a person is told.
_SENTENCES = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"the following arguments are required: (.*)", "还缺 {0}"),
        (r"unrecognized arguments: (.*)", "多了“{0}”，不知道是什么"),
        (r"argument (.*?): expected (?:one|at least one) argument", "{0} 后面要写一个值"),
        (r"argument (.*?): invalid choice: '?(.*?)'? \(choose from (.*)\)", "{0} 不能是“{1}”，只能从 {2} 中选"),
        (r"argument (.*?): invalid int value: '(.*)'", "{0} 要写整数，“{1}”不是"),
        (r"argument (.*?): not allowed with argument (.*)", "{0} 不能和 {1} 一起用"),
        (r"argument (.*?): ignored explicit argument '(.*)'", "{0} 后面不带值，请去掉“{1}”"),
        (r"ambiguous option: (.*?) could match (.*)", "“{0}”可以是 {1}，请写全"),
        (r"argument (.*?): (.*)", "{0} {1}"),
    )
)


class Parser(argparse.ArgumentParser):
    """A parser that says in Chinese what is wrong, and where the explanation is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Format, add_help=False, **options)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"命令写得不对：{_in_chinese(message)}。\n看说明：{self.prog} --help\n")


def day(text: str) -> date:
    """Read a date.  Raises ``ArgumentTypeError`` with a Chinese sentence."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"没有“{text}”这一天，请核对日历") from None
    raise argparse.ArgumentTypeError(f"看不懂日期“{text}”，请写成 2026-10-13")


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``least`` to ``most``."""

    def read(text: str) -> int:
        if re.fullmatch(r"-?[0-9]{1,9}", text) and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"要写 {least} 至 {most} 的整数，“{text}”不行")

    return read


def wide(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes: a Chinese character takes two."""
    return sum(2 if character >= "\u2e80" else 1 for character in text)


class _Format(argparse.RawDescriptionHelpFormatter):
    """Help whose first word is Chinese too, and whose columns stand in line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, prefix or "用法：")

    def add_argument(self, action: argparse.Action) -> None:
        super().add_argument(action)
        length = wide(self._format_action_invocation(action)) + self._current_indent
        self._action_max_length = max(self._action_max_length, length)

    def _format_action(self, action: argparse.Action) -> str:
        named = self._format_action_invocation(action)
        # The base class counts characters, not columns: it pads by so much too far.
        return super()._format_action(action).replace(named + " " * (wide(named) - len(named)), named, 1)

    def _split_lines(self, text: str, width: int) -> list[str]:
        lines = [""]
        for character in text:
            # A stop never begins a line.
            if wide(lines[-1] + character) > width and character not in "，。；：、）”":
                lines.append("")
            lines[-1] += character
        return lines


def _in_chinese(message: str) -> str:
    for pattern, sentence in _SENTENCES:
        if found := pattern.fullmatch(message):
            return sentence.format(
                *(part.replace("', '", "、").replace(", ", "、").strip("'") for part in found.groups())
            )
    return message
