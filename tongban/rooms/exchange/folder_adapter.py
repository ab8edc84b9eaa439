"""文件交换: a system that takes and gives files in a folder, and comes for them when it does.

``to/`` is ours to fill and theirs to empty, ``from/`` the other way round::

    to/case-….drop       {"key", "case"}                  a case handed over
    from/receipt-….drop  {"key", "number"}                it was picked up; or {"key", "rejected"}
    from/news-….drop     {"number", "messages": […]}      all that happened to a case so far
    from/cases-DAY.drop  {"cases": […]}                   what it holds at the end of a day
    from/table-….drop    {"resource", "rows": {tag: {…}}} a table it shares, whole

Whatever is torn or not signed with the common key is put into ``refused/`` with the reason, and counts as not there.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from tongban.rooms.exchange.dropping import Unfit, drop, pick_up, refuse, tag
from tongban.rooms.exchange.http_adapter import read_holding, read_message
from tongban.rooms.exchange.port import (
    Answer,
    CaseFacts,
    Down,
    Holding,
    Linked,
    OutsideMessage,
    OutsideNumber,
    Rejected,
)


@dataclass(frozen=True, slots=True)
class FolderAdapter:
    """One system behind one folder."""

    folder: Path
    #: Name of the key, and the key itself.
    key_id: str
    secret: bytes

    def ask(
        self,
        resource: str,
        query: Mapping[str, str],
        *,
        fields: Sequence[str],
        case_id: UUID | None,
        purpose: str,
    ) -> Answer:
        """See ``port.Adapter``: looked up in the table that was shared last."""
        told = self._read(f"table-{tag(resource)}.drop")
        rows = told.get("rows") if told else None
        if not isinstance(rows, dict):
            raise Down("no_table")
        row = rows.get(subject_tag(self.secret, query))
        if row is None:
            return Answer("missing")
        return Answer("found", {name: str(row[name]) for name in fields if name in row})

    def hand_over(self, facts: CaseFacts, key: str) -> OutsideNumber:
        """See ``port.Adapter``: the file is laid down, and the case is theirs when their receipt lies there."""
        name = tag(key)
        receipt = self._read(f"receipt-{name}.drop")
        if receipt is None:
            out = self.folder / "to"
            if not (out / f"case-{name}.drop").exists():
                drop(out, f"case-{name}.drop", {"key": key, "case": asdict(facts)}, self.secret)
            raise Down("not_picked_up")
        if receipt.get("key") != key:
            raise Down("garbled")
        if rejected := receipt.get("rejected"):
            raise Rejected(str(rejected)[:40])
        number = receipt.get("number")
        if not isinstance(number, str) or not 0 < len(number) <= 64:
            raise Down("garbled")
        return OutsideNumber(number)

    def poll(self, linked: Linked) -> Sequence[OutsideMessage]:
        """See ``port.Adapter``."""
        told = self._read(f"news-{tag(linked.outside_number)}.drop")
        if told is None:
            return []
        messages = told.get("messages")
        if told.get("number") != linked.outside_number or not isinstance(messages, list):
            raise Down("garbled")
        return [read_message(linked.outside_number, one) for one in messages]

    def holdings(self, day: date) -> Sequence[Holding]:
        """See ``port.Adapter``."""
        told = self._read(f"cases-{day:%Y%m%d}.drop")
        cases = told.get("cases") if told else None
        if not isinstance(cases, list):
            raise Down("no_list")
        return [read_holding(one) for one in cases]

    def _read(self, name: str) -> dict[str, Any] | None:
        """Return a file of theirs; None: it is not there, or it was not fit to be believed."""
        path = self.folder / "from" / name
        try:
            return pick_up(path, self.secret)
        except FileNotFoundError:
            return None
        except Unfit as unfit:
            refuse(path, unfit.code)
            return None
        except OSError as error:
            raise Down("unreachable") from error


def subject_tag(secret: bytes, query: Mapping[str, str]) -> str:
    """Return by which a row of a shared table is found, so that no number lies in it in plain."""
    text = json.dumps(dict(query), ensure_ascii=False, sort_keys=True)
    return hmac.digest(secret, text.encode(), "sha256").hex()
