"""Everything a case needs: namespaces, control plane, the agent's pod and the Envoy's, servers; and one way to change the mesh."""

import asyncio
import json
import os
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from harness import cluster
from harness.cluster import CONTROL_PLANE
from harness.envoy import OUTBOUND_RULES, SO_MARK
from harness.lab import Lab, Pod

from .client import Namespace
from .echo import Echo
from .served import ADDRESSES, AUTHORIZER, UIDS, Served

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 300
FORCE_SECONDS = 90
TAP_PORT = 15999
PORTS = {"http": 8000}
SUBSETS = {"198.18.2.11": "v1", "198.18.2.12": "v1", "198.18.2.21": "v2", "198.18.2.22": "v2", "198.18.2.31": "v3"}
SLOTS = 20  # services that stand side by side, each with a configuration of its own
SENTINEL = "sentinel"
MARK = 207  # what it answers once a batch is in force, and nothing else does
REFUSING = ("gone", "198.18.2.41")  # a service whose endpoint has no listener, and one whose never answers
SILENT = ("late", "198.18.2.51")
CONNECT_SECONDS = 0.3  # how long the silent one is waited for
CLIENT_UID = "uid-client"


def service_address(slot: int) -> str:
    return f"198.19.0.{10 + slot}"


SENTINEL_ADDRESS = service_address(SLOTS)


class Refused(Exception):
    """Objects that pilot-lite refused: by name, what it said."""

    def __init__(self, said: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in said.items()))
        self.said = said


