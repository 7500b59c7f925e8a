"""Sends COUNT messages to URL, many under way at once, and reads their echoes: websocket_client.py URL COUNT.

Ends with one line of JSON: how many came back as they were sent and in order, and how the connection closed.
"""

import json
import sys
import threading

sys.path.insert(0, "/opt/app/lib")
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

url, count = sys.argv[1], int(sys.argv[2])


def message(number):
    text = f"{number}:" + "x" * (number * 37 % 2000)
    return text if number % 2 else text.encode()


echoed, fault = 0, ""
with connect(url, compression=None, open_timeout=30) as connection:
    sender = threading.Thread(target=lambda: [connection.send(message(i)) for i in range(count)], daemon=True)
    sender.start()
    try:
        for number in range(count):
            if connection.recv(timeout=60) != message(number):
                fault = f"message {number} came back changed"
                break
            echoed += 1
    except (ConnectionClosed, TimeoutError) as error:
        fault = f"after {echoed}: {error}"
    connection.close()
print(json.dumps({"echoed": echoed, "fault": fault, "close": connection.close_code}))
