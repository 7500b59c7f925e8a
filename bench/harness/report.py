"""The figures of a run: medians with their spread, as text and as JSON."""

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from .load import Traffic
from .measure import Window
from .workload import Measure


@dataclass(frozen=True)
class Contender:
    """All that was measured of one proxy. saturated: windows as fast as the generator could."""

    label: str
    windows: Sequence[Window]
    saturated: Sequence[Window]
    rss_mib: float
    start_to_ready_millis: float
    warm: bool

    @property
    def saturated_per_second(self) -> float:
        return median(w.traffic.per_second for w in self.saturated)

    def median_of(self, figure: str) -> float:
        return median(self._values(figure))

    def spread_of(self, figure: str) -> tuple[float, float]:
        values = self._values(figure)
        return min(values), max(values)

    def _values(self, figure: str) -> list[float]:
        if figure == "cpu_per_unit":
            return [w.cpu_per_unit for w in self.windows]
        return [getattr(w.traffic, figure) for w in self.windows]


@dataclass(frozen=True)
class Ratio:
    """
    What the first contender costs in terms of another: of medians, and of two windows that followed one another.
    saturated: of medians, each as fast as it can.
    """

    to: str
    median: float
    lowest: float
    highest: float
    saturated: float


@dataclass(frozen=True)
class Run:
    """All of one measure. direct: without a proxy at the same rate; direct_saturated: as fast as it goes."""

    measure: Measure
    rate: int
    connections: int
    window_seconds: float
    direct: Traffic
    direct_saturated: Traffic
    contenders: Sequence[Contender]
    notes: list[str] = field(default_factory=list)

    @property
    def ratios(self) -> list[Ratio]:
        """Of the first contender to each of the others."""
        return [self._ratio(other) for other in self.contenders[1:]]

    def _ratio(self, other: Contender) -> Ratio:
        first = self.contenders[0]
        pairs = [one.cpu_per_unit / two.cpu_per_unit for one, two in zip(first.windows, other.windows, strict=True)]
        saturated = _saturated_cost(first) / _saturated_cost(other)
        ratio = first.median_of("cpu_per_unit") / other.median_of("cpu_per_unit")
        return Ratio(other.label, ratio, min(pairs), max(pairs), saturated)

    @property
    def failed(self) -> int:
        return sum(self.failed_of(c) for c in self.contenders)

    @staticmethod
    def failed_of(contender: Contender) -> int:
        return sum(w.traffic.failed for w in contender.windows)


def _saturated_cost(contender: Contender) -> float:
    """CPU seconds a unit."""
    return median(w.cpu_per_unit for w in contender.saturated)


def machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    return f"{os.cpu_count()} x {model}, Linux {platform.release()}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def text(run: Run) -> str:
    unit, windows = run.measure.unit, len(run.contenders[0].windows)
    head = (
        f"{run.measure.title}: {run.rate} {unit.per_second} over {run.connections} connections, "
        f"{windows} windows of {run.window_seconds:g} s each, alternating\n{machine()}\n\n"
        f"{'':10}{unit.per_second:>8}{f'CPU-s/{unit.name}':>12}{'(lowest-highest)':>18}{'p50 ms':>8}{'p99 ms':>8}"
        f"{f'max {unit.per_second}':>12}{'CPU-s then':>12}{'RSS MiB':>9}{'start ms':>10}\n"
    )
    rows = "".join(_row(c) for c in run.contenders)
    direct = (
        f"{'(direct)':10}{run.direct.per_second:8.0f}{'':30}{_latencies(run.direct.p50_millis, run.direct.p99_millis)}"
        f"{run.direct_saturated.per_second:12.0f}\n"
    )
    notes = "".join(f"note: {note}\n" for note in run.notes)
    return head + rows + direct + "\n" + notes


def summary(run: Run) -> str:
    """The line that scripts read: ratios, their spread, and the direct path beside the first contender."""
    alone = len(run.ratios) == 1  # nothing to tell apart
    words = [f"cpu_ratio_{r.to}={r.median:.3f}" for r in run.ratios]
    for ratio in run.ratios:
        of = "" if alone else f"_{ratio.to}"
        words.append(f"lowest{of}={ratio.lowest:.3f} highest{of}={ratio.highest:.3f} saturated{of}={ratio.saturated:.3f}")
    first = run.contenders[0]
    words.append(f"max_{first.label}={first.saturated_per_second:.0f} max_direct={run.direct_saturated.per_second:.0f}")
    if run.direct.p99_millis:
        words.append(f"p99_{first.label}={first.median_of('p99_millis'):.2f} p99_direct={run.direct.p99_millis:.2f}")
    return " ".join([run.measure.name, *words])


def _row(contender: Contender) -> str:
    low, high = contender.spread_of("cpu_per_unit")
    return (
        f"{contender.label:10}{contender.median_of('per_second'):8.0f}{contender.median_of('cpu_per_unit'):12.2f}"
        f"{f'({low:.2f}-{high:.2f})':>18}{_latencies(contender.median_of('p50_millis'), contender.median_of('p99_millis'))}"
        f"{contender.saturated_per_second:12.0f}{_saturated_cost(contender):12.2f}{contender.rss_mib:9.0f}{contender.start_to_ready_millis:10.0f}\n"
    )


def _latencies(p50: float, p99: float) -> str:
    """Empty where the load has none."""
    return f"{p50:8.2f}{p99:8.2f}" if p99 else " " * 16


def as_json(run: Run) -> dict:
    """All figures and every window."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": machine(),
        "measure": run.measure.name,
        "unit": run.measure.unit.name,
        "rateUnit": run.measure.unit.per_second,
        "rate": run.rate,
        "connections": run.connections,
        "windowSeconds": run.window_seconds,
        "cpuRatios": {r.to: {"median": r.median, "lowest": r.lowest, "highest": r.highest, "saturated": r.saturated} for r in run.ratios},
        "direct": asdict(run.direct) | {"saturatedPerSecond": run.direct_saturated.per_second},
        "proxies": [_contender_json(c) for c in run.contenders],
        "notes": run.notes,
    }


def growth(runs: dict[str, dict]) -> str:
    """What many routes and subsets cost each contender in terms of few; empty where not both were measured."""
    if not {"http1", "routes"} <= runs.keys():
        return ""

    def costs(name: str) -> dict[str, float]:
        return {proxy["label"]: proxy["medians"]["cpu_per_unit"] for proxy in runs[name]["proxies"]}

    few, many = costs("http1"), costs("routes")
    return " ".join(["growth_routes", *(f"{label}={many[label] / few[label]:.3f}" for label in few if label in many)])


def _contender_json(contender: Contender) -> dict:
    figures = ("per_second", "cpu_per_unit", "p50_millis", "p99_millis")
    return {
        "label": contender.label,
        "warm": contender.warm,
        "medians": {figure: contender.median_of(figure) for figure in figures},
        "saturatedPerSecond": contender.saturated_per_second,
        "saturatedWindows": [_window_json(w) for w in contender.saturated],
        "rssMib": contender.rss_mib,
        "startToReadyMillis": contender.start_to_ready_millis,
        "windows": [_window_json(w) for w in contender.windows],
    }


def _window_json(window: Window) -> dict:
    return asdict(window.traffic) | {"cpu_seconds": window.cpu_seconds, "cpu_per_unit": window.cpu_per_unit}
