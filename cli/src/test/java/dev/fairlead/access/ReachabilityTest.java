package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who reaches whom, and whether by mTLS: what servers want against what rules tell their clients,
 * for Services with and without an address, and pods inside and outside of the mesh.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/security/reachability_test.go and
 * testdata/reachability; pass_through_filter_chain_test.go. Clusters and networks are left out.
 */
class ReachabilityTest {

    private static final App NAKED = App.of("ns1", "naked", 5).naked();
    private static final List<App> APPS =
            List.of(
                    App.of("ns1", "a", 1),
                    App.of("ns1", "b", 2),
                    App.of("ns1", "headless", 3).withoutClusterAddress(),
                    NAKED);
    private static final List<Port> PORTS =
            List.of(Port.HTTP, Port.HTTP2, Port.GRPC, Port.HTTPS, Port.TCP);

    /** Of whom a column of the tables speaks. */
    private enum Who {
        ALWAYS,
        NEVER,
        IN_MESH, // both
        CLIENT_IN_MESH,
        SERVER_IN_MESH;

        boolean has(App from, App to) {
            return switch (this) {
                case ALWAYS -> true;
                case NEVER -> false;
                case IN_MESH -> from.enrolled() && to.enrolled();
                case CLIENT_IN_MESH -> from.enrolled();
                case SERVER_IN_MESH -> to.enrolled();
            };
        }
    }

