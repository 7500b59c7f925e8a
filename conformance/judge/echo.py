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

from . import http1

CASE = "x-case"


@dataclass(frozen=True)
class Orders:
    """How to misbehave."""

    status: int = 200
    delay: float = 0  # seconds before the head
    slow: float = 0  # seconds between head and body
    fail: int = 0  # this many first arrivals of the case are answered with `failure`
    failure: str = "503"  # a status, reset, or close
    size: int = -1  # bytes of body; -1: a line that names the request
    chunked: int = 0
    trailer: int = 0
    grpc: int = -1  # the answer is a gRPC one with that status
    header: str = ""  # NAME:VALUE
    last: int = 0  # the connection ends with the answer

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

    @property
    def shadow(self) -> bool:
        host = next((value for name, value in self.headers if name.lower() == "host"), "")
        return "-shadow" in host


class Echo:
    """All endpoints. `arrivals` has what each case brought, in order."""

    def __init__(self, subsets: dict[str, str]) -> None:
        self.subsets = subsets  # by address
        self.arrivals: dict[str, list[Arrival]] = defaultdict(list)
        self._tasks: set[asyncio.Task] = set()

    async def serve(self, listening: socket.socket) -> None:
        await asyncio.start_server(self._connection, sock=listening, limit=http1.LIMIT)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            endpoint = writer.get_extra_info("sockname")[0]
            while (request := await http1.read_head(reader)) is not None:
                if "100-continue" in (request.get("expect") or ""):
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                await http1.read_body(reader, request, until_close=False)
                if not await self._answer(writer, endpoint, request):
                    break
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, endpoint: str, request: http1.Message) -> bool:
        """Whether the connection goes on."""
        arrival = Arrival(endpoint, request.start, tuple(request.headers), request.body)
        earlier = self.arrivals[request.get(CASE) or ""]
        nth = sum(1 for other in earlier if other.shadow == arrival.shadow)
        earlier.append(arrival)
        orders = Orders.of(request.get("x-echo") or "")
        if orders.delay:
            await asyncio.sleep(orders.delay)
        status = orders.status
        if nth < orders.fail:
            if orders.failure in ("reset", "close"):
                if orders.failure == "reset":
                    linger = struct.pack("ii", 1, 0)
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False
            status = int(orders.failure)
        head, body, end = _response(orders, status, request)
        writer.write(head)
        if orders.slow:
            await writer.drain()
            await asyncio.sleep(orders.slow)
        writer.write(body + end)
        await writer.drain()
        return not orders.last


def _response(orders: Orders, status: int, request: http1.Message) -> tuple[bytes, bytes, bytes]:
    method, target, *_ = request.start.split(" ")
    body = f"{method} {target}\n".encode("latin-1") if orders.size < 0 else b"x" * orders.size
    headers = [("content-type", "text/plain"), ("server", "echo"), ("x-drop", "a"), ("x-keep", "b")]
    if orders.header:
        headers.append(tuple(orders.header.split(":", 1)))
    if orders.last:
        headers.append(("connection", "close"))
    if orders.grpc >= 0:
        headers[0] = ("content-type", "application/grpc")
    bodiless = method == "HEAD" or status in (204, 304)
    if orders.chunked or orders.trailer or orders.grpc >= 0:
        headers.append(("transfer-encoding", "chunked"))
        trailers = "x-trailer: t\r\n" if orders.trailer else ""
        trailers += f"grpc-status: {orders.grpc}\r\n" if orders.grpc >= 0 else ""
        end = f"0\r\n{trailers}\r\n".encode()
        body = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
    else:
        if status != 204:
            headers.append(("content-length", str(len(body))))
        end = b""
    if bodiless:
        body = end = b""
    return http1.rendered(f"HTTP/1.1 {status} Echo", headers), body, end
