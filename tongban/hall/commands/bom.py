"""软件物料清单：运行时用到的每个软件包、版本、许可证和校验值（CycloneDX 1.6）。

./run bom               列出软件包和许可证；有不允许的（AGPL、GPL、说不清的）返回 1
./run bom --out 文件    另写成 CycloneDX JSON 文件
"""

import argparse
from collections import Counter
from pathlib import Path

HELP = "软件物料清单和许可证（CycloneDX）"
NEEDS_DJANGO = False


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", metavar="文件", help="写成 CycloneDX JSON 文件")


def run(args: argparse.Namespace) -> int:
    """Print the parts; returns 1 when one of them may not run here."""
    from tongban.hall import parts

    found = parts.parts()
    for one in found:
        print(f"{one.name:<28} {one.version:<14} {one.licence if one.here else '（只用于其他系统）'}")
    wrong = [one for one in found if one.here and not one.may_run]
    told = Counter(one.licence for one in found if one.here)
    print("\n" + "；".join(f"{name or '说不清'} {count}" for name, count in told.most_common()))
    if args.out:
        Path(args.out).write_text(parts.document(found), encoding="utf-8")
        print(f"已写 {args.out}。")
    for one in wrong:
        print(f"不允许：{one.name} {one.version}，许可证“{one.licence or '说不清'}”。请换别的软件包。")
    return 1 if wrong else 0
