"""A small web server in which each simulated system has an address of its own: ``http://127.0.0.1:PORT/CODE``."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import connections

from tongban.rooms.exchange import actions as exchange
from tongban.rooms.exchange.port import Down

#: Nobody sends more than this in one request.
_MOST_BYTES = 1_000_000


class Outside(ThreadingHTTPServer):
    """The systems of one county."""

    daemon_threads = True

    def __init__(self, county: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.county = county

    def address(self, code: str) -> str:
        """Return the base address of a system."""
        return f"http://127.0.0.1:{self.server_port}/{code}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is none of its business."""


class _Handler(BaseHTTPRequestHandler):
    server: Outside

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what was asked is in our own call log."""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._serve(self.rfile.read(min(length, _MOST_BYTES)))

    def _serve(self, body: bytes) -> None:
        code = self.path.strip("/").partition("/")[0]
        try:
            status, told = exchange.answer_as(
                self.server.county, code, method=self.command, path=self.path, headers=dict(self.headers), body=body
            )
        except Down:
            # Whatever it did or did not do: the caller gets no answer.
            self.close_connection = True
            return
        finally:
            connections.close_all()
        data = json.dumps(told, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextlib.contextmanager
def opened(county: str, port: int = 0) -> Iterator[Outside]:
    """Serve the systems of a county in a thread of its own until the block ends."""
    server = Outside(county, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
