#!/usr/bin/env python3
"""What is pure of the differential harness."""

import asyncio
import base64
import hashlib
import json
import re
import sys
import unittest
from dataclasses import replace
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "conformance"), str(ROOT / "bench")]

from judge import guards, http1, observe, tokens  # noqa: E402
from judge.client import Answer  # noqa: E402
from judge.differences import KNOWN, Case, unexplained  # noqa: E402
from judge.echo import Arrival, Orders  # noqa: E402
from judge.generate import Config, Request, generate, placed_request  # noqa: E402
from judge.session import wire  # noqa: E402
from judge.shrink import as_yaml, variants  # noqa: E402

RULE = {"subsets": [{"name": "v1", "labels": {"version": "v1"}}]}


class GenerateTest(unittest.TestCase):
    def test_one_seed_is_one_configuration(self) -> None:
        self.assertEqual(generate(Random(7), 5), generate(Random(7), 5))
        self.assertNotEqual(generate(Random(7), 5), generate(Random(8), 5))

    def test_every_route_does_something_and_only_the_last_may_match_all(self) -> None:
        for seed in range(300):
            http = generate(Random(seed), 1).http
            for index, route in enumerate(http):
                self.assertEqual(len(route.keys() & {"route", "redirect", "directResponse"}), 1, route)
                self.assertTrue("match" in route or index == len(http) - 1)

    def test_fields_are_met_within_a_thousand_configurations(self) -> None:
        drawn = [generate(Random(seed), 1) for seed in range(1000)]
        text = str([(config.http, config.rule, config.requests, config.limits) for config in drawn])
        for field in ("queryParams", "withoutHeaders", "ignoreUriCase", "uriRegexRewrite", "mirrors", "corsPolicy", "grpcStatus",
                      "derivePort", "sourceLabels", "sourceNamespace", "perTryTimeout", "fixedDelay", "scheme", "h2UpgradePolicy", "maglev", "HTTP/2", "expect",
                      "x-envoy-retry-on", "gone", "late", "slow down"):  # fmt: skip
            self.assertIn(f"'{field}'", text, field)

    def test_what_fails_without_an_answer_has_its_connections_to_itself(self) -> None:
        for seed in range(200):
            asked = generate(Random(seed), 10).requests
            if any("failure=reset" in (request.value("x-echo") or "") for request in asked):
                self.assertTrue(all("last=1" in (request.value("x-echo") or "") for request in asked))

    def test_who_is_hashed_says_so_itself(self) -> None:
        by = {"trafficPolicy": {"loadBalancer": {"consistentHash": {"httpHeaderName": "x-user"}}}}
        self.assertTrue(Config([], by).hashed(Request(headers=(("x-user", "a"),))))
        self.assertFalse(Config([], by).hashed(Request()))
        by = {"trafficPolicy": {"loadBalancer": {"consistentHash": {"httpQueryParameterName": "q"}}}}
        self.assertTrue(Config([], by).hashed(Request(target="/?a=b&q=1")))
        self.assertFalse(Config([], by).hashed(observe.sent({"start": "GET /n?x=1?q=1 HTTP/1.1", "header x-user": "a"})))
        by = {"trafficPolicy": {"loadBalancer": {"consistentHash": {"httpCookie": {"name": "user", "ttl": "60s"}}}}}
        self.assertTrue(Config([], by).hashed(Request(headers=(("cookie", "a=b; user=jane"),))))
        self.assertFalse(Config([], by).hashed(Request(headers=(("cookie", "user="),))))
        self.assertFalse(Config([], by).hashed(Request(headers=(("cookie", "user= | user="),))), "two lines without a value")
        self.assertFalse(Config([], by).hashed(Request(target="/q=1")))

    def test_left_out_is_left_out(self) -> None:
        text = str([generate(Random(seed), 1, frozenset({"retries"})).http for seed in range(50)])
        self.assertNotIn("'retries'", text)

    def test_a_slot_has_its_own_name(self) -> None:
        config = Config([{"route": [{"destination": {"host": "HOST"}}]}], RULE)
        self.assertEqual([value["spec"].get("host") or value["spec"]["hosts"] for value in config.objects(3)], ["h3", ["h3"]])
        self.assertEqual(placed_request(Request(host="UPPER:8000"), 3).host, "H3:8000")

    def test_a_limit_is_bound_to_its_route_as_long_as_that_is_there(self) -> None:
        limited = Config([{"name": "r1", "route": [{"destination": {"host": "HOST"}}]}], RULE, (), {"r1": {"limit": {}}, "r2": {"limit": {}}})
        bound = [value["spec"]["route"] for value in limited.objects(3) if value["kind"] == "RateLimit"]
        self.assertEqual(bound, [{"virtualService": "h3", "name": "r1"}])

    def test_whole_services_are_known_as_chance(self) -> None:
        subset = Config([{"route": [{"destination": {"host": "HOST", "subset": "v1"}}]}], RULE)
        self.assertFalse(subset.by_chance)
        self.assertTrue(replace(subset, http=[*subset.http, {"mirror": {"host": "HOST"}}]).by_chance)
        self.assertTrue(replace(subset, http=[]).by_chance)
        elsewhere = [{**subset.http[0], "match": [{"sourceNamespace": "other"}, {"sourceLabels": {"version": "v2"}}, {"port": 8001}]}]
        self.assertTrue(replace(subset, http=elsewhere).by_chance)


