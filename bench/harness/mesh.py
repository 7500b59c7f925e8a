"""The routes that every contender carries, once as Istio's objects and once as Envoy's own configuration."""

from dataclasses import dataclass

PORT = 9080
SERVICES = ("details", "ratings", "reviews", "productpage", "cart", "stock", "search", "mail")
TARGET = "reviews"  # the service that is called; the others are there to be told apart
HOST = f"{TARGET}:{PORT}"
PATH = "/reviews/0"
ENDPOINTS = {"v1": "198.18.2.10", "v2": "198.18.2.11"}  # two addresses of one server pod
WEIGHTS = {"v1": 90, "v2": 10}
USER = "jason"  # of a rule that is looked at and does not match
ADMIN_PREFIX = "/admin"  # likewise


def virtual_ip(service: str) -> str:
    return f"198.19.0.{10 + SERVICES.index(service)}"


def fqdn(service: str) -> str:
    return f"{service}.default.svc.cluster.local"


@dataclass(frozen=True)
class Target:
    """What the generator calls."""

    address: str
    host: str = HOST
    path: str = PATH

    @property
    def url(self) -> str:
        return f"http://{self.address}:{PORT}{self.path}"


THROUGH_SERVICE = Target(virtual_ip(TARGET))
STRAIGHT_TO_SERVER = Target(ENDPOINTS["v1"])


def istio_objects() -> list[dict]:
    """A VirtualService and a DestinationRule a service, as a user writes them."""
    return [o for service in SERVICES for o in (_virtual_service(service), _destination_rule(service))]


def _virtual_service(service: str) -> dict:
    def to(subset: str, **more: int) -> dict:
        return {"destination": {"host": service, "subset": subset}, **more}

    rules = [
        {"match": [{"headers": {"end-user": {"exact": USER}}}], "route": [to("v2")]},
        {"match": [{"uri": {"prefix": ADMIN_PREFIX}}], "route": [to("v2")]},
        {"route": [to(subset, weight=weight) for subset, weight in WEIGHTS.items()]},
    ]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": service, "namespace": "default"},
        "spec": {"hosts": [service], "http": rules},
    }


def _destination_rule(service: str) -> dict:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": service, "namespace": "default"},
        "spec": {"host": service, "subsets": [{"name": v, "labels": {"version": v}} for v in ENDPOINTS]},
    }
