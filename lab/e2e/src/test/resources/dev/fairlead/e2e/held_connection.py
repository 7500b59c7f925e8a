"""held_connection.py HOST PORT: one TCP connection; sends each line of standard input and prints the line that comes back."""

import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=20) as connection:
    lines = connection.makefile("rb")
    print("connected", flush=True)
    for line in sys.stdin:
        connection.sendall(line.encode())
        print(lines.readline().decode().strip() or "closed by the peer", flush=True)
