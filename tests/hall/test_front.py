"""The front of several counties: which county a request is for, and what is never passed on."""

import asyncio

import pytest

from tongban.hall.front import Front, NotPassedOn, read_head


def head(*lines: str, peer: str = "127.0.0.1"):
    return read_head("\r\n".join(lines).encode() + b"\r\n\r\n", peer)


@pytest.mark.parametrize("host", ["A.Example.cn", "a.example.cn:8000", "a.example.cn.", " a.example.cn "])
def test_the_host_is_read_however_it_is_written(host):
    assert head("GET /cases/ HTTP/1.1", f"Host: {host}").host == "a.example.cn"


def test_a_request_goes_on_as_it_came_and_alone_on_its_connection():
    told = head("POST /ask HTTP/1.1", "Host: a.cn", "Connection: keep-alive, X-Secret", "Cookie: k=v", "X-A: 1")
    assert told.data == (
        b"POST /ask HTTP/1.1\r\nHost: a.cn\r\nCookie: k=v\r\nX-A: 1\r\n"
        b"X-Forwarded-For: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )


def test_only_our_own_server_is_believed_whence_a_request_came():
    lines = ("GET / HTTP/1.1", "Host: a.cn", "X-Forwarded-For: 198.51.100.7")
    assert b"X-Forwarded-For: 198.51.100.7\r\n" in head(*lines).data
    assert b"X-Forwarded-For: 203.0.113.9\r\n" in head(*lines, peer="203.0.113.9").data


@pytest.mark.parametrize(
    "lines",
    [
        ("GET / HTTP/1.1",),
        ("GET / HTTP/1.1", "Host: a.cn", "Host: b.cn"),
        ("GET / HTTP/1.1", "Host: a.cn", "host : b.cn"),
        ("GET / HTTP/1.1", "Host: a.cn", " Host: b.cn"),
        ("GET / HTTP/1.1", "Host: a.cn\nHost: b.cn"),
        ("GET http://b.cn/ HTTP/1.1", "Host: a.cn"),
        ("GET /a b HTTP/1.1", "Host: a.cn"),
        ("CONNECT b.cn:443 HTTP/1.1", "Host: a.cn"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(lines):
    with pytest.raises(NotPassedOn) as no:
        head(*lines)
    assert no.value.status == "400 Bad Request"


async def _county(name: str, seen: list[str]) -> tuple[asyncio.Server, tuple[str, int]]:
    async def answer(reader, writer):
        data = await reader.readuntil(b"\r\n\r\n")
        seen.append(data.decode().split(" ")[1])
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(name)}\r\nConnection: close\r\n\r\n{name}".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[:2]


async def _ask(port: int, data: bytes) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    told = await reader.read()
    writer.close()
    return told.decode()


def test_each_host_reaches_its_county_and_a_second_request_on_a_connection_reaches_nobody():
    async def walk() -> None:
        seen: dict[str, list[str]] = {"A": [], "B": []}
        a, at_a = await _county("A", seen["A"])
        b, at_b = await _county("B", seen["B"])
        gone, at_gone = await _county("C", [])
        gone.close()
        hosts = {"a.cn": "A", "b.cn": "B", "c.cn": "C"}
        front = await Front(hosts, {"A": at_a, "B": at_b, "C": at_gone}).listen("127.0.0.1", 0)
        port = front.sockets[0].getsockname()[1]
        async with a, b, front:
            told = await asyncio.gather(
                *(_ask(port, f"GET /{n} HTTP/1.1\r\nHost: {'ab'[n % 2]}.cn\r\n\r\n".encode()) for n in range(40))
            )
            assert [one[-1] for one in told] == ["A", "B"] * 20
            assert {*seen["A"]} == {f"/{n}" for n in range(0, 40, 2)}
            assert {*seen["B"]} == {f"/{n}" for n in range(1, 40, 2)}
            two = b"GET /first HTTP/1.1\r\nHost: a.cn\r\n\r\nGET /second HTTP/1.1\r\nHost: b.cn\r\n\r\n"
            assert (await _ask(port, two)).endswith("A")
            assert "/second" not in seen["A"] + seen["B"]
            assert "421" in (await _ask(port, b"GET / HTTP/1.1\r\nHost: d.cn\r\n\r\n")).splitlines()[0]
            assert "502" in (await _ask(port, b"GET / HTTP/1.1\r\nHost: c.cn\r\n\r\n")).splitlines()[0]
            long = b"GET / HTTP/1.1\r\nHost: a.cn\r\nX: " + b"x" * 40_000
            assert "431" in (await _ask(port, long)).splitlines()[0]

    asyncio.run(walk())
