"""
What is asked of who may: policies of one port of a pod, and callers' requests to it, all from one random generator.

`HOST` stands for the port's Service, `PORT` for its number until a configuration is put into a slot.
"""

import json
from dataclasses import dataclass, field, replace
from random import Random

from .generate import Request
from .tokens import A, B, C, TOKENS, key_set

MODERN, OLD = "modern", "istio-1.0"
PORT, OPAQUE_PORT = 8100, 8200  # of the first slot
SOURCES = ("198.18.3.1", "198.18.3.2", "198.18.4.1")
CALLERS = {"sleep": "cluster.local/ns/default/sa/sleep", "other": "cluster.local/ns/other/sa/sleep",
           "batch": "cluster.local/ns/other/sa/batch"}  # fmt: skip
PROVIDER = "asked"
BODIES = {"reads": {"maxRequestBytes": 8, "allowPartialMessage": True}, "reads-all": {"maxRequestBytes": 8},
          "reads-bytes": {"maxRequestBytes": 64, "packAsBytes": True}}  # providers that see bodies, and how much  # fmt: skip
OPAQUE = "bytes"  # a request's version: no HTTP at all

PATHS = ("/", "/a", "/a/", "/a/b", "/a/b/c", "/A/b", "/public/x", "/private", "/private/x", "/x.css", "/ab", "/a/x/b")
ODD = ("/public/../private", "/public/%2e%2e/private", "/./a", "/a/./b", "//a", "/a//b", "/%61", "/a%2Fb", "/a%2fb/c", "/a/b%20", "/a;p=1",
       "/a/..", "/../a", "/a/b/../../private", "/private%3f", "/a%5cb", "/a\\b", "/private/", "/a/%2e", "/%2E%2E/a", "/a/b?x=/private", "/a/{b}", "/a%zz")  # fmt: skip
HOSTS = ("app.example.com", "APP.example.com", "app.example.com:PORT", "HOST", "HOST.default.svc.cluster.local", "example.com", "x.example.org")
METHODS = ("GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PURGE")
HEADERS = {"x-user": ("jason", "jane", "Jason", ""), "x-flag": ("on", "off"), "x-jwt-sub": ("root",), "x-claims": ("forged",), "x-ext": ("allow", "deny", "allow"),
           "x-forwarded-for": ("192.0.2.9", "198.18.3.2", "192.0.2.9, 203.0.113.7", "203.0.113.7,192.0.2.9", "nonsense", "192.0.2.9, nonsense")}  # fmt: skip
GOOD = ("alice", "bob", "carol", "dave")

