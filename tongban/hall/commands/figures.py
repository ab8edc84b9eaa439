"""指标：受理、办结和各项指标，都由办件和事项清单现算；用 --open 打开一个指标，看它由哪些行算出。

每行依次是：代码、名称、数值、分子/分母、公式。代码就是 --open 后面要写的词。

例：./run figures --from 2026-10-01 --to 2026-10-31
    ./run figures --from 2026-10-13 --to 2026-10-13 --open accepted
    ./run figures --county 990127 --export 990127.json    导出，供几个县相加（./run counties add）
"""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tongban.hall.arguments import day, wide

if TYPE_CHECKING:
    from tongban.rooms.supervision.queries import FigureRow
    from tongban.rulebook.indicators import Figure

HELP = "指标：受理、办结和各项指标，现算现看，可打开到每一行"
NEEDS_DJANGO = True

_CHANNELS = {
    "window": "窗口",
    "net": "网上",
    "phone": "电话",
    "kiosk": "自助机",
    "village": "村社区",
    "partner": "外部",
}
_CHANNEL_WORDS = "、".join(f"{code} {word}" for code, word in _CHANNELS.items())


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--county", metavar="区划", default="", help="六位区划代码；不写则列出每一个县")
    parser.add_argument("--from", dest="first", type=day, metavar="日期", help="第一天，默认是本月1日")
    parser.add_argument("--to", dest="last", type=day, metavar="日期", help="最后一天，默认是今天")
    parser.add_argument("--unit", metavar="部门", help="只看一个部门")
    parser.add_argument("--item", metavar="事项", help="只看一个事项")
    parser.add_argument("--level", metavar="层级", choices=tuple("1234567"), help="只看一个行使层级，县级是 4")
    parser.add_argument("--channel", metavar="渠道", choices=tuple(_CHANNELS), help=f"只看一个渠道：{_CHANNEL_WORDS}")
    parser.add_argument("--open", dest="code", metavar="代码", help="打开一个指标，列出它的每一行")
    parser.add_argument("--export", metavar="文件", help="把一个县的全部指标写成文件，供几个县相加；- 表示打印出来")


def run(args: argparse.Namespace) -> int:
    from tongban.rooms import clock
    from tongban.rooms.supervision import queries
    from tongban.rulebook.errors import Refused
    from tongban.rulebook.indicators import BY_CODE

    last = args.last or clock.today()
    first = args.first or last.replace(day=1)
    if first > last:
        raise Refused("period_wrong", f"第一天 {first} 晚于最后一天 {last}。请改正。")
    if args.code and args.code not in BY_CODE:
        raise Refused("figure_unknown", f"没有代码为“{args.code}”的指标。现有：{'、'.join(BY_CODE)}。")
    narrowed = {name: getattr(args, name) for name in ("unit", "item", "level", "channel")}
    if args.export:
        return _export(args, first, last)
    for county in _counties(args):
        print(f"{county}　{first} 至 {last}")
        if args.code:
            found = queries.opened(args.code, county, first, last, **narrowed)
            _print_rows(found.figure, found.rows)
        else:
            _print_figures(queries.figures(county, first, last, **narrowed))
    return 0


def _export(args: argparse.Namespace, first: date, last: date) -> int:
    """Write the whole county's sums; a part of a county must not pass for all of it."""
    from tongban.rooms.supervision import queries
    from tongban.rulebook.errors import Refused
    from tongban.rulebook.indicators import adding, sums_of

    if args.unit or args.item or args.level or args.channel or args.code:
        raise Refused("figures_partial", "导出的是全县的指标，不能同时用 --unit、--item、--level、--channel、--open。")
    there = _counties(args)
    if len(there) != 1:
        raise Refused("county_unknown", f"这里有 {len(there)} 个县，一次导出一个：请写 --county。")
    figures = {code: sums_of(figure) for code, figure in queries.figures(there[0], first, last).items()}
    text = adding.written(adding.Sheet(there, first, last, figures))
    if args.export == "-":
        print(text, end="")
    else:
        Path(args.export).write_text(text, encoding="utf-8")
        print(f"{there[0]}　{first} 至 {last}：{len(figures)} 个指标已写入 {args.export}")
    return 0


def _counties(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the counties asked for that know the unit and item asked for.  Raises ``Refused`` where there is none."""
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.people import queries as people
    from tongban.rooms.supervision import queries
    from tongban.rulebook.errors import Refused

    there = queries.counties()
    if not there:
        raise Refused("no_county", "这里还没有办件，也没有公布的事项。可先运行 ./run demo --exit 看演示。")
    if args.county and args.county not in there:
        raise Refused("county_unknown", f"这里没有县 {args.county} 的办件和事项。现有：{'、'.join(there)}。")
    found = [args.county] if args.county else list(there)
    if args.unit:
        found = [one for one in found if any(unit.code == args.unit for unit in people.units(one))]
    if args.item:
        found = [one for one in found if catalogue.versions(one, args.item)]
    if not found:
        raise Refused("nothing_such", "没有这个代号的部门或事项。代号可从 ./run figures --open accepted 的后两列查到。")
    return tuple(found)


def _print_figures(figures: "dict[str, Figure]") -> None:
    from tongban.rulebook.indicators import BY_CODE, Mark

    for code, figure in figures.items():
        known = BY_CODE[code]
        mark = "" if known.mark is Mark.VERIFIED else "（公式待核）"
        share = f"{figure.numerator}" if figure.denominator is None else f"{figure.numerator}/{figure.denominator}"
        print(f"{code:<20}{_wide(known.name, 18)}{_wide(str(figure), 12)}{share:>10}  {known.formula}{mark}")


def _print_rows(figure: "Figure", rows: "tuple[FigureRow, ...]") -> None:
    from tongban.rulebook.indicators import BY_CODE

    known = BY_CODE[figure.code]
    print(f"{known.name} {figure}　分子：{known.numerator}；分母：{known.population}")
    for row in rows:
        below = "" if row.below is None else f"/{row.below}"
        print(f"{row.above}{below}\t{row.id}\t{row.label}\t{row.unit}\t{row.item}")
    print(f"共 {len(rows)} 行")


def _wide(text: str, width: int) -> str:
    """Pad to columns of a terminal."""
    return text + " " * (width - wide(text))
