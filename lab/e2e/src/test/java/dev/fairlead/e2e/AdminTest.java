package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators see of an agent: on the node, from the host, and never from a pod. */
@Tag("lab")
class AdminTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.BOOKINFO;

    private static final String ADMIN = "http://127.0.0.1:15000";
    private static final String REVIEWS = "outbound|9080||reviews.default.svc.cluster.local";

    /** How every key of ours begins in PKCS #8, whatever is around it. */
    private static final String KEY_IN_BASE64 = "MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEB";

    private static Lab lab;

    @BeforeAll
    static void lab() {
        lab = LAB.lab();
        // other classes may have left rules: without them all versions of reviews are asked
        lab.run(
                "delete",
                "-f",
                "samples/bookinfo/networking/virtual-service-all-v1.yaml",
                "--wait");
    }

    private static Curl ask(String node, String path, String... options) {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add(ADMIN + path);
        return Curl.fromNode(lab, node, arguments.toArray(String[]::new));
    }

    private static void requests(int n) {
        lab.sh(
                        "deploy/sleep",
                        "curl -sf -m 60 -o /dev/null 'http://reviews:9080/reviews/[1-" + n + "]'")
                .ok();
    }

    /** Node of the pod that calls. */
    private static String sleepsNode() {
        return nodeOf("app", "sleep");
    }

    private static String nodeOf(String label, String value) {
        for (JsonNode pod : Curl.json(lab.run("get", "pods", "-o", "json").ok()).get("items")) {
            if (pod.at("/metadata/labels/" + label).asText().equals(value)) {
                return pod.at("/spec/nodeName").asText();
            }
        }
        throw new AssertionError("no pod " + label + "=" + value);
    }

    @ParameterizedTest
    @CsvSource({
        "/,                 text/html",
        "/help,             text/plain",
        "/stats,            text/plain",
        "/stats/prometheus, text/plain",
        "/clusters,         text/plain",
        "/listeners,        text/plain",
        "/config_dump,      application/json",
        "/certs,            application/json",
        "/workloads,        application/json",
        "/ready,            text/plain",
        "/server_info,      application/json",
        "/logging,          text/plain"
    })
    void pageIsThere(String path, String type) {
        for (String node : List.of("node-1", "node-2")) {
            Curl curl = ask(node, path, "-i");
            assertThat(curl.status()).as(node).isEqualTo(200);
            assertThat(curl.body().toLowerCase(java.util.Locale.ROOT))
                    .contains("content-type: " + type);
        }
    }

    @Test
    void statsSpeakEnvoysNames() {
        requests(3);
        String stats = ask(sleepsNode(), "/stats?usedonly").body();
        assertThat(stats).contains("cluster." + REVIEWS + ".upstream_rq_total: ");
        String filtered = ask(sleepsNode(), "/stats?filter=" + "reviews.*upstream_rq_2xx").body();
        assertThat(filtered.lines())
                .isNotEmpty()
                .allMatch(line -> line.contains("reviews") && line.contains("upstream_rq_2xx: "));
        assertThat(ask(sleepsNode(), "/stats?filter=(").status()).isEqualTo(400);
    }

    @Test
    void statsOfOnePodAreItsOwn() {
        requests(5);
        String path = "/stats?usedonly&filter=upstream_rq_total&workload=default/";
        String node = sleepsNode();
        String mine = ask(node, path + podOf(node, "sleep")).body();
        assertThat(mine).contains("cluster." + REVIEWS + ".upstream_rq_total: ");
        assertThat(ask(node, path + "nosuch").status()).isEqualTo(400);
        for (JsonNode workload : ask(node, "/workloads").json().get("workloads")) {
            String name = workload.get("name").asText();
            if (!name.startsWith("sleep") && !name.startsWith("productpage")) {
                assertThat(ask(node, path + name).body())
                        .as(name)
                        .doesNotContain("outbound|9080||reviews");
            }
        }
    }

    private static String podOf(String node, String prefix) {
        for (JsonNode workload : ask(node, "/workloads").json().get("workloads")) {
            if (workload.get("name").asText().startsWith(prefix)) {
                return workload.get("name").asText();
            }
        }
        throw new AssertionError("no pod " + prefix + " on " + node);
    }

    @Test
    void metricsNameSourceAndDestination() {
        String node = sleepsNode();
        Map<Map<String, String>, Double> before = reviewRequests(node, "source");
        requests(12);
        double sum = 0;
        for (Map.Entry<Map<String, String>, Double> each :
                reviewRequests(node, "source").entrySet()) {
            double more = each.getValue() - before.getOrDefault(each.getKey(), 0.0);
            if (more == 0) {
                continue;
            }
            sum += more;
            Map<String, String> labels = each.getKey();
            String version = labels.get("destination_version");
            assertThat(version).isIn("v1", "v2", "v3");
            assertThat(labels)
                    .containsEntry("source_workload", "sleep")
                    .containsEntry("source_workload_namespace", "default")
                    .containsEntry("source_principal", "spiffe://cluster.local/ns/default/sa/sleep")
                    .containsEntry("source_app", "sleep")
                    .containsEntry("destination_workload", "reviews-" + version)
                    .containsEntry("destination_workload_namespace", "default")
                    .containsEntry(
                            "destination_principal",
                            "spiffe://cluster.local/ns/default/sa/bookinfo-reviews")
                    .containsEntry("destination_app", "reviews")
                    .containsEntry("destination_service", "reviews.default.svc.cluster.local")
                    .containsEntry("destination_service_name", "reviews")
                    .containsEntry("destination_service_namespace", "default")
                    .containsEntry("request_protocol", "http")
                    .containsEntry("response_code", "200")
                    .containsEntry("response_flags", "-")
                    .containsEntry("connection_security_policy", "mutual_tls");
        }
        assertThat(sum).isEqualTo(12);
    }

    /** The other side counts the same requests, and knows the caller by its certificate. */
    @Test
    void bothSidesCountTheSameRequests() {
        String node = nodeOf("version", "v2");
        String filter = "reviews-v2";
        double before = sum(reviewRequests(node, "destination"), filter);
        double sent = sum(reviewRequests(sleepsNode(), "source"), filter);
        requests(30);
        double received = sum(reviewRequests(node, "destination"), filter) - before;
        assertThat(received)
                .isEqualTo(sum(reviewRequests(sleepsNode(), "source"), filter) - sent)
                .isPositive();
    }

    private static double sum(Map<Map<String, String>, Double> series, String workload) {
        return series.entrySet().stream()
                .filter(each -> workload.equals(each.getKey().get("destination_workload")))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** istio_requests_total of sleep's calls to reviews, by labels. */
    private static Map<Map<String, String>, Double> reviewRequests(String node, String reporter) {
        Map<Map<String, String>, Double> series = new java.util.HashMap<>();
        Pattern line = Pattern.compile("istio_requests_total\\{(.*)} ([0-9.E+]+)");
        Pattern label = Pattern.compile("(\\w+)=\"([^\"]*)\"");
        Matcher lines =
                line.matcher(ask(node, "/stats/prometheus?filter=istio_requests_total").body());
        while (lines.find()) {
            Map<String, String> labels = new TreeMap<>();
            Matcher each = label.matcher(lines.group(1));
            while (each.find()) {
                labels.put(each.group(1), each.group(2));
            }
            if (reporter.equals(labels.get("reporter"))
                    && "reviews".equals(labels.get("destination_service_name"))
                    && "sleep".equals(labels.get("source_workload"))) {
                series.put(labels, Double.valueOf(lines.group(2)));
            }
        }
        return series;
    }

    @Test
    void prometheusScrapesTheNodesOwnPort() {
        Curl metrics = Curl.fromNode(lab, "node-1", "http://198.18.1.1:15020/stats/prometheus");
        assertThat(metrics.status()).isEqualTo(200);
        assertThat(metrics.body()).contains("# TYPE istio_requests_total counter");
        assertThat(Curl.fromNode(lab, "node-1", "http://198.18.1.1:15020/config_dump").status())
                .isEqualTo(404);
        assertThat(Curl.fromNode(lab, "node-1", "http://198.18.1.1:15021/healthz/ready").status())
                .isEqualTo(200);
    }

    /** When all is over nothing is counted as going on. */
    @Test
    void gaugesReturnToZero() {
        requests(20);
        Pattern busy =
                Pattern.compile(
                        "upstream_rq_(pending_)?active|downstream_rq_active|downstream_cx_active");
        for (String node : List.of("node-1", "node-2")) {
            String page =
                    "/stats?filter="
                            + "outbound.*(rq_active|rq_pending_active|downstream_cx_active)";
            Lab.await(
                    "gauges of " + node,
                    () ->
                            ask(node, page)
                                    .body()
                                    .lines()
                                    .filter(line -> busy.matcher(line).find())
                                    .allMatch(line -> line.endsWith(": 0")));
            assertThat(ask(node, page).body()).contains("upstream_rq_active: 0");
        }
    }

    @Test
    void clustersShowEndpointsAndTheirHealth() {
        String clusters = ask(sleepsNode(), "/clusters").body();
        assertThat(clusters.lines().filter(line -> line.startsWith(REVIEWS + "::198.18.")))
                .hasSizeGreaterThanOrEqualTo(3);
        assertThat(clusters).contains("health_flags::healthy");
        assertThat(Curl.json(ask(sleepsNode(), "/clusters?format=json").body()).toString())
                .contains(REVIEWS);
    }

    @Test
    void configurationShowsWhatWasServed() {
        String dump = ask("node-1", "/config_dump").body();
        assertThat(dump)
                .contains(REVIEWS)
                .contains("outbound|default")
                .contains("inbound|")
                .contains("type.googleapis.com/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/certs",
                "/config_dump",
                "/server_info",
                "/workloads",
                "/clusters",
                "/listeners",
                "/stats",
                "/logging"
            })
    void noPageShowsAKeyOrAToken(String path) throws java.io.IOException {
        String token =
                java.nio.file.Files.readString(lab.folder().resolve("nodes/node-1/token")).strip();
        assertThat(ask("node-1", path).body())
                .doesNotContain("PRIVATE KEY")
                .doesNotContain("private_key\"")
                .doesNotContain(KEY_IN_BASE64)
                .doesNotContain(token);
    }

    @Test
    void certificatesAreThoseOfTheNodesPods() {
        String node = nodeOf("app", "ratings");
        assertThat(ask(node, "/certs").body())
                .contains("spiffe://cluster.local/ns/default/sa/bookinfo-ratings");
        JsonNode first = ask(node, "/certs").json().get("certificates").get(0);
        assertThat(first.get("ca_cert")).isNotEmpty();
        assertThat(first.at("/cert_chain/0/subject_alt_names/0/uri").asText())
                .startsWith("spiffe://cluster.local/ns/"); // of whichever class's pods
    }

    @Test
    void serverSaysWhoItIs() {
        assertThat(ask("node-1", "/ready").body().strip()).isEqualTo("LIVE");
        JsonNode info = ask("node-2", "/server_info").json();
        assertThat(info.get("state").asText()).isEqualTo("LIVE");
        assertThat(info.at("/node/id").asText()).isEqualTo("node-2");
    }

    /** A page of another site must not reach it through a browser that runs on the node. */
    @Test
    void onlyLoopbackNamesAreTakenAsHost() {
        for (String host : List.of("evil.example", "198.18.1.1:15000", "localhost.evil.example")) {
            assertThat(ask("node-1", "/stats", "-H", "Host: " + host).status())
                    .as(host)
                    .isEqualTo(403);
        }
        for (String host :
                List.of("localhost", "localhost:15000", "127.0.0.1:15000", "[::1]:15000")) {
            assertThat(ask("node-1", "/ready", "-H", "Host: " + host).status())
                    .as(host)
                    .isEqualTo(200);
        }
        assertThat(ask("node-1", "/ready", "-H", "Origin: http://evil.example").status())
                .isEqualTo(403);
        assertThat(ask("node-1", "/ready", "-H", "Host:").status()).isIn(400, 403);
    }

    /** Changes by POST only: a link must not change anything. */
    @Test
    void levelsChangeByPostOnly() {
        String logger = "dev.fairlead.agent.control.xds.XdsClient";
        ask("node-1", "/logging?" + logger + "=debug");
        assertThat(ask("node-1", "/logging").body()).contains(logger + ": info");
        try {
            assertThat(ask("node-1", "/logging?" + logger + "=debug", "-X", "POST").status())
                    .isEqualTo(200);
            assertThat(ask("node-1", "/logging").body()).contains(logger + ": debug");
            assertThat(ask("node-2", "/logging").body()).contains(logger + ": info");
        } finally {
            assertThat(ask("node-1", "/logging?" + logger + "=info", "-X", "POST").status())
                    .isEqualTo(200);
        }
        assertThat(ask("node-1", "/stats", "-X", "POST").status()).isEqualTo(405);
        assertThat(ask("node-1", "/stats", "-X", "DELETE").status()).isEqualTo(405);
        assertThat(ask("node-1", "/nosuch").status()).isEqualTo(404);
    }

    /** What {@code lab up} printed for browsers. */
    @Test
    void hostReachesEachNodesAdminAndTheProductPage() {
        String status = lab.run("status").ok();
        List<String> urls =
                status.lines()
                        .dropWhile(line -> !line.equals("lab " + lab.name()))
                        .skip(1)
                        .takeWhile(line -> !line.startsWith("lab "))
                        .map(String::strip)
                        .filter(line -> line.contains(" http://127.0.0.1:"))
                        .toList();
        assertThat(urls).hasSize(3);
        for (String line : urls) {
            String[] words = line.split(" ", -1);
            String page = words[0].equals("productpage") ? "productpage" : "server_info";
            var answer =
                    Launcher.run(
                            Map.of(),
                            "",
                            List.of("curl", "-sf", "-m", "20", "--noproxy", "*", words[1] + page));
            assertThat(answer.ok())
                    .contains(
                            page.equals("productpage")
                                    ? "Book Details"
                                    : "\"id\" : \"" + words[0] + '"');
        }
    }
}
