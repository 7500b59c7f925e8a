"""The figures of a run: medians with their spread, as text and as JSON."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from .load import Traffic
from .measure import Window


@dataclass(frozen=True)
class Contender:
    """All that was measured of one proxy. saturated_per_second: as fast as the generator could."""

    label: str
    windows: Sequence[Window]
    saturated_per_second: float
    rss_mib: float
    start_to_ready_millis: float
    warm: bool

    def median_of(self, figure: str) -> float:
        return median(self._values(figure))

    def spread_of(self, figure: str) -> tuple[float, float]:
        values = self._values(figure)
        return min(values), max(values)

    def _values(self, figure: str) -> list[float]:
        if figure == "cpu_per_100k":
            return [w.cpu_per_100k for w in self.windows]
        return [getattr(w.traffic, figure) for w in self.windows]


@dataclass(frozen=True)
class Run:
    """A whole run; ratios compare the first contender with the last."""

    rate: int
    connections: int
    window_seconds: float
    direct: Traffic
    contenders: Sequence[Contender]
    notes: list[str] = field(default_factory=list)

    @property
    def cpu_ratio(self) -> float:
        return self.contenders[0].median_of("cpu_per_100k") / self.contenders[-1].median_of("cpu_per_100k")

    @property
    def cpu_ratio_spread(self) -> tuple[float, float]:
        """The lowest and the highest ratio of two windows that followed one another."""
        pairs = zip(self.contenders[0].windows, self.contenders[-1].windows, strict=True)
        ratios = [one.cpu_per_100k / other.cpu_per_100k for one, other in pairs]
        return min(ratios), max(ratios)

    @property
    def failed(self) -> int:
        return sum(w.traffic.failed for c in self.contenders for w in c.windows)


def machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    return f"{os.cpu_count()} x {model}, Linux {platform.release()}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def text(run: Run) -> str:
    windows = len(run.contenders[0].windows)
    head = (
        f"HTTP/1.1, {run.rate} requests/s over {run.connections} connections, "
        f"{windows} windows of {run.window_seconds:g} s each, alternating\n{machine()}\n\n"
        f"{'':10}{'req/s':>8}{'CPU-s/100k':>12}{'(lowest-highest)':>18}{'p50 ms':>8}{'p99 ms':>8}"
        f"{'max req/s':>11}{'RSS MiB':>9}{'start ms':>10}\n"
    )
    rows = "".join(_row(c) for c in run.contenders)
    direct = f"{'(direct)':10}{run.direct.per_second:8.0f}{'':30}{run.direct.p50_millis:8.2f}{run.direct.p99_millis:8.2f}\n"
    notes = "".join(f"note: {note}\n" for note in run.notes)
    low, high = run.cpu_ratio_spread
    last = f"http1 cpu_ratio_envoy={run.cpu_ratio:.3f} lowest={low:.3f} highest={high:.3f}\n"
    return head + rows + direct + "\n" + notes + last


def _row(contender: Contender) -> str:
    low, high = contender.spread_of("cpu_per_100k")
    return (
        f"{contender.label:10}{contender.median_of('per_second'):8.0f}{contender.median_of('cpu_per_100k'):12.2f}"
        f"{f'({low:.2f}-{high:.2f})':>18}{contender.median_of('p50_millis'):8.2f}{contender.median_of('p99_millis'):8.2f}"
        f"{contender.saturated_per_second:11.0f}{contender.rss_mib:9.0f}{contender.start_to_ready_millis:10.0f}\n"
    )


def as_json(run: Run) -> str:
    low, high = run.cpu_ratio_spread
    return json.dumps(
        {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": machine(),
            "protocol": "http1",
            "rate": run.rate,
            "connections": run.connections,
            "windowSeconds": run.window_seconds,
            "cpuRatioEnvoy": {"median": run.cpu_ratio, "lowest": low, "highest": high},
            "direct": asdict(run.direct),
            "proxies": [_contender_json(c) for c in run.contenders],
            "notes": run.notes,
        },
        indent=1,
    )


def _contender_json(contender: Contender) -> dict:
    figures = ("per_second", "cpu_per_100k", "p50_millis", "p99_millis")
    return {
        "label": contender.label,
        "warm": contender.warm,
        "medians": {figure: contender.median_of(figure) for figure in figures},
        "saturatedPerSecond": contender.saturated_per_second,
        "rssMib": contender.rss_mib,
        "startToReadyMillis": contender.start_to_ready_millis,
        "windows": [asdict(w) | {"cpu_per_100k": w.cpu_per_100k} for w in contender.windows],
    }
