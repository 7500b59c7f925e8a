"""What every contender carries: the services, and their routes as Istio's objects."""

from dataclasses import dataclass
from pathlib import Path

from .workload import PORT, Workload

SERVICES = ("details", "ratings", "reviews", "productpage", "cart", "stock", "search", "mail")
TARGET = "reviews"  # the service that is called; the others are there to be told apart
PATH = "/reviews/0"
SUBSETS = {"v1": "198.18.2.10", "v2": "198.18.2.11"}  # two addresses of one server pod
WEIGHTS = {"v1": 90, "v2": 10}
USER = "jason"  # of a rule that is looked at and does not match
ADMIN_PREFIX = "/admin"  # likewise
MANY_PATHS = "/team-{}/"  # of rules that are there to be told apart, every second one as an exact path
RETRIES = 2
MAX_CONNECTIONS = 10_000
MAX_REQUESTS = 10_000
CONSECUTIVE_ERRORS = 5
CLIENT_ACCOUNT = "client"
SERVER_ACCOUNT = "server"
TRUST_DOMAIN = "cluster.local"


def virtual_ip(service: str) -> str:
    return f"198.19.0.{10 + SERVICES.index(service)}"


def fqdn(service: str) -> str:
    return f"{service}.default.svc.{TRUST_DOMAIN}"


def spiffe_id(account: str) -> str:
    return f"spiffe://{TRUST_DOMAIN}/ns/default/sa/{account}"


@dataclass(frozen=True)
class Scene:
    """One contender's services: a workload, and the address that stands for each subset (one of several may do)."""

    workload: Workload
    endpoints: dict[str, str]

    def subsets_of(self, address: str) -> list[str]:
        return [subset for subset, its in self.endpoints.items() if its == address]


@dataclass(frozen=True)
class Target:
    """What the generator calls. certificate: chain and key of a caller that speaks mTLS, on a connection a request."""

    address: str
    port: int = PORT
    certificate: tuple[Path, Path] | None = None

    @property
    def host(self) -> str:
        return f"{TARGET}:{self.port}"

    @property
    def authority(self) -> str:
        return f"{self.address}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://{self.authority}{PATH}"


def through_service(port: int) -> Target:
    return Target(virtual_ip(TARGET), port)


def straight_to_server(port: int) -> Target:
    return Target(SUBSETS["v1"], port)


def subsets_of(service: str, workload: Workload) -> list[str]:
    """The names of a service's subsets: the first two have endpoints, and only the one that is called has more."""
    more = range(len(SUBSETS) + 1, workload.subsets + 1) if service == TARGET else ()
    return [*SUBSETS, *(f"v{n}" for n in more)]


def idle_paths(service: str, workload: Workload) -> list[tuple[str, bool, str]]:
    """Path, whether it is all of it, and subset of the rules that nobody asks for; they come before the one that is."""
    subsets = subsets_of(service, workload)
    count = workload.routes - 3 if service == TARGET else 0
    return [(MANY_PATHS.format(n), n % 2 == 0, subsets[n % len(subsets)]) for n in range(count)]


def istio_objects(workload: Workload) -> list[dict]:
    """A VirtualService and a DestinationRule a service, as a user writes them; where mTLS is measured it is demanded."""
    objects = [o for service in SERVICES for o in (_virtual_service(service, workload), _destination_rule(service, workload))]
    return objects + [_strict()] if workload.mtls else objects


def subset_label(subset: str) -> str:
    """A label a subset, since one pod may stand for several."""
    return f"subset-{subset}"


def _virtual_service(service: str, workload: Workload) -> dict:
    def to(subset: str, **more: object) -> dict:
        return {"destination": {"host": service, "subset": subset}, **more}

    if workload.http:
        rules = [
            {"match": [{"headers": {"end-user": {"exact": USER}}}], "route": [to("v2")]},
            {"match": [{"uri": {"prefix": ADMIN_PREFIX}}], "route": [to("v2")]},
            *(
                {"match": [{"uri": {"exact" if exact else "prefix": path}}], "route": [to(subset)]}
                for path, exact, subset in idle_paths(service, workload)
            ),
            {"route": [to(subset, weight=weight) for subset, weight in WEIGHTS.items()]},
        ]
        if workload.policy:
            retries = {"attempts": RETRIES, "perTryTimeout": "5s", "retryOn": "5xx,connect-failure,reset"}
            rules = [rule | {"retries": retries, "timeout": "15s"} for rule in rules]
        return _object("networking.istio.io/v1", "VirtualService", service, {"hosts": [service], "http": rules})

    def to_port(subset: str, port: int, weight: int) -> dict:
        return {"destination": {"host": service, "subset": subset, "port": {"number": port}}, "weight": weight}

    rules = [
        {"match": [{"port": port}], "route": [to_port(subset, port, weight) for subset, weight in WEIGHTS.items()]}
        for port in workload.ports
    ]
    return _object("networking.istio.io/v1", "VirtualService", service, {"hosts": [service], "tcp": rules})


def _destination_rule(service: str, workload: Workload) -> dict:
    names = subsets_of(service, workload)
    subsets = [{"name": subset, "labels": {subset_label(subset): "yes"}} for subset in names]
    policy = _policy() if workload.policy else _fresh() if workload.fresh else None
    spec = {"host": service, "subsets": subsets} | ({"trafficPolicy": policy} if policy else {})
    return _object("networking.istio.io/v1", "DestinationRule", service, spec)


def _fresh() -> dict:
    return {"connectionPool": {"http": {"maxRequestsPerConnection": 1}}}


def _policy() -> dict:
    http = {"http1MaxPendingRequests": MAX_REQUESTS, "http2MaxRequests": MAX_REQUESTS}
    return {
        "connectionPool": {"tcp": {"maxConnections": MAX_CONNECTIONS}, "http": http},
        "outlierDetection": {"consecutive5xxErrors": CONSECUTIVE_ERRORS, "interval": "10s", "baseEjectionTime": "30s"},
    }


def _strict() -> dict:
    return _object("security.istio.io/v1", "PeerAuthentication", "default", {"mtls": {"mode": "STRICT"}})


def _object(version: str, kind: str, name: str, spec: dict) -> dict:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "default"}, "spec": spec}
