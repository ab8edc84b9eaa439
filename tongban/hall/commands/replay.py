"""先试后发：把一段时间里办过的件，照改动后的事项草稿从头试算一遍，看哪些日期、材料、环节会不同，哪些步骤会被拒绝。

人做过的事照旧（谁在什么时候交了什么、怎么决定的），法律上的结果重算。每件与它当时所用的版本相比，每处出入都写明
是草稿里哪一行改动造成的。会被退回补材料的件，期限按当时就补齐计算，也就是最早的日期。只看不写，数据库以只读方式打开。

./run replay small-food-shop --draft 草稿.toml --from 2026-01-01 --to 2026-12-31
./run replay small-food-shop --draft-in-db --from 2026-10-01 --to 2026-10-31 --json > 结果.json
"""

import argparse
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongban.hall.arguments import day, whole, wide

if TYPE_CHECKING:
    from tongban.rooms.supervision.queries import Replayed
    from tongban.rulebook.catalogue import Complaint, Item

HELP = "先试后发：用事项草稿重算过去的办件，看会有哪些不同"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("item", metavar="事项", help="事项代号，如 small-food-shop")
    draft = parser.add_mutually_exclusive_group(required=True)
    draft.add_argument("--draft", type=Path, metavar="文件", help="TOML 草稿文件")
    draft.add_argument("--draft-in-db", action="store_true", help="用系统中已保存的草稿")
    parser.add_argument("--from", dest="first", type=day, required=True, metavar="日期", help="收件的第一天")
    parser.add_argument("--to", dest="last", type=day, required=True, metavar="日期", help="收件的最后一天")
    parser.add_argument("--county", metavar="区划", default="", help="六位区划代码；只有一个县时不用写")
    parser.add_argument("--rows", type=whole(0, 1_000_000), default=20, metavar="行数", help="最多列出几行，默认 20")
    parser.add_argument("--json", action="store_true", help="输出 JSON，列出每一件，而不是表")


def run(args: argparse.Namespace) -> int:
    from tongban.hall.progress import track
    from tongban.rooms.supervision import queries
    from tongban.rulebook.errors import Refused

    if args.first > args.last:
        raise Refused("period_wrong", f"第一天 {args.first} 晚于最后一天 {args.last}。请改正。")
    county = _county(args)
    new, complaints = _draft(args, county)
    total = queries.replay_count(county, args.item, args.first, args.last)
    found = track(queries.replayed(county, args.item, args.first, args.last, new), "试算", total)
    print_them = _print_json if args.json else _print_table
    print_them(args, county, new, complaints, found)
    return 0


def _county(args: argparse.Namespace) -> str:
    """Return the county whose item it is.  Raises ``Refused`` where none or several could be meant."""
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.supervision import queries
    from tongban.rulebook.errors import Refused

    there = [args.county] if args.county else list(queries.counties())
    having = [one for one in there if catalogue.versions(one, args.item)]
    if not having:
        raise Refused("item_unknown", f"没有公布过代号为“{args.item}”的事项，没有办件可以试算。请核对代号和区划。")
    if len(having) > 1:
        raise Refused("county_needed", f"有几个县都有这个事项：{'、'.join(having)}。请用 --county 写明是哪一个。")
    return having[0]


def _draft(args: argparse.Namespace, county: str) -> "tuple[Item, tuple[Complaint, ...]]":
    """Return the item of the draft, and what still keeps it from being published.

    Raises ``Refused`` where it cannot be read: ``draft_file``, ``other_item``, ``draft_incomplete``, ``draft_unknown``.
    """
    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.catalogue.actions import DraftIncomplete
    from tongban.rooms.catalogue.world import world
    from tongban.rulebook.catalogue import read
    from tongban.rulebook.errors import Refused

    content = catalogue.draft_content(county, args.item) if args.draft_in_db else _from_file(args.draft)
    if content.get("code") != args.item:
        raise Refused("other_item", f"草稿的代号是“{content.get('code', '')}”，不是“{args.item}”。请核对文件或代号。")
    _, unreadable = read(content)
    if unreadable:
        raise DraftIncomplete(str(content.get("name", args.item)), unreadable)
    item, complaints = world(county, clock.today()).inspect(content)
    return item, tuple(one for one in complaints if one.severity != "warns")


