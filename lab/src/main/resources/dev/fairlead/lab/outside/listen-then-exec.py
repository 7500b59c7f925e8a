# Binds listeners on 127.0.0.1 of the host, then becomes the lab: what it holds open, the lab inherits.
# Arguments: FILE NAME:PORT… -- COMMAND…; writes "NAME FD PORT" lines to FILE. A taken port: the next free one.
import os
import socket
import sys

end = sys.argv.index("--")
lines = []
for wish in sys.argv[2:end]:
    name, port = wish.rsplit(":", 1)
    port = int(port)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    while True:
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(128)
            break
        except OSError:
            port += 1
            if port > 65535:
                sys.exit("no free port for " + name)
            listener.close()
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    os.set_inheritable(listener.fileno(), True)
    lines.append("%s %d %d\n" % (name, listener.detach(), port))
with open(sys.argv[1] + ".new", "w") as out:
    out.writelines(lines)
os.rename(sys.argv[1] + ".new", sys.argv[1])
os.setsid()
os.execvp(sys.argv[end + 1], sys.argv[end + 1:])
