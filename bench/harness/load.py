"""The server (nginx) and the load generator (fortio)."""

import json
from dataclasses import dataclass
from pathlib import Path

from . import mesh
from .lab import Lab, Pod

BODY_BYTES = 512  # about what reviews answers

NGINX = """
daemon off;
user root;
master_process off;
pid {scratch}/nginx.pid;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  client_body_temp_path {scratch}/body;
  proxy_temp_path {scratch}/proxy;
  fastcgi_temp_path {scratch}/fastcgi;
  uwsgi_temp_path {scratch}/uwsgi;
  scgi_temp_path {scratch}/scgi;
  server {{
    {listen}
    location / {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""


@dataclass(frozen=True)
class Traffic:
    """What the generator saw. Latency is counted from when a request was sent."""

    requests: int
    failed: int
    per_second: float
    p50_millis: float
    p99_millis: float


def start_server(lab: Lab, pod: Pod, nginx: Path, core: int) -> int:
    """Starts nginx and answers its pid once it serves."""
    folder = lab.scratch / "server"
    folder.mkdir()
    listen = " ".join(f"listen {address}:{mesh.PORT} backlog=4096;" for address in pod.addresses)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(scratch=folder, listen=listen, body=json.dumps({"id": "x" * (BODY_BYTES - 10)})))
    process = lab.start([str(nginx), "-p", str(folder), "-c", str(config), "-e", "stderr"], pod, core)
    ask = ["curl", "-sf", "-o", "/dev/null", "-m", "1", mesh.STRAIGHT_TO_SERVER.url]
    lab.await_ready(process, lambda: lab.succeeds(ask, pod))
    return process.pid


@dataclass(frozen=True)
class Generator:
    """fortio in a client pod on the generator's core."""

    lab: Lab
    fortio: Path
    core: int
    connections: int

    def call(self, pod: Pod, target: mesh.Target, seconds: float, rate: int | None) -> Traffic:
        """One window of load; rate None is as fast as it goes."""
        result = self.lab.scratch / "fortio.json"
        command = [
            *(str(self.fortio), "load", "-quiet", "-json", str(result), "-p", "50,99", "-r", "0.00002"),
            *("-c", str(self.connections), "-t", f"{seconds}s", "-qps", str(rate or -1), "-uniform"),
            *("-allow-initial-errors", "-H", f"Host: {target.host}", target.url),
        ]
        self.lab.run(command, pod, self.core)
        return traffic(json.loads(result.read_text()))


def traffic(report: dict) -> Traffic:
    """The figures of a fortio JSON report."""
    histogram = report["DurationHistogram"]
    percentile = {p["Percentile"]: p["Value"] * 1000 for p in histogram.get("Percentiles") or []}
    good = report["RetCodes"].get("200", 0)
    total = histogram["Count"]
    return Traffic(total, total - good, report["ActualQPS"], percentile.get(50, 0), percentile.get(99, 0))
