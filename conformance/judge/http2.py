"""HTTP/2 with prior knowledge, as both ends of a case speak it: PyPI's h2 does the frames."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .http1 import Message

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
APART_SECONDS = 0.02  # between head and body: whether an answer that is not wanted is reset or just ends must not be chance
CODES = {"reset": 2, "refused": 7}  # INTERNAL_ERROR, REFUSED_STREAM


def available() -> bool:
    try:
        import h2  # noqa: F401
    except ImportError:
        return False
    return True


def errors() -> type[Exception]:
    """What a peer's mistake raises."""
    if not available():
        return ConnectionError
    from h2.exceptions import H2Error

    return H2Error


def _connection(client: bool):
    from h2.config import H2Configuration
    from h2.connection import H2Connection

    loose = {"validate_outbound_headers": False, "normalize_outbound_headers": False, "validate_inbound_headers": False}
    return H2Connection(H2Configuration(client_side=client, header_encoding="latin-1", **loose))


@dataclass
class Stream:
    """What came on one stream."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    informational: list[str] = field(default_factory=list)
    end: str = ""  # ended, reset

    def pseudo(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def fields(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.headers if not name.startswith(":")]


class Peer:
    """One connection's frames: what is written here is sent, what comes is sorted by stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: bool) -> None:
        self.reader, self.writer = reader, writer
        self.connection = _connection(client)
        self.streams: dict[int, Stream] = {}
        self.moved = asyncio.Condition()
        self.connection.initiate_connection()
        self.flush()

    def flush(self) -> None:
        if data := self.connection.data_to_send():
            self.writer.write(data)

    def take(self, data: bytes) -> list[int]:
        """Numbers of the streams that these bytes ended."""
        from h2 import events

        ended = []
        for event in self.connection.receive_data(data):
            number = getattr(event, "stream_id", None)
            stream = self.streams.setdefault(number, Stream()) if number else Stream()
            match event:
                case events.RequestReceived() | events.ResponseReceived():
                    stream.headers = list(event.headers)
                case events.InformationalResponseReceived():
                    stream.informational.append(dict(event.headers)[":status"])
                case events.TrailersReceived():
                    stream.trailers = list(event.headers)
                case events.DataReceived():
                    stream.body += event.data
                    self.connection.acknowledge_received_data(event.flow_controlled_length, number)
                case events.StreamEnded():
                    stream.end = stream.end or "ended"
                    ended.append(number)
                case events.StreamReset():
                    stream.end = stream.end or "reset"
                    ended.append(number)
        self.flush()
        return ended

    async def read(self) -> list[int] | None:
        """As `take` of what comes next; None at the end of the connection."""
        data = await self.reader.read(65536)
        if not data:
            return None
        ended = self.take(data)
        async with self.moved:
            self.moved.notify_all()
        return ended

    async def write(self, number: int, body: bytes, end: bool) -> None:
        """A body, as windows allow."""
        from h2.exceptions import ProtocolError

        while True:
            try:
                room = min(self.connection.local_flow_control_window(number), self.connection.max_outbound_frame_size)
            except ProtocolError:
                return  # the stream is gone
            piece = body[: max(room, 0)]
            if piece or not body:
                body = body[len(piece) :]
                self.connection.send_data(number, piece, end_stream=end and not body)
                self.flush()
            if not body:
                return
            if not piece:
                async with self.moved:
                    await self.moved.wait()


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: list[tuple[str, str]], body: bytes, waits: bool
) -> Stream:
    """One request on a connection of its own; `waits`: its body until it is asked for."""
    peer = Peer(reader, writer, client=True)
    peer.connection.send_headers(1, headers, end_stream=not body)
    peer.flush()
    stream = peer.streams.setdefault(1, Stream())
    while waits and not stream.informational and not stream.end and not stream.headers:
        if await peer.read() is None:
            break
    sending = None
    if body and not stream.end and not (waits and stream.headers):
        sending = asyncio.create_task(peer.write(1, body, end=True))
    try:
        while not stream.end and await peer.read() is not None:
            pass
    finally:
        if sending:
            sending.cancel()
    return stream


@dataclass(frozen=True)
class Said:
    """What a server says on a stream; `failure`: reset, refused or close instead."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    slow: float = 0
    failure: str = ""


async def serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes, answer: Callable[[Message], Awaitable[Said]]
) -> None:
    """All requests of a connection whose first bytes were read."""
    peer = Peer(reader, writer, client=False)
    tasks = set()

    async def one(number: int) -> None:
        from h2.exceptions import ProtocolError

        stream = peer.streams.pop(number, None)
        if stream is None:
            return  # it was reset as it ended
        host = [("host", stream.pseudo(":authority"))] if stream.pseudo(":authority") else []
        start = f"{stream.pseudo(':method')} {stream.pseudo(':path')} HTTP/2"
        said = await answer(Message(start, [*host, *stream.fields], stream.body, stream.trailers))
        try:
            if said.failure == "close":
                writer.close()
            elif said.failure:
                peer.connection.reset_stream(number, CODES[said.failure])
            else:
                more = bool(said.body or said.trailers)
                peer.connection.send_headers(number, said.headers, end_stream=not more)
                peer.flush()
                await asyncio.sleep(said.slow or (APART_SECONDS if more else 0))
                if said.body:
                    await peer.write(number, said.body, end=not said.trailers)
                if said.trailers:
                    peer.connection.send_headers(number, said.trailers, end_stream=True)
            peer.flush()
        except ProtocolError:
            pass  # the stream, or the connection, is gone

    ended = peer.take(first)
    while ended is not None:
        for number in ended:
            if (stream := peer.streams.get(number)) and stream.end == "ended" and stream.headers:
                task = asyncio.create_task(one(number))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        ended = await peer.read()
