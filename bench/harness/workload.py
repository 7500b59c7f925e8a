"""What can be measured: which applications stand behind the proxies, and what is asked of them."""

from dataclasses import dataclass

PORT = 9080  # of the application that answers requests
BULK_PORT = 9081  # of the one that sends as much as is asked for


@dataclass(frozen=True)
class Unit:
    """What the cost is counted by: `size` of what the generator counts, which it does `per_second`."""

    name: str
    size: int
    per_second: str


REQUESTS = Unit("100k", 100_000, "req/s")
BYTES = Unit("GiB", 1024, "MiB/s")


@dataclass(frozen=True)
class Measure:
    """
    One kind of load, and one line of the result.

    generator: http1, h2, grpc, echo or bulk (see load.py). usual_rate, in the unit's per second: cost falls with the
    rate, so runs are comparable at one rate only. step: a lower rate is a multiple of it. warm: so much is carried
    before anything is measured, where a window carries too little for a JIT compiler to learn from.
    """

    name: str
    title: str
    generator: str
    usual_rate: int
    step: int = 100
    unit: Unit = REQUESTS
    port: int = PORT
    warm: int = 0


@dataclass(frozen=True)
class Workload:
    """
    Applications, and the loads that are put on them in turn.

    routes, subsets: of the service that is called. fresh: each request goes on a connection of its own. policy: with retries, circuit breakers and outlier detection.
    protocol: what the Services' ports are named for (http, http2, grpc, tcp). mtls: the server pod has a proxy too, and
    both proxies together are what is measured. inbound: only that one is, by a client outside the mesh that speaks mTLS
    itself and resumes no session. contenders: by default, the first is the agent.
    """

    name: str
    protocol: str
    measures: tuple[Measure, ...]
    mtls: bool = False
    contenders: tuple[str, ...] = ("agent", "envoy")
    routes: int = 3
    subsets: int = 2
    policy: bool = False
    fresh: bool = False
    inbound: bool = False

    @property
    def http(self) -> bool:
        return self.protocol != "tcp"

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(measure.port for measure in self.measures)


def _tcp(name: str, how: str, bulk_rate: int, mtls: bool) -> Workload:
    echo = Measure(name, f"TCP{how}, 512 bytes there and back", "echo", 8000)
    bulk = Measure(f"{name}_bulk", f"TCP{how}, one long transfer a connection", "bulk", bulk_rate, 10, BYTES, BULK_PORT)
    return Workload(name, "tcp", (echo, bulk), mtls, ("agent", "envoy", "haproxy"))


WORKLOADS = {
    w.name: w
    for w in (
        Workload("http1", "http", (Measure("http1", "HTTP/1.1", "http1", 8000),)),
        Workload("traffic", "http", (Measure("traffic", "HTTP/1.1 with a traffic policy", "http1", 8000),), policy=True),
        Workload("routes", "http", (Measure("routes", "HTTP/1.1, 1,000 routes, 100 subsets", "http1", 8000),),
                 routes=1000, subsets=100),
        Workload("h2", "http2", (Measure("h2", "HTTP/2, 10 streams a connection", "h2", 8000),)),
        Workload("grpc", "grpc", (Measure("grpc", "gRPC unary", "grpc", 3000),)),
        Workload("mtls_http1", "http", (Measure("mtls_http1", "HTTP/1.1, mTLS between two nodes", "http1", 4000),), True),
        # both proxies resume TLS sessions by default, so that these are resumed handshakes
        Workload("mtls_resumed", "http", (Measure("mtls_resumed", "HTTP/1.1, mTLS, a connection a request", "http1", 500, warm=20_000),),
                 True, fresh=True),
        Workload("handshakes", "http", (Measure("handshakes", "mTLS from outside, a full handshake a request", "http1", 500, warm=20_000),),
                 True, inbound=True),
        _tcp("tcp", "", 400, False),
        _tcp("tcp_mtls", ", mTLS between two nodes", 200, True),
    )
}
