"""
Where we differ from Envoy on purpose. Each entry has a section of the same name in docs/differences.md, which gives the
reason; here is its exact form. What does not match the form is a difference like any other.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .generate import Config, Request
from .guards import Guard


@dataclass(frozen=True)
class Case:
    """What is known of a case besides what differed."""

    request: Request
    envoy: dict
    agent: dict
    config: "Config | Guard | None" = None


@dataclass(frozen=True)
class Known:
    """`covers(case, key, envoy, agent)`: whether it explains that difference of `key`."""

    name: str
    covers: Callable[[Case, str, object, object], bool]


def _http_1_0(case: Case, key: str, envoy: object, agent: object) -> bool:
    """Envoy refuses by default what we serve, and counts nothing of it."""
    if key.startswith("cluster.") and case.config:
        return any(request.version == "HTTP/1.0" for request in case.config.requests)
    return case.request.version == "HTTP/1.0" and case.envoy["outcome"] == "426" and case.agent["outcome"] != "silent"


def _trailers(case: Case, key: str, envoy: object, agent: object) -> bool:
    """An HTTP/1 body's trailers come through."""
    return key.startswith("trailer ") and envoy is None and agent is not None


def _continue(case: Case, key: str, envoy: object, agent: object) -> bool:
    """A body that nobody will read is not asked for."""
    local = "header x-envoy-upstream-service-time" not in case.agent
    return key == "informational" and (envoy, agent) == (["100"], []) and case.request.value("expect") is not None and local


def _refused(case: Case, key: str, envoy: object, agent: object) -> bool:
    """What a server has refused, and so not looked at, is sent to it once more where the route says nothing of it."""
    if key.startswith("cluster.") and case.config:
        return any("failure=refused" in (request.value("x-echo") or "") for request in case.config.requests)
    return str(case.envoy.get("body", "")).endswith("remote refused stream reset")


def _limit_body(case: Case, key: str, envoy: object, agent: object) -> bool:
    """A text of ours, for which Envoy's filter has no field."""
    limited = case.envoy.get("outcome") == case.agent.get("outcome") == "429" and case.envoy["header content-length"] == str(len("local_rate_limited"))
    return limited and key in ("body", "header content-length")


def _no_content(case: Case, key: str, envoy: object, agent: object) -> bool:
    """204 has no length."""
    return key == "header content-length" and agent is None and case.envoy["outcome"] == case.agent["outcome"] == "204"


def _internal(case: Case, key: str, envoy: object, agent: object) -> bool:
    """Who is within is not told, nor counted twice."""
    counter = re.search(r"[.](internal|external)[.]upstream_rq_\w+$", key)
    return agent is None and (bool(counter) or key.endswith("header x-envoy-internal") and envoy == "true")


def _origin_body(case: Case, key: str, envoy: object, agent: object) -> bool:
    """What an old policy's filter answers has no field in Envoy's."""
    origins = isinstance(case.config, Guard) and any(policy["kind"] == "Policy" for policy in case.config.policies)
    refused = case.envoy.get("outcome") == case.agent.get("outcome") in ("401", "403")
    text = "Origin authentication failed."
    if not (origins and refused):
        return False
    return key == "body" and agent == text or key == "header content-length" and agent == str(len(text))


ONE_LINE = ("authorization", "origin", "access-control-request-method", "x-forwarded-for")


def _lines(case: Case, key: str, envoy: object, agent: object) -> bool:
    """Several lines stay several."""
    return key.rpartition(" header ")[2] in ONE_LINE and str(agent).replace(" | ", ",") == envoy


def _authorizer_timeout(case: Case, key: str, envoy: object, agent: object) -> bool:
    """An authorizer is not told how long it is waited for."""
    return key.endswith(" header x-envoy-expected-rq-timeout-ms") and agent is None and "'CUSTOM'" in str(getattr(case.config, "policies", ""))


def _one_cookie(case: Case, key: str, envoy: object, agent: object) -> bool:
    """One for each time that an endpoint is picked."""
    return key == "header set-cookie" and set(str(envoy).split(" | ")) == {agent}


KNOWN = (
    Known("one-cookie", _one_cookie),
    Known("authorizer-timeout", _authorizer_timeout),
    Known("origin-body", _origin_body),
    Known("several-lines", _lines),
    Known("http-1.0", _http_1_0),
    Known("http-1-trailers", _trailers),
    Known("100-continue", _continue),
    Known("internal-requests", _internal),
    Known("length-of-204", _no_content),
    Known("refused-streams", _refused),
    Known("rate-limit-body", _limit_body),
)


def unexplained(case: Case, found: dict[str, tuple[object, object]]) -> tuple[dict, set[str]]:
    """What nobody explains, and the names of those that explain the rest."""
    left, by = {}, set()
    for key, (envoy, agent) in found.items():
        name = next((known.name for known in KNOWN if known.covers(case, key, envoy, agent)), None)
        if name:
            by.add(name)
        else:
            left[key] = (envoy, agent)
    return left, by
