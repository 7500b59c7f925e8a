"""A WebSocket echo server on 8080, by the websockets library of PyPI."""

import sys

sys.path.insert(0, "/opt/app/lib")
from websockets.sync.server import serve


def echo(connection):
    for message in connection:
        connection.send(message)


with serve(echo, "0.0.0.0", 8080, compression=None) as server:
    server.serve_forever()
