"""Network namespaces behind one that has no way out, and the processes in them."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROUTER = "198.18.0.1"
STOP_SECONDS = 5
READY_SECONDS = 20


@dataclass(frozen=True)
class Pod:
    """A network namespace with one routed veth."""

    name: str
    addresses: tuple[str, ...]

    @property
    def netns(self) -> Path:
        return Path("/run/netns") / self.name


class Lab:
    """
    Owner of all namespaces and processes of a run.

    Runs as process 1 of its own user, network, mount and PID namespaces (see main.py): when it ends, in whatever way,
    the kernel ends every process and namespace of it. Addresses are of the benchmarking range 198.18/15.
    """

    def __init__(self) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "bench", "/run"], check=True)
        self.scratch = Path(tempfile.mkdtemp(prefix="bench.", dir="/run"))
        self._processes: list[subprocess.Popen] = []
        self._logs: dict[int, Path] = {}
        self.run(["ip", "link", "set", "lo", "up"])
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    def pod(self, name: str, *addresses: str) -> Pod:
        pod = Pod(name, addresses)
        outside = f"p-{name}"
        self.run(["ip", "netns", "add", name])
        self.run(["ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name])
        self.run(["ip", "addr", "add", f"{ROUTER}/32", "dev", outside])
        self.run(["ip", "link", "set", outside, "up"])
        self.run(["ip", "link", "set", "lo", "up"], pod)
        self.run(["ip", "link", "set", "eth0", "up"], pod)
        for address in addresses:
            self.run(["ip", "addr", "add", f"{address}/32", "dev", "eth0"], pod)
            self.run(["ip", "route", "add", f"{address}/32", "dev", outside])
        self.run(["ip", "route", "add", "default", "via", ROUTER, "dev", "eth0", "onlink"], pod)
        return pod

    def run(self, command: list[str], pod: Pod | None = None, core: int | None = None, input: str | None = None) -> str:
        """What the command printed; RuntimeError with its words when it fails."""
        done = subprocess.run(_in(command, pod, core), input=input, capture_output=True, text=True)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()[-400:]
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {said}")
        return done.stdout

    def start(
        self,
        command: list[str],
        pod: Pod | None = None,
        core: int | None = None,
        env: dict[str, str] | None = None,
        stdout: int | None = None,
    ) -> subprocess.Popen:
        """A process that lives until the end of the lab; its output goes to a log unless stdout is given."""
        log = self.scratch / f"{len(self._processes)}-{Path(command[0]).name}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                _in(command, pod, core),
                env=os.environ | (env or {}),
                stdin=subprocess.DEVNULL,
                stdout=sink if stdout is None else stdout,
                stderr=sink,
                text=True,
            )
        self._processes.append(process)
        self._logs[process.pid] = log
        return process

    def succeeds(self, command: list[str], pod: Pod) -> bool:
        return subprocess.run(_in(command, pod, None), capture_output=True).returncode == 0

    def await_ready(self, process: subprocess.Popen, ready: Callable[[], bool]) -> float:
        """Waits until the process is ready: the time since this call in milliseconds."""
        started = time.monotonic()
        while not ready():
            if process.poll() is not None or time.monotonic() - started > READY_SECONDS:
                raise RuntimeError(f"{self._logs[process.pid].stem} is not ready: {self.log_of(process)}")
            time.sleep(0.01)
        return (time.monotonic() - started) * 1000

    def log_of(self, process: subprocess.Popen, lines: int = 20) -> str:
        text = self._logs[process.pid].read_text(errors="replace").splitlines()
        return "\n".join(text[-lines:]) or f"exit {process.poll()} without a word"

    def close(self) -> None:
        """Ends the processes, last started first, by pid."""
        for process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _in(command: list[str], pod: Pod | None, core: int | None) -> list[str]:
    """The command in a pod's network and on a core; both wrappers exec, so the pid stays the command's."""
    network = ["nsenter", f"--net={pod.netns}"] if pod else []
    pinned = ["taskset", "-c", str(core)] if core is not None else []
    return network + pinned + command
