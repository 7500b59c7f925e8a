"""One run: batches of configurations side by side, what differed, and its smallest form."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from . import http2, observe
from .client import Answer, ask, ask_http2
from .differences import Case, unexplained
from .generate import Config, Request, generate, placed_request
from .http1 import rendered
from .mutations import MUTATIONS
from .shrink import as_yaml, variants
from .world import PORTS, SLOTS, World, service_address

SIDES = ("envoy", "agent")
SETTLE_SECONDS = 1.5  # how long mirrored requests and counters are waited for where the sides are not yet equal
WARM_REQUESTS = 10  # in each slot
BURST_SECONDS = 0.1  # between requests of a burst; they take longer than all of it
LEAD_SECONDS = 0.3  # of the first before the second: its connection is there
SHRINK_BATCHES = 40
COUNTED = re.compile(
    r"\.upstream_rq_(total|completed|\d\d\d|\dxx|retry|retry_success|retry_limit_exceeded|timeout|per_try_timeout|"
    r"pending_overflow|active_overflow|maintenance_mode|retry_overflow|rx_reset|tx_reset)$|"
    r"\.outlier_detection\.ejections_(enforced|detected)_(total|consecutive_(5xx|gateway_failure))$"
)


@dataclass
class Finding:
    """What differed of one request, or of a slot's counters (request None), and nobody explains."""

    config: Config
    request: Request | None
    differs: dict[str, tuple[object, object]]


@dataclass
class Outcome:
    """Of one batch, or of a whole run."""

    cases: int = 0
    explained: Counter = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    refused: Counter = field(default_factory=Counter)
    answers: Counter = field(default_factory=Counter)

    def kinds(self) -> Counter:
        """What differed, most frequent first."""
        return Counter(_kind(key, *sides) for finding in self.findings for key, sides in finding.differs.items())

    def add(self, other: "Outcome") -> None:
        self.cases += other.cases
        self.findings += other.findings
        for mine, its in ((self.explained, other.explained), (self.refused, other.refused), (self.answers, other.answers)):
            mine.update(its)


