"""The front of several counties: reads the host name of a request and passes the request on to that county.

It looks at nothing but the head of a request and keeps nothing.  Each request has a connection of its own behind
it, closed after the answer, so that a second request on a connection can never reach the county of the first by
mistake.  A place with a web server of its own in front (nginx, caddy) lets that do the same by its own means.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

#: Longest head of a request in bytes, and how long it may take to arrive and an answer to go on, in seconds.
HEAD, ARRIVES, IDLE = 32 * 1024, 15, 120
_BLOCK = 64 * 1024
_LOCAL = ("127.0.0.1", "::1")
#: Said anew by the front, or only meant for the next hop.
_DROPPED = {"connection", "keep-alive", "proxy-connection", "upgrade", "x-forwarded-for"}


class NotPassedOn(Exception):
    """The head of a request names no county, or more than one.  Holds the status to answer with."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request, read and made ready to go on."""

    host: str
    data: bytes


def read_head(data: bytes, peer: str) -> Head:
    """Read the head of a request, up to and with its empty line; ``peer`` is the address that it came from.

    Raises NotPassedOn for what two servers might read in two ways: no host or two, bare line ends, folded lines, a
    target that names a host by itself.
    """
    lines = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
    first, *fields = lines
    if any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines) or first.count(b" ") != 2:
        raise NotPassedOn("400 Bad Request", "请求不合规范。")
    if not first.split(b" ")[1].startswith(b"/"):
        raise NotPassedOn("400 Bad Request", "请求的地址应以斜杠开头。")
    hosts, forwarded, kept = [], [], [first]
    for line in fields:
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip():
            raise NotPassedOn("400 Bad Request", "请求不合规范。")
        word = name.lower().decode("latin-1")
        if word == "host":
            hosts.append(value.strip().decode("latin-1").lower())
        if word == "x-forwarded-for" and peer in _LOCAL:
            forwarded.append(value.strip())
        if word not in _DROPPED:
            kept.append(line)
    if len(hosts) != 1:
        raise NotPassedOn("400 Bad Request", "请求没有写明域名。")
    # Our own HTTPS server in front has written whence it came; anybody else is not believed.
    came = b", ".join(forwarded) or peer.encode()
    kept += [b"X-Forwarded-For: " + came, b"Connection: close"]
    return Head(_without_port(hosts[0]), b"\r\n".join(kept) + b"\r\n\r\n")


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).rstrip(".")


class Front:
    """Listens for all counties.  ``hosts``: county by host name; ``webs``: (host, port) of each county's web."""

    def __init__(self, hosts: Mapping[str, str], webs: Mapping[str, tuple[str, int]]) -> None:
        self._hosts, self._webs = hosts, webs

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Start listening."""
        return await asyncio.start_server(self._answer, host, port, limit=HEAD)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._pass_on(reader, writer)
        except NotPassedOn as no:
            await _say(writer, no.status, no.sentence)
        except (OSError, EOFError, TimeoutError):
            pass  # one of the two went away
        finally:
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ARRIVES):
                data = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise NotPassedOn("431 Request Header Fields Too Large", "请求头太长。") from None
        head = read_head(data, str((writer.get_extra_info("peername") or ("",))[0]))
        county = self._hosts.get(head.host)
        if county is None:
            raise NotPassedOn("421 Misdirected Request", "这里没有这个域名的县。请核对网址。")
        try:
            back, forth = await asyncio.open_connection(*self._webs[county])
        except OSError:
            raise NotPassedOn("502 Bad Gateway", "这个县的网站暂时没有应答，请稍后再试。") from None
        try:
            forth.write(head.data)
            sending = asyncio.create_task(_pour(reader, forth))
            await _pour(back, writer)
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError, TimeoutError):
                await sending
        finally:
            forth.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until there are no more."""
    while True:
        async with asyncio.timeout(IDLE):
            block = await reader.read(_BLOCK)
        if not block:
            return
        writer.write(block)
        await writer.drain()


async def _say(writer: asyncio.StreamWriter, status: str, sentence: str) -> None:
    body = sentence.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Cache-Control: no-store\r\nConnection: close\r\n\r\n" + body)
    with contextlib.suppress(OSError):
        await writer.drain()