PRINCIPALS = ("cluster.local/ns/default/sa/sleep", "*/sa/sleep", "cluster.local/ns/other/*", "*", "cluster.local/ns/default/sa/nobody", "*/batch")
SOURCE = {
    "principals": PRINCIPALS,
    "namespaces": ("default", "other", "oth*", "*er", "*", "nowhere"),
    "serviceAccounts": ("sleep", "other/sleep", "other/batch", "nobody"),
    "trustDomains": ("cluster.local", "*.local", "other.example", "clus*"),
    "requestPrincipals": (f"{A}/alice", f"{A}/*", "*/alice", "*", f"{B}/*", "*/carol"),
    "ipBlocks": ("198.18.3.1", "198.18.3.0/24", "198.18.4.0/24", "10.0.0.0/8", "198.18.3.0/31", "2001:db8::/32"),
    "remoteIpBlocks": ("192.0.2.0/24", "192.0.2.9", "198.18.3.0/24", "203.0.113.0/24"),
}
OPERATION = {
    "hosts": ("app.example.com", "*.example.com", "app*", "APP.EXAMPLE.COM", "*", "example.com", "HOST", "app.example.com:PORT", "app.example.com:*"),
    "methods": ("GET", "POST", "P*", "*", "get", "*T"),
    "paths": ("/a", "/a/*", "*/b", "/a/{*}", "/a/{**}", "/{*}/b", "/public/*", "/private", "/private*", "*", "*.css", "/a/{*}/{**}", "/A/b", "/a%2Fb*", "/a b"),
    "ports": ("PORT", "81", "OPAQUE"),
}
WHEN = {
    "request.headers[x-user]": ("jason", "j*", "*n", "*", "Jason"),
    "request.headers[x-none]": ("a", "*"),
    "source.ip": ("198.18.3.1", "198.18.3.0/24"),
    "remote.ip": ("192.0.2.9", "198.18.3.0/24"),
    "source.namespace": ("default", "o*"),
    "source.principal": ("cluster.local/ns/default/sa/sleep", "*/sa/sleep", "*"),
    "source.serviceAccount": ("sleep", "other/batch"),
    "source.trustDomain": ("cluster.local", "other.example"),
    "request.auth.principal": (f"{A}/alice", f"{A}/*", "*"),
    "request.auth.audiences": ("app", "more", "*"),
    "request.auth.presenter": ("web", "c*"),
    "request.auth.claims[groups]": ("admins", "users", "g*", "*"),
    "request.auth.claims[scope]": ("read", "write", "read write"),
    "request.auth.claims[realm_access][roles]": ("cook", "w*"),
    "request.auth.claims[realm_access][name]": ("kitchen", "*"),
    "request.auth.claims[email]": ("alice@example.com", "*@example.com"),
    "request.auth.claims[level]": ("3", "*"),
    "request.auth.claims[iss]": (A, "https://*"),
    "destination.ip": ("198.18.1.0/24", "10.0.0.1"),
    "destination.port": ("PORT", "81"),
    "connection.sni": ("outbound_.PORT_._.HOST.default.svc.cluster.local", "*.local", "other.example"),
    "experimental.envoy.filters.a.b[c]": ("x",),
}
OF_TOKENS = ("requestPrincipals",)
OLD_PROPERTIES = {
    "source.namespace": ("default", "other", "o*"),
    "source.ip": ("198.18.3.0/24", "198.18.4.1"),
    "source.principal": PRINCIPALS,
    "request.headers[x-user]": ("jason", "j*"),
    "request.auth.principal": (f"{A}/alice", f"{B}/*", "*"),
    "request.auth.audiences": ("app",),
    "request.auth.presenter": ("web",),
    "request.auth.claims[groups]": ("admins", "users"),
}


@dataclass(frozen=True)
class Asked(Request):
    """A request to the pod, and who sends it: whose certificate (empty: none), from which address, asking for which name."""

    host: str = "app.example.com"
    caller: str = ""
    source: str = SOURCES[0]
    name: str = ""


@dataclass(frozen=True)
class Guard:
    """What one slot is given: policies of its port, each an object without name and target."""

    policies: list[dict]
    requests: tuple[Asked, ...] = field(default=())
    compat: str = MODERN

    def objects(self, slot: int) -> list[dict]:
        return [placed(_object(f"{SERVICE}{slot}", number, policy), slot) for number, policy in enumerate(self.policies)]

    @property
    def roles(self) -> bool:
        """Whether roles decide who may."""
        return any(policy["kind"] == "ServiceRole" for policy in self.policies)


SERVICE = "p"  # and the slot's number: the Service of a slot
_VERSIONS = {"AuthorizationPolicy": "security.istio.io/v1", "RequestAuthentication": "security.istio.io/v1",
             "ServiceRole": "rbac.istio.io/v1alpha1", "ServiceRoleBinding": "rbac.istio.io/v1alpha1",
             "Policy": "authentication.istio.io/v1alpha1"}  # fmt: skip


def _object(service: str, number: int, policy: dict) -> dict:
    kind, spec = policy["kind"], dict(policy["spec"])
    name = f"{service}-{number}"
    metadata: dict = {"name": name, "namespace": "default"}
    if policy.get("dry"):
        metadata["annotations"] = {"istio.io/dry-run": "true"}
    match kind:
        case "AuthorizationPolicy" | "RequestAuthentication":
            spec["targetRefs"] = [{"kind": "Service", "name": service}]
        case "ServiceRole":
            metadata["name"] = f"{service}-role-{policy['role']}"
            spec["rules"] = [rule | {"services": [f"{service}.default.svc.cluster.local"]} for rule in spec["rules"]]
        case "ServiceRoleBinding":
            spec["roleRef"] = {"kind": "ServiceRole", "name": f"{service}-role-{policy['role']}"}
        case "Policy":
            spec["targets"] = [{"name": service}]
            spec["peers"] = [{"mtls": {"mode": "PERMISSIVE"}}]
    return {"apiVersion": _VERSIONS[kind], "kind": kind, "metadata": metadata, "spec": spec}


