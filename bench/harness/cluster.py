"""The cluster directory that a lab would have written for the benchmark's pods."""

import json
import uuid
from pathlib import Path

NODE = "node-1"
ADDRESS = "198.18.0.1"  # of the node, the control plane and the router in one: they share a namespace
CLIENT_UID = "c11e0000-0000-4000-8000-000000000001"
SERVER_UIDS = {"v1": "5e120000-0000-4000-8000-000000000001", "v2": "5e120000-0000-4000-8000-000000000002"}


def write_cluster(cluster: Path, told: dict) -> None:
    """What a lab would write: the user's objects in applied/, nodes, pods and endpoints in observed/."""
    applied = [{"apiVersion": "v1", "kind": "Namespace",
                "metadata": {"name": "default", "annotations": {"fairlead.dev/mesh": "enabled"}}}]  # fmt: skip
    applied += [service_account("client"), service_account("server")]
    applied += [service(name, address, told["port"]) for name, address in told["services"].items()]
    applied += told["objects"]
    observed = [node(), pod(told["pod"]["name"], CLIENT_UID, "client", told["pod"]["address"], {"app": "client"})]
    for version, address in told["endpoints"].items():
        # One server pod of each version stands behind every service.
        observed.append(pod(f"server-{version}", SERVER_UIDS[version], "server", address,
                            {"app": "server", "version": version}, {"fairlead.dev/mesh": "disabled"}))  # fmt: skip
    observed += [slice_of(name, told) for name in told["services"]]
    (cluster / "status").mkdir(parents=True)
    write_objects(cluster / "applied", applied)
    write_objects(cluster / "observed", observed)


def service_account(name: str) -> dict:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "default"}}


def service(name: str, address: str, port: int) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "clusterIP": address,
            "clusterIPs": [address],
            "type": "ClusterIP",
            "selector": {"app": "server"},
            "ports": [{"name": "http", "port": port, "targetPort": port, "protocol": "TCP"}],
        },
    }


def node() -> dict:
    addresses = [{"type": "InternalIP", "address": ADDRESS}]
    metadata = {"name": NODE, "labels": {"kubernetes.io/hostname": NODE}}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "status": {"addresses": addresses}}


def pod(
    name: str, uid: str, account: str, address: str, labels: dict[str, str], annotations: dict[str, str] | None = None
) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "uid": uid, "labels": labels,
                     "annotations": annotations or {}},
        "spec": {"nodeName": NODE, "serviceAccountName": account},
        "status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
                   "conditions": [{"type": "Ready", "status": "True"}]},
    }  # fmt: skip


def slice_of(service_name: str, told: dict) -> dict:
    def endpoint(version: str, address: str) -> dict:
        target = {"kind": "Pod", "name": f"server-{version}", "namespace": "default", "uid": SERVER_UIDS[version]}
        ready = {"ready": True, "serving": True, "terminating": False}
        return {"addresses": [address], "conditions": ready, "nodeName": NODE, "targetRef": target}

    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": f"{service_name}-1", "namespace": "default",
                     "labels": {"kubernetes.io/service-name": service_name}},
        "addressType": "IPv4",
        "endpoints": [endpoint(version, address) for version, address in told["endpoints"].items()],
        "ports": [{"name": "http", "port": told["port"], "protocol": "TCP"}],
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
