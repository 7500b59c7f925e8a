package dev.fairlead.pilot.compile;

import static dev.fairlead.pilot.testing.TestCluster.pod;
import static dev.fairlead.pilot.testing.TestCluster.slice;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where TCP and TLS connections go: addresses, names, rules, clients. */
class ConnectionChainsTest {

    /** db has two addresses and three ports: of tcp, of TLS, and of nobody knows what. */
    private static final String DB =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: db}
            spec:
              clusterIP: 10.1.0.1
              clusterIPs: [10.1.0.1, "fd00::1"]
              selector: {app: db}
              ports:
              - {name: mysql, port: 3306}
              - {name: tls, port: 443}
              - {name: words, port: 9000}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: other}
            spec:
              clusterIP: 10.2.0.1
              ports: [{name: tcp, port: 1}]
            """
                    + pod("client", "v1", "node-1", "198.18.1.1")
                    + pod("client", "v2", "node-2", "198.18.2.1");

    private static String rule(String name, String spec) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s}
        spec: %s
        """
                .formatted(name, spec);
    }

    private static String tcp(String routes) {
        return rule("db", "{hosts: [db], tcp: [" + routes + "]}");
    }

    private static String tls(String routes) {
        return rule("db", "{hosts: [db, '*.a.com', a.com, '*'], tls: [" + routes + "]}");
    }

    private static String to(String subset) {
        return "route: [{destination: {host: db, subset: " + subset + "}}]";
    }

    private static MeshView compile(String yaml) {
        return MeshCompiler.compile(TestStates.of(yaml));
    }

    private static List<Chain> chains(MeshView mesh, String scope) {
        return Objects.requireNonNull(mesh.scopes().get(scope)).chains();
    }

    /** Each chain of a port as {@code <addresses> <names> -> <subsets>}. */
    private static List<String> shown(MeshView mesh, String scope, int port) {
        List<String> shown = new ArrayList<>();
        for (Chain chain : chains(mesh, scope)) {
            switch (chain) {
                case Chain.Tcp tcp when tcp.port() == port ->
                        shown.add(tcp.prefixes() + " -> " + targets(tcp.targets()));
                case Chain.Tls tls when tls.port() == port ->
                        shown.add(
                                tls.prefixes()
                                        + " "
                                        + tls.serverNames()
                                        + " -> "
                                        + targets(tls.targets()));
                default -> {}
            }
        }
        return shown;
    }

    private static String targets(List<WeightedCluster> targets) {
        List<String> words =
                targets.stream()
                        .map(target -> {
                            String[] parts = target.cluster().split("[|]", -1);
                            String host = parts[3].substring(0, parts[3].indexOf('.'));
                            return host + ":" + parts[1] + "/" + parts[2] + "*" + target.weight();
                        })
                        .toList();
        return String.join(" ", words);
    }

    private static final String BOTH = "[10.1.0.1/32, fd00::1/128]";
    private static final String WHOLE = BOTH + " -> db:3306/*1";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{match: [{port: 3306}], ROUTE}                                   | BOTH -> db:3306/x*0",
                "{match: [{port: 3307}, {port: 3306}], ROUTE}                     | BOTH -> db:3306/x*0",
                "{match: [{port: 443}], ROUTE}                                    | BOTH -> db:3306/*1",
                "{ROUTE}, {route: [{destination: {host: other}}]}                 | BOTH -> db:3306/x*0",
                "{match: [{sourceNamespace: shop}], ROUTE}                        | BOTH -> db:3306/*1",
                "{match: [{sourceNamespace: default}], ROUTE}                     | BOTH -> db:3306/x*0",
                "{match: [{sourceLabels: {app: client}}], ROUTE}                  | BOTH -> db:3306/*1",
                "{match: [{sourceSubnet: 1.2.3.4}], ROUTE}                        | BOTH -> db:3306/x*0",
                "{match: [{port: 3306, sourceNamespace: shop}], ROUTE}            | BOTH -> db:3306/*1",
                "{match: [{destinationSubnets: [10.0.0.0/8, fd00::/8]}], ROUTE}   | BOTH -> db:3306/x*0",
                "{match: [{destinationSubnets: [10.2.0.0/16]}], ROUTE}            | BOTH -> db:3306/*1",
            })
    void aTcpRouteIsTakenByWhatItsMatchesFit(String routes, String expected) {
        MeshView mesh = compile(DB + tcp(routes.replace("ROUTE", to("x"))));
        assertThat(shown(mesh, "default", 3306)).containsExactly(expected.replace("BOTH", BOTH));
    }

    @Test
    void addressesThatDifferentRulesTakeAreDifferentChains() {
        MeshView mesh =
                compile(
                        DB
                                + tcp(
                                        "{match: [{destinationSubnets: [10.0.0.0/8]}], "
                                                + to("four")
                                                + "}, {match: [{destinationSubnets: ['::/0',"
                                                + " 10.1.0.1]}], "
                                                + to("six")
                                                + "}"));
        assertThat(shown(mesh, "default", 3306))
                .containsExactly(
                        "[10.1.0.1/32] -> db:3306/four*0", "[fd00::1/128] -> db:3306/six*0");
        assertThat(chains(mesh, "default"))
                .extracting(chain -> chain.port() + " " + chain.name())
                .doesNotHaveDuplicates();
    }

    @Test
    void sharesAndPortsOfDestinations() {
        MeshView mesh =
                compile(
                        DB
                                + tcp(
                                        "{match: [{port: 3306}], route: ["
                                                + "{destination: {host: db, subset: v1}, weight: 80},"
                                                + "{destination: {host: other}, weight: 20}]}"));
        assertThat(shown(mesh, "default", 3306))
                .containsExactly(BOTH + " -> db:3306/v1*80 other:1/*20");
    }

    @Test
    void whatIsNotTakenGoesToTheServiceItself() {
        assertThat(shown(compile(DB), "default", 3306)).containsExactly(WHOLE);
    }

    @Test
    void portsDeclaredTlsHaveNoTcpRoutes() {
        MeshView mesh = compile(DB + tcp("{" + to("x") + "}"));
        assertThat(shown(mesh, "default", 443)).containsExactly(BOTH + " -> db:443/*1");
        assertThat(shown(mesh, "default", 9000)).containsExactly(BOTH + " -> db:9000/x*0");
    }

    @Test
    void namesChooseOnPortsOfTlsAndUndeclaredOnes() {
        MeshView mesh =
                compile(
                        DB
                                + tls(
                                        "{match: [{sniHosts: [A.com, db]}], "
                                                + to("x")
                                                + "}, {match: [{sniHosts: ['*.a.com'], port: 443}], "
                                                + to("y")
                                                + "}"));
        assertThat(shown(mesh, "default", 443))
                .containsExactlyInAnyOrder(
                        BOTH + " [a.com, db] -> db:443/x*0",
                        BOTH + " [*.a.com] -> db:443/y*0",
                        BOTH + " -> db:443/*1");
        assertThat(shown(mesh, "default", 9000))
                .containsExactlyInAnyOrder(
                        BOTH + " [a.com, db] -> db:9000/x*0", BOTH + " -> db:9000/*1");
        assertThat(shown(mesh, "default", 3306)).containsExactly(WHOLE);
    }

    @Test
    void aNameBelongsToTheFirstThatClaimsIt() {
        MeshView mesh =
                compile(
                        DB
                                + tls(
                                        "{match: [{sniHosts: [a.com]}, {sniHosts: [a.com, db]}], "
                                                + to("x")
                                                + "}, {match: [{sniHosts: [db, b.a.com],"
                                                + " sourceNamespace: default}], "
                                                + to("y")
                                                + "}, {match: [{sniHosts: [c.a.com], sourceNamespace:"
                                                + " shop}], "
                                                + to("z")
                                                + "}"));
        assertThat(shown(mesh, "default", 443))
                .containsExactlyInAnyOrder(
                        BOTH + " [a.com] -> db:443/x*0",
                        BOTH + " [db] -> db:443/x*0",
                        BOTH + " [b.a.com] -> db:443/y*0",
                        BOTH + " -> db:443/*1");
    }

    @Test
    void aStarTakesEveryName() {
        MeshView mesh = compile(DB + tls("{match: [{sniHosts: [db, '*']}], " + to("x") + "}"));
        assertThat(shown(mesh, "default", 443))
                .containsExactlyInAnyOrder(BOTH + " [] -> db:443/x*0", BOTH + " -> db:443/*1");
    }

    @Test
    void namesOfAServiceWithoutAddressAreToldApartByNameAlone() {
        String headless =
                DB.replace(
                        "clusterIP: 10.1.0.1\n  clusterIPs: [10.1.0.1, \"fd00::1\"]",
                        "clusterIP: None");
        MeshView mesh =
                compile(
                        headless
                                + tls(
                                        "{match: [{sniHosts: [db]}, {sniHosts: [a.com],"
                                                + " destinationSubnets: [10.9.1.1/16]}], "
                                                + to("x")
                                                + "}"));
        assertThat(shown(mesh, "default", 443))
                .containsExactlyInAnyOrder(
                        "[] [db] -> db:443/x*0", "[10.9.0.0/16] [a.com] -> db:443/x*0");
    }

    @Test
    void aHeadlessServicesPodsAreItsAddresses() {
        String headless =
                DB.replace(
                                "clusterIP: 10.1.0.1\n  clusterIPs: [10.1.0.1, \"fd00::1\"]",
                                "clusterIP: None")
                        + pod("db", "v1", "node-1", "198.18.1.9")
                        + slice("db", "mysql", 3306, "198.18.1.9=uid-db-v1");
        MeshView mesh =
                compile(
                        headless
                                + tcp(
                                        "{match: [{destinationSubnets: [198.18.1.0/24]}], "
                                                + to("x")
                                                + "}"));
        assertThat(shown(mesh, "default", 3306)).containsExactly("[198.18.1.9/32] -> db:3306/x*0");
    }

    @Test
    void clientsThatRoutesPickByLabelsAreAScopeOfTheirOwn() {
        String routes =
                tcp("{match: [{sourceLabels: {app: client, version: v2}}], " + to("x") + "}")
                        + rule(
                                "tls",
                                "{hosts: [db], tls: [{match: [{sniHosts: [db], sourceLabels:"
                                        + " {version: v2}}], "
                                        + to("y")
                                        + "}]}");
        MeshView mesh = compile(DB + routes);
        String scope = Objects.requireNonNull(mesh.pods().get("uid-client-v2")).scope();

        assertThat(scope).startsWith("default#").hasSize("default#".length() + 20);
        assertThat(Objects.requireNonNull(mesh.pods().get("uid-client-v1")).scope())
                .isEqualTo("default");
        assertThat(shown(mesh, scope, 3306)).containsExactly(BOTH + " -> db:3306/x*0");
        assertThat(shown(mesh, scope, 443))
                .containsExactlyInAnyOrder(BOTH + " [db] -> db:443/y*0", BOTH + " -> db:443/*1");
        assertThat(shown(mesh, "default", 3306)).containsExactly(WHOLE);
        assertThat(shown(mesh, "default", 443)).containsExactly(BOTH + " -> db:443/*1");
        assertThat(Requirements.of(TestStates.of(DB + routes)))
                .containsEntry(
                        new ObjectKey("networking.istio.io", "VirtualService", "default", "db"),
                        new Requirements.Requirement(2, Set.of("node-2")));
    }

    @Test
    void scopesFollowRulesThatComeAndGo() {
        var compiler = new MeshCompiler();
        String route = tcp("{match: [{sourceLabels: {version: v2}}], " + to("x") + "}");
        for (Map.Entry<String, Boolean> step :
                List.of(Map.entry("", false), Map.entry(route, true), Map.entry("", false))) {
            MeshView mesh = compiler.next(TestStates.of(DB + step.getKey()));
            String scope = Objects.requireNonNull(mesh.pods().get("uid-client-v2")).scope();
            assertThat(scope.startsWith("default#")).isEqualTo(step.getValue());
            assertThat(mesh.scopes()).containsKey(scope);
        }
    }
}
