"""模拟对方：在本机扮演各部门自己的业务系统，走真的接口（HTTP、签名）和真的交换目录，只在演示环境中可用。

./run outside                      各系统在 http://127.0.0.1:8100/代号 应答，每秒取一次交换文件；按 Ctrl+C 停止
./run outside --print              只打印要填进 TONGBAN_EXCHANGE 的地址
要让本平台走接口而不是进程内模拟，把系统登记为 http：./run outside --use-http
"""

import argparse
import json
import time

from tongban.hall.arguments import whole

HELP = "模拟对方：在本机扮演各部门自己的业务系统（仅限演示）"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=whole(1, 65535), default=8100, metavar="端口", help="默认 8100")
    parser.add_argument("--print", action="store_true", help="只打印 TONGBAN_EXCHANGE 的内容")
    parser.add_argument("--use-http", action="store_true", help="把进程内模拟的接口系统改登记为走 HTTP")


def run(args: argparse.Namespace) -> int:
    from django.conf import settings

    from tongban.hall.county.opening import COUNTY, open_county
    from tongban.hall.outside import opened
    from tongban.rooms.exchange import actions as exchange
    from tongban.rooms.exchange import queries

    if not settings.TONGBAN_DEMO:
        print("正式运行的系统不能模拟对方。请在演示环境中使用。")
        return 2
    open_county()
    lines = [one for one in queries.systems(COUNTY) if one.manner == "interface" and one.key_id]
    addresses = {one.code: f"http://127.0.0.1:{args.port}/{one.code}" for one in lines}
    print(f"TONGBAN_EXCHANGE='{json.dumps(addresses)}'")
    if args.print:
        return 0
    if args.use_http:
        for one in lines:
            exchange.register_system(
                COUNTY, one.code, one.name, actor="house", manner=one.manner, adapter="http", key_id=one.key_id
            )
    with opened(COUNTY, args.port):
        print(f"{len(lines)} 个系统在 127.0.0.1:{args.port} 应答；交换目录每秒取一次。按 Ctrl+C 停止。", flush=True)
        try:
            while True:
                exchange.tend_folders()
                time.sleep(1)
        except KeyboardInterrupt:
            return 0
