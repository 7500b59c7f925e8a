import hashlib, socket, threading

connection = socket.create_connection(("server", 9000))


def send():
    with open("/tmp/bytes", "rb") as file:
        connection.sendfile(file)
    connection.shutdown(socket.SHUT_WR)


threading.Thread(target=send).start()
digest, length = hashlib.sha256(), 0
while data := connection.recv(1 << 20):
    digest.update(data)
    length += len(data)
print(length, digest.hexdigest())
