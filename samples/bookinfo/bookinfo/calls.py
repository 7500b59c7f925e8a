"""Calls from one part of the shop to another, and the headers that travel along."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass

# What a tracing system and a router by user need to see on every hop.
FORWARDED = (
    "end-user",
    "user-agent",
    "cookie",
    "x-request-id",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-flags",
    "b3",
    "traceparent",
    "tracestate",
    "x-ot-span-context",
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
)


def forwarded_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of an incoming request that go on with every call made for it."""
    return {name: value for name in FORWARDED if (value := headers.get(name)) is not None}


@dataclass(frozen=True)
class Peer:
    """Another part of the shop, as the environment names it."""

    host: str
    port: int

    @staticmethod
    def from_env(name: str, env: Mapping[str, str]) -> "Peer":
        """NAME_HOSTNAME (default: the name), SERVICES_DOMAIN (appended), NAME_SERVICE_PORT (9080)."""
        key = name.upper()
        domain = env.get("SERVICES_DOMAIN", "")
        host = env.get(f"{key}_HOSTNAME", name) + (f".{domain}" if domain else "")
        return Peer(host, int(env.get(f"{key}_SERVICE_PORT", "9080")))

    def get(self, path: str, headers: Mapping[str, str], timeout_seconds: float) -> tuple[int, object]:
        """
        Status and parsed JSON body of one GET on a connection of its own.

        The timeout bounds the connect and each silence, not the whole. Raises OSError or
        http.client.HTTPException when no whole answer came, ValueError when it is not JSON; an answer
        other than 200 has the body None.
        """
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout_seconds)
        try:
            connection.request("GET", path, headers=dict(headers))
            response = connection.getresponse()
            body = response.read()
            return response.status, json.loads(body) if response.status == 200 else None
        finally:
            connection.close()


FAILURES = (OSError, http.client.HTTPException, ValueError)
