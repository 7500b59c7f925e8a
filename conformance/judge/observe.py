"""What came back and what arrived, in a form in which two sides can be compared."""

import hashlib
import re
from enum import Enum

from .client import Answer
from .echo import CASE, Arrival
from .generate import Request

PRESENT = "(present)"
_CLIENT = re.compile(r"198\.18\.1\.\d+")  # each side's pod has an address of its own
_MADE = re.compile(r'="[0-9a-f]+"')  # a cookie's value, of chance

# Values that no two answers share; that they are there is compared.
VARYING = {"date", "x-request-id", "x-envoy-upstream-service-time", CASE}
TIMES = {"x-envoy-expected-rq-timeout-ms", "grpc-timeout"}  # decided by the clock from the second try on


def response(answer: Answer) -> dict:
    seen = {"outcome": answer.outcome, "version": answer.version, "body": _text(answer.body), "complete": answer.complete,
            "informational": answer.informational, **_fields("header", answer.headers), **_fields("trailer", answer.trailers)}  # fmt: skip
    return seen


class Where(Enum):
    """What of the place to which a request went is the same for both."""

    NOWHERE = 0
    SUBSET = 1
    ADDRESS = 2  # of the first try


def arrivals(found: list[Arrival], subsets: dict[str, str]) -> list[dict]:
    """In order of their coming, mirrored ones last and sorted."""
    direct = [_arrival(a, subsets, index) for index, a in enumerate(a for a in found if not a.shadow)]
    shadows = [_arrival(a, subsets, 0) for a in found if a.shadow]
    return direct + sorted(shadows, key=lambda seen: sorted(seen.items()))


def _arrival(arrival: Arrival, subsets: dict[str, str], index: int) -> dict:
    seen = {"subset": subsets.get(arrival.endpoint, arrival.endpoint), "endpoint": arrival.endpoint, "start": arrival.start, "body": _text(arrival.body),
            **_fields("header", list(arrival.headers)), **_fields("trailer", list(arrival.trailers))}  # fmt: skip
    for name in TIMES if index else ():
        if f"header {name}" in seen:
            seen[f"header {name}"] = PRESENT
    return {key: str(value) for key, value in seen.items()}


def sent(arrival: dict) -> Request:
    """The request as it arrived, as far as endpoints are picked by it."""
    headers = ((key.removeprefix("header "), value) for key, value in arrival.items() if key.startswith("header "))
    return Request(target=arrival["start"].split(" ")[1], headers=tuple(headers))


def _fields(kind: str, fields: list[tuple[str, str]]) -> dict[str, str]:
    """One entry a name; the values of a repeated name in their order."""
    found: dict[str, str] = {}
    for name, value in fields:
        key = f"{kind} {name.lower()}"
        value = PRESENT if name.lower() in VARYING else _CLIENT.sub("(client)", value)
        value = _MADE.sub('="(made)"', value) if name.lower() == "set-cookie" else value
        found[key] = f"{found[key]} | {value}" if key in found else value
    return found


def _text(body: bytes) -> str:
    if len(body) > 400:
        return f"{len(body)} bytes, {hashlib.sha256(body).hexdigest()[:12]}"
    return _CLIENT.sub("(client)", body.decode("utf-8", "backslashreplace"))


def differing(envoy: dict, agent: dict, prefix: str = "") -> dict[str, tuple[object, object]]:
    """What the two do not share: name → (Envoy's, the agent's); None where it is missing."""
    return {prefix + key: (envoy.get(key), agent.get(key)) for key in envoy.keys() | agent.keys() if envoy.get(key) != agent.get(key)}


def compare(
    envoy: tuple[dict, list[dict]], agent: tuple[dict, list[dict]], where: Where = Where.SUBSET
) -> dict[str, tuple[object, object]]:
    """All that differs in one case: of the response, and of each request that arrived; and where it did."""
    found = differing(envoy[0], agent[0])
    if len(envoy[1]) != len(agent[1]):
        found["arrivals"] = ([_short(a) for a in envoy[1]], [_short(a) for a in agent[1]])
    else:
        for index, (left, right) in enumerate(zip(envoy[1], agent[1], strict=True)):
            found |= differing(left, right, f"arrival {index} ")
            if where is Where.NOWHERE:
                found.pop(f"arrival {index} subset", None)
            if where is not Where.ADDRESS or index or "-shadow" in left.get("header host", ""):
                found.pop(f"arrival {index} endpoint", None)
    return found


def _short(arrival: dict) -> str:
    return f"{arrival['subset']} {arrival['start']} ({arrival.get('header host')})"
