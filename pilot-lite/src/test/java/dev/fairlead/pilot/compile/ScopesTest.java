package dev.fairlead.pilot.compile;

import static dev.fairlead.pilot.testing.TestCluster.pod;
import static dev.fairlead.pilot.testing.TestCluster.service;
import static dev.fairlead.pilot.testing.TestCluster.slice;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.RouteTable.VirtualHost;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients of each scope see: exportTo, Sidecar, discovery selectors. */
class ScopesTest {

    private static final String RATINGS = "ratings.shop.svc.cluster.local";
    private static final String CART = "cart.shop.svc.cluster.local";
    private static final String BANK = "bank.pay.svc.cluster.local";

    /** Namespaces shop (cart, ratings) and pay (bank), with a pod of each service. */
    private static final String TWO_NAMESPACES =
            in("shop", service("cart", "http", 80) + pod("cart", "v1", "node-1", "198.18.1.11"))
                    + in("shop", slice("cart", "http", 80, "198.18.1.11=uid-cart-v1"))
                    + in("shop", service("ratings", "http", 9080))
                    + in("shop", pod("ratings", "v1", "node-2", "198.18.2.11"))
                    + in("pay", service("bank", "http", 80))
                    + in("pay", pod("bank", "v1", "node-1", "198.18.1.21"));

    private static String in(String namespace, String yaml) {
        return yaml.replace("metadata: {", "metadata: {namespace: " + namespace + ", ")
                .replace("metadata:\n", "metadata:\n  namespace: " + namespace + "\n");
    }

    private static String annotated(String yaml, String exportTo) {
        return yaml.replace(
                "name: bank}",
                "name: bank, annotations: {networking.istio.io/exportTo: '" + exportTo + "'}}");
    }