class World:
    """Owner of the processes and of the cluster directory. Runs inside namespaces of its own (see main)."""

    def __init__(self, envoy: Path, dist: Path) -> None:
        self.lab = Lab()
        self.dist = dist
        self.folder = self.lab.scratch / "mesh"
        self.folder.mkdir(mode=0o700)
        self.cluster = self.folder / "cluster"
        self.mutations = self.folder / "mutations"
        self.batch = 0
        self.revision = 1
        self._written: set[Path] = set()
        agent_pod = self.lab.pod("client", "198.18.1.10")
        envoy_pod = self.lab.pod("judge", "198.18.1.20")
        server = self.lab.pod("server", *SUBSETS, REFUSING[1], *map(service_address, range(SLOTS + 1)))
        self.lab.run(["ip", "route", "add", "blackhole", SILENT[1]])
        self.served = Served(self.lab, self.folder)
        self.sides = {"agent": Namespace(agent_pod.netns), "envoy": Namespace(envoy_pod.netns)}
        self.echo = Echo(SUBSETS | dict.fromkeys(ADDRESSES.values(), "application"))
        self._server = Namespace(server.netns)
        write_mesh(self.cluster, *self.served.objects())
        self._agent(agent_pod)
        self._tap()
        self._envoy(envoy_pod, envoy)
        self.served.start(envoy, bootstrap(self.served.admin, UIDS["envoy"]))
        self._await(self.served.envoy, lambda: self.served.admin.exists() and "LIVE" in _get(self.served.admin, "/ready"))

    async def serve(self) -> None:
        """Endpoints, and the services' own addresses for what passes through."""
        for address in (*SUBSETS, *map(service_address, range(SLOTS + 1))):
            for port in PORTS.values():
                listening = self._server.socket()
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind((address, port))
                listening.listen(512)
                listening.setblocking(False)
                await self.echo.serve(listening)
        await self.served.serve(self.echo)

    def close(self) -> None:
        self.lab.close()

    def _agent(self, pod: Pod) -> None:
        told = {
            "dist": str(self.dist),
            "folder": str(self.folder),
            "core": _cores(),
            "controlCore": _cores(),
            "nodes": [{"name": "node-1", "address": CONTROL_PLANE, "netns": None}],
            "pods": [_pod("client", CLIENT_UID, pod.addresses[0], str(pod.netns)), self.served.pod("agent")],
            "probe": ["true"],
        }
        request = self.folder / "request.json"
        request.write_text(json.dumps(told))
        process = self.mesh = self.lab.start([str(ROOT / "bench/agent-up"), str(request)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        if not process.stdout.readline().startswith("ready"):
            raise RuntimeError(f"the mesh does not come up: {self.lab.log_of(process, 40)}")

    def _tap(self) -> None:
        """What stands between pilot-lite and the Envoy: see Tap.java."""
        certificate, key = self.served.certificates()
        java = Path(os.environ["JAVA_HOME"]) / "bin/java" if "JAVA_HOME" in os.environ else Path("java")
        options = ["-Xmx96m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"]
        files = [self.folder / "node-node-1.token", self.folder / "root.pem", certificate, key, self.mutations]
        command = [str(java), *options, "-cp", f"{self.dist}/lib/*", str(ROOT / "conformance/Tap.java"), str(TAP_PORT),
                   f"{CONTROL_PLANE}:15012", *map(str, files)]  # fmt: skip
        self.tap = self.lab.start(command)
        self._await(self.tap, lambda: _accepts(TAP_PORT))

    def _envoy(self, pod: Pod, program: Path) -> None:
        self.lab.run(["iptables-restore"], pod, input=OUTBOUND_RULES)
        self.envoy_admin = self.folder / "envoy.sock"
        self.agent_admin = self.folder / "node-1" / "admin.sock"
        config = self.folder / "envoy.json"
        config.write_text(json.dumps(bootstrap(self.envoy_admin, CLIENT_UID), indent=1))
        flags = ["--concurrency", "1", "--disable-hot-restart", "-l", os.environ.get("FAIRLEAD_JUDGE_LOG", "warning")]
        self.envoy = self.lab.start([str(program), "-c", str(config), *flags], pod)
        self._await(self.envoy, lambda: self.envoy_admin.exists() and "LIVE" in _get(self.envoy_admin, "/ready"))

    def _await(self, process: subprocess.Popen, ready) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process.args[0]} is not ready: {self.lab.log_of(process)}")
            time.sleep(0.02)

    async def apply(self, objects: list[dict]) -> dict[str, str]:
        """
        Makes these the mesh's only objects beside its own, and returns when agent and Envoy have them in force. What
        pilot-lite refused, by kind/name.
        """
        self.batch += 1
        self.echo.close_idle()
        self.revision += 1
        stamp = f"/batch-{self.batch}"
        mark = {"match": [{"uri": {"exact": stamp}}], "directResponse": {"status": MARK}}
        wanted = [*objects, virtual_service(SENTINEL, {"hosts": [SENTINEL], "http": [mark]}), self.served.gate(stamp)]
        written = {self._write(value) for value in wanted}
        for gone in self._written - written:
            gone.unlink()
        self._written = written
        _replace(self.cluster / "applied/REVISION", f"{self.revision}\n")
        await self._in_force(stamp)
        await self.served.in_force(stamp)
        return self._refusals(objects)

    def _write(self, value: dict) -> Path:
        metadata = value["metadata"] | {"uid": f"uid-{value['kind']}-{value['metadata']['name']}",
                                        "creationTimestamp": "2026-01-01T00:00:00Z", "generation": self.revision,
                                        "resourceVersion": str(self.revision)}  # fmt: skip
        path = _path(self.cluster / "applied", value)
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, json.dumps(value | {"metadata": metadata}))
        return path

    async def _in_force(self, stamp: str) -> None:
        deadline = time.monotonic() + FORCE_SECONDS
        waiting = {"agent", "envoy"}
        while waiting:
            for side in list(waiting):
                if await self._sentinel(side, stamp):
                    waiting.discard(side)
            if not waiting and '"value":0' not in _get(self.envoy_admin, "/stats?format=json&filter=cluster_manager.warming_clusters").replace(" ", ""):
                waiting.add("envoy")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{stamp} is not in force at {waiting} within {FORCE_SECONDS} s\nagent: {self.lab.log_of(self.mesh)}\ntap: {self.lab.log_of(self.tap)}\nenvoy: {self.lab.log_of(self.envoy)}")
            if waiting:
                await asyncio.sleep(0.02)
        while self._status("AgentStatus", "node-1").get("ackedAppliedRevision", 0) < self.revision:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the agent has not taken {stamp}: {self._status('AgentStatus', 'node-1')}")
            await asyncio.sleep(0.02)

    async def _sentinel(self, side: str, stamp: str) -> bool:
        from .client import ask

        raw = f"GET {stamp} HTTP/1.1\r\nhost: {SENTINEL}:8000\r\n\r\n".encode()
        return (await ask(self.sides[side], (SENTINEL_ADDRESS, 8000), [raw], "GET")).outcome == str(MARK)

    def _status(self, kind: str, name: str) -> dict:
        try:
            said = json.loads((self.cluster / f"status/fairlead.dev/{kind}/_/{name}.json").read_text())
        except (OSError, ValueError):
            return {}
        return said.get("status", said)

    def _refusals(self, objects: list[dict]) -> dict[str, str]:
        said = {}
        for value in objects:
            try:
                status = json.loads(_path(self.cluster / "status", value).read_text())
            except (OSError, ValueError):
                continue
            status = status if "conditions" in status else status.get("status", {})
            if status.get("resourceVersion") != str(self.revision):
                continue
            for condition in status.get("conditions", []):
                if condition.get("type") == "Accepted" and condition.get("status") == "False":
                    said[f"{value['kind']}/{value['metadata']['name']}"] = condition.get("message", "")
        return said

    def counters(self, side: str) -> dict[str, int]:
        """The clusters' counters under Envoy's names."""
        envoy = self.envoy_admin if side == "envoy" else None
        return self._stats(envoy, "cluster.outbound") | self._stats(envoy, "vhost.h")

    def guard_counters(self, side: str) -> dict[str, int]:
        """Those of what enters the called pods."""
        envoy = self.served.admin if side == "envoy" else None
        return self._stats(envoy, "http.inbound") | self._stats(envoy, "tcp.")

    def _stats(self, envoy: Path | None, prefix: str) -> dict[str, int]:
        """Of that Envoy, or of the agent."""
        if envoy:
            listed = json.loads(_get(envoy, f"/stats?format=json&filter={quote('^' + prefix.replace('.', '[.]'))}"))
            return {s["name"]: s["value"] for s in listed["stats"] if "name" in s and isinstance(s["value"], int)}
        lines = (line.rpartition(": ") for line in _get(self.agent_admin, "/stats").splitlines())
        return {name: int(value) for name, _, value in lines if name.startswith(prefix) and value.isdigit()}


