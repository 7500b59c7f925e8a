"""A server of connections, by port. Every answer is one line of JSON that names the pod.

9000 answers each line; 7000 and 7001 greet before anything is said; 8443 is TLS and says which name was asked for;
6001 and 6002 give back, in hex, all that came before the line "end".
"""

import json
import pathlib
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading


def said(**what):
    return (json.dumps({"pod": socket.gethostname(), **what}) + "\n").encode()


class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        while line := self.rfile.readline():
            self.wfile.write(said(said=line.decode("latin-1").strip()))


class Greeting(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(said(said="welcome"))
        self.rfile.read()


class Raw(socketserver.StreamRequestHandler):
    def handle(self):
        seen = b""
        while not seen.endswith(b"end\n"):
            more = self.rfile.read1(4096)
            if not more:
                return
            seen += more
        self.wfile.write(said(hex=seen[:-4].hex()))


class Secret(socketserver.StreamRequestHandler):
    def setup(self):
        self.names = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.request = context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self):
        self.wfile.write(said(name=self.names[0]))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512


def certificate():
    file = pathlib.Path(tempfile.mkdtemp()) / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=talk -days 2"
    subprocess.run([*command.split(), "-keyout", file, "-out", f"{file}.crt"], check=True, capture_output=True)
    with file.open("a") as both:
        both.write(pathlib.Path(f"{file}.crt").read_text())
    return file


CERTIFICATE = certificate()
PORTS = {7000: Greeting, 7001: Greeting, 8443: Secret, 6001: Raw, 6002: Raw}
for port, handler in PORTS.items():
    threading.Thread(target=Server(("", port), handler).serve_forever, daemon=True).start()
Server(("", 9000), Lines).serve_forever()
