"""
The servers behind every route: they remember what arrived and answer as the request's `x-echo` header asks.

One process serves all endpoints; which one was called says the connection's own address. `x-echo` has parts
`key=value` with `;` between: see `Orders`.
"""

import asyncio
import contextlib
import socket
import struct
from collections import defaultdict
from dataclasses import dataclass, fields

from . import http1, http2

CASE = "x-case"
ASKED = "/authz"  # paths below it ask who may: what `x-ext` says


@dataclass(frozen=True)
class Orders:
    """How to misbehave."""

    status: int = 200
    delay: float = 0  # seconds before the head
    slow: float = 0  # seconds between head and body
    fail: int = 0  # this many first arrivals of the case are answered with `failure`
    failure: str = "503"  # a status, reset, close, or in HTTP/2 refused
    size: int = -1  # bytes of body; -1: a line that names the request
    chunked: int = 0
    trailer: int = 0
    grpc: int = -1  # the answer is a gRPC one with that status
    header: str = ""  # NAME:VALUE
    last: int = 0  # in HTTP/1 the connection ends with the answer

    @staticmethod
    def of(text: str) -> "Orders":
        kinds = {item.name: item.type for item in fields(Orders)}
        parts = (part.split("=", 1) for part in text.split(";") if "=" in part)
        return Orders(**{key: kinds[key](value) for key, value in parts if key in kinds})


@dataclass(frozen=True)
class Arrival:
    """A request at an endpoint."""

    endpoint: str
    start: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    trailers: tuple[tuple[str, str], ...] = ()

    @property
    def shadow(self) -> bool:
        host = next((value for name, value in self.headers if name.lower() == "host"), "")
        return "-shadow" in host


class Echo:
    """All endpoints. `arrivals` has what each case brought, in order."""

    def __init__(self, subsets: dict[str, str]) -> None:
        self.subsets = subsets  # by address
        self.arrivals: dict[str, list[Arrival]] = defaultdict(list)
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self, listening: socket.socket) -> None:
        await asyncio.start_server(self._connection, sock=listening, limit=http1.LIMIT)

    async def serve_bytes(self, listening: socket.socket) -> None:
        """An application that is no HTTP: its client's first line is a case, all of it comes back."""
        await asyncio.start_server(self._bytes, sock=listening)

    async def _bytes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            said = await reader.read(65536)
            if said:
                endpoint = writer.get_extra_info("sockname")[0]
                case, _, rest = said.partition(b"\n")
                self.arrivals[case.decode("latin-1")].append(Arrival(endpoint, "bytes", (), rest))
                writer.write(b"heard " + rest)
                await writer.drain()
        writer.close()

    def close_idle(self) -> None:
        """Ends all connections: none that has served before meets the orders of another configuration."""
        for writer in self._open:
            writer.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        endpoint = writer.get_extra_info("sockname")[0]
        ends = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError, http2.errors())
        self._open.add(writer)
        with contextlib.suppress(*ends):
            first = await reader.readexactly(4)
            if http2.PREFACE.startswith(first):
                await http2.serve(reader, writer, first, lambda request: self._said(endpoint, request))
            else:
                await self._http1(reader, writer, endpoint, first)
        self._open.discard(writer)
        writer.close()

    async def _http1(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, endpoint: str, first: bytes) -> None:
        while (request := await http1.read_head(reader, first)) is not None:
            first = b""
            if "100-continue" in (request.get("expect") or ""):
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await http1.read_body(reader, request, until_close=False)
            orders, status = await self._arrived(endpoint, request)
            if status is None:
                if orders.failure == "reset":
                    linger = struct.pack("ii", 1, 0)
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return
            head, body, end = _response(orders, status, request)
            writer.write(head)
            if orders.slow:
                await writer.drain()
                await asyncio.sleep(orders.slow)
            writer.write(body + end)
            await writer.drain()
            if orders.last:
                return

    async def _said(self, endpoint: str, request: http1.Message) -> http2.Said:
        orders, status = await self._arrived(endpoint, request)
        if status is None:
            return http2.Said(failure=orders.failure)
        headers, body, trailers = _content(orders, status, request)
        fields = [(":status", str(status)), *((name.lower(), value) for name, value in headers)]
        return http2.Said(fields, body, trailers, slow=orders.slow)

    def _kind(self, arrival: Arrival) -> tuple[bool, str | None]:
        """Copies that go to several subsets come in any order: each subset counts its own."""
        return arrival.shadow, self.subsets.get(arrival.endpoint) if arrival.shadow else None

    async def _arrived(self, endpoint: str, request: http1.Message) -> tuple[Orders, int | None]:
        """What is ordered, and the status of the answer; None: it fails."""
        arrival = Arrival(endpoint, request.start, tuple(request.headers), request.body, tuple(request.trailers))
        earlier = self.arrivals[request.get(CASE) or ""]
        nth = sum(1 for other in earlier if self._kind(other) == self._kind(arrival))
        earlier.append(arrival)
        orders = Orders.of(request.get("x-echo") or "")
        if orders.delay:
            await asyncio.sleep(orders.delay)
        if _asks(request):
            return orders, 403 if request.get("x-ext") == "deny" else 200
        if nth < orders.fail:
            return orders, int(orders.failure) if orders.failure.isdigit() else None
        return orders, orders.status


def _asks(request: http1.Message) -> bool:
    return request.start.split(" ")[1].startswith(ASKED)


def _verdict(status: int) -> tuple[list[tuple[str, str]], bytes, list[tuple[str, str]]]:
    """What an authorizer answers: headers for the application, for the client, and for nobody."""
    body = b"" if status == 200 else b"not you"
    headers = [("content-length", str(len(body))), ("content-type", "text/plain"), ("x-granted", "yes"), ("x-refused", "by judge"), ("x-noted", "once"), ("x-secret", "s")]
    return headers, body, []


def _content(orders: Orders, status: int, request: http1.Message) -> tuple[list[tuple[str, str]], bytes, list[tuple[str, str]]]:
    """Headers, body and trailers, whatever version carries them; a length where the order is not to be without."""
    method, target, *_ = request.start.split(" ")
    if _asks(request):
        return _verdict(status)
    body = f"{method} {target}\n".encode("latin-1") if orders.size < 0 else b"x" * orders.size
    headers = [("content-type", "text/plain"), ("server", "echo"), ("x-drop", "a"), ("x-keep", "b")]
    if orders.header:
        headers.append(tuple(orders.header.split(":", 1)))
    if orders.grpc >= 0:
        headers[0] = ("content-type", "application/grpc")
    trailers = [("x-trailer", "t")] if orders.trailer else []
    if orders.grpc >= 0:
        trailers.append(("grpc-status", str(orders.grpc)))
    if not orders.chunked and not trailers and status != 204:
        headers.append(("content-length", str(len(body))))
    if method == "HEAD" or status in (204, 304):
        body, trailers = b"", []
    return headers, body, trailers


def _response(orders: Orders, status: int, request: http1.Message) -> tuple[bytes, bytes, bytes]:
    """In HTTP/1: head, body and what ends it."""
    headers, body, trailers = _content(orders, status, request)
    end = b""
    if orders.last:
        headers.append(("connection", "close"))
    if orders.chunked or orders.trailer or orders.grpc >= 0:
        headers.append(("transfer-encoding", "chunked"))
        if not request.start.startswith("HEAD ") and status not in (204, 304):
            body = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
            end = ("0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in trailers) + "\r\n").encode()
    return http1.rendered(f"HTTP/1.1 {status} Echo", headers), body, end
