package dev.fairlead.pilot.compile;

import static dev.fairlead.pilot.testing.TestCluster.pod;
import static dev.fairlead.pilot.testing.TestCluster.service;
import static dev.fairlead.pilot.testing.TestCluster.slice;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.validate.CrossCheck;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DestinationRules that look at their clients' labels: workloadSelector and failoverPriority. */
class ClientRulesTest {

    private static final String CART = "cart.default.svc.cluster.local";
    private static final String PLAIN = "outbound|80||" + CART;

    /** Service cart with pods of versions v1 and v2; clients web v1, web v2 and cron v1. */
    private static final String CLIENTS =
            service("cart", "http", 80)
                    + pod("cart", "v1", "node-1", "198.18.1.11")
                    + pod("cart", "v2", "node-1", "198.18.1.12")
                    + slice(
                            "cart",
                            "http",
                            80,
                            "198.18.1.11=uid-cart-v1",
                            "198.18.1.12=uid-cart-v2")
                    + pod("web", "v1", "node-1", "198.18.1.21")
                    + pod("web", "v2", "node-1", "198.18.1.22")
                    + pod("cron", "v1", "node-1", "198.18.1.23");

    /** The later in the text the younger. */
    private static String rules(String... specs) {
        var yaml = new StringBuilder();
        for (int i = 0; i < specs.length; i++) {
            yaml.append(
                    """
                    ---
                    apiVersion: networking.istio.io/v1
                    kind: DestinationRule
                    metadata: {name: rule-%d, creationTimestamp: "2026-01-0%dT00:00:00Z"}
                    spec: {host: cart, %s}
                    """
                            .formatted(i, i + 1, specs[i]));
        }
        return yaml.toString();
    }

    private static ClusterState state(String... specs) {
        return TestStates.of(CLIENTS + rules(specs));
    }

    private static MeshView compile(String... specs) {
        return MeshCompiler.compile(state(specs));
    }

    private static ScopeView scope(MeshView mesh, String client) {
        for (PodView pod : mesh.pods().values()) {
            if (pod.pod().meta().name().equals(client)) {
                return Objects.requireNonNull(mesh.scopes().get(pod.scope()));
            }
        }
        throw new AssertionError("no pod " + client);
    }

    /** Where a client's requests to the Service go. */
    private static ServiceCluster cluster(MeshView mesh, String client) {
        ScopeView scope = scope(mesh, client);
        String name =
                scope.routes().stream()
                        .flatMap(table -> table.hosts().stream())
                        .filter(host -> host.name().startsWith(CART))
                        .findFirst()
                        .orElseThrow()
                        .routes()
                        .getFirst()
                        .targets()
                        .getFirst()
                        .cluster();
        return scope.clusters().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no cluster " + name));
    }

    private static String limit(int connections) {
        return "trafficPolicy: {connectionPool: {tcp: {maxConnections: " + connections + "}}}";
    }

