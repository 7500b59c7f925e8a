"""What every contender carries: the services, and their routes as Istio's objects."""

from dataclasses import dataclass

from .workload import PORT, Workload

SERVICES = ("details", "ratings", "reviews", "productpage", "cart", "stock", "search", "mail")
TARGET = "reviews"  # the service that is called; the others are there to be told apart
PATH = "/reviews/0"
SUBSETS = {"v1": "198.18.2.10", "v2": "198.18.2.11"}  # two addresses of one server pod
WEIGHTS = {"v1": 90, "v2": 10}
USER = "jason"  # of a rule that is looked at and does not match
ADMIN_PREFIX = "/admin"  # likewise
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
    """What the generator calls."""

    address: str
    port: int = PORT

    @property
    def host(self) -> str:
        return f"{TARGET}:{self.port}"

    @property
    def authority(self) -> str:
        return f"{self.address}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.authority}{PATH}"


def through_service(port: int) -> Target:
    return Target(virtual_ip(TARGET), port)


def straight_to_server(port: int) -> Target:
    return Target(SUBSETS["v1"], port)


def istio_objects(workload: Workload) -> list[dict]:
    """A VirtualService and a DestinationRule a service, as a user writes them; where mTLS is measured it is demanded."""
    objects = [o for service in SERVICES for o in (_virtual_service(service, workload), _destination_rule(service))]
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
            {"route": [to(subset, weight=weight) for subset, weight in WEIGHTS.items()]},
        ]
        return _object("networking.istio.io/v1", "VirtualService", service, {"hosts": [service], "http": rules})

    def to_port(subset: str, port: int, weight: int) -> dict:
        return {"destination": {"host": service, "subset": subset, "port": {"number": port}}, "weight": weight}

    rules = [
        {"match": [{"port": port}], "route": [to_port(subset, port, weight) for subset, weight in WEIGHTS.items()]}
        for port in workload.ports
    ]
    return _object("networking.istio.io/v1", "VirtualService", service, {"hosts": [service], "tcp": rules})


def _destination_rule(service: str) -> dict:
    subsets = [{"name": subset, "labels": {subset_label(subset): "yes"}} for subset in SUBSETS]
    return _object("networking.istio.io/v1", "DestinationRule", service, {"host": service, "subsets": subsets})


def _strict() -> dict:
    return _object("security.istio.io/v1", "PeerAuthentication", "default", {"mtls": {"mode": "STRICT"}})


def _object(version: str, kind: str, name: str, spec: dict) -> dict:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "default"}, "spec": spec}
