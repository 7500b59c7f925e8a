package dev.fairlead.agent.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.agent.ops.admin.ConfigDumpSource.Kind;
import dev.fairlead.agent.ops.admin.ConfigDumpSource.Rejection;
import dev.fairlead.agent.ops.admin.ConfigDumpSource.Resource;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the pages say, without sockets. */
class AdminPagesTest {

    private final AdminFixture agent = new AdminFixture();

    @Test
    void statsOfOneServiceAsInTheWalkThrough() {
        assertThat(get("/stats?filter=httpbin.*pending_").body())
                .isEqualTo(
                        """
                        cluster.outbound|8000||httpbin.default.svc.cluster.local.circuit_breakers.default.rq_pending_open: 0
                        cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_pending_active: 0
                        cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_pending_failure_eject: 0
                        cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_pending_overflow: 0
                        cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_pending_total: 1
                        """);
    }

    @Test
    void statsOfOnePod() {
        assertThat(get("/stats?workload=default/sleep-1&usedonly").body())
                .contains("http.outbound_8000.downstream_rq_total: 5\n")
                .doesNotContain("cluster.other", "server.");
        assertThat(get("/stats?workload=default/none"))
                .isEqualTo(
                        AdminResponse.refusal(
                                400,
                                "no enrolled pod \"default/none\" on this node (namespace/name)"));
    }

    @Test
    void aBadFilterOrFormatIsRefusedInWords() {
        assertThat(get("/stats?filter=(").status()).isEqualTo(400);
        assertThat(get("/stats?filter=(").body()).startsWith("filter is not RE2: ");
        assertThat(get("/stats?format=yaml"))
                .isEqualTo(
                        AdminResponse.refusal(
                                400, "format \"yaml\" is none of text, json, prometheus"));
    }

    @Test
    void prometheusHasAllOfIt() {
        AdminResponse response = get("/stats/prometheus");
        assertThat(response.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body())
                .contains("envoy_cluster_upstream_rq_pending_total{", "fairlead_build_info{")
                .contains("\nenvoy_server_state 2.0\n", "\nprocess_resident_memory_bytes ");
        assertThat(get("/stats?format=prometheus&filter=build_info").body())
                .startsWith("# HELP fairlead_build_info");
    }

    @Test
    void clustersAreListedWithTheirEndpoints() {
        assertThat(get("/clusters").body())
                .isEqualTo(
                        """
                        outbound|8000||httpbin.default.svc.cluster.local::observability_name::outbound|8000||httpbin.default.svc.cluster.local
                        outbound|8000||httpbin.default.svc.cluster.local::default_priority::max_connections::1024
                        outbound|8000||httpbin.default.svc.cluster.local::default_priority::max_pending_requests::1024
                        outbound|8000||httpbin.default.svc.cluster.local::default_priority::max_requests::1024
                        outbound|8000||httpbin.default.svc.cluster.local::default_priority::max_retries::3
                        outbound|8000||httpbin.default.svc.cluster.local::added_via_api::true
                        outbound|8000||httpbin.default.svc.cluster.local::198.18.2.11:80::health_flags::healthy
                        outbound|8000||httpbin.default.svc.cluster.local::198.18.2.11:80::weight::1
                        outbound|8000||httpbin.default.svc.cluster.local::198.18.2.11:80::tls_mode::istio
                        outbound|8000||httpbin.default.svc.cluster.local::198.18.2.11:80::success_rate::-1
                        outbound|8000||httpbin.default.svc.cluster.local::198.18.2.11:80::local_origin_success_rate::-1
                        """);
        assertThat(json("/clusters?format=json").at("/cluster_statuses/0/host_statuses/0/address"))
                .hasToString(
                        "{\"socket_address\":{\"address\":\"198.18.2.11\",\"port_value\":80}}");
    }