def bootstrap(admin: Path, uid: str) -> dict:
    """Of an Envoy that acts for the pod."""
    http2 = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    tap = {"endpoint": {"address": {"socket_address": {"address": CONTROL_PLANE, "port_value": TAP_PORT}}}}
    ads = {"ads": {}, "resource_api_version": "V3"}
    anywhere = {"address": "0.0.0.0", "port_value": 0}
    return {
        "node": {"id": "judge", "cluster": "judge", "metadata": {"WORKLOAD_UID": uid}},
        "admin": {"address": {"pipe": {"path": str(admin)}}},
        "cluster_manager": {"upstream_bind_config": {"source_address": anywhere, "socket_options": [SO_MARK]}},
        "dynamic_resources": {
            "ads_config": {"api_type": "DELTA_GRPC", "transport_api_version": "V3",
                           "grpc_services": [{"envoy_grpc": {"cluster_name": "tap"}}]},
            "cds_config": ads,
            "lds_config": ads,
        },
        "static_resources": {"clusters": [{
            "name": "tap",
            "type": "STATIC",
            "typed_extension_protocol_options": {http2: {
                "@type": f"type.googleapis.com/{http2}", "explicit_http_config": {"http2_protocol_options": {}}}},
            "load_assignment": {"cluster_name": "tap", "endpoints": [{"lb_endpoints": [tap]}]},
        }]},
    }  # fmt: skip


def virtual_service(name: str, spec: dict) -> dict:
    return _object("networking.istio.io/v1", "VirtualService", name, spec)


def destination_rule(name: str, spec: dict) -> dict:
    return _object("networking.istio.io/v1", "DestinationRule", name, spec)


def rate_limit(name: str, spec: dict) -> dict:
    return _object("fairlead.dev/v1alpha1", "RateLimit", name, spec)


