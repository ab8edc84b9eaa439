"""启动后台投递员：制作并加盖文书、发送通知、归档、到期自动办理、每日封账。

可以同时启动多个；按 Ctrl-C 停止，没办完的下次接着办。
"""

import argparse
import signal
import threading

HELP = "后台投递员：盖章、通知、归档、到期自动办理、每日封账"
NEEDS_DJANGO = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="把现在该办的全部办一遍就结束；有办不成的，状态为 1")


def run(args: argparse.Namespace) -> int:
    from tongban.hall import postman
    from tongban.hall.progress import Bar

    if args.once:
        with Bar("投递"):
            done = postman.once()
        print(done)
        return 1 if done.left else 0
    stop = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        # The promise in hand is kept first.
        signal.signal(ending, lambda number, frame: stop.set())
    postman.run(stop)
    return 0
