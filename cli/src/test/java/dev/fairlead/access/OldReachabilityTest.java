package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who reaches whom in a mesh of 1.0 to 1.2: MeshPolicy, Policy with targets and ports, and what
 * DestinationRules tell clients. Nothing is told to a client that no rule tells.
 *
 * <p>Source of the rows: istio/istio 1.2.2, tests/integration/security/reachability; 1.0.6,
 * tests/e2e/tests/pilot/authn_policy_test.go (TestMTlsWithAuthNPolicy), tls_multiplexing_test.go
 * and testdata/authn. Their port 8080 is 85 here; t is a pod outside of the mesh.
 */
class OldReachabilityTest {

    private static final List<App> APPS =
            List.of(
                    App.of("ns1", "a", 1),
                    App.of("ns1", "b", 2),
                    App.of("ns1", "c", 3),
                    App.of("ns1", "d", 4),
                    App.of("ns1", "headless", 5).withoutClusterAddress(),
                    App.of("ns1", "t", 6).naked());

    private static final String OLD = Policies.mesh("compat: istio-1.0");

    private static String everywhere(String namespace, String mode) {
        return Policies.destinationRule(
                namespace,
                "default",
                "host: '*.local', trafficPolicy: {tls: {mode: " + mode + "}}");
    }

    private static void ask(PaperMesh mesh, String from, String to, Port port, boolean reaches) {
        assertThat(mesh.call("ns1/" + from, "ns1/" + to, port).passes()).isEqualTo(reaches);
    }

    @ParameterizedTest
    @CsvSource({
        "a, b,        HTTP, true",
        "a, b,        GRPC, true",
        "a, b,        TCP,  true",
        "a, headless, HTTP, true",
        "a, headless, GRPC, true",
        "t, b,        HTTP, false",
        "t, b,        GRPC, false",
        "t, b,        TCP,  false"
    })
    void mutualForAll(String from, String to, Port port, boolean reaches) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        OLD,
                        Policies.oldMesh("peers: [{mtls: {}}]"),
                        everywhere("istio-system", "ISTIO_MUTUAL"));
        ask(mesh, from, to, port, reaches);
    }

    @ParameterizedTest
    @CsvSource({"a, HTTP", "t, HTTP", "t, GRPC", "t, TCP"})
    void permissiveForAll(String from, Port port) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        OLD,
                        Policies.oldMesh("peers: [{mtls: {mode: PERMISSIVE}}]"),
                        everywhere("istio-system", "ISTIO_MUTUAL"));
        ask(mesh, from, "b", port, true);
    }

    @ParameterizedTest
    @CsvSource({"a", "t"})
    void offForAll(String from) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS, OLD, Policies.oldMesh(""), everywhere("istio-system", "DISABLE"));
        ask(mesh, from, "b", Port.HTTP, true);
    }

    @ParameterizedTest
    @CsvSource({"a, HTTP, false", "t, HTTP, false", "a, TCP, true", "t, TCP, true"})
    void mutualOnOnePort(String from, Port port, boolean reaches) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        OLD,
                        Policies.old(
                                "ns1",
                                "b-80-mtls",
                                "targets: [{name: b, ports: [{name: http}]}], peers: [{mtls: {}}]"),
                        everywhere("ns1", "DISABLE"));
        ask(mesh, from, "b", port, reaches);
    }

    /** Mutual for all but c, and d on port 80. */
    @ParameterizedTest
    @CsvSource({
        "a, b, HTTP,  true",
        "a, b, HTTP2, true",
        "a, c, HTTP,  true",
        "a, c, HTTP2, true",
        "a, d, HTTP,  true",
        "a, d, HTTP2, true",
        "t, b, HTTP,  false",
        "t, b, HTTP2, false",
        "t, c, HTTP,  true",
        "t, c, HTTP2, true",
        "t, d, HTTP,  true",
        "t, d, HTTP2, false"
    })
    void policiesWithoutPeersSwitchItOff(String from, String to, Port port, boolean reaches) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        OLD,
                        Policies.oldMesh("peers: [{mtls: {}}]"),
                        Policies.old(
                                "ns1",
                                "switched-off",
                                "targets: [{name: c}, {name: d, ports: [{number: 80}]}]"),
                        rule("a", "tls: {mode: ISTIO_MUTUAL}"),
                        rule("b", "tls: {mode: ISTIO_MUTUAL}"),
                        rule("c", "tls: {mode: DISABLE}"),
                        rule(
                                "d",
                                "tls: {mode: ISTIO_MUTUAL}, portLevelSettings: [{port: {number: 80},"
                                        + " tls: {mode: DISABLE}}]"));
        ask(mesh, from, to, port, reaches);
    }

    private static String rule(String host, String policy) {
        return Policies.destinationRule(
                "ns1", host, "host: " + host + ", trafficPolicy: {" + policy + "}");
    }

    @ParameterizedTest
    @CsvSource({"a, HTTP, true", "a, GRPC, true", "t, HTTP, true", "t, GRPC, false"})
    void permissiveOnOnePortAndStrictOnAnother(String from, Port port, boolean reaches) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        OLD,
                        Policies.old(
                                "ns1",
                                "permissive-80",
                                "targets: [{name: d, ports: [{number: 80}]}], peers: [{mtls: {mode:"
                                        + " PERMISSIVE}}]"),
                        Policies.old(
                                "ns1",
                                "strict-7070",
                                "targets: [{name: d, ports: [{number: 7070}]}], peers: [{mtls: {mode:"
                                        + " STRICT}}]"),
                        rule("d", "tls: {mode: ISTIO_MUTUAL}"));
        ask(mesh, from, "d", port, reaches);
    }
}
