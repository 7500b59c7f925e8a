"""The benchmark's arithmetic and its renderings of the same routes; no namespaces, no load."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import agent, cluster, envoy, haproxy, mesh  # noqa: E402
from harness.lab import Pod  # noqa: E402
from harness.load import Traffic, fortio_traffic, h2load_traffic, iperf_traffic, percentile_of  # noqa: E402
from harness.measure import Window, agree, common_rate, warm_up  # noqa: E402
from harness.mesh import Scene  # noqa: E402
from harness.report import Contender, Ratio, Run, as_json, growth, summary, text  # noqa: E402
from harness.session import notes  # noqa: E402
from harness.tls import Leaf  # noqa: E402
from harness.workload import BULK_PORT, BYTES, PORT, REQUESTS, WORKLOADS  # noqa: E402

CLIENT = Pod("client-0", ("198.18.1.10",))
SERVER = Pod("server-of-0", ("198.18.2.20",))
LEAF = Leaf(Path("/tls/root.pem"), Path("/tls/chain.pem"), Path("/tls/key.pem"), Path("/tls/bundle.pem"))


def window(proxy: str, cpu_seconds: float, per_second: float = 5000, failed: int = 0) -> Window:
    """A window of 100,000 requests, so that its CPU is its CPU per 100k."""
    return Window(proxy, Traffic(100_000, failed, per_second, 0.5, 2.0), cpu_seconds, REQUESTS)


def contender(label: str, *cpu_seconds: float, per_second: float = 5000, warm: bool = True) -> Contender:
    saturated = [window(label, c / 2, rate) for c, rate in zip(cpu_seconds, (12000, 11000, 13000), strict=False)]
    return Contender(label, [window(label, c, per_second) for c in cpu_seconds], saturated, 80, 400, warm)


def run_of(name: str, *contenders: Contender, latency: float = 1) -> Run:
    measure = next(m for w in WORKLOADS.values() for m in w.measures if m.name == name)
    return Run(measure, 5000, 32, 10, Traffic(1, 0, 1, latency, latency), Traffic(1, 0, 60_000, 1, 1), contenders)


def scene(name: str) -> Scene:
    workload = WORKLOADS[name]
    return Scene(workload, dict.fromkeys(mesh.SUBSETS, SERVER.addresses[0]) if workload.mtls else mesh.SUBSETS)


class FiguresTest(unittest.TestCase):
    run_ = run_of("http1", contender("agent", 2, 3, 4), contender("envoy", 6, 4, 8))

    def test_ratio_is_of_medians_and_spread_of_neighbours(self) -> None:
        self.assertEqual(self.run_.ratios, [Ratio("envoy", 0.5, 1 / 3, 0.75, 0.5)])

    def test_summary_is_the_line_that_scripts_read(self) -> None:
        self.assertEqual(
            summary(self.run_),
            "http1 cpu_ratio_envoy=0.500 lowest=0.333 highest=0.750 saturated=0.500 max_agent=12000 max_direct=60000"
            " p99_agent=2.00 p99_direct=1.00",
        )

    def test_summary_of_three_has_a_ratio_for_each_of_the_others(self) -> None:
        run = run_of("tcp", contender("agent", 2), contender("envoy", 4), contender("haproxy", 1))
        self.assertTrue(summary(run).startswith("tcp cpu_ratio_envoy=0.500 cpu_ratio_haproxy=2.000 lowest_envoy=0.500 "))

    def test_a_transfer_has_no_latency_to_show(self) -> None:
        run = run_of("tcp_bulk", contender("agent", 2), contender("envoy", 4), latency=0)
        self.assertNotIn("p99", summary(run))
        self.assertIn("CPU-s/GiB", text(run))
        self.assertEqual(Window("agent", Traffic(2048, 0, 512, 0, 0), 3.0, BYTES).cpu_per_unit, 1.5)

    def test_json_holds_every_window(self) -> None:
        written = json.loads(json.dumps(as_json(self.run_)))
        self.assertEqual(written["cpuRatios"]["envoy"]["median"], 0.5)
        self.assertEqual([len(p["windows"]) for p in written["proxies"]], [3, 3])

    def test_rate_is_the_usual_one_or_what_the_slowest_carries_with_ease(self) -> None:
        echo, bulk = WORKLOADS["tcp"].measures
        self.assertEqual(common_rate([window("a", 1, 25_000), window("b", 1, 15_000)], echo), 8000)
        self.assertEqual(common_rate([window("a", 1, 25_000), window("b", 1, 10_300)], echo), 6100)
        self.assertEqual(common_rate([window("a", 1, 900), window("b", 1, 310)], bulk), 180)

    def test_warm_is_two_successive_windows_within_five_percent(self) -> None:
        costs = iter([20.0, 9.0, 4.0, 3.0, 2.9, 1.0])
        last, warm = warm_up(lambda: window("agent", next(costs)), lambda _: None)
        self.assertEqual((last.cpu_seconds, warm), (2.9, True))
        self.assertFalse(agree(1.0, 0.94))

    def test_warm_is_nobody_who_has_carried_too_little(self) -> None:
        costs = iter([3.0, 3.0, 3.0, 2.0, 2.0])
        each = window("agent", 1).traffic.amount
        self.assertEqual(warm_up(lambda: window("agent", next(costs)), lambda _: None, int(each * 4))[0].cpu_seconds, 2.0)
        self.assertEqual(list(costs), [])

    def test_never_warm_is_said(self) -> None:
        costs = iter([2.0**-n for n in range(99)])
        self.assertFalse(warm_up(lambda: window("agent", next(costs)), lambda _: None)[1])
        self.assertEqual(len(notes([contender("agent", 1, per_second=4000, warm=False)], 5000, 0.5)), 3)
        self.assertEqual(notes([contender("agent", 1)], 5000, 0.01), [])

    def test_failed_requests_are_said_of_whom(self) -> None:
        broken = Contender("agent", [window("agent", 1, failed=3), window("agent", 1, failed=1)], [], 1, 1, True)
        self.assertEqual(notes([broken], 5000, 0), ["agent: 4 requests were not answered as they should be"])
        self.assertEqual(run_of("grpc", broken, contender("envoy", 1, 1)).failed, 4)

    def test_fortio_report_is_read(self) -> None:
        report = {
            "ActualQPS": 99.5,
            "RetCodes": {"200": 97, "503": 3},
            "DurationHistogram": {
                "Count": 100,
                "Percentiles": [{"Percentile": 50, "Value": 0.001}, {"Percentile": 99, "Value": 0.004}],
            },
        }
        self.assertEqual(fortio_traffic(report, "200"), Traffic(100, 3, 99.5, 1.0, 4.0))
        self.assertEqual(fortio_traffic(report, "SERVING").failed, 100)

    def test_h2load_log_is_read(self) -> None:
        log = "1000000\t200\t1000\n1000500\t200\t3000\n1001000\t503\t500\n1996000\t200\t4000\n"
        self.assertEqual(h2load_traffic(log, finite=True), Traffic(4, 1, 4.0, 3.0, 4.0))

    def test_requests_that_the_end_of_a_timed_run_cut_off_did_not_fail(self) -> None:
        log = "1000000\t200\t1000\n1000000\t-1\t1000\n"
        self.assertEqual((h2load_traffic(log, finite=False).amount, h2load_traffic(log, finite=False).failed), (1, 0))
        self.assertEqual((h2load_traffic(log, finite=True).amount, h2load_traffic(log, finite=True).failed), (2, 1))
        with self.assertRaisesRegex(RuntimeError, "not one request"):
            h2load_traffic("1\t503\t1\n", finite=True)

    def test_percentile_is_the_nearest_rank(self) -> None:
        self.assertEqual([percentile_of(range(1, 101), p) for p in (50, 99)], [50, 99])
        self.assertEqual(percentile_of([7], 99), 7)

    def test_iperf_report_is_read(self) -> None:
        received = {"bytes": 300 << 20, "seconds": 1.5, "bits_per_second": 1}
        self.assertEqual(iperf_traffic({"end": {"sum_received": received}}), Traffic(300, 0, 200, 0, 0))
        with self.assertRaisesRegex(RuntimeError, "unable to connect"):
            iperf_traffic({"error": "unable to connect"})


class RoutesTest(unittest.TestCase):
    def test_both_renderings_have_the_same_services_rules_and_weights(self) -> None:
        for name in ("http1", "traffic", "routes", "h2", "grpc", "mtls_http1", "mtls_resumed"):
            chains = envoy.outbound(scene(name), None)["listeners"][0]["filter_chains"]
            hosts = chains[0]["filters"][0]["typed_config"]["route_config"]["virtual_hosts"]
            services = self.objects("VirtualService", name)
            self.assertEqual(len(hosts) - 1, len(services))
            for host, service in zip(hosts, services, strict=False):
                self.assertIn(service["spec"]["hosts"][0], host["domains"])
                self.assertEqual(len(host["routes"]), len(service["spec"]["http"]))
                weights = [c["weight"] for c in host["routes"][-1]["route"]["weighted_clusters"]["clusters"]]
                self.assertEqual(weights, [r["weight"] for r in service["spec"]["http"][-1]["route"]])

    def test_all_three_renderings_of_tcp_have_the_same_weights(self) -> None:
        chains = envoy.outbound(scene("tcp"), None)["listeners"][0]["filter_chains"]
        rules = [rule for o in self.objects("VirtualService", "tcp") for rule in o["spec"]["tcp"]]
        self.assertEqual(len(chains), len(rules))
        for chain, rule in zip(chains, rules, strict=True):
            self.assertEqual(chain["filter_chain_match"]["destination_port"], rule["match"][0]["port"])
            weights = [c["weight"] for c in chain["filters"][0]["typed_config"]["weighted_clusters"]["clusters"]]
            self.assertEqual(weights, [r["weight"] for r in rule["route"]])
        config = haproxy.outbound(scene("tcp"), None)
        self.assertEqual(config.count("use_backend"), len(rules))
        self.assertEqual(config.count(f"server v1 {mesh.SUBSETS['v1']}:{BULK_PORT} weight 90"), len(mesh.SERVICES))

    def test_every_cluster_of_a_route_exists(self) -> None:
        for name, workload in WORKLOADS.items():
            resources = envoy.outbound(scene(name), envoy.Identity(LEAF) if workload.mtls else None)
            names = {c["name"] for c in resources["clusters"]}
            routed = {
                envoy.cluster_name(service, port, subset)
                for service in mesh.SERVICES
                for port in workload.ports
                for subset in mesh.subsets_of(service, workload)
            }
            self.assertEqual(names, routed | {"PassthroughCluster"})

    def test_many_routes_and_subsets_are_the_called_services(self) -> None:
        target = next(o for o in self.objects("VirtualService", "routes") if o["metadata"]["name"] == mesh.TARGET)
        self.assertEqual(len(target["spec"]["http"]), 1000)
        rule = next(o for o in self.objects("DestinationRule", "routes") if o["metadata"]["name"] == mesh.TARGET)
        self.assertEqual(len(rule["spec"]["subsets"]), 100)
        self.assertEqual(len(self.objects("VirtualService", "routes")[0]["spec"]["http"]), 3)

    def test_a_policy_is_every_contenders(self) -> None:
        for name in WORKLOADS:
            ours, envoys = json.dumps(mesh.istio_objects(WORKLOADS[name])), json.dumps(envoy.outbound(scene(name), None))
            for word, its in (("retries", "retry_policy"), ("outlierDetection", "outlier_detection")):
                self.assertEqual((word in ours, its in envoys), (name == "traffic", name == "traffic"))

    def test_a_connection_a_request_is_every_contenders(self) -> None:
        for name, workload in WORKLOADS.items():
            ours, envoys = json.dumps(mesh.istio_objects(workload)), json.dumps(envoy.outbound(scene(name), None))
            for word, its in (("maxRequestsPerConnection", ours), ("max_requests_per_connection", envoys)):
                self.assertEqual(f'"{word}": 1' in its, workload.fresh)

    def test_growth_is_of_many_in_terms_of_few(self) -> None:
        few, many = (run_of("http1", contender("agent", c), contender("envoy", 2 * c)) for c in (2, 3))
        runs = {"http1": as_json(few), "routes": as_json(many)}
        self.assertEqual(growth(runs), "growth_routes agent=1.500 envoy=1.500")
        self.assertEqual(growth({"http1": as_json(few)}), "")

    def test_only_declared_http2_goes_to_the_application_as_http2(self) -> None:
        for name in WORKLOADS:
            speaks = "http2_protocol_options" in json.dumps(envoy.outbound(scene(name), None))
            self.assertEqual(speaks, name in ("h2", "grpc"))

    def test_mtls_is_demanded_of_every_contender(self) -> None:
        for name in ("mtls_http1", "mtls_resumed", "tcp_mtls"):
            identity = envoy.Identity(LEAF)
            sockets = [c["transport_socket"] for c in envoy.outbound(scene(name), identity)["clusters"][:-1]]
            self.assertIn(mesh.spiffe_id(mesh.SERVER_ACCOUNT), json.dumps(sockets[0]))
            for chain in envoy.inbound(scene(name), identity)["listeners"][0]["filter_chains"]:
                self.assertTrue(chain["transport_socket"]["typed_config"]["require_client_certificate"])
                self.assertIn("TLSv1_3", json.dumps(chain["transport_socket"]))
            self.assertEqual(self.objects("PeerAuthentication", name)[0]["spec"]["mtls"]["mode"], "STRICT")
        self.assertEqual(self.objects("PeerAuthentication", "tcp"), [])
        self.assertIn("verify required", haproxy.inbound(LEAF))
        self.assertEqual(haproxy.outbound(scene("tcp_mtls"), LEAF).count(" ssl crt "), len(mesh.SERVICES) * 4)

    def test_cluster_directory_is_one_batch_of_whole_objects(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            cluster.write_cluster(root, agent.request(CLIENT, None, scene("http1"), None))
            applied = self.read(root / "applied/networking.istio.io/VirtualService/default/reviews.json")
            endpoints = self.read(root / "observed/discovery.k8s.io/EndpointSlice/default/reviews-1.json")
            pods = sorted(p.name for p in (root / "observed/core/Pod/default").iterdir())
            self.assertEqual(applied["metadata"]["resourceVersion"], "1")
            self.assertEqual([e["addresses"] for e in endpoints["endpoints"]], [["198.18.2.10"], ["198.18.2.11"]])
            self.assertEqual(pods, ["client-0.json", "server-0.json", "server-1.json"])
            self.assertTrue((root / "applied/core/Namespace/_/default.json").exists())
            self.assertEqual((root / "observed/REVISION").read_text(), "1\n")

    def test_with_mtls_one_enrolled_pod_on_the_second_node_stands_for_both_subsets(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            second = Pod("node-2", ("198.18.3.2",))
            cluster.write_cluster(root, agent.request(CLIENT, SERVER, scene("tcp_mtls"), second))
            pod = self.read(root / "observed/core/Pod/default/server-0.json")
            service = self.read(root / "applied/core/Service/default/reviews.json")
            self.assertEqual((pod["spec"]["nodeName"], pod["metadata"]["annotations"]), ("node-2", {}))
            self.assertEqual(set(pod["metadata"]["labels"]), {"app", "subset-v1", "subset-v2"})
            self.assertEqual([p["name"] for p in service["spec"]["ports"]], [f"tcp-{PORT}", f"tcp-{BULK_PORT}"])
            self.assertTrue((root / "observed/core/Node/_/node-2.json").exists())

    def objects(self, kind: str, workload: str) -> list[dict]:
        return [o for o in mesh.istio_objects(WORKLOADS[workload]) if o["kind"] == kind]

    def read(self, path: Path) -> dict:
        return json.loads(path.read_text())

    def test_a_refused_object_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            pilot = Path(folder) / "status/fairlead.dev/PilotStatus/_/pilot.json"
            pilot.parent.mkdir(parents=True)
            self.assertFalse(cluster.compiled(Path(folder)))
            pilot.write_text("{}")
            self.assertTrue(cluster.compiled(Path(folder)))
            bad = {"conditions": [{"type": "Accepted", "status": "False", "message": "spec.http: unknown"}]}
            pilot.with_name("bad.json").write_text(json.dumps(bad))
            with self.assertRaisesRegex(RuntimeError, "bad.json: spec.http: unknown"):
                cluster.compiled(Path(folder))


if __name__ == "__main__":
    unittest.main()
