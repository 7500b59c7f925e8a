package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Roles and bindings of 1.0 to 1.2, with mTLS and without: without it nobody is known, and what is
 * said of somebody lets nobody in.
 *
 * <p>Source of the rows: istio/istio 1.0.6 and 1.2.2, tests/e2e/tests/pilot/istio_rbac_test.go
 * (TestRBAC, TestRBACForSidecar) and testdata/rbac; 1.2.2, tests/integration/security/rbac/v1.
 */
class OldRolesTest {

    private static final List<App> APPS =
            List.of(
                    App.of("ns1", "a", 1),
                    App.of("ns1", "b", 2),
                    App.of("ns1", "c", 3),
                    App.of("ns1", "d", 4));

    private static PaperMesh mesh(boolean mutual, String... roles) {
        String[] objects = new String[roles.length + 4];
        objects[0] = Policies.mesh("compat: istio-1.0");
        objects[1] = Policies.rolesCountIn("ns1");
        objects[2] = Policies.oldMesh(mutual ? "peers: [{mtls: {}}]" : "");
        objects[3] =
                Policies.destinationRule(
                        "istio-system",
                        "default",
                        "host: '*.local', trafficPolicy: {tls: {mode: "
                                + (mutual ? "ISTIO_MUTUAL" : "DISABLE")
                                + "}}");
        System.arraycopy(roles, 0, objects, 4, roles.length);
        return PaperMesh.of(APPS, objects);
    }

    private static final String GET = "methods: [GET]";
    private static final String ANYBODY = "{user: '*'}";

    private static String of(String service, String more) {
        return "{services: [" + service + ".ns1.svc.cluster.local], " + more + "}";
    }

    private static String port(String port) {
        return "constraints: [{key: destination.port, values: ['" + port + "']}]";
    }

    private static final String[] SIDECAR = {
        Policies.role(
                "ns1",
                "access-a",
                "{services: ['*'], methods: [GET], constraints: [{key: 'destination.labels[app]',"
                        + " values: [a]}]}"),
        Policies.bound(
                "ns1",
                "access-a",
                "{user: non-exist-user}, {properties: {source.namespace: non-exist-namespace}}"),
        Policies.role(
                "ns1",
                "access-b",
                of("b", GET)
                        + ", "
                        + of(
                                "b",
                                "constraints: [{key: destination.port, values: ['90', '9090']}]")),
        Policies.bound("ns1", "access-b", ANYBODY),
        Policies.role(
                "ns1", "access-c", of("c", "methods: [GET], paths: [/prefix*, '*/suffix', /good]")),
        Policies.bound("ns1", "access-c", "{properties: {source.principal: '*sa/d'}}"),
        Policies.role("ns1", "access-c-tcp", of("c", port("90"))),
        Policies.bound("ns1", "access-c-tcp", "{user: cluster.local/ns/ns1/sa/d}"),
        Policies.role(
                "ns1",
                "access-d",
                of(
                                "d",
                                "methods: [GET], constraints: [{key: 'destination.labels[app]', values: [d]}]")
                        + ", "
                        + of(
                                "d",
                                "constraints: [{key: 'destination.labels[app]', values: [d]}, {key:"
                                        + " destination.port, values: ['9090']}]")),
        Policies.bound("ns1", "access-d", "{properties: {source.namespace: ns1}}")
    };

    /** Verdicts: yes, no, or known: only with mTLS. */
    @ParameterizedTest
    @CsvSource({
        "b, a, HTTP,       /xyz,        no",
        "b, a, TCP,        /,           no",
        "b, a, TCP_SECOND, /,           no",
        "c, a, HTTP,       /,           no",
        "c, a, TCP,        /,           no",
        "c, a, TCP_SECOND, /,           no",
        "d, a, HTTP,       /,           no",
        "d, a, TCP,        /,           no",
        "d, a, TCP_SECOND, /,           no",
        "a, b, HTTP,       /xyz,        yes",
        "a, b, HTTP,       /,           yes",
        "a, b, TCP,        /,           yes",
        "a, b, TCP_SECOND, /,           yes",
        "c, b, HTTP,       /,           yes",
        "c, b, TCP,        /,           yes",
        "c, b, TCP_SECOND, /,           yes",
        "d, b, HTTP,       /,           yes",
        "d, b, TCP,        /,           yes",
        "d, b, TCP_SECOND, /,           yes",
        "a, c, HTTP,       /,           no",
        "a, c, HTTP,       /good,       no",
        "a, c, HTTP,       /prefixXYZ,  no",
        "a, c, HTTP,       /xyz/suffix, no",
        "a, c, TCP,        /,           no",
        "a, c, TCP_SECOND, /,           no",
        "b, c, HTTP,       /,           no",
        "b, c, HTTP,       /good,       no",
        "b, c, HTTP,       /prefixXYZ,  no",
        "b, c, HTTP,       /xyz/suffix, no",
        "b, c, TCP,        /,           no",
        "b, c, TCP_SECOND, /,           no",
        "d, c, HTTP,       /,           no",
        "d, c, HTTP,       /xyz,        no",
        "d, c, HTTP,       /good,       known",
        "d, c, HTTP,       /prefixXYZ,  known",
        "d, c, HTTP,       /xyz/suffix, known",
        "d, c, TCP,        /,           known",
        "d, c, TCP_SECOND, /,           no",
        "a, d, HTTP,       /xyz,        known",
        "a, d, TCP,        /,           no",
        "a, d, TCP_SECOND, /,           known",
        "b, d, HTTP,       /,           known",
        "b, d, TCP,        /,           no",
        "b, d, TCP_SECOND, /,           known",
        "c, d, HTTP,       /,           known",
        "c, d, TCP,        /,           no",
        "c, d, TCP_SECOND, /,           known"
    })
    void servicesMethodsPathsAndConstraints(
            String from, String to, Port port, String path, String verdict) {
        for (boolean mutual : new boolean[] {true, false}) {
            assertThat(
                            mesh(mutual, SIDECAR)
                                    .call("ns1/" + from, "ns1/" + to, port)
                                    .path(path)
                                    .passes())
                    .as("mutual %s", mutual)
                    .isEqualTo(verdict.equals("yes") || mutual && verdict.equals("known"));
        }
    }

