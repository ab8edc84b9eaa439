"""What somebody asked for and what he was told, on his own disk: written and synced before the next thing happens."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Diary:
    """One actor's lines.  A line that was cut off by a kill was never believed by anybody."""

    def __init__(self, path: Path) -> None:
        self.path = path
        whole = path.read_bytes().rfind(b"\n") + 1 if path.exists() else 0
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.ftruncate(self._handle, whole)
        os.lseek(self._handle, whole, os.SEEK_SET)

    def write(self, what: str, key: str, **said: Any) -> None:
        """Add a line of the request with this key: ``asked``, ``done``, ``refused``, ``astray`` (another request)."""
        line = json.dumps({"what": what, "key": key, **said}, ensure_ascii=False, separators=(",", ":"))
        os.write(self._handle, line.encode() + b"\n")
        os.fsync(self._handle)


@dataclass
class Told:
    """What diaries say together."""

    #: Key -> what was asked for.
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Key -> the case and the number of the journal entry that was acknowledged.
    done: dict[str, tuple[str, int]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    #: How often a key was used for another request and refused.
    astray: int = 0
    #: Sentences: the same request was answered in two ways, or another one as if it were the same.
    contradictions: list[str] = field(default_factory=list)

    @property
    def open(self) -> list[dict[str, Any]]:
        """What was asked for and never answered, in order: to be asked again with the same key."""
        return [one for key, one in self.asked.items() if key not in self.done and key not in self.refused]


def read(paths: Iterable[Path]) -> Told:
    """Return what these diaries say; a line still being written is left for the next reader."""
    told = Told()
    for line in _lines(paths):
        key, what = line["key"], line["what"]
        if what == "asked":
            told.asked.setdefault(key, line)
        elif what == "refused":
            told.refused[key] = line["code"]
        elif what == "astray":
            told.astray += 1
            if line["code"] != "key_reused":
                told.contradictions.append(f"编号 {key} 用于另一个请求，没有因此拒绝（{line['code'] or '办了'}）。")
        else:
            answer = (line["case"], line["seq"])
            if told.done.setdefault(key, answer) != answer:
                told.contradictions.append(f"请求 {key} 先答 {told.done[key]}，又答 {answer}。")
    return told


def _lines(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield json.loads(line)
