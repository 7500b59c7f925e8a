"""The agent as a contender: brought up by the script agent-up, which says here what it needs to be told."""

import json
import os
import select
import subprocess
import time
from pathlib import Path

from . import mesh
from .lab import Lab, Pod
from .proxy import Proxy

READY_SECONDS = 60


def start(lab: Lab, pod: Pod, core: int, control_core: int) -> Proxy:
    """
    Runs `agent-up` in the router's namespace. It gets one JSON file as argument (see `request`), has to enrol the pod,
    to run the agent on `core` and all else on `controlCore`, and to print one line `ready pid=PID
    start_to_ready_ms=N` once a request of the pod would be carried. On SIGTERM it ends what it started.
    """
    folder = lab.scratch / pod.name
    folder.mkdir(mode=0o700)
    (folder / "request.json").write_text(json.dumps(request(lab, pod, core, control_core), indent=1))
    script = Path(__file__).resolve().parent.parent / "agent-up"
    process = lab.start([str(script), str(folder / "request.json")], stdout=subprocess.PIPE)
    fields = dict(part.split("=", 1) for part in _ready_line(lab, process).split()[1:])
    return Proxy("agent", int(fields["pid"]), pod, float(fields["start_to_ready_ms"]))


def _ready_line(lab: Lab, process: subprocess.Popen) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + READY_SECONDS
    while (left := deadline - time.monotonic()) > 0 and select.select([process.stdout], [], [], left)[0]:
        line = process.stdout.readline()
        if line.startswith("ready "):
            return line
        if not line:
            break
    raise RuntimeError(f"the agent is not ready: {lab.log_of(process, 40)}")


def request(lab: Lab, pod: Pod, core: int, control_core: int) -> dict:
    """What agent-up is told."""
    return {
        "dist": os.environ.get("FAIRLEAD_DIST", ""),
        "folder": str(lab.scratch / pod.name),
        "core": core,
        "controlCore": control_core,
        "pod": {"name": pod.name, "netns": str(pod.netns), "address": pod.addresses[0]},
        "port": mesh.PORT,
        "services": {service: mesh.virtual_ip(service) for service in mesh.SERVICES},
        "endpoints": mesh.ENDPOINTS,
        "objects": mesh.istio_objects(),
        "target": {"service": mesh.TARGET, "url": mesh.THROUGH_SERVICE.url, "host": mesh.HOST},
    }
