"""A server that says what it was asked: HTTP on 8080, lines over TCP on 9000, datagrams on 9001.

Every answer is one line of JSON and begins with the name of the pod and the address of its caller.
"""

import http.server
import json
import socket
import socketserver
import threading


class Http(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self):
        asked = {
            "pod": socket.gethostname(),
            "client": self.client_address[0],
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.body().decode("latin-1"),
        }
        body = (json.dumps(asked) + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return b"".join(chunks)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        while line := self.rfile.readline():
            self.wfile.write(said(self.client_address, line))


class Datagrams(socketserver.BaseRequestHandler):
    def handle(self):
        self.request[1].sendto(said(self.client_address, self.request[0]), self.client_address)


def said(client, what):
    text = what.decode("latin-1").strip()
    return (json.dumps({"pod": socket.gethostname(), "client": client[0], "said": text}) + "\n").encode()


class HttpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


class LineServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512


for server in (LineServer(("", 9000), Lines), socketserver.UDPServer(("", 9001), Datagrams)):
    threading.Thread(target=server.serve_forever, daemon=True).start()
HttpServer(("", 8080), Http).serve_forever()