    @Test
    void endpointsThatPodsLeaveAloneAreShown() {
        agent.finds("uid-1", true, 12.5);
        agent.finds("uid-2", false, 90);
        String host = AdminFixture.HTTPBIN + "::198.18.2.11:80::";
        assertThat(get("/clusters").body())
                .contains(
                        host + "health_flags::/failed_outlier_check\n",
                        host + "success_rate::12.5\n",
                        host + "ejected_by::1\n");
        assertThat(json("/clusters?format=json").at("/cluster_statuses/0/host_statuses/0"))
                .hasToString(
                        "{\"address\":{\"socket_address\":{\"address\":\"198.18.2.11\","
                                + "\"port_value\":80}},\"health_status\":{\"eds_health_status\":"
                                + "\"HEALTHY\",\"failed_outlier_check\":true},\"ejected_by\":1,"
                                + "\"success_rate\":{\"value\":12.5},\"weight\":1,"
                                + "\"tls_mode\":\"istio\"}");
        assertThat(json("/workloads").at("/workloads/0/ejected_endpoints"))
                .hasToString("{\"" + AdminFixture.HTTPBIN + "\":[\"198.18.2.11:80\"]}");
    }

    @Test
    void endpointsThatFailChecksAreShown() {
        agent.finds("uid-1", true, 0);
        assertThat(get("/clusters").body())
                .contains("health_flags::/failed_active_hc/failed_outlier_check\n");
        assertThat(
                        json("/clusters?format=json")
                                .at("/cluster_statuses/0/host_statuses/0/health_status"))
                .hasToString(
                        "{\"eds_health_status\":\"HEALTHY\",\"failed_active_health_check\":true,"
                                + "\"failed_outlier_check\":true}");
    }

    @Test
    void clustersCanBeSeenAsOnePodSeesThem() {
        agent.finds("uid-2", true, 12.5);
        assertThat(get("/clusters?workload=default/sleep-1").body())
                .contains("health_flags::healthy\n")
                .doesNotContain("ejected_by");
        assertThat(get("/clusters?workload=default/nobody").status()).isEqualTo(400);
    }

    @Test
    void listenersAreListedWithTheirAddresses() {
        assertThat(get("/listeners").body())
                .isEqualTo(
                        """
                        inbound|uid-1::198.18.1.10:15006
                        outbound|default::0.0.0.0:15001
                        """);
        assertThat(json("/listeners?format=json").at("/listener_statuses/1/name").asText())
                .isEqualTo("outbound|default");
    }

    @Test
    void configurationIsDumpedInEnvoysShape() {
        agent.resources.put(
                Kind.CLUSTER,
                List.of(
                        new Resource("b", "{\"name\":\"b\"}", "v2", AdminFixture.NOW, null),
                        new Resource("a", "{\"name\":\"a\"}", "v1", AdminFixture.NOW, null)));
        agent.resources.put(
                Kind.LISTENER,
                List.of(
                        new Resource(
                                "outbound|default",
                                null,
                                "",
                                AdminFixture.NOW,
                                new Rejection("v3", "filter_chains[0]: why", AdminFixture.NOW))));

        JsonNode dump = json("/config_dump");
        assertThat(dump.at("/configs").findValuesAsText("version_info")).contains("42", "v1", "v2");
        assertThat(dump.at("/configs/0/dynamic_active_clusters/0"))
                .hasToString(
                        "{\"version_info\":\"v1\",\"cluster\":{\"@type\":"
                                + "\"type.googleapis.com/envoy.config.cluster.v3.Cluster\",\"name\":\"a\"},"
                                + "\"last_updated\":\"2026-11-21T16:00:00Z\"}");
        assertThat(dump.at("/configs/1/dynamic_listeners/0"))
                .hasToString(
                        "{\"name\":\"outbound|default\",\"error_state\":{\"version_info\":\"v3\","
                                + "\"details\":\"filter_chains[0]: why\","
                                + "\"last_update_attempt\":\"2026-11-21T16:00:00Z\"}}");

        JsonNode clusters = json("/config_dump?resource=dynamic_active_clusters&name_regex=^b$");
        assertThat(clusters.at("/configs")).hasSize(1);
        assertThat(clusters.at("/configs/0/@type").asText())
                .isEqualTo("type.googleapis.com/envoy.admin.v3.ClustersConfigDump.DynamicCluster");
        assertThat(get("/config_dump?resource=secrets").status()).isEqualTo(400);
    }