    private static String selecting(String labels) {
        return "workloadSelector: {matchLabels: {" + labels + "}}, ";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "app: web              | 7 | 7 | 0",
                "app: web, version: v2 | 0 | 7 | 0",
                "app: cron             | 0 | 0 | 7",
                "app: none             | 0 | 0 | 0",
                "''                    | 7 | 7 | 7"
            })
    void aRuleHoldsForTheClientsThatItSelects(String labels, int first, int second, int third) {
        MeshView mesh = compile(selecting(labels) + limit(7));
        assertThat(List.of("web-v1", "web-v2", "cron-v1"))
                .extracting(client -> cluster(mesh, client).policy().tcp().maxConnections())
                .containsExactly(first, second, third);
    }

    @Test
    void whomNoRuleSelectsHasThePlainCluster() {
        MeshView mesh = compile(selecting("app: web") + limit(7));
        assertThat(cluster(mesh, "cron-v1").name()).isEqualTo(PLAIN);
        ServiceCluster selected = cluster(mesh, "web-v1");
        assertThat(selected.name()).startsWith(PLAIN + "@default#");
        assertThat(selected.statName()).isEqualTo(PLAIN);
        assertThat(selected.endpoints()).isEqualTo(cluster(mesh, "cron-v1").endpoints());
        assertThat(cluster(mesh, "web-v2")).as("selected alike").isSameAs(selected);
    }

    @Test
    void aRuleThatSelectsComesBeforeAnOlderOneForAllAndHasItsSubsetsToo() {
        String subsets = ", subsets: [{name: v1, labels: {version: v1}}]";
        MeshView mesh = compile(limit(1) + subsets, selecting("app: web") + limit(2));
        assertThat(cluster(mesh, "cron-v1").policy().tcp().maxConnections()).isEqualTo(1);
        assertThat(cluster(mesh, "web-v1").policy().tcp().maxConnections()).isEqualTo(2);
        assertThat(scope(mesh, "web-v1").clusters())
                .filteredOn(one -> one.statName().equals("outbound|80|v1|" + CART))
                .singleElement()
                .satisfies(one -> assertThat(one.endpoints()).hasSize(1));
    }

    @Test
    void ofTwoSelectorsTheOldersCounts() {
        MeshView mesh =
                compile(
                        selecting("version: v2") + limit(1),
                        selecting("app: web") + limit(2),
                        selecting("version: v2") + limit(3));
        assertThat(cluster(mesh, "web-v2").policy().tcp().maxConnections()).isEqualTo(1);
        assertThat(cluster(mesh, "web-v1").policy().tcp().maxConnections()).isEqualTo(2);
    }

    @Test
    void aSelectorDoesNotReachBeyondItsNamespace() {
        String other =
                pod("web", "v1", "node-1", "198.18.1.31")
                        .replace("name: web-v1\n", "name: far\n  namespace: far\n")
                        .replace("uid-web-v1", "uid-far");
        MeshView mesh =
                MeshCompiler.compile(
                        TestStates.of(CLIENTS + other + rules(selecting("app: web") + limit(7))));
        assertThat(cluster(mesh, "far").policy().tcp().maxConnections()).isZero();
        assertThat(cluster(mesh, "web-v1").policy().tcp().maxConnections()).isEqualTo(7);
    }

    @Test
    void whatServersAreSpokenToInIsNoBusinessOfRulesThatSelectClients() {
        String preserving = "trafficPolicy: {connectionPool: {http: {useClientProtocol: true}}}";
        assertThat(preserved(compile(preserving))).isTrue();
        assertThat(preserved(compile(selecting("app: cart") + preserving))).isFalse();
        assertThat(preserved(compile(selecting("") + preserving))).isFalse();
    }

    private static boolean preserved(MeshView mesh) {
        return Objects.requireNonNull(mesh.pods().get("uid-cart-v1")).ports().stream()
                .anyMatch(port -> port.upstream() == UpstreamProtocol.DOWNSTREAM);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // the client's version; who has no such label takes those that have none either
                "[version]      | web-v1  | 198.18.1.11 | 198.18.1.12",
                "[version]      | web-v2  | 198.18.1.12 | 198.18.1.11",
                "[version]      | cron-v1 | 198.18.1.11 | 198.18.1.12",
                "[app, version] | cart-v2 | 198.18.1.12 | 198.18.1.11",
                "[app, version] | web-v2  | 198.18.1.11 198.18.1.12 | ",
                "[none]         | web-v1  | 198.18.1.11 198.18.1.12 | ",
                "[none, version]| web-v2  | 198.18.1.12 | 198.18.1.11",
                "[version=v2]   | web-v1  | 198.18.1.12 | 198.18.1.11"
            })
    void endpointsComeByTheClientsOwnLabels(
            String labels, String client, String first, String second) {
        MeshView mesh = compile(byLabels(labels));
        ServiceCluster cluster = cluster(mesh, client);
        var groups =
                Objects.requireNonNull(cluster.policy().placement())
                        .groups(cluster.endpoints(), new Node("node-1", "", ""));
        assertThat(groups).extracting(Placement.Group::priority).isSorted();
        assertThat(groups)
                .extracting(group ->
                        String.join(
                                " ",
                                group.endpoints().stream()
                                        .map(ServiceCluster.Endpoint::address)
                                        .sorted()
                                        .toList()))
                .containsExactlyElementsOf(
                        second == null ? List.of(first) : List.of(first, second));
    }

    private static String byLabels(String labels) {
        return "trafficPolicy: {outlierDetection: {}, loadBalancer: {localityLbSetting:"
                + " {failoverPriority: "
                + labels
                + "}}}";
    }

    @Test
    void theMeshMayAskForLabelsToo() {
        String settings =
                """
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {namespace: fairlead-system, name: mesh}
                data:
                  mesh: |
                    localityLbSetting: {failoverPriority: [version]}
                """;
        MeshView mesh =
                MeshCompiler.compile(
                        TestStates.of(
                                CLIENTS
                                        + settings
                                        + rules("trafficPolicy: {outlierDetection: {}}")));
        ServiceCluster cluster = cluster(mesh, "web-v2");
        assertThat(
                        Objects.requireNonNull(cluster.policy().placement())
                                .groups(cluster.endpoints(), new Node("node-1", "", ""))
                                .getFirst()
                                .endpoints())
                .extracting(ServiceCluster.Endpoint::address)
                .containsExactly("198.18.1.12");
    }

    private static String node(String name, String region, String zone) {
        return """
        ---
        apiVersion: v1
        kind: Node
        metadata:
          name: %s
          labels: {topology.kubernetes.io/region: %s, topology.kubernetes.io/zone: %s}
        """
                .formatted(name, region, zone);
    }

    /** Web pods at z1 and z2, all others at z1; an endpoint in each zone and in another region. */
    @Test
    void aZoneGetsWhatItsWorkloadsShareOfTheEndpointsIs() {
        String yaml =
                CLIENTS.replaceFirst("(?s)(uid-cart-v2.*?nodeName: )node-1", "$1node-2")
                                .replaceFirst("(?s)(uid-web-v2.*?nodeName: )node-1", "$1node-2")
                        + node("node-1", "r1", "z1")
                        + node("node-2", "r1", "z2")
                        + node("node-3", "r2", "z1");
        MeshView mesh =
                MeshCompiler.compile(
                        TestStates.of(
                                yaml
                                        + rules(
                                                "trafficPolicy: {loadBalancer: {zoneAwareLbSetting:"
                                                        + " {minClusterSize: 1}}}")));
        ServiceCluster cron = cluster(mesh, "cron-v1");
        assertThat(cron.name()).isNotEqualTo(cluster(mesh, "web-v1").name());
        assertThat(weights(cron, new Node("node-1", "r1", "z1")))
                .as("all of its pods are at z1, half of the endpoints are")
                .containsExactly("z1 0 5000", "z2 0 5000");
        assertThat(weights(cron, new Node("node-3", "r2", "z1")))
                .as("of another region: one endpoint like the other")
                .containsExactly("z1 0 1", "z2 0 1");
    }

    private static List<String> weights(ServiceCluster cluster, Node client) {
        return Objects.requireNonNull(cluster.policy().placement())
                .groups(cluster.endpoints(), client)
                .stream()
                .map(group -> group.zone() + " " + group.priority() + " " + group.weight())
                .toList();
    }

    @Test
    void aPodWhoseLabelsChangeIsAnotherClient() {
        var compiler = new MeshCompiler();
        String rule = rules(selecting("app: web") + limit(7));
        MeshView before = compiler.next(TestStates.of(CLIENTS + rule));
        assertThat(cluster(before, "cron-v1").policy().tcp().maxConnections()).isZero();
        MeshView after =
                compiler.next(TestStates.of(CLIENTS.replace("app: cron", "app: web") + rule));
        assertThat(cluster(after, "cron-v1").policy().tcp().maxConnections()).isEqualTo(7);
    }

    @Test
    void rulesForDifferentClientsAreNotInEachOthersWay() {
        ClusterState state =
                state(selecting("app: web") + limit(1), limit(2), selecting("app: web") + limit(3));
        var warnings = CrossCheck.warnings(state);
        assertThat(warnings.keySet()).extracting(ObjectKey::name).containsExactly("rule-2");
    }

    @Test
    void theTlsCheckLooksAtTheRuleThatSelectsItsClient() {
        ClusterState state = state(selecting("app: web") + "trafficPolicy: {tls: {mode: DISABLE}}");
        assertThat(TlsCheck.of(state, named(state, "web-v1")).getFirst().rule())
                .isEqualTo("rule-0/default");
        assertThat(TlsCheck.of(state, named(state, "cron-v1")).getFirst().rule()).isEqualTo("-");
    }

    private static Pod named(ClusterState state, String name) {
        return state.pods().values().stream()
                .filter(pod -> pod.meta().name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
