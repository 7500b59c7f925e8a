"""The command line; the work is done by a second life of the process, in namespaces of its own."""

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

LIBRARY = "FAIRLEAD_CONFORMANCE_H2"  # likewise: the folder of h2
INSIDE = "FAIRLEAD_CONFORMANCE_INSIDE"  # set in the second life: the Envoy's path
PROGRAMS = ("unshare", "nsenter", "taskset", "ip", "iptables-restore", "curl", "mount", "openssl")
CANNOT = 77  # status: what it needs is not to be had here
ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    if INSIDE in os.environ:
        return _inside(options, Path(os.environ[INSIDE]))
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        packages = "iptables iproute2 curl util-linux openssl"
        print(f"conformance: missing: {', '.join(missing)}: apt-get install {packages}", file=sys.stderr)
        return CANNOT
    provision = subprocess.run([str(ROOT / "samples/tools/provision"), "envoy"], stdout=subprocess.PIPE, text=True)
    if provision.returncode != 0:
        return CANNOT
    os.environ[LIBRARY] = _library()
    return _in_namespaces(arguments, f"{provision.stdout.strip()}/bin/envoy")


def _library() -> str:
    """Where PyPI's h2 is; empty: it is not to be had, and nobody speaks HTTP/2."""
    provision = subprocess.run([str(ROOT / "samples/tools/provision"), "h2"], stdout=subprocess.PIPE, text=True)
    if provision.returncode != 0:
        print("conformance: h2 cannot be had: HTTP/2 is left out", file=sys.stderr)
        return ""
    return f"{provision.stdout.strip()}/lib"


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="conformance",
        description="Generated configuration and requests: what this agent does, and what a real Envoy does.",
    )
    parser.add_argument("--cases", type=int, default=2000, metavar="N", help="requests that both are asked, in each part (2000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="what they are drawn from (1)")
    parser.add_argument("--part", choices=("traffic", "access", "all"), default="all", help="traffic: where requests go; access: who may (all)")
    parser.add_argument("--requests", type=int, default=25, metavar="N", help="for each configuration (25)")
    parser.add_argument("--findings", type=int, default=8, metavar="N", help="end after that many differences (8)")
    parser.add_argument("--no-shrink", action="store_true", help="count what differs, look for no smallest form")
    parser.add_argument("--mutations", action="store_true", help="break one field after the other: each must be noticed")
    parser.add_argument("--only", default="", metavar="A,B", help="of the mutations those with such a word in their names")
    parser.add_argument("--without", default="", metavar="A,B", help="leave fields of these names out, e.g. retries,mirror")
    return parser.parse_args(arguments)


def _in_namespaces(arguments: list[str], envoy: str) -> int:
    """They, and all that runs in them, end with this process."""
    namespaces = ["unshare", "-Urnm", "--pid", "--fork", "--mount-proc", "--kill-child"]
    command = [*namespaces, sys.executable, str(ROOT / "conformance/run"), *arguments]
    process = subprocess.Popen(command, env=os.environ | {INSIDE: envoy})

    def stop(*_: object) -> None:
        process.kill()
        sys.exit(143)

    signal.signal(signal.SIGTERM, stop)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.kill()
        return 130


def _inside(options: argparse.Namespace, envoy: Path) -> int:
    if os.environ.get(LIBRARY):
        sys.path.append(os.environ[LIBRARY])
    from .inbound import Guarded
    from .session import Session
    from .world import World

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    world = World(envoy, Path(os.environ["FAIRLEAD_DIST"]))
    try:
        kinds = {"traffic": Session, "access": Guarded}
        picked = {part: kind for part, kind in kinds.items() if options.part in (part, "all")}
        told = (lambda text: print(text, flush=True), frozenset(options.without.split(",")))
        return asyncio.run(_run(options, {part: kind(world, *told) for part, kind in picked.items()}))
    except RuntimeError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 1
    finally:
        world.close()


async def _run(options: argparse.Namespace, sessions: dict) -> int:
    await next(iter(sessions.values())).world.serve()
    if options.mutations:
        noticed: dict[str, int] = {}
        for session in sessions.values():
            found = await session.mutations(options.seed, options.requests, options.cases, options.only)
            noticed |= found or {"": 0}
        count = sum(1 for cases in noticed.values() if cases)
        print(f"conformance: {len(noticed)} mutations, {count} noticed, seed {options.seed}")
        return 0 if noticed and count == len(noticed) else 1
    folder = ROOT / "target/conformance"
    folder.mkdir(parents=True, exist_ok=True)
    everything = folder / "all.txt" if options.no_shrink else None
    if everything:
        everything.write_text("")
    cases = explained = bad = refused = 0
    for part, session in sessions.items():
        outcome = await session.run(options.seed, options.cases, options.requests, options.findings, None if everything else folder, everything)
        _tell(part, outcome)
        cases += outcome.cases
        explained += sum(outcome.explained.values())
        bad += len(outcome.findings)
        refused += sum(outcome.refused.values())
    print(f"conformance: {cases} cases, {bad} unexplained differences, {explained} explained, seed {options.seed}")
    return 1 if bad or refused else 0


def _tell(part: str, outcome) -> None:
    print(f"{part}: {outcome.cases} cases, answers:", json.dumps(dict(outcome.answers.most_common())))
    for name, count in sorted(outcome.explained.items()):
        print(f"explained: {name}: {count} (docs/differences.md)")
    for why, count in outcome.refused.most_common():
        print(f"refused by pilot-lite: {why} ({count} times)")
    for kind, count in outcome.kinds().most_common(40):
        print(f"differs {count} times: {kind}")