def _from_file(path: Path) -> dict[str, Any]:
    from tongban.rulebook.errors import Refused

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused("draft_file", f"读不了草稿文件 {path}：{error.strerror}。请核对路径。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("draft_file", f"{path} 不是写得正确的 TOML 文件：{error}。请改正后再试。") from error


@dataclass
class Totals:
    """Counts of cases; the cases themselves are not kept."""

    cases: int = 0
    differing: int = 0
    #: Cases by what differs, and by the line that did it.
    by_sort: Counter[str] = field(default_factory=Counter)
    by_line: Counter[str] = field(default_factory=Counter)
    #: Cases whose recorded dates the old item does not give back.
    drifted: int = 0
    #: What each line changes; cases of several versions may know several.
    told: dict[str, str] = field(default_factory=dict)

    def add(self, one: "Replayed") -> None:
        """Count one case."""
        findings = one.difference.findings
        self.cases += 1
        self.differing += bool(findings)
        self.drifted += bool(one.difference.drifted)
        self.by_sort.update({finding.sort.value for finding in findings})
        self.by_line.update({where for finding in findings for where in finding.because})
        self.told.update((line.where, line.sentence) for line in one.changed)


def _print_table(
    args: argparse.Namespace,
    county: str,
    new: "Item",
    complaints: "tuple[Complaint, ...]",
    found: "Iterable[Replayed]",
) -> None:
    from tongban.rulebook.replay import SORT_LABELS

    totals, shown = Totals(), 0
    print(f"{new.name}　{county}　{args.first} 至 {args.last}")
    for one in found:
        totals.add(one)
        for finding in one.difference.findings:
            if shown < args.rows:
                words = f"{one.difference.number}  {one.filed_on}  {_padded(SORT_LABELS[finding.sort], 10)}"
                print(f"{words}{finding.sentence}　（{'、'.join(finding.because)}）")
            shown += 1
    if shown > args.rows:
        print(f"……共 {shown} 行，只列前 {args.rows} 行；用 --rows 多列几行，或用 --json 列出全部。")
    print(f"试算 {totals.cases} 件，会有不同的 {totals.differing} 件。")
    for sort, label in SORT_LABELS.items():
        print(f"  {_padded(label, 12)}{totals.by_sort[sort.value]:>6} 件")
    print(f"草稿改动 {len(totals.told)} 行，各影响：")
    for where, sentence in totals.told.items():
        print(f"  {_padded(where, 24)}{totals.by_line[where]:>6} 件  {sentence}")
    if totals.drifted:
        print(f"有 {totals.drifted} 件照原版本重算的日期与记录不符（例如日历后来改过），比较时用的是重算的日期。")
    if complaints:
        print(f"草稿还不能公布，有 {len(complaints)} 处要改：", "；".join(map(str, complaints[:3])))
    print("以上只是试算，什么都没有改动。")


def _print_json(
    args: argparse.Namespace,
    county: str,
    new: "Item",
    complaints: "tuple[Complaint, ...]",
    found: "Iterable[Replayed]",
) -> None:
    """Print one JSON object, case by case as they come."""
    totals = Totals()
    head = {"item": new.code, "county": county, "from": str(args.first), "to": str(args.last)}
    print(json.dumps(head, ensure_ascii=False)[:-1] + ', "cases": [', end="")
    between = "\n"
    for text in _cases(found, totals):
        print(between + text, end="")
        between = ",\n"
    tail = {
        "totals": {
            "cases": totals.cases,
            "differing": totals.differing,
            "by_sort": dict(totals.by_sort),
            "by_line": dict(totals.by_line),
            "drifted": totals.drifted,
        },
        "lines": totals.told,
        "complaints": [str(one) for one in complaints],
    }
    print("\n], " + json.dumps(tail, ensure_ascii=False)[1:])
    sys.stdout.flush()


def _cases(found: "Iterable[Replayed]", totals: Totals) -> Iterator[str]:
    for one in found:
        totals.add(one)
        difference = one.difference
        if difference.findings or difference.drifted:
            case = {
                "id": str(difference.id),
                "number": difference.number,
                "filed_on": str(one.filed_on),
                "version": str(one.version_id),
                "findings": [
                    {
                        "sort": finding.sort.value,
                        "subject": finding.subject,
                        "was": finding.was,
                        "now": finding.now,
                        "sentence": finding.sentence,
                        "because": list(finding.because),
                    }
                    for finding in difference.findings
                ],
                "drifted": list(difference.drifted),
            }
            yield json.dumps(case, ensure_ascii=False)


def _padded(text: str, width: int) -> str:
    """Pad to columns of a terminal."""
    return text + " " * max(1, width - wide(text))
