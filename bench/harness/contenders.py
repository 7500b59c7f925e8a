"""The contenders of a workload: each with a client pod of its own, and with mTLS a server pod of its own."""

from dataclasses import dataclass, replace
from pathlib import Path

from . import agent, envoy, haproxy, mesh, tls
from .lab import Lab, Pod
from .load import TRANSFERS, Generator
from .mesh import Scene, Target
from .proxy import Proxy
from .servers import Servers
from .workload import Workload

KINDS = ("agent", "envoy", "haproxy")


@dataclass
class Stage:
    """Where contenders are set up: the lab, the programs, the core of the proxies and that of all else."""

    lab: Lab
    programs: dict[str, Path]
    workload: Workload
    proxy_core: int
    other_core: int
    connections: int

    def __post_init__(self) -> None:
        self.servers = Servers(self.lab, self.programs, self.workload, self.other_core)
        self.server_pods: list[Pod] = []
        self.server_pids: list[int] = []
        self._serve(self.lab.pod("server", *mesh.SUBSETS.values()))

    def _serve(self, pod: Pod) -> None:
        self.server_pods.append(pod)
        self.server_pids += self.servers.start(pod)

    def generator(self, index: int) -> Generator:
        """The load of the workload's measure `index`."""
        measure = self.workload.measures[index]
        connections = TRANSFERS if measure.generator == "bulk" else self.connections
        return Generator(self.lab, self.programs, measure, self.other_core, connections, self.server_pods)

    def contender(self, number: int, kind: str) -> Proxy:
        """Starts one, and answers when a request of each measure goes through it."""
        proxy, server = self._started(number, kind)
        if not self.workload.inbound:
            return proxy
        assert server is not None
        caller = tls.leaf(self.lab, mesh.CLIENT_ACCOUNT)
        called = Target(server.addresses[0], certificate=(caller.chain, caller.key))
        outside = self.lab.pod(f"outside-{number}", f"198.18.1.{30 + number}")
        return replace(proxy, pids=proxy.pids[-1:], pod=outside, called=called)

    def _started(self, number: int, kind: str) -> tuple[Proxy, Pod | None]:
        client, server = self.lab.pod(f"client-{number}", f"198.18.1.{10 + number}"), None
        scene = Scene(self.workload, mesh.SUBSETS)
        if self.workload.mtls:
            server = self.lab.pod(f"server-of-{number}", f"198.18.2.{20 + number}")
            self._serve(server)
            scene = Scene(self.workload, dict.fromkeys(mesh.SUBSETS, server.addresses[0]))
        if kind == "agent":
            probe = self.generator(0).probe(mesh.through_service(self.workload.measures[0].port))
            return agent.start(self.lab, client, server, scene, probe, self.proxy_core, self.other_core), server
        start = envoy.start if kind == "envoy" else haproxy.start
        proxy = start(self.lab, client, server, scene, self.programs[kind], self.proxy_core)
        self._require_answers(proxy)
        return proxy, server

    def _require_answers(self, proxy: Proxy) -> None:
        for index, measure in enumerate(self.workload.measures):
            self.lab.run(self.generator(index).probe(mesh.through_service(measure.port)), proxy.pod)
