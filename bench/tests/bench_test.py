"""The benchmark's arithmetic and its two renderings of the same routes; no namespaces, no load."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import cluster, envoy, mesh  # noqa: E402
from harness.load import Traffic, traffic  # noqa: E402
from harness.main import _notes  # noqa: E402
from harness.measure import Window, agree, common_rate, warm_up  # noqa: E402
from harness.report import Contender, Run, as_json, text  # noqa: E402


def window(proxy: str, cpu_seconds: float, per_second: float = 5000, failed: int = 0) -> Window:
    """A window of 100,000 requests, so that its CPU is its CPU per 100k."""
    return Window(proxy, Traffic(100_000, failed, per_second, 0.5, 2.0), cpu_seconds)


def contender(label: str, *cpu_seconds: float, per_second: float = 5000, warm: bool = True) -> Contender:
    return Contender(label, [window(label, c, per_second) for c in cpu_seconds], 12000, 80, 400, warm)


class FiguresTest(unittest.TestCase):
    run_ = Run(5000, 32, 10, Traffic(1, 0, 1, 1, 1), [contender("agent", 2, 3, 4), contender("envoy", 6, 4, 8)])

    def test_ratio_is_of_medians_and_spread_of_neighbours(self) -> None:
        self.assertEqual(self.run_.cpu_ratio, 0.5)
        self.assertEqual(self.run_.cpu_ratio_spread, (1 / 3, 0.75))

    def test_last_line_is_the_one_that_scripts_read(self) -> None:
        last = text(self.run_).splitlines()[-1]
        self.assertEqual(last, "http1 cpu_ratio_envoy=0.500 lowest=0.333 highest=0.750")

    def test_json_holds_every_window(self) -> None:
        written = json.loads(as_json(self.run_))
        self.assertEqual(written["cpuRatioEnvoy"]["median"], 0.5)
        self.assertEqual([len(p["windows"]) for p in written["proxies"]], [3, 3])

    def test_rate_is_the_usual_one_or_what_the_slowest_carries_with_ease(self) -> None:
        self.assertEqual(common_rate([window("a", 1, 25_000), window("b", 1, 15_000)]), 8000)
        self.assertEqual(common_rate([window("a", 1, 25_000), window("b", 1, 10_300)]), 6100)

    def test_warm_is_two_successive_windows_within_five_percent(self) -> None:
        costs = iter([20.0, 9.0, 4.0, 3.0, 2.9, 1.0])
        last, warm = warm_up(lambda: window("agent", next(costs)), lambda _: None)
        self.assertEqual((last.cpu_seconds, warm), (2.9, True))
        self.assertFalse(agree(1.0, 0.94))

    def test_never_warm_is_said(self) -> None:
        costs = iter([2.0**-n for n in range(99)])
        self.assertFalse(warm_up(lambda: window("agent", next(costs)), lambda _: None)[1])
        self.assertEqual(len(_notes([contender("agent", 1, per_second=4000, warm=False)], 5000, 0.5)), 3)
        self.assertEqual(_notes([contender("agent", 1)], 5000, 0.01), [])

    def test_fortio_report_is_read(self) -> None:
        report = {
            "ActualQPS": 99.5,
            "RetCodes": {"200": 97, "503": 3},
            "DurationHistogram": {
                "Count": 100,
                "Percentiles": [{"Percentile": 50, "Value": 0.001}, {"Percentile": 99, "Value": 0.004}],
            },
        }
        self.assertEqual(traffic(report), Traffic(100, 3, 99.5, 1.0, 4.0))


class RoutesTest(unittest.TestCase):
    def test_both_renderings_have_the_same_services_rules_and_weights(self) -> None:
        hosts = envoy._listener()["filter_chains"][0]["filters"][0]["typed_config"]["route_config"]["virtual_hosts"]
        services = [o for o in mesh.istio_objects() if o["kind"] == "VirtualService"]
        self.assertEqual(len(hosts) - 1, len(services))
        for host, service in zip(hosts, services, strict=False):
            self.assertIn(service["spec"]["hosts"][0], host["domains"])
            self.assertEqual(len(host["routes"]), len(service["spec"]["http"]))
            weights = [c["weight"] for c in host["routes"][-1]["route"]["weighted_clusters"]["clusters"]]
            self.assertEqual(weights, [r["weight"] for r in service["spec"]["http"][-1]["route"]])

    def test_every_cluster_of_a_route_exists(self) -> None:
        config = json.dumps(envoy.bootstrap(Path("/run/admin")))
        names = {c["name"] for c in json.loads(config)["static_resources"]["clusters"]}
        self.assertEqual({envoy._cluster_name(s, v) for s in mesh.SERVICES for v in mesh.ENDPOINTS} - names, set())

    def test_cluster_directory_is_one_batch_of_whole_objects(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            told = {
                "pod": {"name": "client-0", "netns": "/run/netns/client-0", "address": "198.18.1.10"},
                "port": mesh.PORT,
                "services": {s: mesh.virtual_ip(s) for s in mesh.SERVICES},
                "endpoints": mesh.ENDPOINTS,
                "objects": mesh.istio_objects(),
            }
            cluster.write_cluster(root, told)
            applied = root / "applied/networking.istio.io/VirtualService/default/reviews.json"
            endpoints = json.loads((root / "observed/discovery.k8s.io/EndpointSlice/default/reviews-1.json").read_text())
            pods = sorted(p.name for p in (root / "observed/core/Pod/default").iterdir())
            self.assertEqual(json.loads(applied.read_text())["metadata"]["resourceVersion"], "1")
            self.assertEqual([e["addresses"] for e in endpoints["endpoints"]], [["198.18.2.10"], ["198.18.2.11"]])
            self.assertEqual(pods, ["client-0.json", "server-v1.json", "server-v2.json"])
            self.assertTrue((root / "applied/core/Namespace/_/default.json").exists())
            self.assertEqual((root / "observed/REVISION").read_text(), "1\n")

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
