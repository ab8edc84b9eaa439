"""接口令牌：让别的程序以某个在岗人员、办事人或对接系统的名义使用接口（/api/v1）。

令牌只在制作时显示一次，系统里只留它的散列；到期自动失效，随时可以收回。

./run token make 窗口叫号屏 --county 990127 --staff 1001 --post window-1 --scope waiting
./run token make 林示例的手机 --county 990127 --person 编号 --scope cases,licences --days 30
./run token make 省社保系统 --county 990127 --system province-social-security --scope exchange,webhooks
./run token list                     有哪些令牌，最近何时用过
./run token revoke 编号              收回，立即失效
"""

import argparse
from typing import TYPE_CHECKING
from uuid import UUID

from tongban.hall.arguments import whole

if TYPE_CHECKING:
    from tongban.rooms.people.queries import TokenView

HELP = "接口令牌：制作、查看、收回"
NEEDS_DJANGO = True

#: As the journal names whoever runs commands on the machine.
ACTOR = "house"
_KINDS = {"staff": "工作人员", "person": "办事人", "system": "对接系统"}


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    make = actions.add_parser("make", help="制作一个令牌，只显示一次")
    make.add_argument("name", metavar="名称", help="给谁用、作什么用")
    make.add_argument("--county", metavar="区划", required=True, help="县的六位区划代码")
    make.add_argument("--scope", metavar="用途", required=True, help="一个或几个用途，用逗号分开")
    make.add_argument("--staff", metavar="工号", help="工作人员的工号，同时写 --post")
    make.add_argument("--post", metavar="岗位", help="岗位代号")
    make.add_argument("--person", metavar="编号", type=UUID, help="办事人的编号")
    make.add_argument("--system", metavar="代号", help="对接系统的代号")
    make.add_argument("--days", metavar="天数", type=whole(1, 366), default=90, help="有效多少天，默认 90")
    make.add_argument(
        "--per-minute", metavar="次数", type=whole(1, 100_000), default=600, help="每分钟最多多少次请求，默认 600"
    )
    listed = actions.add_parser("list", help="列出令牌")
    listed.add_argument("--county", metavar="区划", default="", help="只看一个县")
    revoke = actions.add_parser("revoke", help="收回一个令牌")
    revoke.add_argument("id", metavar="编号", type=UUID, help="list 第一列的编号")


def run(args: argparse.Namespace) -> int:
    from tongban.rooms.people import actions, queries

    if args.action == "make":
        return _make(args)
    if args.action == "revoke":
        actions.revoke_token(args.id, actor=ACTOR)
        print(f"已收回 {args.id}，即刻失效。")
        return 0
    found = queries.tokens(args.county)
    for one in found:
        print(_line(one))
    print(f"共 {len(found)} 个")
    return 0


def _make(args: argparse.Namespace) -> int:
    from tongban.rooms.exchange import queries as exchange
    from tongban.rooms.people import actions, queries
    from tongban.rulebook.errors import Refused

    staff = queries.staff_numbered(args.county, args.staff) if args.staff else None
    post = queries.post_coded(args.county, args.post) if args.post else None
    if (args.staff and staff is None) or (args.post and post is None):
        raise Refused("staff_unknown", "没有这个工号或岗位。请核对 --staff 和 --post。")
    if args.system and args.system not in {one.code for one in exchange.systems(args.county)}:
        raise Refused("system_unknown", f"没有名为“{args.system}”的对接系统。请先登记系统。")
    made = actions.make_token(
        args.county,
        args.name,
        actor=ACTOR,
        scopes=[one.strip() for one in args.scope.replace("，", ",").split(",") if one.strip()],
        staff_id=staff.id if staff else None,
        post_id=post.id if post else None,
        person_id=args.person,
        system=args.system or "",
        days=args.days,
        per_minute=args.per_minute,
    )
    print(f"编号　{made.id}\n令牌　{made.secret}\n令牌只显示这一次，请立即保存到使用它的程序里。")
    return 0


def _line(one: "TokenView") -> str:
    from tongban.rooms import clock

    now = clock.now()
    state = "有效" if one.is_good(now) else "已收回" if one.revoked_at else "已过期"
    used = f"{one.last_used_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}" if one.last_used_at else "没有用过"
    until = f"{one.expires_at.astimezone(clock.SHANGHAI):%Y-%m-%d}"
    scopes = "、".join(sorted(one.scopes))
    return f"{one.id}  {state}  至 {until}  {_KINDS[one.kind]}  {one.name}  用途 {scopes}  最近使用 {used}"
