"""Real Envoys: the same routes as static configuration, captured by iptables in client pod and server pod."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import mesh, tls
from .lab import Lab, Pod
from .mesh import Scene
from .proxy import Proxy

MARK = 0x539  # on Envoy's own sockets, so that its upstream connections are not captured again
SO_MARK = {"level": 1, "name": 36, "int_value": MARK, "state": "STATE_PREBIND"}
NETWORK = "envoy.extensions.filters.network"

OUTBOUND_RULES = f"""*nat
-A OUTPUT -p tcp -m mark --mark {MARK} -j RETURN
-A OUTPUT -o lo -j RETURN
-A OUTPUT -p tcp --syn -j REDIRECT --to-ports 15001
COMMIT
"""

INBOUND_RULES = """*nat
-A PREROUTING -i eth0 -p tcp --syn -j REDIRECT --to-ports 15006
COMMIT
"""


def start(lab: Lab, client: Pod, server: Pod | None, scene: Scene, envoy: Path, core: int) -> Proxy:
    """Starts an Envoy in the client pod, with mTLS another in the server pod, and answers when they are ready."""
    wanted = [(client, OUTBOUND_RULES, outbound(scene, _identity(lab, scene, mesh.CLIENT_ACCOUNT)))]
    if identity := _identity(lab, scene, mesh.SERVER_ACCOUNT):
        assert server is not None
        wanted.append((server, INBOUND_RULES, inbound(scene, identity)))
    pids, millis = [], 0.0
    for pod, rules, resources in wanted:
        lab.run(["iptables-restore"], pod, input=rules)
        folder = lab.scratch / f"{pod.name}-envoy"
        folder.mkdir()
        admin, config = folder / "admin.sock", folder / "envoy.json"
        config.write_text(json.dumps(bootstrap(admin, resources), indent=1))
        flags = ["--concurrency", "1", "--disable-hot-restart", "-l", "error"]
        process = lab.start([str(envoy), "-c", str(config), *flags], pod, core)
        millis += lab.await_ready(process, lambda admin=admin: _ready(admin))
        pids.append(process.pid)
    return Proxy("envoy", tuple(pids), client, millis)


def _identity(lab: Lab, scene: Scene, account: str) -> "Identity | None":
    return Identity(tls.leaf(lab, account)) if scene.workload.mtls else None


def _ready(admin: Path) -> bool:
    ask = ["curl", "-s", "-m", "1", "--unix-socket", str(admin), "http://envoy/ready"]
    return admin.exists() and subprocess.run(ask, capture_output=True, text=True).stdout.strip() == "LIVE"


def bootstrap(admin: Path, resources: dict) -> dict:
    return {"admin": {"address": {"pipe": {"path": str(admin)}}}, "static_resources": resources}


@dataclass(frozen=True)
class Identity:
    """A workload's certificate as Envoy's transport sockets."""

    leaf: tls.Leaf

    def client(self) -> dict:
        message = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
        return _typed("envoy.transport_sockets.tls", message, common_tls_context=self._context(mesh.SERVER_ACCOUNT))

    def server(self) -> dict:
        context = self._context(mesh.CLIENT_ACCOUNT)
        message = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
        return _typed("envoy.transport_sockets.tls", message, common_tls_context=context, require_client_certificate=True)

    def _context(self, peer: str) -> dict:
        certificate = {"certificate_chain": {"filename": str(self.leaf.chain)},
                       "private_key": {"filename": str(self.leaf.key)}}  # fmt: skip
        name = {"san_type": "URI", "matcher": {"exact": mesh.spiffe_id(peer)}}
        trusted = {"trusted_ca": {"filename": str(self.leaf.root)}, "match_typed_subject_alt_names": [name]}
        return {
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
            "tls_certificates": [certificate],
            "validation_context": trusted,
        }


def outbound(scene: Scene, identity: Identity | None) -> dict:
    """What a client pod's Envoy is given: every service on every port, anything else as it was."""
    clusters = [
        _cluster(scene, service, port, subset, identity)
        for service in mesh.SERVICES
        for port in scene.workload.ports
        for subset in mesh.subsets_of(service, scene.workload)
    ]
    chains = _http_chains(scene) if scene.workload.http else _tcp_chains(scene)
    listener = _listener("outbound", 15001, chains)
    listener["default_filter_chain"] = {"filters": [_tcp_proxy("PassthroughCluster")]}
    return {"listeners": [listener], "clusters": [*clusters, _original("PassthroughCluster")]}