def _object(version: str, kind: str, name: str, spec: dict) -> dict:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def write_mesh(root: Path, more_applied: list[dict], more_observed: list[dict]) -> None:
    """What stays as it is: namespace, pods, services."""
    names = {**{f"h{slot}": service_address(slot) for slot in range(SLOTS)}, SENTINEL: SENTINEL_ADDRESS}
    lone = dict((REFUSING, SILENT))
    enabled = {"name": "default", "annotations": {"fairlead.dev/mesh": "enabled"}}
    applied = [{"apiVersion": "v1", "kind": "Namespace", "metadata": enabled},
               *(cluster.service_account(name) for name in ("client", "echo"))]  # fmt: skip
    applied += [_service(name, address) for name, address in names.items()]
    applied += [_service(name, service_address(SLOTS + 1 + index)) for index, name in enumerate(lone)]
    applied.append(_service(AUTHORIZER, service_address(SLOTS + 1 + len(lone))))
    late = {"host": SILENT[0], "trafficPolicy": {"connectionPool": {"tcp": {"connectTimeout": f"{CONNECT_SECONDS}s"}}}}
    applied.append(destination_rule(SILENT[0], late))
    client = cluster.pod(_pod("client", CLIENT_UID, "198.18.1.10", "netns"))
    client["metadata"]["labels"] |= {"version": "v1"}
    observed = [cluster.node("node-1", CONTROL_PLANE), client]
    for address, subset in SUBSETS.items():
        echo = cluster.pod(_pod(f"echo-{address}", f"uid-{address}", address, None) | {"account": "echo"})
        echo["metadata"]["labels"] |= {"version": subset}
        observed.append(echo)
    for name, address in lone.items():
        observed.append(cluster.pod(_pod(name, f"uid-{address}", address, None) | {"account": "echo"}))
    observed += [_slice(name, *SUBSETS) for name in names]
    observed += [_slice(name, address) for name, address in lone.items()]
    observed.append(_slice(AUTHORIZER, "198.18.2.31"))
    (root / "status").mkdir(parents=True)
    cluster.write_objects(root / "applied", applied + more_applied)
    cluster.write_objects(root / "observed", observed + more_observed)


def _pod(name: str, uid: str, address: str, netns: str | None) -> dict:
    return {"name": name, "uid": uid, "account": "client", "address": address, "labels": [], "node": "node-1", "netns": netns}


def _ports() -> list[dict]:
    return [{"name": f"{name}-{port}", "port": port, "protocol": "TCP"} for name, port in PORTS.items()]


def _service(name: str, address: str) -> dict:
    ports = [{**port, "targetPort": port["port"]} for port in _ports()]
    spec = {"clusterIP": address, "clusterIPs": [address], "type": "ClusterIP", "selector": {"app": "echo"}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def _slice(service: str, *addresses: str) -> dict:
    def endpoint(address: str) -> dict:
        pod = f"echo-{address}" if address in SUBSETS else service
        target = {"kind": "Pod", "name": pod, "namespace": "default", "uid": f"uid-{address}"}
        ready = {"ready": True, "serving": True, "terminating": False}
        return {"addresses": [address], "conditions": ready, "nodeName": "node-1", "targetRef": target}

    metadata = {"name": f"{service}-1", "namespace": "default", "labels": {"kubernetes.io/service-name": service}}
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": metadata, "addressType": "IPv4",
            "endpoints": [endpoint(address) for address in addresses], "ports": _ports()}  # fmt: skip


def _path(root: Path, value: dict) -> Path:
    group = value["apiVersion"].rpartition("/")[0] or "core"
    return root / group / value["kind"] / value["metadata"].get("namespace", "_") / f"{value['metadata']['name']}.json"


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.rename(path)


def _cores() -> str:
    return ",".join(map(str, sorted(os.sched_getaffinity(0))))


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((CONTROL_PLANE, port)) == 0


def _get(admin: Path, path: str) -> str:
    done = subprocess.run(["curl", "-s", "-m", "5", "--unix-socket", str(admin), f"http://localhost{path}"], capture_output=True, text=True)
    return done.stdout