    private static void everybodyCallsEverybody(PaperMesh mesh, Who reaches, Who mutually) {
        for (String from : List.of("ns1/a", "ns1/naked")) {
            for (String to : List.of("ns1/b", "ns1/headless", "ns1/naked")) {
                for (Port port : PORTS) {
                    if (!from.equals(to)) {
                        App client = mesh.app(from);
                        App server = mesh.app(to);
                        Answer answer = mesh.call(from, to, port).answer();
                        String what = from + " to " + to + " " + port;
                        boolean reached = reaches.has(client, server);
                        assertThat(answer.status() == 200).as(what).isEqualTo(reached);
                        if (reached) {
                            assertThat(answer.mutual())
                                    .as(what)
                                    .isEqualTo(mutually.has(client, server));
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "servers {0}, clients {1}")
    @CsvSource({
        "STRICT,     ISTIO_MUTUAL, IN_MESH,        IN_MESH",
        "PERMISSIVE, ISTIO_MUTUAL, SERVER_IN_MESH, IN_MESH",
        "DISABLE,    DISABLE,      ALWAYS,         NEVER",
        "PERMISSIVE, DISABLE,      ALWAYS,         NEVER",
        "STRICT,     '',           CLIENT_IN_MESH, IN_MESH",
        "DISABLE,    '',           ALWAYS,         NEVER",
        "'',         ISTIO_MUTUAL, SERVER_IN_MESH, IN_MESH",
        "'',         passthrough,  ALWAYS,         IN_MESH"
    })
    void byPoliciesOfTheMesh(String servers, String clients, Who reaches, Who mutually) {
        List<String> objects = new ArrayList<>();
        if (!servers.isEmpty()) {
            objects.add(Policies.peers("istio-system", "default", "mtls: {mode: " + servers + "}"));
        }
        if (!clients.isEmpty()) {
            objects.add(
                    Policies.destinationRule(
                            "istio-system",
                            "default",
                            "host: '*', trafficPolicy: {"
                                    + (clients.equals("passthrough")
                                            ? "loadBalancer: {simple: PASSTHROUGH}"
                                            : "tls: {mode: " + clients + "}")
                                    + "}"));
        }
        everybodyCallsEverybody(
                PaperMesh.of(APPS, objects.toArray(String[]::new)), reaches, mutually);
    }

    @ParameterizedTest(name = "servers {0}, clients {1}")
    @CsvSource({
        "STRICT,     ISTIO_MUTUAL, IN_MESH,        IN_MESH",
        "PERMISSIVE, ISTIO_MUTUAL, SERVER_IN_MESH, IN_MESH",
        "DISABLE,    DISABLE,      ALWAYS,         NEVER"
    })
    void byPoliciesOfEachWorkload(String servers, String clients, Who reaches, Who mutually) {
        List<String> objects = new ArrayList<>();
        for (App app : APPS) {
            objects.add(selecting(app.name(), "mtls: {mode: " + servers + "}"));
            objects.add(
                    Policies.destinationRule(
                            "ns1",
                            app.name(),
                            "host: "
                                    + app.host()
                                    + ", trafficPolicy: {tls: {mode: "
                                    + clients
                                    + "}}"));
        }
        everybodyCallsEverybody(
                PaperMesh.of(APPS, objects.toArray(String[]::new)), reaches, mutually);
    }

    private static String selecting(String app, String spec) {
        return Policies.peers("ns1", app, "selector: {matchLabels: {app: " + app + "}}, " + spec);
    }

    /** Istio leaves Services without an address out of this row (istio/istio#39439); we do not. */
    @ParameterizedTest
    @CsvSource({"STRICT, DISABLE"})
    void aPortMayHaveItsOwnMode(String servers, String ofPort) {
        List<String> objects = new ArrayList<>();
        for (App app : APPS) {
            StringBuilder ports = new StringBuilder();
            PORTS.forEach(port ->
                    ports.append(ports.isEmpty() ? "" : ", ")
                            .append(port.number)
                            .append(": {mode: ")
                            .append(ofPort)
                            .append('}'));
            objects.add(
                    selecting(
                            app.name(),
                            "mtls: {mode: " + servers + "}, portLevelMtls: {" + ports + "}"));
        }
        everybodyCallsEverybody(
                PaperMesh.of(APPS, objects.toArray(String[]::new)), Who.ALWAYS, Who.NEVER);
    }

    private static final String MIGRATION =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: migration, namespace: ns1}
            spec: {clusterIP: 198.19.0.99, selector: {group: migration}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: migration, namespace: ns1, labels: {kubernetes.io/service-name: migration}}
            ports: [{name: http, port: 80}]
            endpoints:
            - {addresses: [198.18.1.6], conditions: {ready: true}, targetRef: {kind: Pod, uid: uid-ns1-vistio}}
            - {addresses: [198.18.1.7], conditions: {ready: true}, targetRef: {kind: Pod, uid: uid-ns1-vlegacy}}
            """;

    /** A Service half of which is in the mesh, called from within: strict servers. */
    @ParameterizedTest(name = "clients are told {0}")
    @CsvSource({
        "'',           true,  true,  true",
        "DISABLE,      false, false, true",
        "ISTIO_MUTUAL, true,  true,  false"
    })
    void migration(String clients, boolean inMesh, boolean mutually, boolean outside) {
        String policy = clients.isEmpty() ? "" : ", trafficPolicy: {tls: {mode: " + clients + "}}";
        PaperMesh mesh =
                PaperMesh.of(
                        List.of(
                                App.of("ns1", "a", 1),
                                App.of("ns1", "vistio", 6)
                                        .labelled("group", "migration")
                                        .labelled("version", "vistio"),
                                App.of("ns1", "vlegacy", 7)
                                        .naked()
                                        .labelled("group", "migration")
                                        .labelled("version", "vlegacy")),
                        MIGRATION,
                        Policies.peers("ns1", "default", "mtls: {mode: STRICT}"),
                        Policies.destinationRule(
                                "ns1",
                                "migration",
                                "host: migration.ns1.svc.cluster.local, subsets: [{name: vistio,"
                                        + " labels: {version: vistio}"
                                        + policy
                                        + "}, {name: vlegacy, labels: {version: vlegacy}"
                                        + policy
                                        + "}]"
                                        + policy));
        Answer toMesh = migrating(mesh, "vistio");
        assertThat(toMesh.status() == 200).isEqualTo(inMesh);
        assertThat(toMesh.mutual()).isEqualTo(mutually);
        Answer toLegacy = migrating(mesh, "vlegacy");
        assertThat(toLegacy.status() == 200).isEqualTo(outside);
        assertThat(toLegacy.mutual()).isFalse();
    }

    private static Answer migrating(PaperMesh mesh, String version) {
        return mesh.call("ns1/a", "ns1/" + version, Port.HTTP)
                .host("migration.ns1.svc.cluster.local")
                .subset(version)
                .answer();
    }

    /** What comes in at ports that no Service leads to: plainly, then by mTLS, on each of two. */
    @ParameterizedTest(name = "{0}, of the first port {1}, rules: {2}")
    @CsvSource({
        "DISABLE,    '',         false, true,  false, true,  false",
        "DISABLE,    '',         true,  true,  false, false, false",
        "STRICT,     '',         false, false, true,  false, true",
        "PERMISSIVE, '',         false, true,  true,  true,  true",
        "DISABLE,    STRICT,     false, false, true,  true,  false",
        "STRICT,     DISABLE,    false, true,  false, false, true",
        "PERMISSIVE, STRICT,     false, false, true,  true,  true",
        "STRICT,     PERMISSIVE, false, true,  true,  false, true",
        "PERMISSIVE, DISABLE,    false, true,  false, true,  true",
        "DISABLE,    PERMISSIVE, false, true,  true,  true,  false"
    })
    void portsOfNoService(
            String mode,
            String ofPort,
            boolean rules,
            boolean plainFirst,
            boolean mutualFirst,
            boolean plainSecond,
            boolean mutualSecond) {
        List<String> objects = new ArrayList<>();
        String spec = "mtls: {mode: " + mode + "}";
        objects.add(
                ofPort.isEmpty()
                        ? Policies.peers("ns1", "mtls", spec)
                        : selecting(
                                "b", spec + ", portLevelMtls: {19092: {mode: " + ofPort + "}}"));
        if (rules) {
            objects.add(
                    Policies.authorization(
                            "ns1", "authz", "rules: [{to: [{operation: {ports: ['19092']}}]}]"));
        }
        PaperMesh mesh = PaperMesh.of(APPS, objects.toArray(String[]::new));
        assertThat(mesh.call("ns1/naked", "ns1/b", Port.TCP_OF_NO_SERVICE).passes())
                .isEqualTo(plainFirst);
        assertThat(mesh.call("ns1/a", "ns1/b", Port.TCP_OF_NO_SERVICE).mutually(true).passes())
                .isEqualTo(mutualFirst);
        assertThat(mesh.call("ns1/naked", "ns1/b", Port.HTTP_OF_NO_SERVICE).passes())
                .isEqualTo(plainSecond);
        assertThat(mesh.call("ns1/a", "ns1/b", Port.HTTP_OF_NO_SERVICE).mutually(true).passes())
                .isEqualTo(mutualSecond);
    }
}
