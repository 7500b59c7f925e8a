"""A real Envoy in a client pod: the same routes as static configuration, captured by iptables."""

import json
import subprocess
from pathlib import Path

from . import mesh
from .lab import Lab, Pod
from .proxy import Proxy

MARK = 0x539  # on Envoy's own sockets, so that its upstream connections are not captured again
SO_MARK = {"level": 1, "name": 36, "int_value": MARK, "state": "STATE_PREBIND"}

RULES = f"""*nat
-A OUTPUT -p tcp -m mark --mark {MARK} -j RETURN
-A OUTPUT -o lo -j RETURN
-A OUTPUT -p tcp --syn -j REDIRECT --to-ports 15001
COMMIT
"""


def start(lab: Lab, pod: Pod, envoy: Path, core: int) -> Proxy:
    """Starts Envoy in the pod and answers when it is ready to carry a request."""
    lab.run(["iptables-restore"], pod, input=RULES)
    folder = lab.scratch / pod.name
    folder.mkdir()
    admin = folder / "admin.sock"
    config = folder / "envoy.json"
    config.write_text(json.dumps(bootstrap(admin), indent=1))
    process = lab.start(
        [str(envoy), "-c", str(config), "--concurrency", "1", "--disable-hot-restart", "-l", "error"], pod, core
    )
    return Proxy("envoy", process.pid, pod, lab.await_ready(process, lambda: _ready(admin)))


def _ready(admin: Path) -> bool:
    ask = ["curl", "-s", "-m", "1", "--unix-socket", str(admin), "http://envoy/ready"]
    return admin.exists() and subprocess.run(ask, capture_output=True, text=True).stdout.strip() == "LIVE"


def bootstrap(admin: Path) -> dict:
    clusters = [_cluster(service, subset) for service in mesh.SERVICES for subset in mesh.ENDPOINTS]
    return {
        "admin": {"address": {"pipe": {"path": str(admin)}}},
        "static_resources": {"listeners": [_listener()], "clusters": clusters + [_passthrough()]},
    }


def _listener() -> dict:
    http = _typed(
        "envoy.filters.network.http_connection_manager",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=f"outbound_{mesh.PORT}",
        route_config={
            "name": str(mesh.PORT),
            "virtual_hosts": [_virtual_host(service) for service in mesh.SERVICES] + [_any_host()],
        },
        http_filters=[_typed("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router")],
    )
    tcp = _typed(
        "envoy.filters.network.tcp_proxy",
        "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        stat_prefix="PassthroughCluster",
        cluster="PassthroughCluster",
    )
    original = _typed(
        "envoy.filters.listener.original_dst",
        "envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
    )
    return {
        "name": "outbound",
        "address": {"socket_address": {"address": "0.0.0.0", "port_value": 15001}},
        "listener_filters": [original],
        "filter_chains": [{"filter_chain_match": {"destination_port": mesh.PORT}, "filters": [http]}],
        "default_filter_chain": {"filters": [tcp]},
    }


def _virtual_host(service: str) -> dict:
    names = [mesh.fqdn(service), service, f"{service}.default", f"{service}.default.svc", mesh.virtual_ip(service)]
    to_v2 = {"cluster": _cluster_name(service, "v2"), "timeout": "0s"}
    weighted = [{"name": _cluster_name(service, v), "weight": w} for v, w in mesh.WEIGHTS.items()]
    user = {"name": "end-user", "string_match": {"exact": mesh.USER}}
    return {
        "name": f"{mesh.fqdn(service)}:{mesh.PORT}",
        "domains": names + [f"{name}:{mesh.PORT}" for name in names],
        "routes": [
            {"match": {"prefix": "/", "headers": [user]}, "route": to_v2},
            {"match": {"prefix": mesh.ADMIN_PREFIX}, "route": to_v2},
            {"match": {"prefix": "/"}, "route": {"weighted_clusters": {"clusters": weighted}, "timeout": "0s"}},
        ],
    }


def _any_host() -> dict:
    routes = [{"match": {"prefix": "/"}, "route": {"cluster": "PassthroughCluster"}}]
    return {"name": "allow_any", "domains": ["*"], "routes": routes}


def _cluster_name(service: str, subset: str) -> str:
    return f"outbound|{mesh.PORT}|{subset}|{mesh.fqdn(service)}"


def _cluster(service: str, subset: str) -> dict:
    name = _cluster_name(service, subset)
    address = {"address": mesh.ENDPOINTS[subset], "port_value": mesh.PORT}
    endpoint = {"endpoint": {"address": {"socket_address": address}}}
    return _marked(
        name=name,
        type="STATIC",
        lb_policy="LEAST_REQUEST",
        load_assignment={"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    )


def _passthrough() -> dict:
    return _marked(name="PassthroughCluster", type="ORIGINAL_DST", lb_policy="CLUSTER_PROVIDED")


def _marked(**cluster: object) -> dict:
    anywhere = {"address": "0.0.0.0", "port_value": 0}
    return cluster | {
        "connect_timeout": "10s",
        "upstream_bind_config": {"source_address": anywhere, "socket_options": [SO_MARK]},
    }


def _typed(name: str, message: str, **fields: object) -> dict:
    return {"name": name, "typed_config": {"@type": f"type.googleapis.com/{message}", **fields}}