def inbound(scene: Scene, identity: Identity) -> dict:
    """What a server pod's Envoy is given: mTLS on every port, and the application behind it."""
    chains = []
    for port in scene.workload.ports:
        route = {"match": {"prefix": "/"}, "route": {"cluster": "inbound", "timeout": "0s"}}
        hosts = [{"name": "inbound", "domains": ["*"], "routes": [route]}]
        terminal = _connection_manager(f"inbound_{port}", hosts) if scene.workload.http else _tcp_proxy("inbound")
        match = {"destination_port": port}
        chains.append({"filter_chain_match": match, "filters": [terminal], "transport_socket": identity.server()})
    return {"listeners": [_listener("inbound", 15006, chains)], "clusters": [_original("inbound") | _version(scene, False)]}


def _listener(name: str, port: int, chains: list[dict]) -> dict:
    original = _typed(
        "envoy.filters.listener.original_dst", "envoy.extensions.filters.listener.original_dst.v3.OriginalDst"
    )
    return {
        "name": name,
        "address": {"socket_address": {"address": "0.0.0.0", "port_value": port}},
        "listener_filters": [original],
        "filter_chains": chains,
    }


def _http_chains(scene: Scene) -> list[dict]:
    """One listener a port, where the host decides."""

    def manager(port: int) -> dict:
        return _connection_manager(f"outbound_{port}", [*(_virtual_host(s, port, scene) for s in mesh.SERVICES), _any_host()])

    return [{"filter_chain_match": {"destination_port": p}, "filters": [manager(p)]} for p in scene.workload.ports]


def _tcp_chains(scene: Scene) -> list[dict]:
    """One chain a service and port, where the address decides."""

    def chain(service: str, port: int) -> dict:
        address = {"address_prefix": mesh.virtual_ip(service), "prefix_len": 32}
        weighted = {"clusters": [{"name": cluster_name(service, port, v), "weight": w} for v, w in mesh.WEIGHTS.items()]}
        proxy = _network("tcp_proxy", "TcpProxy", stat_prefix=f"{service}_{port}", weighted_clusters=weighted)
        return {"filter_chain_match": {"prefix_ranges": [address], "destination_port": port}, "filters": [proxy]}

    return [chain(service, port) for service in mesh.SERVICES for port in scene.workload.ports]


def _connection_manager(stat_prefix: str, virtual_hosts: list[dict]) -> dict:
    router = _typed("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router")
    return _network(
        "http_connection_manager",
        "HttpConnectionManager",
        stat_prefix=stat_prefix,
        route_config={"name": stat_prefix, "virtual_hosts": virtual_hosts},
        http_filters=[router],
    )


def _tcp_proxy(cluster: str) -> dict:
    return _network("tcp_proxy", "TcpProxy", stat_prefix=cluster, cluster=cluster)


def _virtual_host(service: str, port: int, scene: Scene) -> dict:
    names = [mesh.fqdn(service), service, f"{service}.default", f"{service}.default.svc", mesh.virtual_ip(service)]
    common = _route_policy() if scene.workload.policy else {"timeout": "0s"}

    def to(subset: str) -> dict:
        return {"cluster": cluster_name(service, port, subset), **common}

    weighted = [{"name": cluster_name(service, port, v), "weight": w} for v, w in mesh.WEIGHTS.items()]
    user = {"name": "end-user", "string_match": {"exact": mesh.USER}}
    return {
        "name": f"{mesh.fqdn(service)}:{port}",
        "domains": names + [f"{name}:{port}" for name in names],
        "routes": [
            {"match": {"prefix": "/", "headers": [user]}, "route": to("v2")},
            {"match": {"prefix": mesh.ADMIN_PREFIX}, "route": to("v2")},
            *(
                {"match": {"path" if exact else "prefix": path}, "route": to(subset)}
                for path, exact, subset in mesh.idle_paths(service, scene.workload)
            ),
            {"match": {"prefix": "/"}, "route": {"weighted_clusters": {"clusters": weighted}, **common}},
        ],
    }


