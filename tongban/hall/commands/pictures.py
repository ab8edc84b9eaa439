"""图片：把首页、申请、窗口、审批、监察等页面各拍一张（电脑和手机），放进 docs/pictures，供 README 和指南使用。

用演示县的数据，在自己的数据目录里进行，不动别处；需要系统里有 Chromium 和中文字体。
"""

import argparse
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tongban.hall import state
from tongban.hall.progress import Bar

HELP = "图片：重新拍摄 docs/pictures 里的页面图片"
NEEDS_DJANGO = False

#: File name, who looks (as the demo page calls her; empty: nobody), address, and what is clicked before.
PICTURES: tuple[tuple[str, str, str], ...] = (
    ("home", "", "/"),
    ("search", "", "/find/?q=办身份证"),
    ("guide", "", "/items/990127/small-food-shop"),
    ("filing", "林示例", "/file/small-food-shop/"),
    ("mine", "林示例", "/mine/"),
    ("counter", "综合窗口 1 号收件岗", "/counter/"),
    ("station", "示范社区", "/station/"),
    ("office", "市场监督管理局审查岗", "/office/"),
    ("watch", "政务服务监督岗", "/watch/"),
    ("figures", "政务服务监督岗", "/watch/figures/"),
    ("wall", "", "/watch/board/"),
    ("items", "事项管理岗", "/manage/items/small-food-shop/"),
    ("admin", "系统管理员", "/manage/"),
    ("kiosk", "", "/kiosk/"),
)
SIZES = (("", {"width": 1280, "height": 860}), ("-phone", {"width": 360, "height": 760}))


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, default=state.ROOT / "docs" / "pictures", metavar="目录", help="放在哪里")
    parser.add_argument("--only", default="", metavar="名字", help="只拍这一张")


def run(args: argparse.Namespace) -> int:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("没有找到 Chromium。Debian 请安装 chromium 和 fonts-noto-cjk。", file=sys.stderr)
        return 1
    wanted = [one for one in PICTURES if not args.only or one[0] == args.only]
    args.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tongban-pictures-") as folder, _serving(Path(folder)) as address:
        _take(browser, address, wanted, args.to)
    print(f"{len(wanted)} 个页面已拍好，在 {args.to}。")
    return 0


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """Run the demonstration in a folder of its own and serve it; gives its address."""
    environment = {**os.environ, "TONGBAN_STATE": str(folder), "TONGBAN_LOG": "ERROR"}
    command = [sys.executable, "-P", "-m", "tongban.hall"]
    subprocess.run([*command, "demo", "--exit"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([*command, "serve", "--port", str(port), "--workers", "1"], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str) -> None:
    for _ in range(150):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - ours
            return
        time.sleep(0.2)
    raise SystemExit("演示网站没有启动。请看上面的日志。")


def _take(browser: str, address: str, wanted: list[tuple[str, str, str]], folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright, Bar("拍照", len(wanted) * len(SIZES)) as bar:
        chromium = playwright.chromium.launch(executable_path=browser, args=options)
        for suffix, size in SIZES:
            for name, who, path in wanted:
                context = chromium.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
                page = context.new_page()
                if who:
                    _enter(page, address, who)
                page.goto(address + path)
                page.screenshot(path=str(folder / f"{name}{suffix}.png"))
                context.close()
                bar.step(note=name + suffix)
        chromium.close()


def _enter(page: Any, address: str, who: str) -> None:
    page.goto(f"{address}/demo/")
    page.get_by_role("button", name=re.compile(re.escape(who))).first.click()
    page.wait_for_load_state()
