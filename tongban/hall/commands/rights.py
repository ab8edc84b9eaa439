"""权限表：谁能看哪一页、办哪一步，写成 docs/rights.md。

./run rights            从页面的规则、接口的用途和步骤表重写 docs/rights.md
./run rights --check    只核对，不写；与现状不符时返回 1
"""

import argparse
import sys

HELP = "权限表：谁能看哪一页、办哪一步（docs/rights.md）"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="只核对，不写")


def run(args: argparse.Namespace) -> int:
    from tongban.hall import rights

    wanted = rights.written()
    if args.check:
        if rights.PAGE.exists() and rights.PAGE.read_text(encoding="utf-8") == wanted:
            print("docs/rights.md 与现状一致。")
            return 0
        print("docs/rights.md 过时了。请运行 ./run rights 重写，并看清楚改了谁的权限。", file=sys.stderr)
        return 1
    rights.PAGE.write_text(wanted, encoding="utf-8")
    print(f"已写 {rights.PAGE.relative_to(rights.PAGE.parents[1])}。")
    return 0
