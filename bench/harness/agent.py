"""The agents as a contender: brought up by the script agent-up, which says here what it needs to be told."""

import json
import os
import select
import subprocess
import time
import uuid
from pathlib import Path

from . import mesh, tls
from .cluster import CONTROL_PLANE
from .lab import Lab, Pod
from .mesh import Scene
from .proxy import Proxy

READY_SECONDS = 60


def start(
    lab: Lab, client: Pod, server: Pod | None, scene: Scene, probe: list[str], core: int, control_core: int
) -> Proxy:
    """
    Runs `agent-up` in the router's namespace. It gets one JSON file as argument (see `request`), has to enrol the pods,
    to run the agents on `core` and all else on `controlCore`, and to print one line `ready pids=PID[,PID]
    start_to_ready_ms=N` once a request of the client pod would be carried. On SIGTERM it ends what it started.
    """
    folder = lab.scratch / client.name
    folder.mkdir(mode=0o700)
    told = request(client, server, scene, second_node(lab) if scene.workload.mtls else None)
    if scene.workload.inbound:  # by a caller of the same root
        root = tls.root(lab)
        told["root"] = {"ca-cert.pem": str(root.certificate), "root-cert.pem": str(root.certificate), "ca-key.pem": str(root.key)}
    told |= {"folder": str(folder), "core": core, "controlCore": control_core}
    told["probe"] = ["nsenter", f"--net={client.netns}", *probe]
    (folder / "request.json").write_text(json.dumps(told, indent=1))
    script = Path(__file__).resolve().parent.parent / "agent-up"
    process = lab.start([str(script), str(folder / "request.json")], stdout=subprocess.PIPE)
    fields = dict(part.split("=", 1) for part in _ready_line(lab, process).split()[1:])
    return Proxy("agent", tuple(map(int, fields["pids"].split(","))), client, float(fields["start_to_ready_ms"]))


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


def second_node(lab: Lab) -> Pod:
    """Where the server pod's agent lives, whose ports the first one has on the router."""
    return lab.pod("node-2", "198.18.3.2")


def request(client: Pod, server: Pod | None, scene: Scene, second: Pod | None) -> dict:
    """What agent-up is told of the mesh: one pod for each address that stands for subsets, enrolled with mTLS only."""
    nodes = [{"name": "node-1", "address": CONTROL_PLANE, "netns": None}]
    if second:
        nodes.append({"name": second.name, "address": second.addresses[0], "netns": str(second.netns)})
    pods = [_pod(client.name, mesh.CLIENT_ACCOUNT, client.addresses[0], [], "node-1", client)]
    for number, address in enumerate(sorted(set(scene.endpoints.values()))):
        labels = [mesh.subset_label(subset) for subset in scene.subsets_of(address)]
        node = nodes[-1]["name"]
        pods.append(_pod(f"server-{number}", mesh.SERVER_ACCOUNT, address, labels, str(node), server))
    return {
        "dist": os.environ.get("FAIRLEAD_DIST", ""),
        "protocol": scene.workload.protocol,
        "ports": scene.workload.ports,
        "services": {service: mesh.virtual_ip(service) for service in mesh.SERVICES},
        "serverAccount": mesh.SERVER_ACCOUNT,
        "objects": mesh.istio_objects(scene.workload),
        "nodes": nodes,
        "pods": pods,
    }


def _pod(name: str, account: str, address: str, labels: list[str], node: str, enrolled: Pod | None) -> dict:
    return {
        "name": name,
        "uid": str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
        "account": account,
        "address": address,
        "labels": labels,
        "node": node,
        "netns": str(enrolled.netns) if enrolled else None,
    }
