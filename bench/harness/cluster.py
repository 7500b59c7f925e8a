"""The cluster directory that a lab would have written for the benchmark's pods."""

import json
import uuid
from pathlib import Path

CONTROL_PLANE = "198.18.0.1"  # the router's, which the first node shares


def write_cluster(cluster: Path, told: dict) -> None:
    """What a lab would write: the user's objects in applied/, nodes, pods and endpoints in observed/."""
    applied = [{"apiVersion": "v1", "kind": "Namespace",
                "metadata": {"name": "default", "annotations": {"fairlead.dev/mesh": "enabled"}}}]  # fmt: skip
    applied += [service_account(name) for name in sorted({pod["account"] for pod in told["pods"]})]
    applied += [service(name, address, told) for name, address in told["services"].items()]
    applied += told["objects"]
    observed = [node(n["name"], n["address"]) for n in told["nodes"]]
    observed += [pod(p) for p in told["pods"]]
    observed += [slice_of(name, told) for name in told["services"]]
    (cluster / "status").mkdir(parents=True)
    write_objects(cluster / "applied", applied)
    write_objects(cluster / "observed", observed)


def service_account(name: str) -> dict:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "default"}}


def service(name: str, address: str, told: dict) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "clusterIP": address,
            "clusterIPs": [address],
            "type": "ClusterIP",
            "selector": {"app": told["serverAccount"]},
            "ports": [{**port, "targetPort": port["port"]} for port in ports(told)],
        },
    }


def ports(told: dict) -> list[dict]:
    """Their names say the protocol, as Istio reads them."""
    return [{"name": f"{told['protocol']}-{port}", "port": port, "protocol": "TCP"} for port in told["ports"]]


def node(name: str, address: str) -> dict:
    metadata = {"name": name, "labels": {"kubernetes.io/hostname": name}}
    addresses = [{"type": "InternalIP", "address": address}]
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "status": {"addresses": addresses}}


def pod(told: dict) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": told["name"], "namespace": "default", "uid": told["uid"],
                     "labels": {"app": told["account"]} | {label: "yes" for label in told["labels"]},
                     "annotations": {} if told["netns"] else {"fairlead.dev/mesh": "disabled"}},
        "spec": {"nodeName": told["node"], "serviceAccountName": told["account"]},
        "status": {"phase": "Running", "podIP": told["address"], "podIPs": [{"ip": told["address"]}],
                   "conditions": [{"type": "Ready", "status": "True"}]},
    }  # fmt: skip


def slice_of(service_name: str, told: dict) -> dict:
    """Every server pod stands behind every service."""

    def endpoint(server: dict) -> dict:
        target = {"kind": "Pod", "name": server["name"], "namespace": "default", "uid": server["uid"]}
        ready = {"ready": True, "serving": True, "terminating": False}
        return {"addresses": [server["address"]], "conditions": ready, "nodeName": server["node"], "targetRef": target}

    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": f"{service_name}-1", "namespace": "default",
                     "labels": {"kubernetes.io/service-name": service_name}},
        "addressType": "IPv4",
        "endpoints": [endpoint(p) for p in told["pods"] if p["account"] == told["serverAccount"]],
        "ports": ports(told),
    }  # fmt: skip


def write_objects(root: Path, objects: list[dict]) -> None:
    """One batch of an object directory: <group|core>/<Kind>/<namespace|_>/<name>.json and REVISION 1."""
    for value in objects:
        group = value["apiVersion"].rpartition("/")[0] or "core"
        metadata = value["metadata"]
        metadata.setdefault("uid", str(uuid.uuid4()))
        metadata |= {"creationTimestamp": "2026-01-01T00:00:00Z", "generation": 1, "resourceVersion": "1"}
        folder = root / group / value["kind"] / metadata.get("namespace", "_")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{metadata['name']}.json").write_text(json.dumps(value, indent=1))
    (root / "REVISION").write_text("1\n")


def compiled(cluster: Path) -> bool:
    """Whether pilot-lite has taken the objects; RuntimeError with its words when it refused one."""
    status = cluster / "status"
    for path in status.glob("*/*/*/*.json"):
        for condition in json.loads(path.read_text()).get("conditions", []):
            if condition.get("type") == "Accepted" and condition.get("status") == "False":
                raise RuntimeError(f"pilot-lite refused {path.relative_to(status)}: {condition.get('message')}")
    return (status / "fairlead.dev/PilotStatus/_/pilot.json").exists()
