"""A real HAProxy for TCP: the same services by original destination, with mTLS another in the server pod."""

from pathlib import Path

from . import mesh, tls
from .lab import Lab, Pod
from .mesh import Scene
from .proxy import Proxy

# Its own connections are not to services' addresses, so they are not captured again.
OUTBOUND_RULES = """*nat
-A OUTPUT -p tcp -d 198.19.0.0/24 --syn -j REDIRECT --to-ports 15001
COMMIT
"""

INBOUND_RULES = """*nat
-A PREROUTING -i eth0 -p tcp --syn -j REDIRECT --to-ports 15006
COMMIT
"""

COMMON = """global
    nbthread 1
    maxconn 4096
    stats socket {admin}
defaults
    mode tcp
    timeout connect 10s
    timeout client 1h
    timeout server 1h
"""

INBOUND = """frontend inbound
    bind 0.0.0.0:15006 ssl crt {bundle} ca-file {root} verify required ssl-min-ver TLSv1.3
    default_backend application
backend application
    server original 0.0.0.0
"""


def start(lab: Lab, client: Pod, server: Pod | None, scene: Scene, haproxy: Path, core: int) -> Proxy:
    """Starts HAProxy in the client pod, with mTLS another in the server pod, and answers when they are ready."""
    secured = scene.workload.mtls
    wanted = [(client, OUTBOUND_RULES, outbound(scene, tls.leaf(lab, mesh.CLIENT_ACCOUNT) if secured else None))]
    if secured:
        assert server is not None
        wanted.append((server, INBOUND_RULES, inbound(tls.leaf(lab, mesh.SERVER_ACCOUNT))))
    pids, millis = [], 0.0
    for pod, rules, config in wanted:
        lab.run(["iptables-restore"], pod, input=rules)
        admin = lab.scratch / f"{pod.name}-haproxy.sock"
        path = lab.scratch / f"{pod.name}-haproxy.cfg"
        path.write_text(COMMON.format(admin=admin) + config)
        process = lab.start([str(haproxy), "-db", "-f", str(path)], pod, core)
        millis += lab.await_ready(process, admin.exists)
        pids.append(process.pid)
    return Proxy("haproxy", tuple(pids), client, millis)


def outbound(scene: Scene, leaf: tls.Leaf | None) -> str:
    """A backend a service and port, chosen by the address that was called."""
    pairs = [(service, port) for service in mesh.SERVICES for port in scene.workload.ports]
    rules = [
        f"    use_backend {service}-{port} if {{ dst {mesh.virtual_ip(service)} }} {{ dst_port {port} }}\n"
        for service, port in pairs
    ]
    front = "frontend outbound\n    bind 0.0.0.0:15001\n" + "".join(rules)
    return front + "".join(_backend(scene, service, port, leaf) for service, port in pairs)


def _backend(scene: Scene, service: str, port: int, leaf: tls.Leaf | None) -> str:
    secured = f" ssl crt {leaf.bundle} ca-file {leaf.root} verify required ssl-min-ver TLSv1.3" if leaf else ""
    servers = [
        f"    server {subset} {scene.endpoints[subset]}:{port} weight {weight}{secured}\n"
        for subset, weight in mesh.WEIGHTS.items()
    ]
    return f"backend {service}-{port}\n" + "".join(servers)


def inbound(leaf: tls.Leaf) -> str:
    """mTLS on every port; behind it the address that was called. It knows the peer's root, not its SPIFFE name."""
    return INBOUND.format(bundle=leaf.bundle, root=leaf.root)
