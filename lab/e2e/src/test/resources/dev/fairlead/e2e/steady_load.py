"""steady_load.py URL RATE SECONDS CONNECTIONS: GETs at a steady rate over connections that are kept alive.

Counts answers by the pod that gave them, where they are JSON that names it. Says `started` after the first answers, goes on for SECONDS and then until standard input ends, and prints one line of JSON.
A request that is due while all connections wait is sent late, never left out. No request is tried twice.
"""

import http.client
import itertools
import json
import sys
import threading
import time
import urllib.parse

url = urllib.parse.urlsplit(sys.argv[1])
rate, seconds, connections = int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
target = url.path + ("?" + url.query if url.query else "")
TIMEOUT_SECONDS = 15
FIRST_ANSWERS = 20  # the load is on, and the path is warm

told_to_end = threading.Event()
under_way = threading.Event()
numbers = itertools.count()
statuses, pods, faults, latencies, connects = {}, {}, [], [], [0]
lock = threading.Lock()
begin = time.monotonic()


def requests():
    connection = None
    while True:
        due = next(numbers) / rate
        pause = begin + due - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        if due > seconds and told_to_end.is_set():
            break
        connection = one(connection)
    if connection:
        connection.close()


def one(connection):
    sent = time.monotonic()
    status, fault, local, pod = 0, "", None, None
    try:
        if connection is None:
            connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=TIMEOUT_SECONDS)
            connection.connect()
            connects[0] += 1
        local = connection.sock.getsockname()[1]
        connection.request("GET", target)
        answer = connection.getresponse()
        body = answer.read()
        status = answer.status
        if status == 200:
            pod = json.loads(body).get("pod") if body.startswith(b"{") else None
        else:
            fault = f"{status} {dict(answer.getheaders())} {body[:200]!r}"
        if connection.sock is None:
            connection = None  # the server closes it after this answer
    except (OSError, ValueError, http.client.HTTPException) as error:
        fault = repr(error)
        if connection is not None:
            connection.close()
        connection = None
    took = time.monotonic() - sent
    with lock:
        statuses[str(status)] = statuses.get(str(status), 0) + 1
        latencies.append(took)
        if pod:
            pods[pod] = pods.get(pod, 0) + 1
        if fault:
            faults.append({"at": round(sent - begin, 3), "after": round(took, 3), "port": local, "what": fault})
        if len(latencies) == FIRST_ANSWERS:
            under_way.set()
    return connection


workers = [threading.Thread(target=requests) for _ in range(connections)]
for worker in workers:
    worker.start()
under_way.wait()
print("started", flush=True)
sys.stdin.read()
told_to_end.set()
for worker in workers:
    worker.join()
latencies.sort()
print(
    json.dumps(
        {
            "requests": len(latencies),
            "statuses": statuses,
            "pods": pods,
            "seconds": round(time.monotonic() - begin, 1),
            "connects": connects[0],
            "p50_ms": round(1000 * latencies[len(latencies) // 2], 1),
            "p99_ms": round(1000 * latencies[len(latencies) * 99 // 100], 1),
            "max_ms": round(1000 * latencies[-1], 1),
            "faults": len(faults),
            "first_faults": faults[:12],
        }
    )
)