class GuardsTest(unittest.TestCase):
    def test_one_seed_is_one_configuration(self) -> None:
        self.assertEqual(guards.generate(Random(7), 5), guards.generate(Random(7), 5))
        self.assertNotEqual(guards.generate(Random(7), 5), guards.generate(Random(8), 5))

    def test_fields_are_met_within_a_thousand_configurations(self) -> None:
        text = str([guards.generate(Random(seed), 2) for seed in range(1000)])
        for names in (guards.SOURCE, guards.OPERATION):
            for name in names:
                self.assertIn(f"'{name}'", text)
                self.assertIn(f"'not{name[0].upper()}{name[1:]}'", text)
        for word in (*guards.WHEN, *guards.BODIES, "AUDIT", "CUSTOM", "DENY", "'dry'", "{**}", "audiences", "fromHeaders", "fromParams", "fromCookies",
                     "outputPayloadToHeader", "outputClaimToHeaders", "forwardOriginalToken", "spaceDelimitedClaims", "notValues"):  # fmt: skip
            self.assertIn(word, text, word)
        for token in tokens.TOKENS:
            self.assertIn(f"TOKEN({token})", text)
        old = str([guards.generate(Random(seed), 1, guards.OLD) for seed in range(1000)])
        for word in ("ServiceRoleBinding", "constraints", "properties", "groups", "notNames", "triggerRules", "originIsOptional", "jwtParams", *guards.OLD_PROPERTIES):
            self.assertIn(word, old, word)

    def test_a_policy_is_for_its_slot_alone(self) -> None:
        for seed in range(100):
            for value in guards.generate(Random(seed), 1, self.of(seed)).objects(3):
                spec = value["spec"]
                whose = spec.get("targetRefs") or spec.get("targets") or [{"name": spec.get("roleRef", {}).get("name", "p3-").split("-")[0]}]
                self.assertEqual([target["name"] for target in whose], ["p3"])
                for rule in spec.get("rules", []) if value["kind"] == "ServiceRole" else []:
                    self.assertEqual(rule["services"], ["p3.default.svc.cluster.local"])

    @staticmethod
    def of(seed: int) -> str:
        return guards.OLD if seed % 2 else guards.MODERN

    def test_callers_are_those_that_have_a_certificate(self) -> None:
        for seed in range(50):
            for asked in guards.generate(Random(seed), 10, guards.MODERN, frozenset()).requests:
                self.assertIn(asked.caller, {"", *guards.CALLERS})
                self.assertIn(asked.source, guards.SOURCES)

    def test_roles_count_where_there_are_some(self) -> None:
        role = {"kind": "ServiceRole", "role": 0, "spec": {"rules": [{"methods": ["GET"]}]}}
        objects = guards.mesh_objects([guards.Guard([], (), guards.OLD), guards.Guard([role], (), guards.OLD)], [0, 1])
        included = [value["spec"]["inclusion"]["services"] for value in objects if value["kind"] == "ClusterRbacConfig"]
        self.assertEqual(included, [["p1.default.svc.cluster.local"]])

    def test_variants_are_smaller(self) -> None:
        config = guards.generate(Random(5), 6)
        while smaller := next(variants(config), None):
            self.assertLess(len(repr(smaller)), len(repr(config)) + 20)
            config = smaller
        self.assertEqual(len(config.requests), 1)


class TokensTest(unittest.TestCase):
    def test_a_token_says_what_it_should(self) -> None:
        head, payload, signature = (base64.urlsafe_b64decode(part + "==") for part in tokens.token("alice", 10).split("."))
        said = json.loads(payload)
        self.assertEqual((json.loads(head)["kid"], said["iss"], said["sub"], said["exp"]), ("k1", tokens.A, "alice", 300 + tokens.LIFE_SECONDS))
        modulus = int.from_bytes(base64.urlsafe_b64decode(json.loads(tokens.key_set("k1"))["keys"][0]["n"] + "=="), "big")
        signed = tokens.token("alice", 10).rpartition(".")[0].encode()
        opened = pow(int.from_bytes(signature, "big"), 65537, modulus).to_bytes(256, "big")
        self.assertTrue(opened.startswith(b"\0\1\xff") and opened.endswith(hashlib.sha256(signed).digest()))

    def test_names_stand_for_tokens(self) -> None:
        self.assertRegex(tokens.rendered("Bearer TOKEN(bob)"), r"^Bearer [\w-]+[.][\w-]+[.][\w-]+$")


