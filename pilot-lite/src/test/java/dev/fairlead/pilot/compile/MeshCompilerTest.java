package dev.fairlead.pilot.compile;

import static dev.fairlead.pilot.testing.TestCluster.pod;
import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static dev.fairlead.pilot.testing.TestCluster.service;
import static dev.fairlead.pilot.testing.TestCluster.subsets;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.RouteTable.Route;
import dev.fairlead.pilot.compile.RouteTable.VirtualHost;
import dev.fairlead.pilot.compile.ServiceCluster.ClientTls;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MeshCompilerTest {

    private static final String REVIEWS = "reviews.default.svc.cluster.local";
    private static final String OTHER_CLIENT =
            pod("client", "v1", "node-1", "198.18.1.77")
                    .replace("metadata:\n", "metadata:\n  namespace: other\n");

    private static MeshView compile(String yaml, String... captured) {
        return MeshCompiler.compile(TestStates.of(yaml, captured));
    }

    private static ScopeView scope(MeshView mesh, String namespace) {
        return Objects.requireNonNull(mesh.scopes().get(namespace));
    }

    private static VirtualHost host(MeshView mesh, String namespace, String name) {
        return scope(mesh, namespace).routes().stream()
                .flatMap(table -> table.hosts().stream())
                .filter(host -> host.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no virtual host " + name));
    }

    private static ServiceCluster cluster(MeshView mesh, String namespace, String name) {
        return scope(mesh, namespace).clusters().stream()
                .filter(cluster -> cluster.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no cluster " + name));
    }

    private static List<String> targets(List<Route> routes) {
        return routes.stream()
                .map(route -> route.targets().getFirst().cluster().split("\\|", -1)[2])
                .toList();
    }

    private static String rule(
            String kind, String name, String namespace, String age, String spec) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: %s
        metadata: {name: %s, namespace: %s, creationTimestamp: "2026-01-%sT00:00:00Z"}
        spec: %s
        """
                .formatted(kind, name, namespace, age, spec);
    }

    private static String routeTo(String subset) {
        return "route: [{destination: {host: %s, subset: %s}}]".formatted(REVIEWS, subset);
    }

    @Test
    void aServiceIsKnownByTheNamesThatItsClientsUse() {
        MeshView mesh = compile(reviewsAndSleep() + OTHER_CLIENT);
        String ip = dev.fairlead.pilot.testing.TestCluster.clusterIp("reviews");
        assertThat(host(mesh, "default", REVIEWS + ":9080").domains())
                .containsExactly(
                        REVIEWS,
                        REVIEWS + ":9080",
                        REVIEWS + ".",
                        REVIEWS + ".:9080",
                        "reviews.default.svc",
                        "reviews.default.svc:9080",
                        "reviews.default",
                        "reviews.default:9080",
                        "reviews",
                        "reviews:9080",
                        ip,
                        ip + ":9080");
        assertThat(host(mesh, "other", REVIEWS + ":9080").domains())
                .doesNotContain("reviews", "reviews:9080")
                .contains("reviews.default");
    }

    @Test
    void theNamesBelowAHeadlessServiceAreItsPods() {
        String headless =
                """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: db}
                spec: {clusterIP: None, selector: {app: db}, ports: [{name: http, port: 9080}]}
                """;
        assertThat(
                        host(
                                        compile(reviewsAndSleep() + headless),
                                        "default",
                                        "db.default.svc.cluster.local:9080")
                                .domains())
                .contains("*.db.default.svc.cluster.local", "*.db:9080", "*.db.default.svc:9080");
    }

    @Test
    void routesStandInTheirOrderUpToTheFirstThatTakesEverything() {
        String spec =
                """
                {hosts: [reviews], http: [
                  {match: [{uri: {prefix: /a}}, {headers: {end-user: {exact: jason}}}], %s},
                  {match: [{port: 80}], %s},
                  {match: [{sourceNamespace: other}], %s},
                  {%s},
                  {match: [{uri: {exact: /never}}], %s}]}
                """
                        .formatted(
                                routeTo("v1"),
                                routeTo("v2"),
                                routeTo("v3"),
                                routeTo("v4"),
                                routeTo("v5"));
        MeshView mesh =
                compile(
                        reviewsAndSleep()
                                + OTHER_CLIENT
                                + rule("VirtualService", "reviews", "default", "01", spec));
        assertThat(targets(host(mesh, "default", REVIEWS + ":9080").routes()))
                .containsExactly("v1", "v1", "v4");
        assertThat(targets(host(mesh, "other", REVIEWS + ":9080").routes()))
                .containsExactly("v1", "v1", "v3");
    }

    @Test
    void ofTwoVirtualServicesTheMoreSpecificThenTheOlderGoverns() {
        String wide = "{hosts: ['*.default.svc.cluster.local'], http: [{" + routeTo("v1") + "}]}";
        String exact = "{hosts: [reviews], http: [{%s}]}";
        MeshView mesh =
                compile(
                        reviewsAndSleep()
                                + rule("VirtualService", "wide", "default", "01", wide)
                                + rule(
                                        "VirtualService",
                                        "new",
                                        "default",
                                        "03",
                                        exact.formatted(routeTo("v3")))
                                + rule(
                                        "VirtualService",
                                        "old",
                                        "default",
                                        "02",
                                        exact.formatted(routeTo("v2"))));
        assertThat(targets(host(mesh, "default", REVIEWS + ":9080").routes()))
                .containsExactly("v2");
        assertThat(targets(host(mesh, "default", "sleep.default.svc.cluster.local:80").routes()))
                .containsExactly("v1");
    }

    /** As in Istio, for whom such a VirtualService is not there. */
    @Test
    void aVirtualServiceWithNoRouteForThePortLeavesTheServiceAlone() {
        String spec =
                "{hosts: [reviews], http: [{match: [{port: 1}], %s}]}".formatted(routeTo("v1"));
        MeshView mesh =
                compile(reviewsAndSleep() + rule("VirtualService", "r", "default", "01", spec));
        assertThat(host(mesh, "default", REVIEWS + ":9080").routes())
                .extracting(Route::name)
                .containsExactly("default");
    }

    @Test
    void aHostThatIsNoServiceIsServedOnPort80() {
        String spec = "{hosts: [www.example.com], http: [{%s}]}".formatted(routeTo("v1"));
        MeshView mesh =
                compile(reviewsAndSleep() + rule("VirtualService", "r", "default", "01", spec));
        assertThat(host(mesh, "default", "www.example.com:80").domains())
                .containsExactly("www.example.com", "www.example.com:80");
    }

    /** Client's namespace, then the Service's, then the root namespace. */
    @Test
    void theDestinationRuleIsLookedForInThreeNamespaces() {
        String host = "{host: %s, trafficPolicy: {tls: {mode: %s}}}";
        String root =
                rule(
                        "DestinationRule",
                        "all",
                        "istio-system",
                        "01",
                        host.formatted("'*.local'", "ISTIO_MUTUAL"));
        String own =
                rule(
                        "DestinationRule",
                        "own",
                        "default",
                        "01",
                        host.formatted("reviews", "DISABLE"));
        String client =
                rule(
                        "DestinationRule",
                        "mine",
                        "other",
                        "01",
                        host.formatted(REVIEWS, "ISTIO_MUTUAL"));
        String name = "outbound|9080||" + REVIEWS;

        assertThat(cluster(compile(reviewsAndSleep()), "default", name).tls())
                .isEqualTo(ClientTls.AUTO);
        assertThat(cluster(compile(reviewsAndSleep() + root), "default", name).tls())
                .isEqualTo(ClientTls.MUTUAL);
        assertThat(cluster(compile(reviewsAndSleep() + root + own), "default", name).tls())
                .isEqualTo(ClientTls.NONE);
        MeshView all = compile(reviewsAndSleep() + OTHER_CLIENT + root + own + client);
        assertThat(cluster(all, "default", name).tls()).isEqualTo(ClientTls.NONE);
        var scoped = cluster(all, "other", name + "@other");
        assertThat(scoped.tls()).isEqualTo(ClientTls.MUTUAL);
        assertThat(scoped.statName()).isEqualTo(name);
        assertThat(
                        host(all, "other", REVIEWS + ":9080")
                                .routes()
                                .getFirst()
                                .targets()
                                .getFirst()
                                .cluster())
                .isEqualTo(name + "@other");
    }

    @Test
    void aSubsetHasTheEndpointsWithItsLabels() {
        MeshView mesh =
                compile(reviewsAndSleep() + subsets("reviews", "v1", "v9"), "uid-reviews-v1");
        var v1 = cluster(mesh, "default", "outbound|9080|v1|" + REVIEWS);
        assertThat(v1.endpoints())
                .containsExactly(
                        new ServiceCluster.Endpoint(
                                "198.18.1.11",
                                9080,
                                true,
                                "",
                                "",
                                "",
                                "node-1",
                                "reviews-v1;default;reviews;v1;",
                                List.of()));
        assertThat(v1.identities()).containsExactly("spiffe://cluster.local/ns/default/sa/reviews");
        assertThat(cluster(mesh, "default", "outbound|9080|v9|" + REVIEWS).endpoints()).isEmpty();
    }

    @Test
    void aPodAcceptsWhatItsNamespaceElseTheMeshSays() {
        String policy =
                """
                ---
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {name: default, namespace: %s}
                spec: {mtls: {mode: %s}}
                """;
        String all = reviewsAndSleep() + OTHER_CLIENT;
        String mesh = policy.formatted("istio-system", "STRICT");
        String own = policy.formatted("other", "DISABLE");
        assertThat(mode(all, "uid-sleep-v1")).isEqualTo(Mode.PERMISSIVE);
        assertThat(mode(all + mesh, "uid-sleep-v1")).isEqualTo(Mode.STRICT);
        assertThat(mode(all + mesh + own, "uid-sleep-v1")).isEqualTo(Mode.STRICT);
        assertThat(mode(all + mesh + own, "uid-client-v1")).isEqualTo(Mode.DISABLE);
        assertThat(mode(all + policy.formatted("istio-system", "UNSET"), "uid-sleep-v1"))
                .isEqualTo(Mode.PERMISSIVE);
    }

    private static Mode mode(String yaml, String pod) {
        return Objects.requireNonNull(compile(yaml).pods().get(pod)).modes().mode();
    }

    @Test
    void twoHeadlessServicesOfTheSamePodsDoNotClaimAnAddressTwice() {
        String headless =
                """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: %1$s}
                spec: {clusterIP: None, selector: {app: sleep}, ports: [{name: tcp, port: 9000}]}
                """;
        String slices =
                dev.fairlead.pilot.testing.TestCluster.slice(
                                "a", "tcp", 9000, "198.18.1.10=uid-sleep-v1")
                        + dev.fairlead.pilot.testing.TestCluster.slice(
                                "b", "tcp", 9000, "198.18.1.10=uid-sleep-v1");
        MeshView mesh =
                compile(
                        reviewsAndSleep()
                                + headless.formatted("a")
                                + headless.formatted("b")
                                + slices);
        assertThat(scope(mesh, "default").chains().stream().filter(c -> c.port() == 9000))
                .hasSize(1);
    }

    @Test
    void tcpRoutesHoldForTheirPortAndNamespace() {
        String spec =
                """
                {hosts: [echo], tcp: [
                  {match: [{port: 1}], route: [{destination: {host: a}}]},
                  {match: [{port: 9000, sourceNamespace: other}], route: [{destination: {host: b}}]},
                  {route: [{destination: {host: c}, weight: 20}, {destination: {host: d}, weight: 80}]}]}
                """;
        MeshView mesh =
                compile(
                        reviewsAndSleep()
                                + OTHER_CLIENT
                                + service("echo", "tcp", 9000)
                                + rule("VirtualService", "echo", "default", "01", spec));
        assertThat(tcp(mesh, "default"))
                .containsExactly(
                        new WeightedCluster("outbound|9000||c.default.svc.cluster.local", 20),
                        new WeightedCluster("outbound|9000||d.default.svc.cluster.local", 80));
        assertThat(tcp(mesh, "other"))
                .containsExactly(
                        new WeightedCluster("outbound|9000||b.default.svc.cluster.local", 0));
    }

    private static List<WeightedCluster> tcp(MeshView mesh, String namespace) {
        return scope(mesh, namespace).chains().stream()
                .filter(chain -> chain instanceof Chain.Tcp)
                .map(Chain.Tcp.class::cast)
                .findFirst()
                .orElseThrow()
                .targets();
    }
}