    private static String object(String kind, String namespace, String name, String spec) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: %s
        metadata: {namespace: %s, name: %s, creationTimestamp: "2026-01-01T00:00:00Z"}
        spec: %s
        """
                .formatted(kind, namespace, name, spec);
    }

    private static String mesh(String yaml) {
        return """
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {namespace: fairlead-system, name: mesh}
        data:
          mesh: |
            %s
        """
                .formatted(yaml);
    }

    private static MeshView compile(String yaml) {
        return MeshCompiler.compile(TestStates.of(yaml));
    }

    private static ScopeView scope(MeshView mesh, String name) {
        return Objects.requireNonNull(mesh.scopes().get(name), () -> "no scope " + name);
    }

    private static List<String> hosts(MeshView mesh, String scope) {
        return scope(mesh, scope).routes().stream()
                .flatMap(table -> table.hosts().stream())
                .map(VirtualHost::name)
                .map(name -> name.substring(0, name.lastIndexOf(':')))
                .sorted()
                .toList();
    }

    private static Map<String, ServiceCluster> clusters(MeshView mesh, String scope) {
        Map<String, ServiceCluster> clusters = new TreeMap<>();
        scope(mesh, scope).clusters().forEach(cluster -> clusters.put(cluster.name(), cluster));
        return clusters;
    }

    /** Where the first route of a host leads. */
    private static String target(MeshView mesh, String scope, String host) {
        return scope(mesh, scope).routes().stream()
                .flatMap(table -> table.hosts().stream())
                .filter(h -> h.name().startsWith(host + ":"))
                .findFirst()
                .orElseThrow()
                .routes()
                .getFirst()
                .targets()
                .getFirst()
                .cluster();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*         | true  | true",
                ".         | false | true",
                "~         | false | false",
                "shop      | true  | false",
                "shop,.    | true  | true",
                "other     | false | false"
            })
    void aServiceIsThereForWhomItIsExportedTo(String exportTo, boolean shop, boolean pay) {
        MeshView mesh = compile(annotated(TWO_NAMESPACES, exportTo));
        assertThat(hosts(mesh, "shop").contains(BANK)).isEqualTo(shop);
        assertThat(hosts(mesh, "pay").contains(BANK)).isEqualTo(pay);
        assertThat(clusters(mesh, "shop").containsKey("outbound|80||" + BANK)).isEqualTo(shop);
    }

    @Test
    void theMeshSaysWhatServicesAreExportedToThatDoNotSay() {
        MeshView mesh = compile(TWO_NAMESPACES + mesh("defaultServiceExportTo: ['.']"));
        assertThat(hosts(mesh, "shop")).containsExactly(CART, RATINGS);
        MeshView one =
                compile(annotated(TWO_NAMESPACES, "*") + mesh("defaultServiceExportTo: ['.']"));
        assertThat(hosts(one, "shop")).containsExactly(BANK, CART, RATINGS);
        assertThat(hosts(one, "pay")).containsExactly(BANK);
    }

    @Test
    void aPrivateVirtualServiceHoldsInItsNamespaceAndBeforeAPublicOne() {
        String spec = "{hosts: [%s], exportTo: [%s], http: [{route: [{destination: {host: %s}}]}]}";
        String open =
                object(
                        "VirtualService",
                        "shop",
                        "a-open",
                        spec.formatted(RATINGS, "'*'", "cart.shop.svc.cluster.local"));
        String own = object("VirtualService", "pay", "own", spec.formatted(RATINGS, "'.'", "bank"));
        MeshView mesh = compile(TWO_NAMESPACES + open + own);
        assertThat(target(mesh, "shop", RATINGS)).isEqualTo("outbound|80||" + CART);
        assertThat(target(mesh, "pay", RATINGS)).isEqualTo("outbound|80||" + BANK);
    }

    @Test
    void aDestinationRuleHoldsForWhomItIsExportedTo() {
        String rule =
                object(
                        "DestinationRule",
                        "shop",
                        "ratings",
                        """
                        {host: ratings, exportTo: [.], trafficPolicy: {tls: {mode: DISABLE}},
                         subsets: [{name: v1, labels: {version: v1}}]}
                        """
                                .replace("[.]", "['.']"));
        MeshView mesh = compile(TWO_NAMESPACES + rule);
        String name = "outbound|9080||" + RATINGS;
        assertThat(Objects.requireNonNull(clusters(mesh, "shop").get(name)).tls())
                .isEqualTo(ServiceCluster.ClientTls.NONE);
        // one node may have clients of both: their clusters need different names
        assertThat(clusters(mesh, "pay"))
                .containsKey(name + "@pay")
                .doesNotContainKeys(name, "outbound|9080|v1|" + RATINGS);
        assertThat(target(mesh, "pay", RATINGS)).isEqualTo(name + "@pay");
    }

    @Test
    void rulesOfOneHostAreMerged() {
        String first =
                object(
                        "DestinationRule",
                        "shop",
                        "a",
                        "{host: ratings, subsets: [{name: v1, labels: {version: v1}}]}");
        String second =
                object(
                        "DestinationRule",
                        "shop",
                        "b",
                        """
                        {host: ratings.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}},
                         subsets: [{name: v1, labels: {version: other}}, {name: v2, labels: {}}]}
                        """);
        String third =
                object(
                        "DestinationRule",
                        "shop",
                        "c",
                        "{host: ratings, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}");
        MeshView mesh = compile(TWO_NAMESPACES + first + second + third);
        var clusters = clusters(mesh, "pay");
        assertThat(clusters)
                .containsKeys(
                        "outbound|9080||" + RATINGS,
                        "outbound|9080|v1|" + RATINGS,
                        "outbound|9080|v2|" + RATINGS);
        assertThat(clusters.values())
                .filteredOn(c -> c.name().endsWith(RATINGS))
                .allMatch(c -> c.tls() == ServiceCluster.ClientTls.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'*/*'                                | bank cart ratings",
                "'./*'                                | cart ratings",
                "'~/*'                                | ''",
                "'pay/*'                              | bank",
                "'*/bank.pay.svc.cluster.local'       | bank",
                "'shop/bank.pay.svc.cluster.local'    | ''",
                "'*/*.pay.svc.cluster.local'          | bank",
                "'./cart.shop.svc.cluster.local'      | cart"
            })
    void aSidecarImportsHosts(String host, String seen) {
        MeshView mesh =
                compile(
                        TWO_NAMESPACES
                                + object(
                                        "Sidecar",
                                        "shop",
                                        "default",
                                        "{egress: [{hosts: ['" + host + "']}]}"));
        List<String> names =
                hosts(mesh, "shop").stream().map(h -> h.substring(0, h.indexOf('.'))).toList();
        assertThat(String.join(" ", names)).isEqualTo(seen);
        assertThat(hosts(mesh, "pay")).containsExactly(BANK, CART, RATINGS);
    }

    @Test
    void whatImportedRoutesSendToIsThereToo() {
        String route =
                object(
                        "VirtualService",
                        "shop",
                        "cart",
                        "{hosts: [cart], http: [{route: [{destination: {host: " + BANK + "}}]}]}");
        MeshView mesh =
                compile(
                        TWO_NAMESPACES
                                + route
                                + object("Sidecar", "shop", "own", "{egress: [{hosts: [./*]}]}"));
        assertThat(hosts(mesh, "shop")).containsExactly(CART, RATINGS);
        assertThat(clusters(mesh, "shop")).containsKey("outbound|80||" + BANK);
    }

    @Test
    void theRootNamespacesSidecarHoldsWhereThereIsNoOther() {
        String root = object("Sidecar", "istio-system", "all", "{egress: [{hosts: [./*]}]}");
        String own = object("Sidecar", "pay", "own", "{egress: [{hosts: ['*/*']}]}");
        MeshView mesh = compile(TWO_NAMESPACES + root + own);
        assertThat(hosts(mesh, "shop")).containsExactly(CART, RATINGS);
        assertThat(hosts(mesh, "pay")).containsExactly(BANK, CART, RATINGS);
    }

    @Test
    void aSidecarWithASelectorIsAScopeOfItsOwn() {
        String picks =
                object(
                        "Sidecar",
                        "shop",
                        "cart-only",
                        """
                        {workloadSelector: {labels: {app: cart}}, egress: [{hosts: [pay/*]}],
                         outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
                        """);
        MeshView mesh = compile(TWO_NAMESPACES + picks);
        assertThat(hosts(mesh, "shop/cart-only")).containsExactly(BANK);
        assertThat(scope(mesh, "shop/cart-only").egress()).isEqualTo(Egress.REGISTRY_ONLY);
        assertThat(scope(mesh, "shop/cart-only").routes())
                .extracting(RouteTable::name)
                .containsExactly("outbound|80|shop/cart-only");
        assertThat(hosts(mesh, "shop")).containsExactly(BANK, CART, RATINGS);
        assertThat(scope(mesh, "shop").egress()).isEqualTo(Egress.ALLOW_ANY);
        assertThat(podScope(mesh, "uid-cart-v1")).isEqualTo("shop/cart-only");
        assertThat(podScope(mesh, "uid-ratings-v1")).isEqualTo("shop");
        assertThat(Requirements.of(TestStates.of(TWO_NAMESPACES + picks)))
                .containsExactlyEntriesOf(
                        Map.of(
                                new ObjectKey(
                                        "networking.istio.io", "Sidecar", "shop", "cart-only"),
                                new Requirements.Requirement(2, Set.of("node-1"))));
    }

    private static String podScope(MeshView mesh, String uid) {
        return Objects.requireNonNull(mesh.pods().get(uid)).scope();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{matchLabels: {mesh: 'yes'}}]                                          | bank",
                "[{matchLabels: {kubernetes.io/metadata.name: shop}}]                    | cart ratings",
                "[{matchExpressions: [{key: mesh, operator: DoesNotExist}]}]             | cart ratings",
                "[{matchExpressions: [{key: mesh, operator: NotIn, values: ['yes']}]}]   | cart ratings",
                "[{matchLabels: {mesh: 'no'}}, {matchLabels: {mesh: 'yes'}}]             | bank",
                "[]                                                                      | bank cart ratings"
            })
    void anUndiscoveredNamespaceContributesNothing(String selectors, String seen) {
        String labelled =
                """
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: pay, labels: {mesh: "yes"}}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: client, uid: uid-client, namespace: istio-system}
                spec: {nodeName: node-1}
                status: {phase: Running, podIP: 198.18.1.9}
                """;
        MeshView mesh =
                compile(TWO_NAMESPACES + labelled + mesh("discoverySelectors: " + selectors));
        List<String> names =
                hosts(mesh, "istio-system").stream()
                        .map(h -> h.substring(0, h.indexOf('.')))
                        .toList();
        assertThat(String.join(" ", names)).isEqualTo(seen);
        assertThat(mesh.pods()).containsKey("uid-client");
        assertThat(mesh.pods().containsKey("uid-bank-v1")).isEqualTo(seen.contains("bank"));
        assertThat(mesh.scopes().containsKey("shop")).isEqualTo(seen.contains("cart"));
    }
}
