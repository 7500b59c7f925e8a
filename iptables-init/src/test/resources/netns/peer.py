"""Peers for packet tests: an application, a stand-in for the agent, and callers.

app NAME PORT        prints "ready", answers each TCP connection "NAME saw CALLER", then echoes lines; closes on "quit".
                     The same on UDP.
agent                prints "ready"; 15001 (redirected) and 15006 (transparent); puts its port before what upstream answers,
                     so that an answer reads as the path that it took. Resets what goes to its own ports.
call ADDR PORT [SRCPORT [SRCADDR]]   prints the first line, or why there is none
quit ADDR PORT SRCPORT               as call, then has the application close first
udp ADDR PORT                        the same by UDP
hold ADDR PORT                       as call, then sends each line of stdin and prints the echo
"""
import socket, struct, sys, threading

RESET = struct.pack('ii', 1, 0)


def plain(address):
    return address[7:] if address.startswith('::ffff:') else address


def listen(port, transparent=False):
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    if transparent:
        s.setsockopt(0, 19, 1)
    s.bind(('::', port))
    s.listen(64)
    return s


def serve(listener, handler):
    while True:
        threading.Thread(target=handler, args=listener.accept(), daemon=True).start()


def ready(listener, handler):
    print('ready', flush=True)
    serve(listener, handler)


def app(name, port):
    def handler(c, caller):
        c.sendall(('%s saw %s\n' % (name, plain(caller[0]))).encode())
        for line in c.makefile('rb'):
            if line == b'quit\n':
                break
            c.sendall(line)
        c.shutdown(socket.SHUT_RDWR)
        c.close()

    bound = threading.Event()

    def datagrams():
        u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        u.bind(('::', port))
        bound.set()
        while True:
            _, caller = u.recvfrom(100)
            u.sendto(('%s saw %s\n' % (name, plain(caller[0]))).encode(), caller)

    threading.Thread(target=datagrams, daemon=True).start()
    bound.wait()
    ready(listen(port), handler)


def original(c, caller):
    if caller[0].startswith('::ffff:'):
        raw = c.getsockopt(0, 80, 16)
        return socket.inet_ntoa(raw[4:8]), struct.unpack('!H', raw[2:4])[0]
    raw = c.getsockopt(41, 80, 28)
    return socket.inet_ntop(socket.AF_INET6, raw[8:24]), struct.unpack('!H', raw[2:4])[0]


def relay(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def agent():
    def handler(port):
        def handle(c, caller):
            try:
                to = original(c, caller) if port == 15001 else c.getsockname()[:2]
            except OSError:
                to = ('', port)
            to = (plain(to[0]), to[1])
            if to[1] in (15001, 15006):
                c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                c.close()
                return
            six = ':' in to[0]
            u = socket.socket(socket.AF_INET6 if six else socket.AF_INET)
            u.setsockopt(socket.SOL_SOCKET, 36, 0x539)
            if port == 15006:
                u.setsockopt(*((41, 75, 1) if six else (0, 19, 1)))
                u.setsockopt(0, 24, 1)
                u.bind((plain(caller[0]), 0))
            u.settimeout(2)
            try:
                u.connect(to)
            except OSError:
                c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                c.close()
                return
            u.settimeout(None)
            c.sendall(b'%d ' % port)
            back = threading.Thread(target=relay, args=(u, c), daemon=True)
            back.start()
            relay(c, u)
            back.join()
            u.close()
            c.close()
        return handle

    threading.Thread(target=serve, args=(listen(15001), handler(15001)), daemon=True).start()
    ready(listen(15006, True), handler(15006))


def connect(address, port, source=None):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET)
    s.settimeout(1.5)
    if source:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(source)
    s.connect((address, port))
    return s


def first_line(open_socket):
    try:
        s = open_socket()
        line = s.makefile('rb').readline().decode().strip()
        print(line or 'closed', flush=True)
        return s
    except ConnectionRefusedError:
        print('refused', flush=True)
    except ConnectionResetError:
        print('reset', flush=True)
    except OSError as e:
        print('unanswered' if 'timed out' in str(e) else e, flush=True)


def main(role, *args):
    if role == 'app':
        app(args[0], int(args[1]))
    elif role == 'agent':
        agent()
    elif role == 'udp':
        u = socket.socket(socket.AF_INET6 if ':' in args[0] else socket.AF_INET, socket.SOCK_DGRAM)
        u.settimeout(1.5)
        u.sendto(b'x', (args[0], int(args[1])))
        print(u.recv(100).decode().strip())
    else:
        source = (args[3] if len(args) > 3 else '', int(args[2])) if len(args) > 2 else None
        s = first_line(lambda: connect(args[0], int(args[1]), source))
        if role == 'quit' and s:
            s.sendall(b'quit\n')
            while s.recv(100):
                pass
            s.close()
        if role == 'hold' and s:
            lines = s.makefile('rb')
            for line in sys.stdin.buffer:
                s.sendall(line)
                print(lines.readline().decode().strip() or 'closed', flush=True)


main(*sys.argv[1:])
