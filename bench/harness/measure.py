"""Windows of load and what they cost."""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .load import Generator, Traffic
from .proxy import TICKS, Proxy, cpu_seconds_of
from .workload import Measure, Unit

WARM_WITHIN = 0.05
MOST_WARM_UPS = 10
SHARE_OF_SATURATION = 0.6  # at most, of what the slowest contender can carry
REACHED = 0.98  # of the rate asked for: below it the window was saturated
QUIET = 0.10  # foreign work on the two cores that is not worth a note


@dataclass(frozen=True)
class Window:
    """One window of one contender."""

    proxy: str
    traffic: Traffic
    cpu_seconds: float
    unit: Unit

    @property
    def cpu_per_unit(self) -> float:
        return self.cpu_seconds / max(1, self.traffic.amount) * self.unit.size


class Machine:
    """How busy the cores are with work that is none of the benchmark's: it disturbs the figures."""

    def __init__(self, cores: Sequence[int], own: Sequence[int]) -> None:
        self._names = {f"cpu{core}" for core in cores}
        self._own = own
        self._started = time.monotonic()
        self._before = self._foreign_seconds()

    def foreign_share(self) -> float:
        """Of the cores' time since the beginning, 0 to 1."""
        elapsed = (time.monotonic() - self._started) * len(self._names)
        return max(0.0, self._foreign_seconds() - self._before) / elapsed

    def _foreign_seconds(self) -> float:
        lines = (line.split() for line in Path("/proc/stat").read_text().splitlines())
        busy = sum(sum(map(int, f[1:4])) for f in lines if f[0] in self._names) / TICKS  # user, nice, system
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)  # the generator's runs
        return busy - sum(map(cpu_seconds_of, self._own)) - ended.ru_utime - ended.ru_stime


def one_window(generator: Generator, proxy: Proxy, seconds: float, rate: int | None) -> Window:
    before = proxy.cpu_seconds()
    measure = generator.measure
    traffic = generator.call(proxy.pod, proxy.target(measure.port), seconds, rate)
    return Window(proxy.name, traffic, proxy.cpu_seconds() - before, measure.unit)


def warm_up(window: Callable[[], Window], say: Callable[[str], None], least: int = 0) -> tuple[Window, bool]:
    """
    Windows until `least` was carried, and then until two successive ones cost the same within 5 %: the last, and
    whether that was reached.
    """
    last = window()
    carried = last.traffic.amount
    while carried < least:
        last = window()
        carried += max(1, last.traffic.amount)
        say(f"warming {last.proxy}: {carried:.0f} of {least} at {last.traffic.per_second:.0f}/s")
    for _ in range(MOST_WARM_UPS - 1):
        latest = window()
        cost = f"{latest.cpu_per_unit:.2f} CPU-s per {latest.unit.name}"
        say(f"warming {latest.proxy}: {cost} at {latest.traffic.per_second:.0f}/s")
        if agree(last.cpu_per_unit, latest.cpu_per_unit):
            return latest, True
        last = latest
    return last, False


def agree(one: float, other: float) -> bool:
    return abs(one - other) <= WARM_WITHIN * max(one, other)


def common_rate(saturated: Sequence[Window], measure: Measure) -> int:
    """The usual rate, or where a contender cannot carry it with ease a lower one, in whole steps."""
    carried = min(w.traffic.per_second for w in saturated) * SHARE_OF_SATURATION
    return max(measure.step, min(measure.usual_rate, int(carried) // measure.step * measure.step))


def saturated(window: Window, rate: int) -> bool:
    return window.traffic.per_second < REACHED * rate
