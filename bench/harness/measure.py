"""Windows of load and what they cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import mesh
from .load import Generator, Traffic
from .proxy import Proxy

WARM_WITHIN = 0.05
MOST_WARM_UPS = 15
SHARE_OF_SATURATION = 0.5  # the slowest contender is then half idle
REACHED = 0.98  # of the rate asked for: below it the window was saturated


@dataclass(frozen=True)
class Window:
    """One window of one contender."""

    proxy: str
    traffic: Traffic
    cpu_seconds: float

    @property
    def cpu_per_100k(self) -> float:
        return self.cpu_seconds / max(1, self.traffic.requests) * 100_000


def one_window(generator: Generator, proxy: Proxy, seconds: float, rate: int | None) -> Window:
    before = proxy.cpu_seconds()
    traffic = generator.call(proxy.pod, mesh.THROUGH_SERVICE, seconds, rate)
    return Window(proxy.name, traffic, proxy.cpu_seconds() - before)


def warm_up(window: Callable[[], Window], say: Callable[[str], None]) -> tuple[Window, bool]:
    """Windows until two successive ones cost the same within 5 %: the last, and whether that was reached."""
    last = window()
    for _ in range(MOST_WARM_UPS - 1):
        latest = window()
        say(f"warming {latest.proxy}: {latest.cpu_per_100k:.2f} CPU-s per 100k at {latest.traffic.per_second:.0f}/s")
        if agree(last.cpu_per_100k, latest.cpu_per_100k):
            return latest, True
        last = latest
    return last, False


def agree(one: float, other: float) -> bool:
    return abs(one - other) <= WARM_WITHIN * max(one, other)


def common_rate(saturated: Sequence[Window]) -> int:
    """A rate that every contender carries with ease, in whole hundreds."""
    return max(100, int(min(w.traffic.per_second for w in saturated) * SHARE_OF_SATURATION) // 100 * 100)


def saturated(window: Window, rate: int) -> bool:
    return window.traffic.per_second < REACHED * rate
