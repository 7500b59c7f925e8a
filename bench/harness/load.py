"""The load generators: fortio, h2load and iperf3, and what they report."""

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .lab import Lab, Pod
from .mesh import PATH, Target
from .workload import Measure

STREAMS = 10  # of one HTTP/2 connection at a time
TRANSFERS = 8  # connections of a bulk window
ECHO_BYTES = 512
MIB = 1 << 20
IDLE_SECONDS = 10
GOOD = {"http1": "200", "grpc": "SERVING", "echo": "OK"}  # what fortio calls an answer


@dataclass(frozen=True)
class Traffic:
    """
    What the generator saw. amount: requests, or MiB of a transfer. Latency is counted from when a request was sent;
    zero where there is none.
    """

    amount: float
    failed: int
    per_second: float
    p50_millis: float
    p99_millis: float


@dataclass(frozen=True)
class Generator:
    """One kind of load from a client pod, on the generator's core."""

    lab: Lab
    programs: dict[str, Path]
    measure: Measure
    core: int
    connections: int
    servers: Sequence[Pod]

    def call(self, pod: Pod, target: Target, seconds: float, rate: int | None) -> Traffic:
        """One window of load; rate None is as fast as it goes."""
        kinds: dict[str, Callable[[Pod, Target, float, int | None], Traffic]] = {"h2": self._h2load, "bulk": self._iperf}
        return kinds.get(self.measure.generator, self._fortio)(pod, target, seconds, rate)

    def probe(self, target: Target) -> list[str]:
        """A command that succeeds once one request gets an answer from the server."""
        kind = self.measure.generator
        if kind in ("http1", "h2"):
            version = "--http1.1" if kind == "http1" else "--http2-prior-knowledge"
            return ["curl", "-sf", "-o", "/dev/null", "-m", "1", version, "-H", f"Host: {target.host}", target.url]
        if kind == "bulk":
            return [str(self.programs["iperf3"]), "-c", target.address, "-p", str(target.port), "-n", "1M", "-R"]
        once = [str(self.programs["fortio"]), "load", "-json", "-", "-n", "1", "-c", "1", "-timeout", "1s"]
        return ["sh", "-c", f"\"$@\" 2>/dev/null | grep -q '\"{GOOD[kind]}\": 1'", "probe", *once, *self._aim(target)]

    def _fortio(self, pod: Pod, target: Target, seconds: float, rate: int | None) -> Traffic:
        result = self.lab.scratch / "fortio.json"
        command = [
            *(str(self.programs["fortio"]), "load", "-quiet", "-json", str(result), "-p", "50,99", "-r", "0.00002"),
            *("-c", str(self.connections), "-t", f"{seconds}s", "-qps", str(rate or -1), "-uniform"),
            *("-allow-initial-errors", *self._aim(target)),
        ]
        self.lab.run(command, pod, self.core)
        return fortio_traffic(json.loads(result.read_text()), GOOD[self.measure.generator])

    def _aim(self, target: Target) -> list[str]:
        """What fortio is to call. It gives gRPC's authority as the address, by which proxies know the service too."""
        kinds = {
            "http1": [*_speaking_tls(target), "-H", f"Host: {target.host}", target.url],
            "grpc": ["-grpc", "-ping", "-s", "1", target.authority],
            "echo": ["-payload-size", str(ECHO_BYTES), f"tcp://{target.authority}"],
        }
        return kinds[self.measure.generator]

    def _h2load(self, pod: Pod, target: Target, seconds: float, rate: int | None) -> Traffic:
        log = self.lab.scratch / "h2load.tsv"
        log.unlink(missing_ok=True)
        amount = ["-D", f"{math.ceil(seconds)}"]
        if rate:  # each connection has an equal share, and all its requests are waited for
            share = rate / self.connections
            amount = ["-n", str(round(share * seconds) * self.connections), "--rps", f"{share:.3f}"]
        command = [
            *(str(self.programs["h2load"]), "-c", str(self.connections), "-m", str(STREAMS), *amount),
            *(f"--log-file={log}", f"--connect-to={target.authority}", f"http://{target.host}{PATH}"),
        ]
        self.lab.run(command, pod, self.core)
        return h2load_traffic(log.read_text(), finite=rate is not None)

    def _iperf(self, pod: Pod, target: Target, seconds: float, rate: int | None) -> Traffic:
        each = 0 if rate is None else rate * MIB * 8 // self.connections
        command = [
            *(str(self.programs["iperf3"]), "-c", target.address, "-p", str(target.port), "-R", "-J"),
            *("-P", str(self.connections), "-b", str(each), "-t", f"{math.ceil(seconds)}"),
        ]
        self._await_idle(target.port)
        return iperf_traffic(json.loads(self.lab.run(command, pod, self.core)))

    def _await_idle(self, port: int) -> None:
        """iperf3's server takes one client at a time, and may still be busy with the end of the last one's test."""
        deadline = time.monotonic() + IDLE_SECONDS
        ask = ["ss", "-Htn", "state", "established", "state", "close-wait", f"sport = :{port}"]
        while any(self.lab.run(ask, server).strip() for server in self.servers):
            if time.monotonic() > deadline:
                raise RuntimeError(f"connections to port {port} of the server stay after their test ended")
            time.sleep(0.05)


def _speaking_tls(target: Target) -> list[str]:
    """The server's name is a SPIFFE ID, of which fortio knows nothing; it keeps no sessions."""
    if not target.certificate:
        return []
    chain, key = map(str, target.certificate)
    return ["-cert", chain, "-key", key, "-k", "-keepalive=false"]


def fortio_traffic(report: dict, good: str) -> Traffic:
    """The figures of a fortio JSON report; good is the result that counts as an answer."""
    histogram = report["DurationHistogram"]
    percentile = {p["Percentile"]: p["Value"] * 1000 for p in histogram.get("Percentiles") or []}
    answered = report["RetCodes"].get(good, 0)
    total = histogram["Count"]
    return Traffic(total, total - answered, report["ActualQPS"], percentile.get(50, 0), percentile.get(99, 0))


def h2load_traffic(log: str, finite: bool) -> Traffic:
    """
    The figures of h2load's log: a line a request of when it began (microseconds), its status and how long it took
    (microseconds). A run that time ended leaves requests behind with status -1; a finite one waits for all.
    """
    rows = [tuple(map(int, line.split("\t"))) for line in log.splitlines()]
    answered = [row for row in rows if finite or row[1] != -1]
    took = sorted(micros for _, status, micros in answered if status == 200)
    if not took:
        raise RuntimeError("h2load: not one request was answered with 200")
    seconds = (max(began + micros for began, _, micros in answered) - min(began for began, _, _ in answered)) / 1e6
    return Traffic(
        len(answered),
        len(answered) - len(took),
        len(answered) / max(seconds, 1e-6),
        percentile_of(took, 50) / 1000,
        percentile_of(took, 99) / 1000,
    )


def percentile_of(ordered: Sequence[int], percent: int) -> int:
    """The nearest rank: the smallest value that this share of all does not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def iperf_traffic(report: dict) -> Traffic:
    """The figures of an iperf3 JSON report: what arrived at the client, of all its connections."""
    if "error" in report:
        raise RuntimeError(f"iperf3: {report['error']}")
    received = report["end"]["sum_received"]
    amount = received["bytes"] / MIB
    return Traffic(amount, 0, amount / received["seconds"], 0, 0)
