"""Calls servers, each given as http://host:port/ or tcp://host:port, and says how each went.

One line for each: `mutual` or `plain` where it answered HTTP (by what its agent told it of the
caller), `answered` where it answered a line over TCP, `no` where it did not answer.
"""

import http.client
import json
import socket
import sys
from urllib.parse import urlsplit


def request(host, port):
    connection = http.client.HTTPConnection(host, port, timeout=20)
    connection.request("GET", "/")
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        return "no"
    return "mutual" if "x-forwarded-client-cert" in json.loads(body)["headers"] else "plain"


def line(host, port):
    with socket.create_connection((host, port), 20) as connection:
        connection.settimeout(20)
        connection.sendall(b"hello\n")
        return "answered" if b"hello" in connection.recv(999) else "no"


for url in map(urlsplit, sys.argv[1:]):
    try:
        print((request if url.scheme == "http" else line)(url.hostname, url.port))
    except (OSError, http.client.HTTPException):
        print("no")
