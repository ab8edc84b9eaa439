"""密钥：多大年纪、各锁着多少数据；更换主密钥、查找码密钥和印章密钥。

./run keys                    列出密钥、启用日期、主密钥各版本下还有多少条数据
./run keys rotate field       换主密钥：旧数据一直读得出，分批重新加密（中断后用 reseal 接着办）
./run keys reseal             把还在旧主密钥下的数据重新加密
./run keys rotate hash        换查找码密钥：证件号、手机号、登录名的查找码全部重算，要么全成、要么不变
./run keys rotate seals       换测试章的密钥：原来的停用，换上新的；以前盖的照样查验为真

换下来的 field 旧密钥，在列表显示其下为 0 条、且最早的备份也过了保存期以后，才可以移出密钥目录。
"""

import argparse

HELP = "密钥：列出年纪和数据条数；更换主密钥、查找码密钥、印章密钥"
NEEDS_DJANGO = True
NAMES = {
    "field": "主密钥",
    "hash": "查找码密钥",
    "secret": "网页签名密钥",
    "journal": "台账签名密钥",
    "oidc": "外部登录密钥",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("does", nargs="?", choices=("list", "rotate", "reseal"), default="list", metavar="办什么")
    parser.add_argument("which", nargs="?", choices=("field", "hash", "seals"), metavar="哪一种")


def run(args: argparse.Namespace) -> int:
    """Do what is asked and say what came of it."""
    from tongban.hall import rotation
    from tongban.rulebook.errors import Refused

    if args.does == "list":
        return _list()
    if args.does == "reseal":
        print(f"已重新加密 {rotation.reseal()} 条。")
        return 0
    if args.which is None:
        raise Refused("key_unnamed", "请写明换哪一种：field 主密钥、hash 查找码密钥、seals 测试章。")
    if args.which == "field":
        print(f"已启用新的主密钥，重新加密 {rotation.rotate_field()} 条。旧密钥请留到最早的备份过期。")
    elif args.which == "hash":
        done = rotation.rotate_hash()
        print(
            f"已启用第 {done.version} 版查找码密钥：证件号码 {done.identifiers} 个，手机号码 {done.phones} 个，"
            f"登录名 {done.logins} 个。"
        )
    else:
        from tongban.rooms.licences import actions as licences
        from tongban.rooms.people import queries as people

        made = licences.renew_demo_seals(people.home_county())
        print(f"已换 {len(made)} 枚测试章的密钥。")
    return 0


def _list() -> int:
    from tongban.hall import rotation
    from tongban.rooms import clock

    now = clock.now()
    for one in rotation.kept():
        days = (now - one.made_at).days
        under = "" if one.values is None else f"，其下 {one.values} 条"
        state = "在用" if one.counts else "旧"
        label = NAMES.get(one.name, one.name)
        print(f"{label:<10} 第 {one.version} 版  {one.made_at:%Y-%m-%d} 启用，{days} 天  {state}{under}")
    return 0
