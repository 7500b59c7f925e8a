"""The caller of every case: one connection a request, in a pod's network namespace."""

import asyncio
import contextlib
import ctypes
import os
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from . import http1, http2

CLONE_NEWNET = 0x40000000
PATIENCE_SECONDS = 20
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Answer:
    """What the caller saw: a response, or how the connection ended without one."""

    outcome: str  # status, or closed, reset, silent, no TLS
    version: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    complete: bool = True
    informational: list[str] = field(default_factory=list)


class Namespace:
    """Makes sockets that live in a pod's network; a socket stays where it was made."""

    tls: dict = {}  # how TLS is begun on them, in asyncio's words

    def __init__(self, path: Path) -> None:
        self._own = os.open("/proc/self/ns/net", os.O_RDONLY)
        self._other = os.open(path, os.O_RDONLY)

    def socket(self) -> socket.socket:
        _enter(self._other)
        try:
            return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        finally:
            _enter(self._own)


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


async def ask(namespace: Namespace, address: tuple[str, int], raw: list[bytes], method: str) -> Answer:
    """Sends the pieces of a request and reads its answer; after a first piece that ends in a head it waits for 100."""
    try:
        return await asyncio.wait_for(_ask(namespace, address, raw, method), PATIENCE_SECONDS)
    except TimeoutError:
        return Answer("silent")


async def ask_http2(
    namespace: Namespace, address: tuple[str, int], headers: list[tuple[str, str]], body: bytes, waits: bool
) -> Answer:
    """The same in HTTP/2."""
    try:
        return await asyncio.wait_for(_ask_http2(namespace, address, headers, body, waits), PATIENCE_SECONDS)
    except TimeoutError:
        return Answer("silent")


def _end(connection: socket.socket, writer: asyncio.StreamWriter | None) -> None:
    if writer is not None and writer.get_extra_info("ssl_object") is not None:
        writer.transport.abort()  # it closes the socket, later
        return
    if writer is not None:
        writer.close()
    with contextlib.suppress(OSError):
        connection.close()


async def ask_bytes(namespace: Namespace, address: tuple[str, int], said: bytes) -> Answer:
    """What comes back to some bytes until the connection ends; that nothing does is `closed`, however it is said."""
    try:
        return await asyncio.wait_for(_ask_bytes(namespace, address, said), PATIENCE_SECONDS)
    except TimeoutError:
        return Answer("silent")


async def _ask_bytes(namespace: Namespace, address: tuple[str, int], said: bytes) -> Answer:
    connection = namespace.socket()
    connection.setblocking(False)
    writer, heard = None, b""
    try:
        await asyncio.get_running_loop().sock_connect(connection, address)
        reader, writer = await asyncio.open_connection(sock=connection, limit=http1.LIMIT, **namespace.tls)
        writer.write(said)
        while piece := await reader.read(65536):
            heard += piece
    except OSError:
        pass  # a reset, before TLS or after
    finally:
        _end(connection, writer)
    return Answer("answered" if heard else "closed", body=heard)


async def _ask_http2(
    namespace: Namespace, address: tuple[str, int], headers: list[tuple[str, str]], body: bytes, waits: bool
) -> Answer:
    connection = namespace.socket()
    connection.setblocking(False)
    writer = None
    try:
        await asyncio.get_running_loop().sock_connect(connection, address)
        reader, writer = await asyncio.open_connection(sock=connection, limit=http1.LIMIT, **namespace.tls)
        said = await http2.ask(reader, writer, headers, body, waits)
        if not said.headers:
            return Answer(said.end or "closed", informational=said.informational)
        status = said.pseudo(":status")
        return Answer(status, "HTTP/2", said.fields, said.body, said.trailers, said.end == "ended", said.informational)
    except ConnectionError:
        return Answer("reset")
    except ssl.SSLError as error:
        return Answer(f"no TLS: {error.reason}")
    except http2.errors() as error:
        return Answer(f"malformed: {error}")
    finally:
        _end(connection, writer)


async def _ask(namespace: Namespace, address: tuple[str, int], raw: list[bytes], method: str) -> Answer:
    connection = namespace.socket()
    connection.setblocking(False)
    writer = None
    try:
        await asyncio.get_running_loop().sock_connect(connection, address)
        reader, writer = await asyncio.open_connection(sock=connection, limit=http1.LIMIT, **namespace.tls)
        writer.write(raw[0])
        rest, informational = list(raw[1:]), []
        while True:
            head = await http1.read_head(reader)
            if head is None:
                return Answer("closed", informational=informational)
            version, status, *_ = head.start.split(" ", 2)
            if status[:1] != "1" or status == "101":
                break
            informational.append(status)
            if rest:
                writer.write(rest.pop(0))
        if method != "HEAD" and status not in ("204", "304"):
            await http1.read_body(reader, head, until_close=True)
        return Answer(status, version, head.headers, head.body, head.trailers, head.complete, informational)
    except (ConnectionResetError, BrokenPipeError):
        return Answer("reset")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        return Answer("closed")
    except ssl.SSLError as error:
        return Answer(f"no TLS: {error.reason}")
    except OSError as error:
        return Answer(f"not connected: {os.strerror(error.errno or 0)}")
    finally:
        _end(connection, writer)