class Session:
    """Asks both sides of a world about traffic; `Guarded` asks who may. All methods run on one event loop."""

    SLOTS = SLOTS
    MUTATIONS = MUTATIONS

    def __init__(self, world: World, say: Callable[[str], None], without: frozenset[str] = frozenset()) -> None:
        self.world = world
        self.say = say
        self.without = without if http2.available() else without | {"HTTP/2", "h2UpgradePolicy"}

    async def run(self, seed: int, cases: int, per_config: int, stop_after: int, folder: Path | None, everything: Path | None = None) -> Outcome:
        """At least `cases` cases; findings are shrunk, said and written to the folder, or all to one file; ends early after `stop_after` of them."""
        random, whole, started = Random(seed), Outcome(), time.monotonic()
        await self.warm()
        while whole.cases < cases and len(whole.findings) < stop_after:
            left = -(-(cases - whole.cases) // per_config)
            outcome = await self.batch(self.drawn(random, min(self.SLOTS, left), per_config))
            whole.add(outcome)
            self.say(f"{whole.cases} cases, {len(whole.findings)} findings, {time.monotonic() - started:.0f} s")
            for config in _distinct(outcome.findings)[:stop_after] if folder else ():
                await self.report(config, seed, folder)
            if everything:
                with everything.open("a") as file:
                    file.writelines(description(finding.config, [finding]) for finding in outcome.findings)
        return whole

    async def mutations(self, seed: int, per_config: int, most: int, only: str = "") -> dict[str, int]:
        """By mutation, after how many cases it was noticed; 0: it was not. None at all where they differ without one."""
        noticed: dict[str, int] = {}
        await self.warm()
        if found := (await self.batch(self.drawn(Random(seed), self.SLOTS, per_config))).findings:
            self.say(f"without a mutation there are {len(found)} differences:\n{description(found[0].config, found[:1])}")
            return noticed
        for mutation in (mutation for mutation in self.MUTATIONS if any(word in mutation for word in only.split(","))):
            random, asked = Random(seed), 0
            self.world.mutations.write_text(mutation + "\n")
            noticed[mutation] = 0
            while asked < most and not noticed[mutation]:
                outcome = await self.batch(self.drawn(random, self.SLOTS, per_config))
                asked += outcome.cases
                if outcome.findings:
                    noticed[mutation] = asked
            self.say(f"{mutation}: {'noticed' if noticed[mutation] else 'NOT NOTICED'} in {asked} cases")
            self.world.mutations.unlink()
        return noticed

    def drawn(self, random: Random, count: int, per_config: int) -> list[Config]:
        return [generate(random, per_config, self.without) for _ in range(count)]

    def objects(self, configs: list[Config]) -> list[dict]:
        return [value for slot, config in enumerate(configs) for value in config.objects(slot)]

    async def warm(self) -> None:
        """Timeouts are short, and a process that has just begun is slow: nothing of this counts."""
        await self.batch(self.drawn(Random(0), self.SLOTS, WARM_REQUESTS))

    async def batch(self, configs: list[Config]) -> Outcome:
        """One configuration a slot."""
        outcome = Outcome()
        await self._forget(configs)
        refused = await self.world.apply(self.objects(configs))
        for name, why in refused.items():
            outcome.refused[re.sub(r"\b[hp]\d+\b", "HOST", f"{name}: {why}")] += 1
        bad = {int(slot) for name in refused for slot in re.findall(r"/[hp](\d+)", name)}
        before = {side: self.counters(side) for side in SIDES}
        self.world.echo.arrivals.clear()
        slots = [slot for slot in range(len(configs)) if slot not in bad]
        await asyncio.gather(*(self._slot(slot, configs[slot], outcome) for slot in slots))
        await self._counters(slots, configs, before, outcome)
        return outcome

    async def _forget(self, configs: list[Config]) -> None:
        """An endpoint that a batch before has found failing is as good as any to this one."""
        if any(isinstance(config, Config) and config.ejects for config in configs):
            await self.world.apply(self.objects([config.forgiving() if isinstance(config, Config) else config for config in configs]))

    async def _slot(self, slot: int, config: Config, outcome: Outcome) -> None:
        for number, request in enumerate(config.requests):
            sides = await asyncio.gather(*(self.ask(side, slot, number, request) for side in SIDES))
            where = self.where(config, sides[0][1])
            found = observe.compare(*sides, where)
            deadline = time.monotonic() + SETTLE_SECONDS
            while "arrivals" in found and time.monotonic() < deadline:
                await asyncio.sleep(0.03)
                sides = [(seen, self.arrived(side, slot, number)) for side, (seen, _) in zip(SIDES, sides, strict=True)]
                found = observe.compare(*sides, where)
            outcome.cases += 1
            outcome.answers[sides[0][0]["outcome"]] += 1
            if request.value("expect") is not None:
                found.pop("header connection", None)  # whether the body came before an early answer is chance
            left, by = unexplained(Case(request, sides[0][0], sides[1][0], config), found)
            outcome.explained.update(by)
            if left:
                outcome.findings.append(Finding(config, request, left))

    def where(self, config: Config, arrived: list[dict]) -> observe.Where:
        """By what arrived: it is hashed as its route has changed it."""
        return observe.Where.ADDRESS if arrived and config.hashed(observe.sent(arrived[0])) else observe.Where.NOWHERE if config.by_chance else observe.Where.SUBSET

    async def ask(self, side: str, slot: int, number: int, request: Request) -> tuple[dict, list[dict]]:
        if request.burst > 1:
            one = replace(request, burst=1)
            several = await asyncio.gather(*(self._later(nth, side, slot, one, f"{self.case(side, slot, number)}-{nth}") for nth in range(request.burst)))
            return {"outcome": " ".join(sorted(answer.outcome for answer in several))}, []
        answer = await self._asked(side, slot, request, self.case(side, slot, number))
        return observe.response(answer), self.arrived(side, slot, number)

    async def _later(self, nth: int, *asked) -> Answer:
        """One of a burst: how quickly connections are made is not to decide which of them are refused."""
        await asyncio.sleep(nth and LEAD_SECONDS + (nth - 1) * BURST_SECONDS)
        return await self._asked(*asked)

    async def _asked(self, side: str, slot: int, request: Request, case: str) -> Answer:
        placed = placed_request(request, slot)
        pod, to = self.world.sides[side], (service_address(slot), PORTS["http"])
        waits = request.value("expect") is not None
        if request.version == "HTTP/2":
            return await ask_http2(pod, to, fields(placed, case), placed.body.encode(), waits)
        head, end, body = wire(placed, case).partition(b"\r\n\r\n")
        return await ask(pod, to, [head + end, body] if waits else [head + end + body], request.method)

    def arrived(self, side: str, slot: int, number: int) -> list[dict]:
        return observe.arrivals(self.world.echo.arrivals.get(self.case(side, slot, number), []), self.world.echo.subsets)

    def case(self, side: str, slot: int, number: int) -> str:
        return f"{side}-{self.world.batch}-{slot}-{number}"

    async def _counters(self, slots: list[int], configs: list[Config], before: dict, outcome: Outcome) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            grown = {side: self._grown(before[side], self.counters(side)) for side in SIDES}
            found = observe.differing(grown["envoy"], grown["agent"])
            if not found or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.1)
        for slot in slots:
            left, by = unexplained(Case(Request(), {}, {}, configs[slot]), self.own(slot, configs, found))
            outcome.explained.update(by)
            if left:
                outcome.findings.append(Finding(configs[slot], None, left))

    def _grown(self, before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
        return {name: value - before.get(name, 0) for name, value in after.items() if self.counted(name) and value != before.get(name, 0)}

    def counters(self, side: str) -> dict[str, int]:
        return self.world.counters(side)

    def counted(self, name: str) -> bool:
        return COUNTED.search(name) is not None

    def own(self, slot: int, configs: list[Config], found: dict) -> dict:
        """What counters of the slot differ in."""
        return {re.sub(rf"\bh{slot}\b", "HOST", key): value for key, value in found.items() if f"|h{slot}." in key or key.startswith(f"vhost.h{slot}.")}

    async def report(self, config: Config, seed: int, folder: Path) -> None:
        config, findings = await self.shrink(config)
        text = description(config, findings)
        self.say(text)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{seed}-{self.world.batch}.txt").write_text(text)

    async def shrink(self, config: Config) -> tuple[Config, list[Finding]]:
        """The smallest configuration found that still differs, and how."""
        findings = (await self.batch([config])).findings
        for _ in range(SHRINK_BATCHES if findings else 0):
            tried = list(variants(config))
            for start in range(0, len(tried), self.SLOTS):
                outcome = await self.batch(tried[start : start + self.SLOTS])
                if outcome.findings:
                    config = min((f.config for f in outcome.findings), key=lambda c: len(repr(c)))
                    findings = [f for f in outcome.findings if f.config is config]
                    break
            else:
                break
        return config, findings


def _kind(key: str, envoy: object, agent: object) -> str:
    key = re.sub(r"^(cluster|http)\..*\.", "counter ", re.sub(r"arrival \d+", "arrival", key))
    if key.startswith("counter") or len(str((envoy, agent))) > 150:
        return key
    return f"{key}: envoy {envoy!r}, agent {agent!r}"


def _distinct(findings: list[Finding]) -> list[Config]:
    """One configuration for each kind of difference, those with a request first."""
    kinds: dict[str, Config] = {}
    for finding in sorted(findings, key=lambda f: f.request is None):
        config = finding.config
        if finding.request is not None:
            config = replace(config, requests=(finding.request,))
        first = min(finding.differs)
        kinds.setdefault(_kind(first, *finding.differs[first]), config)
    return list(kinds.values())


def fields(request: Request, case: str) -> list[tuple[str, str]]:
    """The head in HTTP/2."""
    pseudo = [(":method", request.method), (":scheme", "http"), (":authority", request.host), (":path", request.target)]
    own = [header for header in request.headers if header[0] != "connection"]
    length = [("content-length", str(len(request.body.encode())))] if request.body and not request.chunked else []
    return [*pseudo, ("x-case", case), *own, *length]


def wire(request: Request, case: str) -> bytes:
    body = request.body.encode()
    headers = [("host", request.host), ("x-case", case), *request.headers]
    if request.chunked:
        headers.append(("transfer-encoding", "chunked"))
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    elif body or request.method in ("POST", "PUT", "PATCH"):
        headers.append(("content-length", str(len(body))))
    return rendered(f"{request.method} {request.target} {request.version}", headers, body)


def told(request: Request) -> str:
    from .guards import Asked

    if isinstance(request, Asked):
        by = f"{request.version} by {request.caller or 'nobody'} from {request.source} for {request.name or 'no name'}\n"
        return by + ("" if request.version == "bytes" else wire(request, "case").decode()[:2000].strip())
    return wire(placed_request(request, 0), "case").decode()[:2000].strip()


def description(config: Config, findings: list[Finding]) -> str:
    if not findings:
        return "a difference that did not come again:\n" + "\n---\n".join(as_yaml(value) for value in config.objects(0))
    parts = ["\n---\n".join(as_yaml(value) for value in config.objects(0))]
    for finding in findings:
        if finding.request is not None:
            parts.append(f"request: {told(finding.request)}")
        parts += [f"  {key}:\n    envoy: {envoy!r}\n    agent: {agent!r}" for key, (envoy, agent) in sorted(finding.differs.items())]
    return "\n".join(["", "=" * 40, *parts, ""])
