"""The command line, and the order of a run."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from . import agent, envoy, mesh
from .lab import Lab
from .load import Generator, start_server
from .measure import QUIET, Machine, Window, common_rate, one_window, saturated, warm_up
from .proxy import Proxy
from .report import Contender, Run, as_json, text

INSIDE = "FAIRLEAD_BENCH_TOOLS"  # set in the second life of the process, inside its own namespaces
TOOLS = ("fortio", "nginx", "envoy")
PROGRAMS = ("unshare", "nsenter", "taskset", "ip", "iptables-restore", "curl", "mount")


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    if INSIDE not in os.environ:
        return _enter_namespaces(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run = _run(options, dict(zip(TOOLS, os.environ[INSIDE].split(os.pathsep), strict=True)))
    except (RuntimeError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(text(run), end="")
    if options.json:
        options.json.write_text(as_json(run) + "\n")
    if run.failed:
        print(f"bench: {run.failed} requests did not get a 200: the figures do not count", file=sys.stderr)
        return 1
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench", description="HTTP/1.1 through this agent and through a real Envoy: CPU, latency, memory."
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every window there")
    parser.add_argument("--quick", action="store_true", help="windows of 4 s instead of 12")
    parser.add_argument("--proxies", default="agent,envoy", metavar="A,B", help="agent or envoy, twice (agent,envoy)")
    parser.add_argument("--windows", type=int, default=5, metavar="N", help="measured windows of each, at least 5")
    parser.add_argument("--connections", type=int, default=32, metavar="N")
    parser.add_argument("--rate", type=int, metavar="N", help="requests/s (8000, or 60 %% of what the slower one can carry)")
    options = parser.parse_args(arguments)
    kinds = options.proxies.split(",")
    if len(kinds) != 2 or not set(kinds) <= {"agent", "envoy"}:
        parser.error(f"--proxies {options.proxies}: two of agent and envoy")
    if options.windows < 5:
        parser.error("--windows: at least 5")
    return options


def _enter_namespaces(arguments: list[str]) -> int:
    """
    Runs this program again as process 1 of its own user, network, mount and PID namespaces. They, and all that runs in
    them, end with it.
    """
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        print(f"bench: missing: {', '.join(missing)}: apt-get install iptables iproute2 curl util-linux", file=sys.stderr)
        return 1
    if len(os.sched_getaffinity(0)) < 2:
        print("bench: needs two cores: one for the proxy, one for all else", file=sys.stderr)
        return 1
    root = Path(__file__).resolve().parent.parent.parent
    provision = [str(root / "samples/tools/provision"), *TOOLS]
    tools = subprocess.run(provision, stdout=subprocess.PIPE, text=True)
    if tools.returncode != 0:
        return 1
    inside = os.environ | {INSIDE: os.pathsep.join(tools.stdout.split("\n")[: len(TOOLS)])}
    namespaces = ["unshare", "-Urnm", "--pid", "--fork", "--mount-proc", "--kill-child"]
    process = subprocess.Popen([*namespaces, sys.executable, str(root / "bench/run"), *arguments], env=inside)
    signal.signal(signal.SIGTERM, lambda *_: process.kill())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.kill()


def _run(options: argparse.Namespace, tools: dict[str, str]) -> Run:
    proxy_core, other_core = sorted(os.sched_getaffinity(0))[:2]
    programs = {name: Path(folder) / "bin" / name for name, folder in tools.items()}
    seconds = 4.0 if options.quick else 12.0
    lab = Lab()
    try:
        server = lab.pod("server", *mesh.ENDPOINTS.values())
        nginx = start_server(lab, server, programs["nginx"], other_core)
        generator = Generator(lab, programs["fortio"], other_core, options.connections)
        proxies = []
        for number, kind in enumerate(options.proxies.split(",")):
            pod = lab.pod(f"client-{number}", f"198.18.1.{10 + number}")
            if kind == "envoy":
                proxies.append(envoy.start(lab, pod, programs["envoy"], proxy_core))
            else:
                proxies.append(agent.start(lab, pod, proxy_core, other_core))
            _say(f"{kind} ready after {proxies[-1].start_to_ready_millis:.0f} ms")
        return _measure(lab, generator, proxies, nginx, options.rate, options.windows, seconds)
    finally:
        lab.close()


def _measure(
    lab: Lab, generator: Generator, proxies: Sequence[Proxy], server: int, rate: int | None, count: int, seconds: float
) -> Run:
    fastest = [warm_up(partial(one_window, generator, proxy, seconds, None), _say)[0] for proxy in proxies]
    rate = rate or common_rate(fastest)
    at_rate = [warm_up(partial(one_window, generator, proxy, seconds, rate), _say) for proxy in proxies]
    direct = generator.call(lab.pod("client-direct", "198.18.1.9"), mesh.STRAIGHT_TO_SERVER, seconds, rate)
    machine = Machine(sorted(os.sched_getaffinity(0))[:2], [server, *(proxy.pid for proxy in proxies)])
    windows: list[list[Window]] = [[] for _ in proxies]
    for _ in range(count):
        for proxy, taken in zip(proxies, windows, strict=True):
            taken.append(one_window(generator, proxy, seconds, rate))
            _say(f"{proxy.name}: {taken[-1].cpu_per_100k:.2f} CPU-s per 100k, p99 {taken[-1].traffic.p99_millis:.2f} ms")
    foreign = machine.foreign_share()
    labels = [p.name if len({q.name for q in proxies}) > 1 else f"{p.name}-{n}" for n, p in enumerate(proxies)]
    contenders = [
        Contender(label, taken, fast.traffic.per_second, proxy.rss_mib(), proxy.start_to_ready_millis, warm)
        for label, taken, fast, proxy, (_, warm) in zip(labels, windows, fastest, proxies, at_rate, strict=True)
    ]
    return Run(rate, generator.connections, seconds, direct, contenders, _notes(contenders, rate, foreign))


def _notes(contenders: Sequence[Contender], rate: int, foreign: float) -> list[str]:
    """What a reader has to know before trusting the figures."""
    notes = [f"{c.label}: no two successive warm-up windows within 5 %" for c in contenders if not c.warm]
    for contender in contenders:
        if slow := [w for w in contender.windows if saturated(w, rate)]:
            notes.append(f"{contender.label}: {len(slow)} windows did not reach {rate} requests/s")
    if foreign > QUIET:
        notes.append(f"other work took {foreign:.0%} of the two cores: repeat on a quiet machine")
    return notes


def _say(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)
