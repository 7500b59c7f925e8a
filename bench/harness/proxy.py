"""A running proxy, and what the kernel says of it."""

import os
from dataclasses import dataclass
from pathlib import Path

from .lab import Pod

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Proxy:
    """A proxy that carries the traffic of one client pod."""

    name: str
    pid: int
    pod: Pod
    start_to_ready_millis: float

    def cpu_seconds(self) -> float:
        """User and system time of the whole process so far: all threads, garbage collector and compiler included."""
        return cpu_seconds_of(self.pid)

    def rss_mib(self) -> float:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"{self.name}: process {self.pid} has no VmRSS: it has ended")


def cpu_seconds_of(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat").read_text()
    fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks
    return (int(fields[11]) + int(fields[12])) / TICKS
