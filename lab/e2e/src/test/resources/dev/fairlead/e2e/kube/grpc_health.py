"""A gRPC health service on port 9090 that is always SERVING: as much of HTTP/2 as the kubelet's probe asks for."""
import socket
import struct
import threading

DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
ACK = END_STREAM = 1
END_HEADERS = 4


def exactly(connection, count):
    content = b""
    while len(content) < count:
        more = connection.recv(count - len(content))
        if not more:
            raise ConnectionError
        content += more
    return content


def frame(kind, flags, stream, content=b""):
    return struct.pack(">I", len(content))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + content


def literal(name, value):
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def answer(stream):
    head = b"\x88" + literal(b"content-type", b"application/grpc")
    return (frame(HEADERS, END_HEADERS, stream, head) + frame(DATA, 0, stream, b"\0\0\0\0\2\x08\1")
            + frame(HEADERS, END_HEADERS | END_STREAM, stream, literal(b"grpc-status", b"0")))


def serve(connection):
    with connection:
        try:
            exactly(connection, len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
            connection.sendall(frame(SETTINGS, 0, 0))
            while True:
                head = exactly(connection, 9)
                kind, flags, stream = head[3], head[4], struct.unpack(">I", head[5:])[0]
                content = exactly(connection, struct.unpack(">I", b"\0" + head[:3])[0])
                if kind in (SETTINGS, PING) and not flags & ACK:
                    connection.sendall(frame(kind, ACK, 0, content if kind == PING else b""))
                if kind in (HEADERS, DATA) and flags & END_STREAM:
                    connection.sendall(answer(stream))
        except OSError:
            pass


listener = socket.create_server(("::", 9090), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
