"""The command line: one workload after the other, each in namespaces of its own."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from . import session
from .contenders import KINDS
from .report import as_json, growth, summary, text
from .session import Plan
from .workload import WORKLOADS

INSIDE = "FAIRLEAD_BENCH_INSIDE"  # set in the second life of the process: its workload, programs and result file
TOOLS = ("fortio", "nginx", "envoy", "haproxy", "h2load", "iperf3")
PROGRAMS = ("unshare", "nsenter", "taskset", "ip", "ss", "iptables-restore", "curl", "mount", "openssl")
ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    if INSIDE in os.environ:
        return _inside(options, json.loads(os.environ[INSIDE]))
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        packages = "iptables iproute2 curl util-linux openssl"
        print(f"bench: missing: {', '.join(missing)}: apt-get install {packages}", file=sys.stderr)
        return 1
    if len(os.sched_getaffinity(0)) < 2:
        print("bench: needs two cores: one for the proxy, one for all else", file=sys.stderr)
        return 1
    programs = _programs()
    return _all(options, arguments, programs) if programs else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench", description="Traffic through this agent and through real proxies: CPU, latency, memory."
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every window there")
    parser.add_argument("--quick", action="store_true", help="windows of 4 s instead of 12")
    names = ",".join(WORKLOADS)
    parser.add_argument("--only", default=names, metavar="A,B", help=f"of {names}")
    kinds = "of agent, envoy and haproxy (TCP); the first is compared with the others"
    parser.add_argument("--proxies", metavar="A,B", help=kinds)
    parser.add_argument("--windows", type=int, default=5, metavar="N", help="measured windows of each, at least 5")
    parser.add_argument("--connections", type=int, default=32, metavar="N")
    rate = "a second (else the usual one, or 60 %% of what the slowest can carry)"
    parser.add_argument("--rate", type=int, metavar="N", help=rate)
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(WORKLOADS):
        parser.error(f"--only {','.join(sorted(unknown))}: one of {names}")
    options.proxies = tuple(options.proxies.split(",")) if options.proxies else None
    if options.proxies and (len(options.proxies) < 2 or not set(options.proxies) <= set(KINDS)):
        parser.error(f"--proxies {','.join(options.proxies)}: two or more of {', '.join(KINDS)}")
    if options.proxies and options.proxies.count("agent") > 1:
        parser.error("--proxies: the agent once, since there is one on a node")
    if "haproxy" in (options.proxies or ()) and any(WORKLOADS[name].http for name in options.only):
        parser.error("--proxies haproxy: with --only tcp or tcp_mtls")
    if options.windows < 5:
        parser.error("--windows: at least 5")
    return options


def _programs() -> dict[str, str] | None:
    """The paths of the programs, put there if need be; None when one cannot be had (which was said)."""
    provision = subprocess.run([str(ROOT / "samples/tools/provision"), *TOOLS], stdout=subprocess.PIPE, text=True)
    if provision.returncode != 0:
        return None
    folders = provision.stdout.splitlines()
    return {tool: f"{folder}/bin/{tool}" for tool, folder in zip(TOOLS, folders, strict=True)}


def _all(options: argparse.Namespace, arguments: list[str], programs: dict[str, str]) -> int:
    """Prints each workload's report when it is there, and the lines that scripts read at the end."""
    results, status = [], 0
    with tempfile.TemporaryDirectory(prefix="fairlead-bench.") as folder:
        for name in options.only:
            result = Path(folder) / f"{name}.json"
            told = {"workload": name, "programs": programs, "result": str(result)}
            status = _in_namespaces(arguments, told) or status
            results += json.loads(result.read_text()) if result.exists() else []
    if options.json:
        options.json.write_text(json.dumps({"runs": [result["run"] for result in results]}, indent=1) + "\n")
    for result in results:
        print(result["summary"])
    if line := growth({result["run"]["measure"]: result["run"] for result in results}):
        print(line)
    return status


def _in_namespaces(arguments: list[str], told: dict) -> int:
    """
    Runs this program again as process 1 of its own user, network, mount and PID namespaces. They, and all that runs in
    them, end with it.
    """
    namespaces = ["unshare", "-Urnm", "--pid", "--fork", "--mount-proc", "--kill-child"]
    command = [*namespaces, sys.executable, str(ROOT / "bench/run"), *arguments]
    process = subprocess.Popen(command, env=os.environ | {INSIDE: json.dumps(told)})

    def stop(*_: object) -> None:
        process.kill()
        sys.exit(143)

    signal.signal(signal.SIGTERM, stop)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.kill()
        sys.exit(130)


def _inside(options: argparse.Namespace, told: dict) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    workload = WORKLOADS[told["workload"]]
    kinds = options.proxies or workload.contenders
    plan = Plan(kinds, options.windows, 4.0 if options.quick else 12.0, options.connections, options.rate)
    try:
        runs = session.run(workload, plan, {name: Path(path) for name, path in told["programs"].items()})
    except (RuntimeError, OSError) as error:
        print(f"bench: {workload.name}: {error}", file=sys.stderr)
        return 1
    print("\n".join(text(run) for run in runs), flush=True)
    results = [{"summary": summary(run), "run": as_json(run)} for run in runs]
    Path(told["result"]).write_text(json.dumps(results))
    failed = sum(run.failed for run in runs)
    if failed:
        print(f"bench: {workload.name}: {failed} requests failed: the figures do not count", file=sys.stderr)
    return 1 if failed else 0