    @Test
    void workloadsShowWhatEachPodCost() {
        JsonNode pod = json("/workloads").at("/workloads/0");
        assertThat(pod)
                .hasToString(
                        "{\"namespace\":\"default\",\"name\":\"sleep-1\",\"uid\":\"uid-1\","
                                + "\"addresses\":[\"198.18.1.10\"],"
                                + "\"identity\":\"spiffe://cluster.local/ns/default/sa/sleep\","
                                + "\"worker\":1,\"state\":\"captured\","
                                + "\"captured_since\":\"2026-11-21T15:59:00Z\","
                                + "\"inbound_connections\":{\"total\":0,\"active\":0},"
                                + "\"outbound_connections\":{\"total\":3,\"active\":1},"
                                + "\"requests\":5,\"received_bytes\":700,\"sent_bytes\":900,"
                                + "\"capture_refused\":1,\"circuit_breakers\":{},"
                                + "\"ejected_endpoints\":{}}");
        assertThat(json("/workloads?workload=default/other").at("/workloads")).isEmpty();
        assertThat(get("/workloads?format=text").body().lines().toList().get(1))
                .startsWith(
                        "default/sleep-1  198.18.1.10  spiffe://cluster.local/ns/default/sa/sleep");
    }

    @Test
    void readinessIsLiveOrSaysWhatIsMissing() {
        agent.readiness.met("xds");
        assertThat(get("/ready")).isEqualTo(AdminResponse.text("LIVE\n"));
        agent.readiness.missing(
                "certificates",
                "waiting for certificate of spiffe://cluster.local/ns/a/sa/b: ca at 198.18.0.2:15013"
                        + " refuses the connection");
        assertThat(get("/ready").status()).isEqualTo(503);
        assertThat(get("/ready").body())
                .isEqualTo(
                        "INITIALIZING\nwaiting for certificate of"
                                + " spiffe://cluster.local/ns/a/sa/b: ca at 198.18.0.2:15013"
                                + " refuses the connection\n");
    }

    @Test
    void serverInfoHasVersionStateAndSettings() {
        JsonNode info = json("/server_info");
        assertThat(info.get("version").asText()).isEqualTo("fairlead/0.1.0");
        assertThat(info.get("state").asText()).isEqualTo("PRE_INITIALIZING");
        assertThat(info.get("uptime_current_epoch").asText()).isEqualTo("90s");
        assertThat(info.at("/command_line_options/FAIRLEAD_NODE").asText()).isEqualTo("node-1");
    }

    @Test
    void levelsAreListedByGetAndChangedByPost() {
        String name = AdminPagesTest.class.getName() + ".levels";
        var logger = LoggerFactory.getLogger(name);
        assertThat(get("/logging").body()).contains("  " + name + ": info\n");

        assertThat(answer(true, "/logging?" + name + "=debug").body())
                .startsWith("active loggers:\n")
                .contains("  " + name + ": debug\n");

        assertThat(logger.isDebugEnabled()).isTrue();
        assertThat(answer(true, "/logging?level=loud").status()).isEqualTo(400);
        assertThat(answer(true, "/logging").status()).isEqualTo(400);
    }

    @Test
    void theIndexLinksToEveryPageAndEscapesWhatItShows() {
        agent.readiness.missing("x", "waiting for <script>");
        String index = get("/").body();
        assertThat(index)
                .contains("<a href=\"/stats\">", "<a href=\"/logging\">", "enrolled pods")
                .contains("waiting for &lt;script&gt;")
                .doesNotContain("<script", "http://", "https://");
        assertThat(get("/help").body()).contains("  /certs: certificates in use\n");
    }

    @Test
    void whatIsNotBuiltIsNotThere() {
        for (String path :
                List.of("/drain_listeners", "/explain", "/quitquitquit", "/x", "/stats/")) {
            assertThat(get(path)).isEqualTo(AdminResponse.refusal(404, "no such page: see /help"));
        }
    }

    @Test
    void pagesThatOnlyShowRefusePost() {
        assertThat(answer(true, "/stats"))
                .isEqualTo(AdminResponse.refusal(405, "/stats takes GET, HEAD only"));
    }

    private AdminResponse get(String uri) {
        return answer(false, uri);
    }

    private AdminResponse answer(boolean post, String uri) {
        var decoder = QueryStringDecoder.builder().htmlQueryDecoding(false).build(uri);
        return new AdminPages(agent.sources())
                .admin()
                .answer(new AdminRequest(post, decoder.path(), decoder.parameters(), ""));
    }

    private JsonNode json(String uri) {
        AdminResponse response = get(uri);
        assertThat(response.contentType()).isEqualTo("application/json");
        try {
            return new ObjectMapper().readTree(response.body());
        } catch (java.io.IOException e) {
            throw new AssertionError(response.body(), e);
        }
    }
}
