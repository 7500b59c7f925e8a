"""Smaller variants of a failing configuration, largest steps first; pure."""

import json
from collections.abc import Iterator
from dataclasses import replace

from .generate import Config, Request
from .guards import Guard

KEPT = {"name", "limit", "per", "requests", "host", "destination", "subsets", "percentage", "kind", "role", "spec",
        "key", "issuer", "jwks", "provider", "action", "header", "claim", "labels"}  # what an object is not valid without  # fmt: skip


def variants(config: Config | Guard) -> Iterator[Config | Guard]:
    requests = config.requests
    if len(requests) > 1:
        half = len(requests) // 2
        yield replace(config, requests=requests[:half])
        yield replace(config, requests=requests[half:])
        if len(requests) <= 8:
            for index in range(len(requests)):
                yield replace(config, requests=requests[:index] + requests[index + 1 :])
    for part in ("policies",) if isinstance(config, Guard) else ("http", "rule", "limits"):
        for smaller in _without(getattr(config, part)) if getattr(config, part) else ():
            yield replace(config, **{part: smaller})
    if len(requests) == 1:
        for request in _simpler(requests[0]):
            yield replace(config, requests=(request,))


def _without(value) -> Iterator:
    """The value with one part left out, at whatever depth."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if len(value) > 1:
                yield value[:index] + value[index + 1 :]
            for smaller in _without(item):
                yield [*value[:index], smaller, *value[index + 1 :]]
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in KEPT and len(value) > 1:
                yield {k: v for k, v in value.items() if k != key}
            for smaller in _without(item):
                yield value | {key: smaller}


def _simpler(request: Request) -> Iterator[Request]:
    for index in range(len(request.headers)):
        yield replace(request, headers=request.headers[:index] + request.headers[index + 1 :])
    simple = type(request)()
    for field in ("method", "target", "host", "body", "version", "chunked", "caller", "source", "name", "burst"):
        if getattr(request, field, None) != getattr(simple, field, None):
            yield replace(request, **{field: getattr(simple, field)})
    path, mark, _ = request.target.partition("?")
    if mark:
        yield replace(request, target=path)


def as_yaml(value, indent: int = 0) -> str:
    """Block style with JSON's scalars, which YAML reads as they are."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "\n".join(f"{pad}{_key(key)}:{_nested(item, indent)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "\n".join(f"{pad}- {as_yaml(item, indent + 1).lstrip()}" for item in value)
    return pad + json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if key.replace("-", "").isalnum() else json.dumps(key)


def _nested(value, indent: int) -> str:
    if isinstance(value, (dict, list)) and value:
        return "\n" + as_yaml(value, indent + 1)
    return " " + as_yaml(value)