def mesh_objects(configs: list[Guard], slots: list[int]) -> list[dict]:
    """What is the mesh's and not a port's: how old it is, who is asked, whose roles count."""
    compat = configs[0].compat if configs else MODERN
    asked = {"service": "authz.default.svc.cluster.local", "port": 8000, "pathPrefix": "/authz", "timeout": "10s",
             "includeRequestHeadersInCheck": ["x-ext", "x-case", "x-user"], "includeAdditionalHeadersInCheck": {"x-asked-by": "judge"},
             "headersToUpstreamOnAllow": ["x-granted"], "headersToDownstreamOnDeny": ["x-refused", "content-type"],
             "headersToDownstreamOnAllow": ["x-noted"]}  # fmt: skip
    providers = [{"name": PROVIDER, "envoyExtAuthzHttp": asked}]
    providers += [{"name": name, "envoyExtAuthzHttp": asked | {"includeRequestBodyInCheck": body}} for name, body in BODIES.items()]
    settings = {"compat": compat, "protocolDetectionTimeout": "10s", "extensionProviders": providers}  # a caller may be slow to begin TLS
    objects = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mesh", "namespace": "fairlead-system"},
                "data": {"mesh": json.dumps(settings)}}]  # fmt: skip
    if compat == OLD:
        objects.append({"apiVersion": "authentication.istio.io/v1alpha1", "kind": "MeshPolicy", "metadata": {"name": "default"},
                        "spec": {"peers": [{"mtls": {"mode": "PERMISSIVE"}}]}})  # fmt: skip
    guarded = [f"{SERVICE}{slot}.default.svc.cluster.local" for slot, config in zip(slots, configs, strict=True) if config.roles]
    if guarded:
        objects.append({"apiVersion": "rbac.istio.io/v1alpha1", "kind": "ClusterRbacConfig", "metadata": {"name": "default"},
                        "spec": {"mode": "ON_WITH_INCLUSION", "inclusion": {"services": guarded}}})  # fmt: skip
    return objects


def placed(value, slot: int):
    text = json.dumps(value).replace("HOST", f"{SERVICE}{slot}").replace("OPAQUE", str(OPAQUE_PORT + slot))
    return json.loads(text.replace("PORT", str(PORT + slot)))


def placed_request(asked: Asked, slot: int) -> Asked:
    """In its slot; tokens are still names."""
    host, target, headers, name = placed([asked.host, asked.target, list(asked.headers), asked.name], slot)
    return replace(asked, host=host, target=target, headers=tuple((n, v) for n, v in headers), name=name)


def generate(random: Random, requests: int, compat: str = MODERN, without: frozenset[str] = frozenset()) -> Guard:
    guard = Guards(random, compat).guard(requests)
    asked = tuple(replace(r, version="HTTP/1.1") if r.version in without else r for r in guard.requests)
    return replace(guard, requests=asked)


