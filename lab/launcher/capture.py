# Writes every frame of an interface to standard output, as a pcap file. tcpdump cannot: it insists on dropping
# privileges, which a user namespace with a single user forbids. Argument: INTERFACE. Ends by a signal.
import signal
import socket
import struct
import sys
import time

MAGIC, SNAP, ETHERNET, ALL_FRAMES = 0xA1B23C4D, 262144, 1, 3  # the magic of nanosecond time stamps
BUFFER_BYTES = 16 << 20

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
    signal.signal(number, signal.SIG_DFL)
frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES))
frames.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)  # as much of it as the kernel grants
frames.bind((sys.argv[1], ALL_FRAMES))
out = sys.stdout.buffer
out.write(struct.pack("=IHHiIII", MAGIC, 2, 4, 0, 0, SNAP, ETHERNET))
out.flush()
print("capturing on " + sys.argv[1], file=sys.stderr, flush=True)
while True:
    frame = frames.recv(SNAP)
    now = time.time_ns()
    out.write(struct.pack("=IIII", now // 10**9, now % 10**9, len(frame), len(frame)) + frame)
    out.flush()
