"""A contender's running proxies, and what the kernel says of them."""

import os
from dataclasses import dataclass
from pathlib import Path

from .lab import Pod
from .mesh import Target, through_service

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Proxy:
    """
    The proxies that carry the traffic of one client pod: one, or with mTLS between nodes one on each side.

    pod: whence they are called. called: where, if not through the service.
    """

    name: str
    pids: tuple[int, ...]
    pod: Pod
    start_to_ready_millis: float
    called: Target | None = None

    def target(self, port: int) -> Target:
        return self.called or through_service(port)

    def cpu_seconds(self) -> float:
        """User and system time of the whole processes so far: all threads, garbage collector and compiler included."""
        return sum(map(cpu_seconds_of, self.pids))

    def rss_mib(self) -> float:
        """Of all its processes together."""
        return sum(map(self._rss_mib, self.pids))

    def _rss_mib(self, pid: int) -> float:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"{self.name}: process {pid} has no VmRSS: it has ended")


def cpu_seconds_of(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat").read_text()
    fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks
    return (int(fields[11]) + int(fields[12])) / TICKS
