"""HTTP/1 as both ends of a case speak it: plain enough to send what no library would."""

import asyncio
from dataclasses import dataclass, field

LIMIT = 1 << 20  # of a head, and of a line


@dataclass
class Message:
    """A request or a response as it came: names as sent, values stripped."""

    start: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    complete: bool = True

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def get(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


def rendered(start: str, headers: list[tuple[str, str]], body: bytes = b"") -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


async def read_head(reader: asyncio.StreamReader, first: bytes = b"") -> Message | None:
    """After its first bytes. None at the end of the connection; IncompleteReadError where it ends inside a head."""
    try:
        raw = first + await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    start, *lines = raw[:-4].decode("latin-1").split("\r\n")
    return Message(start, [_field(line) for line in lines])


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()


async def read_body(reader: asyncio.StreamReader, message: Message, until_close: bool) -> None:
    """Fills body, trailers and complete; `until_close`: a message without a length ends with its connection."""
    try:
        if "chunked" in (message.get("transfer-encoding") or "").lower():
            await _read_chunks(reader, message)
        elif length := message.get("content-length"):
            message.body = await reader.readexactly(int(length))
        elif until_close:
            while data := await reader.read(65536):
                message.body += data
    except asyncio.IncompleteReadError as error:
        message.body += error.partial
        message.complete = False
    except (ConnectionError, ValueError):
        message.complete = False


async def _read_chunks(reader: asyncio.StreamReader, message: Message) -> None:
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        message.body += (await reader.readexactly(size + 2))[:-2]
    while line := (await reader.readuntil(b"\r\n"))[:-2]:
        message.trailers.append(_field(line.decode("latin-1")))
