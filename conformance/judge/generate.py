"""
What is asked: a VirtualService, a DestinationRule and requests, all from one random generator.

Configuration and requests draw from the same few words, so that matches are met and missed alike. `HOST` stands for the
service's name until a configuration is put into a slot (`placed`).
"""

import json
import re
from dataclasses import dataclass, field, replace
from random import Random

PATHS = ("/", "/a", "/a/", "/a/b", "/ab", "/A/b", "/a/b/c", "/api", "/api/v1/users", "/api/v1/users/42", "/api/v2/users/7",
         "/x%2Fy", "/x/y", "//a", "/a//b", "/a/../b", "/a;p=1", "/b", "/%61", "/status/200", "/a%20b", "/~u", "/a.b")  # fmt: skip
QUERIES = ("", "", "", "?", "?q=1", "?q=2", "?q=", "?q", "?debug=true", "?q=1&q=2", "?debug&q=12", "?Q=1", "?q=a%20b")
EXACT = ("/", "/a", "/a/b", "/api", "/api/v1/users", "/A/b", "/x%2Fy", "/a;p=1")
PREFIXES = ("/", "/a", "/a/", "/api", "/api/v1", "/API", "/x", "//", "/status/")
REGEXES = ("/a.*", "/api/v[0-9]+/.*", "/(a|b)/?", ".*", "/[^/]+", "/a/?b", "/.+/users(/[0-9]+)?")
METHODS = ("GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
HEADER_VALUES = {"x-user": ("jason", "jane", "Jason", ""), "x-n": ("1", "2", "30"), "x-flag": ("on", "off"),
                 "cookie": ("user=jason", "a=b; user=jane", "user=")}  # fmt: skip
HEADER_REGEXES = ("j.*", "[0-9]+", "on|off", ".*", "^(.*?;)?(user=jason)(;.*)?$")
HOSTS = ("HOST", "HOST", "HOST:8000", "HOST.default", "HOST.default.svc", "HOST.default.svc.cluster.local",
         "HOST.default.svc.cluster.local:8000", "UPPER", "HOST.default.svc.cluster.local.", "HOST:9999", "HOST.other")  # fmt: skip
SUBSETS = ("v1", "v2", "v3")
TEXTS = ("one", "two words", "%REQ(x-user)%", "", "a,b", "100%%")


@dataclass(frozen=True)
class Request:
    """One request; its headers in order, without those that the harness adds."""

    method: str = "GET"
    target: str = "/"
    host: str = "HOST"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    version: str = "HTTP/1.1"
    chunked: bool = False
    burst: int = 1  # so many at once

    def value(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True)
class Config:
    """What one slot is given: http routes, subsets and traffic policy of its DestinationRule, limits by route name."""

    http: list[dict]
    rule: dict
    requests: tuple[Request, ...] = field(default=())
    limits: dict[str, dict] = field(default_factory=dict)

    @property
    def by_chance(self) -> bool:
        """Whether a request may go to any endpoint of the service, unless it is hashed."""
        return not any(map(_for_the_client, self.http)) or any("subset" not in to for to in _destinations(self.http))

    def hashed(self, request: Request) -> bool:
        """Whether the request says itself which endpoint it gets."""
        by = self.rule.get("trafficPolicy", {}).get("loadBalancer", {}).get("consistentHash", {})
        if "httpCookie" in by:
            return re.search(rf"\b{by['httpCookie']['name']}=[^;\s]", request.value("cookie") or "") is not None
        if "httpQueryParameterName" in by:
            parameters = request.target.partition("?")[2].split("&")
            return any(parameter.partition("=")[0] == by["httpQueryParameterName"] for parameter in parameters)
        return request.value(by["httpHeaderName"]) is not None if "httpHeaderName" in by else False

    @property
    def ejects(self) -> bool:
        """Whether endpoints that fail are left alone."""
        return "outlierDetection" in self.rule.get("trafficPolicy", {})

    def forgiving(self) -> "Config":
        """The same without that."""
        policy = {name: value for name, value in self.rule.get("trafficPolicy", {}).items() if name != "outlierDetection"}
        return replace(self, rule=self.rule | {"trafficPolicy": policy} if policy else {k: v for k, v in self.rule.items() if k != "trafficPolicy"})

    def objects(self, slot: int) -> list[dict]:
        from .world import destination_rule, rate_limit, virtual_service

        name = f"h{slot}"
        spec = {"host": "HOST", **self.rule}
        objects = [destination_rule(name, spec)]
        if self.http:
            objects.append(virtual_service(name, {"hosts": ["HOST"], "http": self.http}))
        named = {route.get("name") for route in self.http}
        for route, rule in self.limits.items():
            if route in named:
                bound = {"virtualService": name, "name": route}
                objects.append(rate_limit(f"{name}-{route}", {"route": bound, "rules": [rule]}))
        return [placed(value, slot) for value in objects]


def _for_the_client(route: dict) -> bool:
    """Where no route is, the caller is sent as if there were no VirtualService."""
    matches = route.get("match", [{}])
    return any(
        match.get("sourceNamespace", "default") == "default"
        and match.get("sourceLabels", {}).get("version", "v1") == "v1"
        and match.get("port", 8000) == 8000
        for match in matches
    )


def _destinations(value) -> list[dict]:
    if isinstance(value, dict):
        return [value] if "host" in value and value.keys() <= {"host", "subset", "port"} and str(value["host"]).startswith("HOST") else [to for item in value.values() for to in _destinations(item)]
    return [to for item in value for to in _destinations(item)] if isinstance(value, list) else []


def placed(value, slot: int):
    """The value with the slot's host in place of HOST."""
    return json.loads(json.dumps(value).replace("HOST", f"h{slot}").replace("UPPER", f"H{slot}"))


def placed_request(request: Request, slot: int) -> Request:
    text = json.dumps([request.target, request.host, list(request.headers)])
    target, host, headers = json.loads(text.replace("HOST", f"h{slot}").replace("UPPER", f"H{slot}"))
    return replace(request, target=target, host=host, headers=tuple((n, v) for n, v in headers))


def generate(random: Random, requests: int, without: frozenset[str] = frozenset()) -> Config:
    """One configuration and that many requests to it; fields of those names are left out."""
    config = Generator(random).config(requests)
    asked = tuple(replace(r, version="HTTP/1.1") if r.version in without else r for r in config.requests)
    return replace(config, http=_left_out(config.http, without), rule=_left_out(config.rule, without), requests=asked)


def _left_out(value, without: frozenset[str]):
    if isinstance(value, dict):
        return {key: _left_out(item, without) for key, item in value.items() if key not in without}
    return [_left_out(item, without) for item in value] if isinstance(value, list) else value


def _unhurried(route: dict) -> dict:
    """What is refused of a burst is to depend on nothing that takes its own time: no timeouts, no copies."""
    route = {key: value for key, value in route.items() if key not in ("timeout", "mirror", "mirrors", "mirrorPercentage")}
    if "retries" in route:
        route["retries"] = {key: value for key, value in route["retries"].items() if key != "perTryTimeout"}
    return route


FAILS = ("failure=reset", "failure=close", "failure=refused")
INSIDE = "198.18.1.1"  # an address of the mesh


def alone(request: Request) -> Request:
    """
    The request with an order that no other uses its connection: what ends without an answer on one that has served
    before may have been sent to nobody, and is not the same to both (docs/differences.md).
    """
    orders = dict(request.headers).get("x-echo")
    headers = tuple(header for header in request.headers if header[0] != "x-echo")
    return replace(request, headers=(*headers, ("x-echo", f"{orders};last=1" if orders else "last=1")))


class Generator:
    """Draws; each method is one kind of thing."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.hints: list[dict] = []  # matches that were drawn, for requests to meet
        self.old = self.some(0.03)  # its clients know HTTP/1.0
        self.bursts = False  # more is asked at once than there may be
        self.refuses = self.some(0.05)  # its servers refuse HTTP/2 streams
        self.lone = self.some(0.12)  # all goes to the one endpoint of v3: what it is spared is not chance
        self.whole = not self.lone and self.some(0.12)  # destinations are the whole service: which endpoint is called is chance

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def of(self, values):
        return self.random.choice(values)

    def config(self, requests: int) -> Config:
        routes = [] if self.some(0.05) else [self.route() for _ in range(self.of((1, 1, 2, 2, 3, 4, 6)))]
        if routes and self.some(0.6):
            routes.append({"route": [self.destination()]})
        for index, route in enumerate(routes):
            if "match" not in route and index < len(routes) - 1:
                route["match"] = [self.match()]
        rule = {"subsets": [{"name": name, "labels": {"version": name}} for name in SUBSETS]}
        if policy := self.policy():
            rule["trafficPolicy"] = policy
        if self.bursts:
            routes = [_unhurried(route) for route in routes]
        asked = tuple(self.request() for _ in range(requests))
        if any(fails in value for request in asked for _, value in request.headers for fails in FAILS):
            asked = tuple(map(alone, asked))
        return Config(routes, rule, asked, self.limited(routes))

    # --- routes

    def route(self) -> dict:
        route: dict = {}
        self.authority = False  # the route rewrites it
        if self.some(0.85):
            route["match"] = [self.match() for _ in range(self.of((1, 1, 1, 2)))]
        kind = self.random.random()
        if kind < 0.14:
            route["redirect"] = self.redirect()
        elif kind < 0.24:
            route["directResponse"] = self.direct()
        else:
            route["route"] = self.destinations()
            if self.some(0.3):
                route["rewrite"] = self.rewrite(route.get("match", []))
            if self.some(0.25):
                route["retries"] = self.retries()
            if self.some(0.06):
                route["timeout"] = self.of(("1s", "1.2s"))
            if self.some(0.15):
                route.update(self.mirror())
            if self.some(0.12):
                route["fault"] = self.fault()
        if self.some(0.3):
            route["headers"] = self.operations(host="route" in route)
        if self.some(0.15) and "redirect" not in route:
            route["corsPolicy"] = self.cors()
        return route

    def limited(self, routes: list[dict]) -> dict[str, dict]:
        """A bucket that does not fill while it is looked at, of a name of its own: none is left over from before."""
        limits = {}
        for route in routes:
            if "route" in route and self.some(0.07):
                route["name"] = f"r{self.random.randrange(10**6)}"
                rule: dict = {"limit": {"requests": self.of((1, 2, 3)), "per": "3600s"}}
                if self.some(0.4):
                    rule["match"] = self.of(({"methods": ["GET", "PUT"]}, {"path": {"prefix": "/a"}}, {"headers": {"x-user": {"exact": "jason"}}}))
                if self.some(0.3):
                    rule["response"] = {"body": "slow down"}
                limits[route["name"]] = rule
        return limits

    def match(self) -> dict:
        match: dict = {}
        if self.some(0.7):
            match["uri"] = self.of(({"exact": self.of(EXACT)}, {"prefix": self.of(PREFIXES)}, {"regex": self.of(REGEXES)}))
            if self.some(0.2) and "regex" not in match["uri"]:
                match["ignoreUriCase"] = True
        if self.some(0.2):
            match["method"] = self.of(({"exact": self.of(METHODS)}, {"regex": "GET|PUT"}, {"prefix": "P"}))
        if self.some(0.07):
            match["authority"] = self.of(({"exact": "HOST"}, {"prefix": "HOST"}, {"exact": "HOST:8000"}, {"regex": "HOST.*"}))
        if self.some(0.05):
            match["scheme"] = {"exact": self.of(("http", "https"))}
        if self.some(0.05):
            match["port"] = self.of((8000, 8000, 8001))
        if self.some(0.06):
            match["sourceLabels"] = {"version": self.of(("v1", "v2"))}
        if self.some(0.05):
            match["sourceNamespace"] = self.of(("default", "other"))
        for key, chance in (("headers", 0.35), ("withoutHeaders", 0.12)):
            if self.some(chance):
                match[key] = {name: self.header_match(name) for name in self.random.sample(sorted(HEADER_VALUES), self.of((1, 1, 2)))}
        if self.some(0.18):
            match["queryParams"] = {self.of(("q", "debug")): self.of(({"exact": "1"}, {"exact": "true"}, {"regex": "[0-9]+"}, {"prefix": "1"}, {"exact": ""}))}
        if self.some(0.12):
            match["statPrefix"] = f"s{self.random.randrange(10**6)}"  # a counter that goes and comes again begins anew in Envoy
        self.hints.append(match)
        return match if match.keys() - {"statPrefix"} else match | {"uri": {"prefix": "/"}}

    def header_match(self, name: str) -> dict:
        value = self.of(HEADER_VALUES[name])
        return self.of(({"exact": value or "x"}, {"prefix": value[:2] or "j"}, {"regex": self.of(HEADER_REGEXES)}, {}))

    def destination(self) -> dict:
        if self.some(0.04):
            return {"destination": {"host": self.of(("gone", "gone", "late"))}}
        destination: dict = {"host": self.of(("HOST", "HOST.default.svc.cluster.local"))}
        if not self.whole:
            destination["subset"] = "v9" if self.some(0.03) else "v3" if self.lone else self.of(SUBSETS)
        return {"destination": destination}

    def destinations(self) -> list[dict]:
        if self.some(0.7):
            return [self.destination()]
        picked = [self.destination() | {"weight": 100}, self.destination() | {"weight": 0}]
        for entry in picked:
            if self.some(0.4):
                entry["headers"] = self.operations(host=False)
        self.random.shuffle(picked)
        return picked

    def rewrite(self, matches: list[dict]) -> dict:
        rewrite = {}
        if self.some(0.75):
            if self.some(0.3):
                pattern, by = self.of((("^/api/v([0-9]+)/(.*)$", "/\\2/\\1"), ("/a", "/z"), ("/+", "/"), ("^(.*)$", "/p\\1"), ("users", "U\\0")))
                rewrite["uriRegexRewrite"] = {"match": pattern, "rewrite": by}
            else:
                rewrite["uri"] = self.of(("/", "/new", "/new/", "/n?x=1"))
        if self.some(0.35) or not rewrite:
            self.authority = True
            rewrite["authority"] = self.of(("other.example.com", "HOST.test:81"))
        return rewrite

    def redirect(self) -> dict:
        redirect: dict = {}
        if self.some(0.6):
            redirect["uri"] = self.of(("/moved", "/moved?x=1", "/"))
        if self.some(0.4):
            redirect["authority"] = self.of(("www.example.com", "www.example.com:8443"))
        if self.some(0.3):
            redirect["scheme"] = self.of(("http", "https"))
        if self.some(0.5):
            redirect["redirectCode"] = self.of((301, 302, 303, 307, 308))
        if self.some(0.2):
            redirect["port"] = self.of((80, 8443, 443))
        elif self.some(0.15):
            redirect["derivePort"] = self.of(("FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"))
        return redirect if redirect.keys() & {"uri", "authority", "scheme", "port"} else redirect | {"uri": "/moved"}

    def direct(self) -> dict:
        direct: dict = {"status": self.of((200, 201, 204, 400, 403, 404, 503))}
        if self.some(0.7):
            direct["body"] = {"string": self.of(("no", "a longer text\n", "<p>ü</p>"))}
        return direct

    def operations(self, host: bool) -> dict:
        operations: dict = {}
        for side in ("request", "response"):
            if not self.some(0.65):
                continue
            edits: dict = {}
            names = ("x-user", "x-new", "x-two") if side == "request" else ("x-keep", "x-new", "server", "cache-control")
            if self.some(0.5):
                edits["set"] = {self.of(names): self.of(("one", "two words", "a,b"))}
            if self.some(0.5):
                edits["add"] = {self.of(names): self.of(("one", "two words", "a,b"))}
            if self.some(0.4):
                edits["remove"] = [self.of(("x-flag", "x-n", "x-none") if side == "request" else ("x-drop", "x-none"))]
            if side == "request" and host and not self.authority and self.some(0.08):
                edits.setdefault("set", {})["host"] = "set.example.com"
            if edits:
                operations[side] = edits
        return operations or {"request": {"set": {"x-new": "one"}}}

    def retries(self) -> dict:
        retries: dict = {"attempts": self.of((0, 1, 2, 3))}
        if retries["attempts"]:
            if self.some(0.85):
                retries["retryOn"] = self.of(("5xx", "gateway-error", "reset", "connect-failure,refused-stream", "retriable-4xx",
                                             "5xx,retriable-4xx", "reset-before-request", "503", "retriable-status-codes,501", "retriable-headers"))  # fmt: skip
            if self.some(0.15):
                retries["perTryTimeout"] = self.of(("0.8s", "5s"))
            if self.some(0.3):
                retries["backoff"] = "5ms"
        return retries

    def mirror(self) -> dict:
        to = {"host": "HOST", "subset": self.of(SUBSETS)}
        if self.some(0.6):
            return {"mirror": to, **({"mirrorPercentage": {"value": self.of((100.0, 0.0))}} if self.some(0.5) else {})}
        return {"mirrors": [{"destination": to}, {"destination": {"host": "HOST", "subset": "v3"}}][: self.of((1, 2))]}

    def fault(self) -> dict:
        fault: dict = {}
        if self.some(0.75):
            fault["abort"] = {"percentage": {"value": self.of((100.0, 100.0, 0.0))},
                              **self.of(({"httpStatus": self.of((400, 418, 500, 503))}, {"grpcStatus": "UNAVAILABLE"}))}  # fmt: skip
        if self.some(0.4) or not fault:
            fault["delay"] = {"percentage": {"value": self.of((100.0, 0.0))}, "fixedDelay": "0.05s"}
        return fault

    def cors(self) -> dict:
        cors: dict = {"allowOrigins": self.of(([{"exact": "http://a.example"}], [{"prefix": "http://a"}, {"regex": ".*[.]test"}], [{"exact": "*"}]))}
        if self.some(0.7):
            cors["allowMethods"] = self.of((["GET"], ["GET", "POST"]))
        if self.some(0.5):
            cors["allowHeaders"] = ["x-user", "content-type"]
        if self.some(0.4):
            cors["exposeHeaders"] = ["x-keep"]
        if self.some(0.5):
            cors["maxAge"] = self.of(("24h", "5s"))
        if self.some(0.5):
            cors["allowCredentials"] = self.of((True, False))
        if self.some(0.25):
            cors["unmatchedPreflights"] = self.of(("FORWARD", "IGNORE"))
        return cors

    # --- the DestinationRule's policy

    def policy(self) -> dict:
        policy: dict = {}
        pool: dict = {}
        if self.some(0.2):
            pool["h2UpgradePolicy"] = "UPGRADE"
        elif self.some(0.1):
            pool["useClientProtocol"] = True
        if self.some(0.12):
            pool["maxRequestsPerConnection"] = self.of((1, 2, 5))
        if self.some(0.05):
            pool["maxRetries"] = 3
        limits: dict = {}
        if self.lone and self.some(0.5):
            limits = self.of(({"http1MaxPendingRequests": 1}, {"http1MaxPendingRequests": 2}, {"http2MaxRequests": 1}, {"http2MaxRequests": 3}))
            self.bursts = True
            if "http1MaxPendingRequests" in limits:
                policy["connectionPool"] = {"tcp": {"maxConnections": 1}}  # with more, who waits is decided by how quickly they come about
            elif self.some(0.5):
                policy["connectionPool"] = {"tcp": {"maxConnections": self.of((1, 2))}}
        if pool or limits:
            policy.setdefault("connectionPool", {})["http"] = pool | limits
        if self.lone and self.some(0.5):
            kinds = self.of((("consecutive5xxErrors",), ("consecutiveGatewayErrors",), ("consecutive5xxErrors", "consecutiveGatewayErrors")))
            policy["outlierDetection"] = {kind: self.of((1, 2, 3)) for kind in kinds} | {"interval": "3600s", "baseEjectionTime": "3600s", "maxEjectionPercent": 100}
        if self.some(0.12):
            by = self.of(({"httpHeaderName": "x-user"}, {"httpHeaderName": "x-n"}, {"httpQueryParameterName": "q"}, {"httpCookie": {"name": "user", "ttl": "60s"}}))
            table = self.of(({}, {"ringHash": {"minimumRingSize": 64}}, {"maglev": {"tableSize": 251}}))
            policy["loadBalancer"] = {"consistentHash": by | table}
        elif self.some(0.1):
            policy["loadBalancer"] = {"simple": self.of(("ROUND_ROBIN", "RANDOM", "LEAST_REQUEST"))}
        return policy

    # --- requests

    def request(self) -> Request:
        hint = self.of(self.hints) if self.hints and self.some(0.6) else {}
        method = self.of(METHODS)
        if "exact" in hint.get("method", {}):
            method = hint["method"]["exact"]
        path = self._path(hint) if self.some(0.85) else self.of(PATHS)
        query = self.of(QUERIES)
        for name, wanted in hint.get("queryParams", {}).items():
            query = f"?{name}={wanted.get('exact', wanted.get('prefix', '12'))}"
        headers = [(name, self.of(values)) for name, values in HEADER_VALUES.items() if self.some(0.25)]
        for name, wanted in hint.get("headers", {}).items():
            value = wanted.get("exact", wanted.get("prefix", self.of(HEADER_VALUES[name])))
            headers = [(key, old) for key, old in headers if key != name] + [(name, value)]
        if headers and self.some(0.08):
            headers.append(self.of(headers))
        if self.some(0.06):
            headers.append(("x-new", "client"))
        if self.some(0.12):
            headers += self._origin(method)
            if self.some(0.5):
                method = "OPTIONS"
                headers.append(("access-control-request-method", self.of(("GET", "PUT"))))
        if self.some(0.35):
            headers.append(("x-echo", self._orders()))
        if self.some(0.05):
            headers.append(self.of((("x-forwarded-for", "192.0.2.9"), ("x-request-id", "given"), ("x-envoy-original-path", "/o"),
                                    ("x-forwarded-proto", "https"), ("te", "trailers"), ("connection", "close"))))  # fmt: skip
        if self.some(0.06):
            headers = [header for header in headers if header[0] != "x-forwarded-for"] + self._control()
        body = "" if method in ("GET", "HEAD", "OPTIONS", "DELETE") and self.some(0.95) else self.of(("", "hello", "b" * 3000))
        version = "HTTP/1.0" if self.old else "HTTP/2" if self.some(0.2) else "HTTP/1.1"
        if body and version != "HTTP/1.0" and self.some(0.12):
            headers.append(("expect", "100-continue"))
        if self.some(0.05):
            headers = [header for header in headers if header[0] != "x-echo"] + self._call()
            method, body, version = "POST", "\0\0\0\0\0", "HTTP/2"
        if self.bursts and self.some(0.25):
            headers = [header for header in headers if header[0] not in ("x-echo", "expect") and not header[0].startswith("x-envoy-")] + [("x-echo", "delay=1")]
            return Request("GET", path + query, self.of(HOSTS), tuple(headers), "", "HTTP/1.1" if version == "HTTP/1.0" else version, False, self.of((3, 5)))
        return Request(method, path + query, self.of(HOSTS), tuple(headers), body, version, bool(body) and version == "HTTP/1.1" and self.some(0.3))

    def _call(self) -> list[tuple[str, str]]:
        """A gRPC call. How long its caller waits is not asked: each side is told that by fields of its own."""
        headers = [("content-type", "application/grpc"), ("te", "trailers")]
        return [*headers, ("x-echo", self.of(("delay=2;grpc=0", "grpc=0", "grpc=5", "status=503", "delay=2")))]

    def _control(self) -> list[tuple[str, str]]:
        """What a pod may ask of its own requests; that it is one of the mesh's, Envoy takes from x-forwarded-for."""
        asked = self.of(({"x-envoy-retry-on": "5xx"}, {"x-envoy-retry-on": "5xx", "x-envoy-max-retries": "3"},
                         {"x-envoy-retry-on": "gateway-error,retriable-4xx", "x-envoy-max-retries": "2"},
                         {"x-envoy-retry-on": "retriable-status-codes", "x-envoy-retriable-status-codes": "409,501"},
                         {"x-envoy-retry-on": "retriable-headers", "x-envoy-retriable-header-names": "x-keep"},
                         {"x-envoy-retry-on": "5xx", "x-envoy-upstream-rq-per-try-timeout-ms": "800"},
                         {"x-envoy-retry-on": "nonsense"}, {"x-envoy-max-retries": "2"}, {"x-envoy-retry-grpc-on": "unavailable"},
                         {"x-envoy-upstream-rq-timeout-ms": "900"}, {"x-envoy-upstream-rq-timeout-ms": "0"},
                         {"x-envoy-upstream-rq-timeout-ms": "900", "x-envoy-upstream-rq-timeout-alt-response": "1"},
                         {"x-envoy-upstream-rq-timeout-ms": "soon"}))  # fmt: skip
        return [*asked.items(), ("x-forwarded-for", INSIDE)]

    def _path(self, hint: dict) -> str:
        uri = hint.get("uri", {})
        if "exact" in uri:
            path = uri["exact"]
        elif "prefix" in uri:
            path = uri["prefix"] + self.of(("", "", "b", "/b", "x/y"))
        else:
            return self.of(PATHS)
        return path.swapcase() if self.some(0.15) else path

    def _origin(self, method: str) -> list[tuple[str, str]]:
        return [("origin", self.of(("http://a.example", "http://b.example", "http://x.test")))]

    def _orders(self) -> str:
        kind = self.random.random()
        if kind < 0.3:
            return f"status={self.of((200, 201, 204, 301, 304, 400, 404, 409, 500, 501, 502, 503, 504))}"
        if kind < 0.6:
            failure = "refused" if self.refuses and self.some(0.3) else self.of(("503", "502", "504", "500", "501", "409", "reset", "close"))
            return f"fail={self.of((1, 2, 5))};failure={failure}"
        if kind < 0.68:
            return "delay=2"
        if kind < 0.76:
            return f"size={self.of((0, 1, 5000, 100000))}"
        if kind < 0.86:
            return f"chunked=1;trailer={self.of((0, 1))}"
        if kind < 0.93:
            return self.of(("header=x-envoy-retriable-header-names:x", "header=x-envoy-ratelimited:true", "header=via:1.1 x", "header=x-keep:again"))
        return f"grpc={self.of((0, 14))}"