class Guards:
    """Draws; each method is one kind of thing."""

    def __init__(self, random: Random, compat: str) -> None:
        self.random = random
        self.compat = compat
        self.hints: list[dict] = []  # operations and sources that were drawn, for requests to meet
        self.users = False  # whether tokens are looked at
        self.places: list[tuple[str, str]] = []  # where tokens are looked for beside the usual: kind and name

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def of(self, values):
        return self.random.choice(values)

    def few(self, values, most: int = 3) -> list:
        return self.random.sample(sorted(set(values)), min(len(set(values)), self.of(range(1, most + 1))))

    def guard(self, requests: int) -> Guard:
        policies = self.old() if self.compat == OLD and self.some(0.8) else self.modern()
        return Guard(policies, tuple(self.request() for _ in range(requests)), self.compat)

    def modern(self) -> list[dict]:
        policies = []
        if self.some(0.6):
            policies += [{"kind": "RequestAuthentication", "spec": {"jwtRules": self.issuers()}} for _ in range(self.of((1, 1, 1, 2)))]
        for _ in range(self.of((1, 1, 2, 2, 3)) if policies else self.of((1, 1, 2, 3))):
            policies.append(self.policy())
        if policies and self.users and self.some(0.1):
            policies = [policy for policy in policies if policy["kind"] == "RequestAuthentication"]
        return policies

    # --- AuthorizationPolicy

    def policy(self) -> dict:
        action = self.of(("ALLOW", "ALLOW", "ALLOW", "DENY", "DENY", "DENY", "AUDIT", "CUSTOM"))
        spec: dict = {"action": action}
        rules = [self.rule() for _ in range(self.of((1, 1, 2, 3)))]
        if action == "ALLOW" and self.some(0.06):
            rules = self.of(([], [{}]))
        if rules:
            spec["rules"] = rules
        if action == "CUSTOM":
            spec["provider"] = {"name": self.of((PROVIDER, PROVIDER, *BODIES)) if self.some(0.9) else "nobody"}
        dry = action in ("ALLOW", "DENY") and self.some(0.15)
        return {"kind": "AuthorizationPolicy", "spec": spec, **({"dry": True} if dry else {})}

    def rule(self) -> dict:
        rule: dict = {}
        if self.some(0.6):
            rule["from"] = [{"source": self.source()} for _ in range(self.of((1, 1, 2)))]
        if self.some(0.65):
            rule["to"] = [{"operation": self.operation()} for _ in range(self.of((1, 1, 2)))]
        if self.some(0.4) or not rule:
            rule["when"] = [self.condition() for _ in range(self.of((1, 1, 2)))]
        return rule

    def source(self) -> dict:
        names = [name for name in SOURCE if name not in OF_TOKENS or self.users]
        source: dict = {}
        for name in self.random.sample(names, self.of((1, 1, 2))):
            if name == "serviceAccounts" and any("rincipals" in key or "amespaces" in key for key in source if "request" not in key):
                continue
            if name in ("principals", "namespaces") and any("erviceAccounts" in key for key in source):
                continue
            self.either(source, name, SOURCE[name])
        self.hints.append(source)
        return source

    def operation(self) -> dict:
        operation: dict = {}
        for name in self.random.sample(("hosts", "methods", "methods", "paths", "paths", "paths", "ports"), self.of((1, 1, 2, 3))):
            self.either(operation, name, OPERATION[name])
        self.hints.append(operation)
        return operation

    def either(self, to: dict, name: str, values) -> None:
        """One that fits, one that does not, or both."""
        negated = "not" + name[0].upper() + name[1:]
        kind = self.random.random()
        if kind < 0.75:
            to[name] = self.few(values)
        if kind > 0.65:
            to[negated] = self.few(values, 2)

    def condition(self) -> dict:
        key = self.of([key for key in WHEN if "auth" not in key or self.users or self.some(0.1)])
        condition: dict = {"key": key}
        kind = self.random.random()
        if kind < 0.75:
            condition["values"] = self.few(WHEN[key], 2)
        if kind > 0.65:
            condition["notValues"] = self.few(WHEN[key], 2)
        return condition

    # --- RequestAuthentication

    def issuers(self) -> list[dict]:
        self.users = True
        picked = self.random.sample(((A, "k1"), (B, "k2")), self.of((1, 1, 2)))
        return [self.issuer(issuer, key) for issuer, key in picked]

    def issuer(self, issuer: str, key: str) -> dict:
        rule: dict = {"issuer": issuer, "jwks": key_set(key) if self.some(0.8) else key_set("k2", "k1")}
        if self.some(0.35):
            rule["audiences"] = self.few(("app", "more", "nobody"), 2)
        if self.some(0.2):
            rule["fromHeaders"] = [self.of(({"name": "x-jwt"}, {"name": "x-jwt", "prefix": "Token "}, {"name": "authorization", "prefix": "Bearer "}))]
            self.places.append(("header", rule["fromHeaders"][0].get("prefix", "")))
        if self.some(0.35):
            rule["fromParams"] = ["token"]
            self.places.append(("param", "token"))
        if self.some(0.12):
            rule["fromCookies"] = ["session"]
            self.places.append(("cookie", "session"))
        if self.some(0.5):
            rule["forwardOriginalToken"] = True
        if self.some(0.25):
            rule["outputPayloadToHeader"] = "x-claims"
        if self.some(0.6):
            rule["outputClaimToHeaders"] = [{"header": f"x-jwt-{claim.split('.')[0].replace('_', '-')}", "claim": claim}
                                            for claim in self.few(("sub", "groups", "level", "ok", "realm_access.name", "missing", "email"))]  # fmt: skip
        if self.some(0.15):
            rule["spaceDelimitedClaims"] = ["email"]
        return rule

    # --- what came before

    def old(self) -> list[dict]:
        policies = []
        if self.some(0.6):
            policies.append(self.origins())
        if not policies or self.some(0.7):
            for role in range(self.of((1, 1, 2))):
                policies.append({"kind": "ServiceRole", "role": role, "spec": {"rules": [self.permit() for _ in range(self.of((1, 1, 2)))]}})
                policies.append({"kind": "ServiceRoleBinding", "role": role, "spec": {"subjects": [self.subject() for _ in range(self.of((1, 1, 2)))]}})
        return policies

    def permit(self) -> dict:
        permit: dict = {}
        for name in self.random.sample(("hosts", "methods", "paths", "paths"), self.of((1, 2, 2))):
            values = [value for value in OPERATION[name] if "{" not in value]
            self.either(permit, name, values)
        self.hints.append(permit)
        if self.some(0.2):
            key = self.of(("request.headers[x-user]", "destination.ip", "destination.port", "connection.sni"))
            permit["constraints"] = [{"key": key, "values": self.few(WHEN[key], 2)}]
        return permit

    def subject(self) -> dict:
        kind = self.random.random()
        if kind < 0.4:
            return {"user": self.of((*PRINCIPALS, "allUsers", "allAuthenticatedUsers"))}
        subject: dict = {}
        if kind < 0.7:
            for name, values in (("names", PRINCIPALS), ("namespaces", SOURCE["namespaces"]), ("ips", SOURCE["ipBlocks"])):
                if self.some(0.5):
                    self.either(subject, name, values)
        if not subject or self.some(0.3):
            keys = [key for key in OLD_PROPERTIES if "auth" not in key or self.users]
            subject["properties"] = {key: self.of(OLD_PROPERTIES[key]) for key in self.random.sample(keys, self.of((1, 1, 2)))}
        if self.users and self.some(0.2):
            self.either(subject, "groups", ("admins", "users", "guests"))
        return subject

    def origins(self) -> dict:
        self.users = True
        jwts = []
        apart = self.some(0.3)  # each issuer on paths of its own
        triggers = [self.trigger()] if self.some(0.4) else []
        for issuer, key in self.random.sample(((A, "k1"), (B, "k2")), self.of((1, 1, 2))):
            jwt: dict = {"issuer": issuer, "jwks": key_set(key)}
            if self.some(0.35):
                jwt["audiences"] = self.few(("app", "more", "nobody"), 2)
            if self.some(0.15):
                jwt["jwtHeaders"] = ["x-jwt"]
                self.places.append(("header", ""))
            if self.some(0.15):
                jwt["jwtParams"] = ["token"]
                self.places.append(("param", "token"))
            if apart:
                triggers = [self.trigger(plain=True)] if self.some(0.7) else []
            if triggers:
                jwt["triggerRules"] = triggers
            jwts.append({"jwt": jwt})
        spec: dict = {"origins": jwts, "principalBinding": "USE_ORIGIN"}
        if self.some(0.3):
            spec["originIsOptional"] = True
        return {"kind": "Policy", "spec": spec}

    def trigger(self, plain: bool = False) -> dict:
        paths = ({"exact": "/a"}, {"prefix": "/a"}, {"suffix": ".css"}, {"regex": "/p.*"}, {"prefix": "/public"}, {"exact": "/private"})
        if plain:
            paths = tuple(path for path in paths if "regex" not in path)
        trigger: dict = {}
        if self.some(0.6):
            trigger["includedPaths"] = self.random.sample(paths, self.of((1, 2)))
        if self.some(0.6) or not trigger:
            trigger["excludedPaths"] = self.random.sample(paths, self.of((1, 2)))
        return trigger

    # --- requests

    def request(self) -> Asked:
        hint = self.of(self.hints) if self.hints and self.some(0.6) else {}
        caller = self.of(("", "", "sleep", "sleep", "other", "batch"))
        name = self.of(("outbound_.PORT_._.HOST.default.svc.cluster.local", "other.example")) if caller else ""
        source = self.of((SOURCES[0], *SOURCES))
        if self.some(0.07):
            return Asked(version=OPAQUE, caller=caller, source=source, name=name, target="", method="", body="hello")
        method = self._like(hint, "methods", METHODS)
        path = self._path(hint)
        headers = [(name, self.of(values)) for name, values in HEADERS.items() if self.some(0.2)]
        path, headers = self._token(path, headers)
        if self.some(0.05):
            headers += [("origin", "http://a.example"), ("access-control-request-method", "GET")]
            method = self.of((method, "OPTIONS"))
        if self.some(0.05) and headers:
            headers.append(self.of(headers))
        body = self.of(("hello", "hello", "12345678", "123456789", "ü" * 9, "b" * 90)) if method in ("POST", "PUT") and self.some(0.7) else ""
        version = "HTTP/2" if self.some(0.2) else "HTTP/1.1"
        host = self._like(hint, "hosts", HOSTS) if self.some(0.6) else HOSTS[0]
        return Asked(method, path, host, tuple(headers), body, version, bool(body) and version == "HTTP/1.1" and self.some(0.3), caller=caller, source=source, name=name)

    def _like(self, hint: dict, name: str, otherwise) -> str:
        """A word that a drawn value takes, mostly."""
        wanted = hint.get(name) or hint.get("not" + name[0].upper() + name[1:])
        if not wanted or self.some(0.2):
            return self.of(otherwise)
        word = self.of(wanted)
        return word if "*" not in word and word != "get" else self.of(otherwise)  # Envoy's parser knows no such method

    def _path(self, hint: dict) -> str:
        wanted = hint.get("paths") or hint.get("notPaths")
        if wanted and self.some(0.7):
            pattern = self.of(wanted)
            for star in ("{**}", "{*}", "*"):
                pattern = pattern.replace(star, self.of(("", "x", "b", "x/y", "b/c", ".", "x%2Fy")))
            path = pattern if pattern.startswith("/") else "/" + pattern
            path = path.replace(" ", "%20")
        else:
            path = self.of(ODD) if self.some(0.35) else self.of(PATHS)
        if self.some(0.06):
            path = path.replace("a", "%61", 1)
        if self.some(0.15) and "?" not in path:
            path += self.of(("?", "?x=1", "?q=/a", "#frag" if self.some(0.1) else "?y"))
        return path

    def _token(self, path: str, headers: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
        if not self.users and self.some(0.85) or self.users and self.some(0.25):
            return path, headers
        for _ in range(self.of((1, 1, 1, 1, 2))):
            token = f"TOKEN({self.of(GOOD) if self.some(0.6) else self.of(sorted(TOKENS))})"
            kind, name = self.of(self.places) if self.places and self.some(0.5) else ("bearer", "")
            if kind == "header":
                headers = [*headers, ("x-jwt", name + token)]
            elif kind == "param" or self.some(0.08):
                path += ("&" if "?" in path else "?") + f"{name if kind == 'param' else 'access_token'}={token}"
            elif kind == "cookie":
                headers = [*headers, ("cookie", f"a=b; {name}={token}")]
            else:
                scheme = "Bearer " if self.some(0.94) else self.of(("bearer ", "Basic ", "Bearer", "Bearer  "))
                headers = [*headers, ("authorization", scheme + token)]
        return path, headers