def _route_policy() -> dict:
    retry_on = "5xx,connect-failure,reset"
    return {"timeout": "15s", "retry_policy": {"retry_on": retry_on, "num_retries": mesh.RETRIES, "per_try_timeout": "5s"}}


def _cluster_policy() -> dict:
    limits = {
        "max_connections": mesh.MAX_CONNECTIONS,
        "max_pending_requests": mesh.MAX_REQUESTS,
        "max_requests": mesh.MAX_REQUESTS,
        "max_retries": mesh.MAX_REQUESTS,
        "track_remaining": True,
    }
    outliers = {
        "consecutive_5xx": mesh.CONSECUTIVE_ERRORS,
        "enforcing_consecutive_5xx": 100,
        "enforcing_success_rate": 0,
        "interval": "10s",
        "base_ejection_time": "30s",
    }
    return {"circuit_breakers": {"thresholds": [limits]}, "outlier_detection": outliers}


def _any_host() -> dict:
    routes = [{"match": {"prefix": "/"}, "route": {"cluster": "PassthroughCluster"}}]
    return {"name": "allow_any", "domains": ["*"], "routes": routes}


def cluster_name(service: str, port: int, subset: str) -> str:
    return f"outbound|{port}|{subset}|{mesh.fqdn(service)}"


def _cluster(scene: Scene, service: str, port: int, subset: str, identity: Identity | None) -> dict:
    name = cluster_name(service, port, subset)
    address = {"address": scene.endpoints.get(subset), "port_value": port}
    endpoints = [{"endpoint": {"address": {"socket_address": address}}}] if subset in scene.endpoints else []
    policy = _cluster_policy() if scene.workload.policy else {}
    secured = {"transport_socket": identity.client()} if identity else {}
    return secured | policy | _version(scene, scene.workload.fresh) | _marked(
        name=name,
        type="STATIC",
        lb_policy="LEAST_REQUEST",
        load_assignment={"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]},
    )  # fmt: skip


def _version(scene: Scene, fresh: bool) -> dict:
    """HTTP/2 to applications that are declared to speak it; connections for one request where that is measured."""
    message = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    if scene.workload.protocol in ("http2", "grpc"):
        options = {"explicit_http_config": {"http2_protocol_options": {}}}
    elif fresh:
        once = {"max_requests_per_connection": 1}
        options = {"explicit_http_config": {"http_protocol_options": {}}, "common_http_protocol_options": once}
    else:
        return {}
    return {"typed_extension_protocol_options": {message: {"@type": _url(message), **options}}}


def _original(name: str) -> dict:
    return _marked(name=name, type="ORIGINAL_DST", lb_policy="CLUSTER_PROVIDED")


def _marked(**cluster: object) -> dict:
    anywhere = {"address": "0.0.0.0", "port_value": 0}
    return cluster | {
        "connect_timeout": "10s",
        "upstream_bind_config": {"source_address": anywhere, "socket_options": [SO_MARK]},
    }


def _network(name: str, message: str, **fields: object) -> dict:
    return _typed(f"envoy.filters.network.{name}", f"{NETWORK}.{name}.v3.{message}", **fields)


def _typed(name: str, message: str, **fields: object) -> dict:
    return {"name": name, "typed_config": {"@type": _url(message), **fields}}


def _url(message: str) -> str:
    return f"type.googleapis.com/{message}"
