package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who calls: by principal, account, namespace and trust domain, let in or kept out, on every kind
 * of port. a of ns1 is meant, a of ns2 is the other; each row asks for both, of a Service with an
 * address and of one without.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/security/authz_test.go
 * (TestAuthz_Principal, ServiceAccount, TrustDomain, DenyPrincipal, Namespace, DenyNamespace,
 * NotNamespace, DenyPlaintext) and testdata/authz.
 */
class SourcesTest {

    private static final List<App> APPS =
            List.of(
                    App.of("ns1", "a", 1),
                    App.of("ns1", "b", 2),
                    App.of("ns1", "headless", 3).withoutClusterAddress(),
                    App.of("ns2", "a", 11));
    private static final List<String> SERVERS = List.of("ns1/b", "ns1/headless");

    private static final String STRICT = Policies.peers("ns1", "strict", "mtls: {mode: STRICT}");

    private static final String GLOBAL_DENY =
            Policies.authorization(
                    "istio-system",
                    "global",
                    "action: DENY, rules: [{to: [{operation: {ports: ['80', '85'], paths:"
                            + " [/global-deny*], notPaths: [/global-deny/allow]}}]}]");

    private static String rule(String source, String operation) {
        return "{from: [{source: {%s}}], to: [{operation: {%s}}]}".formatted(source, operation);
    }

    /** The same of requests, of calls and of connections. */
    private static String policy(String action, String source, String paths) {
        return Policies.authorization(
                "ns1",
                "policy",
                "action: "
                        + action
                        + ", rules: ["
                        + rule(source, "ports: ['80', '85'], methods: [GET], " + paths)
                        + ", "
                        + rule(
                                source,
                                "ports: ['7070'], methods: [POST], paths:"
                                        + " [/proto.EchoTestService/Echo]")
                        + ", "
                        + rule(source, "ports: ['90']")
                        + "]");
    }

    private static void asks(PaperMesh mesh, Port port, String path, boolean meant, boolean other) {
        for (String server : SERVERS) {
            assertThat(mesh.call("ns1/a", server, port).path(path).passes())
                    .as("a of ns1 to %s %s%s", server, port, path)
                    .isEqualTo(meant);
            assertThat(mesh.call("ns2/a", server, port).path(path).passes())
                    .as("a of ns2 to %s %s%s", server, port, path)
                    .isEqualTo(other);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "principals: [cluster.local/ns/ns1/sa/a]",
                "serviceAccounts: [ns1/a]",
                "namespaces: [ns1]"
            })
    void whoIsMeantIsLetIn(String source) {
        PaperMesh mesh = PaperMesh.of(APPS, STRICT, policy("ALLOW", source, "paths: [/allow]"));
        asks(mesh, Port.GRPC, "", true, false);
        asks(mesh, Port.TCP, "", true, false);
        for (Port port : List.of(Port.HTTP, Port.HTTP2)) {
            asks(mesh, port, "/allow", true, false);
            asks(mesh, port, "/allow?param=value", true, false);
            asks(mesh, port, "/deny", false, false);
            asks(mesh, port, "/deny?param=value", false, false);
        }
    }

    /** The other way round: a of ns2 is who is kept out. */
    @ParameterizedTest
    @ValueSource(strings = {"principals: [cluster.local/ns/ns2/sa/a]", "namespaces: [ns2]"})
    void whoIsMeantIsKeptOut(String source) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        STRICT,
                        GLOBAL_DENY,
                        policy("DENY", source, "paths: [/deny*], notPaths: [/deny/allow]"));
        asks(mesh, Port.GRPC, "", true, false);
        asks(mesh, Port.TCP, "", true, false);
        for (Port port : List.of(Port.HTTP, Port.HTTP2)) {
            asks(mesh, port, "/deny", true, false);
            asks(mesh, port, "/deny?param=value", true, false);
            asks(mesh, port, "/deny/allow", true, true);
            asks(mesh, port, "/deny/allow?param=value", true, true);
            asks(mesh, port, "/allow", true, true);
            asks(mesh, port, "/allow?param=value", true, true);
            asks(mesh, port, "/global-deny", false, false);
            asks(mesh, port, "/global-deny?param=value", false, false);
            asks(mesh, port, "/global-deny/allow", true, true);
            asks(mesh, port, "/global-deny/allow?param=value", true, true);
        }
    }

    /** All are of cluster.local. */
    @ParameterizedTest
    @CsvSource({
        "/allow,            true",
        "/deny,             false",
        "/not-trust-domain, false",
        "/not-deny,         true"
    })
    void trustDomains(String path, boolean passes) {
        String http = "ports: ['80', '85'], methods: [GET], paths: ";
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        STRICT,
                        Policies.authorization(
                                "ns1",
                                "policy",
                                "rules: ["
                                        + rule("trustDomains: [cluster.local]", http + "[/allow]")
                                        + ", "
                                        + rule("trustDomains: [bad.example.com]", http + "[/deny]")
                                        + ", "
                                        + rule(
                                                "notTrustDomains: [cluster.local]",
                                                http + "[/not-trust-domain]")
                                        + ", "
                                        + rule(
                                                "notTrustDomains: [bad.example.com]",
                                                http + "[/not-deny]")
                                        + ", "
                                        + rule(
                                                "trustDomains: [cluster.local]",
                                                "ports: ['7070', '90']")
                                        + "]"));
        for (Port port : List.of(Port.HTTP, Port.HTTP2)) {
            asks(mesh, port, path, passes, passes);
        }
        asks(mesh, Port.GRPC, "", true, true);
        asks(mesh, Port.TCP, "", true, true);
    }

    @Test
    void whoIsOfNoOtherNamespaceIsNotKeptOut() {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        STRICT,
                        Policies.authorization(
                                "ns1",
                                "deny",
                                "action: DENY, rules: [{from: [{source: {notNamespaces: [ns1]}}]}]"));
        for (Port port : List.of(Port.GRPC, Port.TCP, Port.HTTP, Port.HTTP2)) {
            asks(mesh, port, "", true, false);
        }
    }

    /** A client that its rule tells to speak plainly has no principal. */
    @Test
    void whoIsNobodyIsKeptOut() {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        Policies.peers("ns1", "open", "mtls: {mode: PERMISSIVE}"),
                        Policies.destinationRule(
                                "ns1",
                                "mutual",
                                "host: '*.ns1.svc.cluster.local', trafficPolicy: {tls: {mode:"
                                        + " ISTIO_MUTUAL}}"),
                        Policies.destinationRule(
                                "ns2",
                                "plain-b",
                                "host: b.ns1.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}"),
                        Policies.destinationRule(
                                "ns2",
                                "plain-headless",
                                "host: headless.ns1.svc.cluster.local, trafficPolicy: {tls: {mode:"
                                        + " DISABLE}}"),
                        Policies.authorization(
                                "ns1",
                                "deny",
                                "action: DENY, rules: [{from: [{source: {notPrincipals: ['*']}}]}]"));
        for (Port port : List.of(Port.GRPC, Port.TCP, Port.HTTP, Port.HTTP2)) {
            asks(mesh, port, "", true, false);
        }
    }
}
