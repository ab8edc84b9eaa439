"""启动网站和后台投递员（盖章、送达、到期自动办理），按 Ctrl-C 一起停止。

已有的数据不会改动；数据库没有运行时会自动启动，最后一个使用者离开时自动停止。
"""

import argparse
import errno
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time

from tongban.hall.arguments import whole

HELP = "启动网站和后台投递员，按 Ctrl-C 停止"
NEEDS_DJANGO = True

#: Seconds a child may take to end by itself.
PATIENCE = 15


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", metavar="地址", help="监听的地址，默认只许本机访问（127.0.0.1）")
    parser.add_argument("--port", type=whole(1, 65535), default=8000, metavar="端口", help="监听的端口，默认 8000")
    parser.add_argument(
        "--workers", type=whole(1, 64), default=2, metavar="个数", help="网站进程的个数，默认 2，每个 4 个线程"
    )
    parser.add_argument("--no-postman", action="store_true", help="只启动网站，投递员另行启动（./run postman）")


def run(args: argparse.Namespace) -> int:
    return serve(args.host, args.port, args.workers, postman=not args.no_postman)


def serve(host: str = "127.0.0.1", port: int = 8000, workers: int = 2, *, postman: bool = True) -> int:
    """Serve until asked to stop, or until a child ends by itself.  Returns the exit status.

    The caller has made the database ready (``schema.prepare``).
    """
    if hindrance := cannot_listen(host, port):
        print(hindrance, file=sys.stderr)
        return 1
    commands = {"网站": web_command(host, port, workers)}
    if postman:
        commands["投递员"] = [sys.executable, "-P", "-m", "tongban.hall", "postman"]
    children: dict[str, subprocess.Popen[bytes]] = {}
    counted = tempfile.TemporaryDirectory(prefix="tongban-measures-")
    try:
        for name, command in commands.items():
            # A group of its own: Ctrl-C reaches only this process, which then ends the others in order.
            children[name] = subprocess.Popen(command, process_group=0, env=surroundings(counted.name))
        print("网站正在启动……", flush=True)
        return _watch(children, host, port)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(children)
        counted.cleanup()


def surroundings(counted: str) -> dict[str, str]:
    """Return the environment of the children: they count their steps together in the folder ``counted``."""
    return {"PROMETHEUS_MULTIPROC_DIR": counted, **os.environ}


def web_command(host: str, port: int, workers: int) -> list[str]:
    """Return the command line of the web server."""
    options = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
    options += ["--blocking-threads", "4", "--log-level", "warning", "--respawn-failed-workers"]
    return [sys.executable, "-P", "-m", "granian", *options, "tongban.hall.wsgi:application"]


def cannot_listen(host: str, port: int) -> str:
    """Return why nobody can listen there and what to do, or an empty text."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return f"没有权限使用端口 {port}。请用 --port 换一个 1024 以上的端口。"
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return f"这台机器没有地址 {host}。请用 --host 写本机的地址，或 0.0.0.0（所有地址）。"
            return f"{host} 的端口 {port} 已被占用。请用 --port 换一个端口，或先停下占用它的程序。"
    return ""


def answers(host: str, port: int) -> bool:
    """Is anybody there who speaks HTTP?  What is answered does not matter: ``/readyz`` tells what is wrong."""
    # Whoever listens on all addresses is asked on this machine's own.
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - asked, not listened on
    connection = http.client.HTTPConnection(asked, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _watch(children: dict[str, subprocess.Popen[bytes]], host: str, port: int) -> int:
    """Say when the site answers, which is seconds after its processes are started; return when a child ends."""
    said = False
    while True:
        if not said and answers(host, port):
            print(f"通办正在 http://{host}:{port} 运行，按 Ctrl-C 停止。", flush=True)
            said = True
        for name, child in children.items():
            if child.poll() is not None:
                print(f"{name}意外退出（状态 {child.returncode}），全部停止。原因见上面的日志。", file=sys.stderr)
                return 1
        time.sleep(0.3)


def _end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, 9)
            child.wait()