    @ParameterizedTest
    @CsvSource({"b, true", "c, false", "d, true"})
    void calls(String from, boolean known) {
        String[] roles = {
            Policies.role(
                    "ns1",
                    "echo",
                    of("a", "paths: [/proto.EchoTestService/Echo], methods: [POST]")),
            Policies.bound("ns1", "echo", "{user: cluster.local/ns/ns1/sa/b}"),
            Policies.role(
                    "ns1",
                    "no-post",
                    of("a", "paths: [/proto.EchoTestService/Echo], methods: [GET, DELETE, PUT]")),
            Policies.bound("ns1", "no-post", "{user: cluster.local/ns/ns1/sa/c}"),
            Policies.role("ns1", "any", "{services: [a.ns1.svc.cluster.local]}"),
            Policies.bound("ns1", "any", "{user: cluster.local/ns/ns1/sa/d}")
        };
        assertThat(mesh(true, roles).call("ns1/" + from, "ns1/a", Port.GRPC).passes())
                .isEqualTo(known);
        assertThat(mesh(false, roles).call("ns1/" + from, "ns1/a", Port.GRPC).passes()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/public,                    true",
        "/private,                   false",
        "/public/../private,         false",
        "/public/./../private,       false",
        "/public/.././private,       false",
        "/public/%2E%2E/private,     false",
        "/public/%2e%2e/private,     false",
        "/public/%2E/%2E%2E/private, false",
        "/public/%2e/%2e%2e/private, false",
        "/public/%2E%2E/%2E/private, false",
        "/public/%2e%2e/%2e/private, false"
    })
    void aPathIsWrittenInOneWayFirst(String path, boolean passes) {
        PaperMesh mesh =
                mesh(
                        false,
                        Policies.role(
                                "ns1", "viewer", of("a", "methods: [GET], paths: [/public*]")),
                        Policies.bound("ns1", "viewer", ANYBODY));
        assertThat(mesh.call("ns1/b", "ns1/a", Port.HTTP).path(path).passes()).isEqualTo(passes);
    }

    /** By claims: a group of a list, and any other list. */
    @ParameterizedTest
    @ValueSource(
            strings = {"{group: group1}", "{properties: {'request.auth.claims[scope]': scope1}}"})
    void groupsOfATokenWhateverTheCertificate(String subject) {
        String issuer = "testing@secure.istio.io";
        PaperMesh mesh =
                mesh(
                        false,
                        Policies.old(
                                "ns1",
                                "require-jwt",
                                "targets: [{name: b}], principalBinding: USE_ORIGIN, origins: [{jwt:"
                                        + " {issuer: "
                                        + issuer
                                        + ", jwks: '"
                                        + Signer.keys()
                                        + "'}}]"),
                        Policies.role("ns1", "viewer", of("b", GET)),
                        Policies.bound("ns1", "viewer", subject));
        String in =
                Signer.token(
                        issuer,
                        issuer,
                        java.util.Map.of(
                                "groups", List.of("group1", "group2"),
                                "scope", List.of("scope1", "scope2")));
        String out = Signer.token(issuer, issuer, java.util.Map.of("foo", "bar"));
        assertThat(mesh.call("ns1/a", "ns1/b", Port.HTTP).path("/xyz").token(in).passes()).isTrue();
        assertThat(mesh.call("ns1/a", "ns1/b", Port.HTTP).path("/xyz").token(out).answer().status())
                .isEqualTo(403);
    }
}
