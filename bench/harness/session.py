"""One workload, measured inside its own namespaces: what comes up, in which order, and what is made of the windows."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import mesh
from .contenders import Stage
from .lab import Lab, Pod
from .load import Generator
from .measure import QUIET, Machine, Window, common_rate, one_window, saturated, warm_up
from .proxy import Proxy
from .report import Contender, Run
from .workload import Workload

SATURATED_WINDOWS = 3  # of each contender, alternating too, as fast as the generator can


@dataclass(frozen=True)
class Plan:
    """How a workload is measured. rate None: the usual one, or what the slowest contender carries with ease."""

    kinds: tuple[str, ...]
    windows: int
    seconds: float
    connections: int
    rate: int | None


def run(workload: Workload, plan: Plan, programs: dict[str, Path]) -> list[Run]:
    """All measures of the workload, one after the other, over the same running proxies."""
    proxy_core, other_core = sorted(os.sched_getaffinity(0))[:2]
    lab = Lab()
    try:
        stage = Stage(lab, programs, workload, proxy_core, other_core, plan.connections)
        proxies = []
        for number, kind in enumerate(plan.kinds):
            proxies.append(stage.contender(number, kind))
            say(f"{workload.name}: {kind} ready after {proxies[-1].start_to_ready_millis:.0f} ms")
        direct = lab.pod("client-direct", "198.18.1.9")
        generators = [stage.generator(index) for index in range(len(workload.measures))]
        return [measure(generator, proxies, direct, stage.server_pids, plan) for generator in generators]
    finally:
        lab.close()


def measure(generator: Generator, proxies: Sequence[Proxy], direct: Pod, servers: Sequence[int], plan: Plan) -> Run:
    load, seconds = generator.measure, plan.seconds
    fastest = [warm_up(partial(one_window, generator, proxy, seconds, None), say, load.warm)[0] for proxy in proxies]
    rate = plan.rate or common_rate(fastest, load)
    warm = [warm_up(partial(one_window, generator, proxy, seconds, rate), say)[1] for proxy in proxies]
    straight = mesh.straight_to_server(load.port)
    at_rate, at_most = (generator.call(direct, straight, seconds, wanted) for wanted in (rate, None))
    machine = Machine(sorted(os.sched_getaffinity(0))[:2], [*servers, *(pid for proxy in proxies for pid in proxy.pids)])
    windows: list[list[Window]] = [[] for _ in proxies]
    saturated_windows: list[list[Window]] = [[] for _ in proxies]
    for _ in range(plan.windows):
        for proxy, taken in zip(proxies, windows, strict=True):
            taken.append(window := one_window(generator, proxy, seconds, rate))
            late = f", p99 {window.traffic.p99_millis:.2f} ms" if window.traffic.p99_millis else ""
            said = f"{window.cpu_per_unit:.2f} CPU-s per {load.unit.name}{late}, {window.traffic.failed} failed"
            say(f"{load.name} {proxy.name}: {said}")
    for _ in range(SATURATED_WINDOWS):
        for proxy, taken in zip(proxies, saturated_windows, strict=True):
            taken.append(one_window(generator, proxy, seconds, None))
    foreign = machine.foreign_share()
    names = [proxy.name for proxy in proxies]
    labels = [name if names.count(name) == 1 else f"{name}-{n}" for n, name in enumerate(names)]
    contenders = [
        Contender(label, taken, full, proxy.rss_mib(), proxy.start_to_ready_millis, its_warm)
        for label, taken, full, proxy, its_warm in zip(labels, windows, saturated_windows, proxies, warm, strict=True)
    ]
    noted = notes(contenders, rate, foreign)
    return Run(load, rate, generator.connections, seconds, at_rate, at_most, contenders, noted)


def notes(contenders: Sequence[Contender], rate: int, foreign: float) -> list[str]:
    """What a reader has to know before trusting the figures."""
    noted = [f"{c.label}: no two successive warm-up windows within 5 %" for c in contenders if not c.warm]
    for contender in contenders:
        unit = contender.windows[0].unit
        if slow := [w for w in contender.windows if saturated(w, rate)]:
            noted.append(f"{contender.label}: {len(slow)} windows did not reach {rate} {unit.per_second}")
        if failed := Run.failed_of(contender):
            noted.append(f"{contender.label}: {failed} requests were not answered as they should be")
    if foreign > QUIET:
        noted.append(f"other work took {foreign:.0%} of the two cores: repeat on a quiet machine")
    return noted


def say(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)
