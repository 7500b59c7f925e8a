"""A run about who may: callers' requests to a pod that the agent guards, and to one that an Envoy does."""

import re
from dataclasses import replace
from random import Random

from . import guards, observe
from .client import ask, ask_bytes, ask_http2
from .generate import Request
from .guards import MODERN, OLD, OPAQUE, OPAQUE_PORT, PORT, Asked, Guard
from .mutations import GUARD_MUTATIONS
from .served import ADDRESSES, SLOTS
from .session import Session, fields, wire
from .tokens import rendered

OLD_SHARE = 0.25  # of batches in an old mesh
COUNTED = re.compile(
    r"^(http[.]inbound[|]http[|]\d+|tcp)[.]"
    r"(rbac[.](istio_\w+_|)(shadow_)?(allowed|denied)|rbac[.].*policy[.].*|jwt_authn[.](allowed|denied|cors_preflight_bypassed)|ext_authz[.](ok|denied|error|disabled)|downstream_rq_\dxx)$"
)
TLS_PROTOCOLS = {"HTTP/1.1": "istio-http/1.1", "HTTP/2": "istio-h2", OPAQUE: "istio"}


class Guarded(Session):
    """Asks the called pods of a world."""

    SLOTS = SLOTS
    MUTATIONS = GUARD_MUTATIONS

    def drawn(self, random: Random, count: int, per_config: int) -> list[Guard]:
        compat = OLD if random.random() < OLD_SHARE else MODERN  # of the whole mesh, and so of a batch
        return [guards.generate(random, per_config, compat, self.without) for _ in range(count)]

    def objects(self, configs: list[Guard]) -> list[dict]:
        slots = list(range(len(configs)))
        own = [value for slot, config in enumerate(configs) for value in config.objects(slot)]
        return [*own, *guards.mesh_objects(configs, slots)]

    def where(self, config: Guard, arrived: list[dict]) -> observe.Where:
        return observe.Where.SUBSET

    async def ask(self, side: str, slot: int, number: int, request: Asked) -> tuple[dict, list[dict]]:
        asked, case = guards.placed_request(request, slot), self.case(side, slot, number)
        caller = self.world.served.caller(asked.caller, asked.source, TLS_PROTOCOLS[asked.version], asked.name)
        if asked.version == OPAQUE:
            answer = await ask_bytes(caller, (ADDRESSES[side], OPAQUE_PORT + slot), f"{case}\n{asked.body}".encode())
            return observe.response(answer), self.arrived(side, slot, number)
        to, sent = (ADDRESSES[side], PORT + slot), with_tokens(asked)
        if asked.version == "HTTP/2":
            answer = await ask_http2(caller, to, fields(sent, case), sent.body.encode(), False)
        else:
            answer = await ask(caller, to, [wire(sent, case)], sent.method)
        return observe.response(answer), self.arrived(side, slot, number)

    def counters(self, side: str) -> dict[str, int]:
        """Envoy 1.40 has a dot behind the prefix of shadow rules; agents have Istio's names, where there is none."""
        return {name.replace("_.shadow_", "_shadow_").replace("_.policy.", "_policy."): value for name, value in self.world.guard_counters(side).items()}

    def counted(self, name: str) -> bool:
        return COUNTED.search(name) is not None

    def own(self, slot: int, configs: list[Guard], found: dict) -> dict:
        """Those of the slot's port; of connections, which nobody counts apart, the first slot that has some has all."""
        opaque = next((index for index, config in enumerate(configs) if any(request.version == OPAQUE for request in config.requests)), None)
        own = {key.replace(f"|{PORT + slot}.", "|PORT."): value for key, value in found.items() if f"|{PORT + slot}." in key}
        return own | {key: value for key, value in found.items() if slot == opaque and key.startswith("tcp.")}


def with_tokens(asked: Asked) -> Asked:
    headers = tuple((name, rendered(value)) for name, value in asked.headers)
    return replace(asked, target=rendered(asked.target), headers=headers)
