"""The applications behind the proxies."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .lab import Lab, Pod
from .workload import BULK_PORT, PORT, Workload

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
    listen {port} backlog=4096{version};
    location / {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""


@dataclass(frozen=True)
class Servers:
    """The applications of one workload, in as many pods as it takes, on the generator's core."""

    lab: Lab
    programs: dict[str, Path]
    workload: Workload
    core: int

    def start(self, pod: Pod) -> list[int]:
        """Starts them in the pod and answers their pids once they serve."""
        if self.workload.protocol in ("http", "http2"):
            processes = {PORT: self._nginx(pod)}
        elif self.workload.protocol == "grpc":
            processes = {PORT: self._fortio(pod, "server", "-grpc-port", str(PORT), *OFF)}
        else:
            bulk = [str(self.programs["iperf3"]), "-s", "-p", str(BULK_PORT)]
            processes = {
                PORT: self._fortio(pod, "tcp-echo", "-tcp-port", str(PORT)),
                BULK_PORT: self.lab.start(bulk, pod, self.core),
            }
        for port, process in processes.items():
            self.lab.await_ready(process, lambda port=port: self._listens(pod, port))
        return [process.pid for process in processes.values()]

    def _nginx(self, pod: Pod) -> subprocess.Popen:
        folder = self.lab.scratch / f"{pod.name}-nginx"
        folder.mkdir()
        config = folder / "nginx.conf"
        version = " http2" if self.workload.protocol == "http2" else ""
        body = json.dumps({"id": "x" * (BODY_BYTES - 10)})
        config.write_text(NGINX.format(scratch=folder, port=PORT, version=version, body=body))
        command = [str(self.programs["nginx"]), "-p", str(folder), "-c", str(config), "-e", "stderr"]
        return self.lab.start(command, pod, self.core)

    def _fortio(self, pod: Pod, *arguments: str) -> subprocess.Popen:
        return self.lab.start([str(self.programs["fortio"]), *arguments, "-loglevel", "Warning"], pod, self.core)

    def _listens(self, pod: Pod, port: int) -> bool:
        return bool(self.lab.run(["ss", "-Hltn", f"sport = :{port}"], pod).strip())


OFF = [flag for name in ("http", "tcp", "udp", "redirect") for flag in (f"-{name}-port", "disabled")]