class CompareTest(unittest.TestCase):
    arrival = Arrival("198.18.2.11", "GET / HTTP/1.1", (("host", "h0"), ("x-case", "1")), b"")

    def side(self, *arrivals: Arrival, headers: tuple = (), status: str = "200") -> tuple[dict, list[dict]]:
        return observe.response(Answer(status, "HTTP/1.1", list(headers))), observe.arrivals(list(arrivals), {"198.18.2.11": "v1", "198.18.2.12": "v1"})

    def test_equal_is_equal(self) -> None:
        self.assertEqual(observe.compare(self.side(self.arrival), self.side(replace(self.arrival, headers=(("Host", "h0"), ("x-case", "2"))))), {})

    def test_status_header_subset_and_number_of_arrivals_differ(self) -> None:
        self.assertEqual(observe.compare(self.side(), self.side(status="503")), {"outcome": ("200", "503")})
        self.assertEqual(observe.compare(self.side(headers=(("a", "1"), ("A", "2"))), self.side()), {"header a": ("1 | 2", None)})
        moved = self.side(replace(self.arrival, endpoint="198.18.2.31"))
        self.assertEqual(observe.compare(self.side(self.arrival), moved), {"arrival 0 subset": ("v1", "198.18.2.31")})
        self.assertEqual(observe.compare(self.side(self.arrival), moved, observe.Where.NOWHERE), {})
        near = self.side(replace(self.arrival, endpoint="198.18.2.12"))
        self.assertEqual(observe.compare(self.side(self.arrival), near, observe.Where.SUBSET), {})
        hashed = observe.compare(self.side(self.arrival), near, observe.Where.ADDRESS)
        self.assertEqual(hashed, {"arrival 0 endpoint": ("198.18.2.11", "198.18.2.12")})
        self.assertIn("arrivals", observe.compare(self.side(self.arrival), self.side()))

    def test_a_mirrored_request_may_come_before_or_after(self) -> None:
        shadow = replace(self.arrival, headers=(("host", "h0-shadow"), ("x-case", "1")))
        self.assertEqual(observe.compare(self.side(shadow, self.arrival), self.side(self.arrival, shadow)), {})

    def test_a_date_is_there_or_not(self) -> None:
        self.assertEqual(observe.compare(self.side(headers=(("date", "a"),)), self.side(headers=(("date", "b"),))), {})
        self.assertEqual(observe.compare(self.side(headers=(("date", "a"),)), self.side()), {"header date": ("(present)", None)})


class DifferencesTest(unittest.TestCase):
    def test_each_has_a_section_and_each_section_an_entry(self) -> None:
        sections = re.findall(r"^## (.+)$", (ROOT / "docs/differences.md").read_text(), re.M)
        self.assertEqual(sorted(sections), sorted(known.name for known in KNOWN))

    def test_what_has_another_form_is_not_explained(self) -> None:
        envoy, agent = {"outcome": "426"}, {"outcome": "200"}
        found = {"outcome": ("426", "200")}
        self.assertEqual(unexplained(Case(Request(version="HTTP/1.0"), envoy, agent), found), ({}, {"http-1.0"}))
        self.assertEqual(unexplained(Case(Request(), envoy, agent), found), (found, set()))


    def test_forms_are_exact(self) -> None:
        asked = Case(Request("POST", headers=(("expect", "100-continue"),), body="x"), {}, {})
        answered = replace(asked, agent={"header x-envoy-upstream-service-time": "(present)"})
        self.assertEqual(unexplained(asked, {"informational": (["100"], [])})[1], {"100-continue"})
        self.assertEqual(unexplained(answered, {"informational": (["100"], [])})[1], set())
        counted = {"cluster.a.external.upstream_rq_200": (1, None), "cluster.a.upstream_rq_200": (1, None)}
        self.assertEqual(list(unexplained(asked, counted)[0]), ["cluster.a.upstream_rq_200"])


class ShrinkTest(unittest.TestCase):
    def test_variants_are_smaller_and_lead_to_one_route_and_one_request(self) -> None:
        config = generate(Random(5), 6)
        while smaller := next(variants(config), None):
            self.assertLess(len(repr(smaller).replace("False", "")), len(repr(config).replace("False", "")))
            config = smaller
        self.assertLessEqual(len(config.http), 1)
        self.assertEqual(config.requests, (Request(),))

    def test_yaml_says_the_same(self) -> None:
        self.assertEqual(as_yaml({"a": [{"b": 1, "c/d": []}, "x: y"]}), 'a:\n  - b: 1\n    "c/d": []\n  - "x: y"')


class WireTest(unittest.TestCase):
    def test_a_request_as_it_is_sent(self) -> None:
        sent = wire(Request("POST", "/a", "h0", (("x", "1"),), "hi", chunked=True), "c").decode()
        self.assertEqual(sent, "POST /a HTTP/1.1\r\nhost: h0\r\nx-case: c\r\nx: 1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")

    def test_chunks_and_trailers_are_read(self) -> None:
        async def read() -> http1.Message:
            reader = asyncio.StreamReader()
            reader.feed_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx: y\r\n\r\n")
            head = await http1.read_head(reader)
            assert head is not None
            await http1.read_body(reader, head, until_close=True)
            return head

        message = asyncio.run(read())
        self.assertEqual((message.body, message.trailers, message.complete), (b"hi", [("x", "y")], True))

    def test_orders(self) -> None:
        self.assertEqual(Orders.of("fail=2;failure=reset;unknown=1"), Orders(fail=2, failure="reset"))


if __name__ == "__main__":
    unittest.main()
