"""A small threaded HTTP/1.1 server with keep-alive: a role is a function from Request to Response."""

import json
import signal
import socket
import socketserver
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

MAX_BODY_BYTES = 64 * 1024  # the only body that the shop reads is a login form
IDLE_SECONDS = 75.0  # a kept connection that says nothing for so long is closed


@dataclass(frozen=True)
class Request:
    """What a role sees of a request; header names are looked up without regard to case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    def form(self) -> dict[str, str]:
        """The first value of each field of a posted form."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}


@dataclass(frozen=True)
class Response:
    """A whole answer; Content-Length is added by the server."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = field(default=())


Role = Callable[[Request], Response]


def json_response(value: object, status: int = 200) -> Response:
    return Response(status, json.dumps(value).encode())


def html_response(page: str) -> Response:
    return Response(200, page.encode(), "text/html; charset=utf-8")


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A thread a connection. Binds both families where the host has IPv6, all addresses."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, port: int, name: str, role: Role, host: str = "") -> None:
        self.name = name
        self.role = role
        dual = not host and socket.has_dualstack_ipv6()
        self.address_family = socket.AF_INET6 if dual else socket.AF_INET
        self._dual = dual
        super().__init__(("::" if dual else host, port), _Handler)

    def server_bind(self) -> None:
        if self._dual:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of ours; anything else is named in one line."""
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError)):
            log(self.name, f"error client={client_address} reason={error!r}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = IDLE_SECONDS
    server: Server

    def handle_expect_100(self) -> bool:
        proceed = super().handle_expect_100()
        self.wfile.flush()  # the client waits for this before it sends the body
        return proceed

    def _handle(self) -> None:
        started = time.monotonic()
        response = self._answer()
        self.send_response_only(response.status)
        self.send_header("Server", f"bookinfo-{self.server.name}")
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self._log(response, started)

    def _answer(self) -> Response:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            return json_response({"error": "the body needs a Content-Length of at most 64 KiB"}, 413)
        body = self.rfile.read(int(length))
        path = urlsplit(self.path).path
        try:
            return self.server.role(Request(self.command, path, self.headers, body))
        except Exception as error:  # the shop stays open: one bad request is one 500
            log(self.server.name, f"error path={path} reason={error!r}")
            return json_response({"error": "internal error"}, 500)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _handle

    def _log(self, response: Response, started: float) -> None:
        millis = (time.monotonic() - started) * 1000
        user = self.headers.get("end-user", "-")
        request_id = self.headers.get("x-request-id", "-")
        log(
            self.server.name,
            f"{self.command} {self.path} status={response.status} ms={millis:.1f}"
            f" client={self._client()} user={user!r} request_id={request_id!r}",
        )

    def _client(self) -> str:
        return self.client_address[0].removeprefix("::ffff:")  # an IPv4 peer of a socket for both families

    def log_message(self, format: str, *args: object) -> None:
        """Errors that the base class finds in a request, such as a bad request line."""
        log(self.server.name, f"client={self._client()} " + format % args)


def log(name: str, message: str) -> None:
    line = "".join(c if c.isprintable() else "?" for c in message)
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {name} {line}\n")


def serve(server: Server) -> None:
    """Serves until SIGTERM or Ctrl-C. As process 1 of a pod, without a handler SIGTERM would do nothing."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    log(server.name, f"listening port={server.server_address[1]}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
