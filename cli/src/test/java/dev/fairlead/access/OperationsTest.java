package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is asked for: methods, ports, hosts and paths, and where the request is from by what a proxy
 * says. Rows of an ingress gateway are asked of the pod itself.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/security/authz_test.go
 * (TestAuthz_NotHost, NotMethod, NotPort, PathPrecedence, PathTemplating, PathNormalization,
 * IngressGateway) and testdata/authz.
 */
class OperationsTest {

    private static final List<App> APPS = List.of(App.of("ns1", "a", 1), App.of("ns1", "b", 2));

    private static PaperMesh mesh(String... rules) {
        String[] policies = new String[rules.length];
        for (int i = 0; i < rules.length; i++) {
            policies[i] = Policies.authorization("ns1", "policy-" + i, rules[i]);
        }
        return PaperMesh.of(APPS, policies);
    }

    private static void ask(PaperMesh mesh, String path, boolean passes) {
        for (Port port : List.of(Port.HTTP, Port.HTTP2)) {
            assertThat(mesh.call("ns1/a", "ns1/b", port).path(path).passes())
                    .as("%s %s", port, path)
                    .isEqualTo(passes);
        }
    }

    @ParameterizedTest
    @CsvSource({"allow.b.com, true", "deny.b.com, false"})
    void notHosts(String host, boolean passes) {
        PaperMesh mesh = mesh("rules: [{to: [{operation: {notHosts: [deny.b.com]}}]}]");
        assertThat(mesh.call("ns1/a", "ns1/b", Port.HTTP).header("host", host).passes())
                .isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource({"GET, true", "PUT, false"})
    void notMethods(String method, boolean passes) {
        PaperMesh mesh = mesh("rules: [{to: [{operation: {notMethods: [PUT]}}]}]");
        for (Port port : List.of(Port.HTTP, Port.HTTP2)) {
            assertThat(mesh.call("ns1/a", "ns1/b", port).method(method).passes()).isEqualTo(passes);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP, true", "HTTP2, false"})
    void notPorts(Port port, boolean passes) {
        PaperMesh mesh = mesh("rules: [{to: [{operation: {notPorts: ['85']}}]}]");
        assertThat(mesh.call("ns1/a", "ns1/b", port).passes()).isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource({
        "/allow/admin,             false",
        "/allow/admin?param=value, false",
        "/allow,                   true",
        "/allow?param=value,       true"
    })
    void denyComesBeforeAllow(String path, boolean passes) {
        ask(
                mesh(
                        "action: DENY, rules: [{to: [{operation: {paths: [/allow/admin]}}]}]",
                        "rules: [{to: [{operation: {paths: ['/allow*']}}]}]"),
                path,
                passes);
    }

    /** {@code {**}} at the end wants the slash before it. */
    @ParameterizedTest
    @CsvSource({
        "/allow/admin/,               true",
        "/allow/admin,                false",
        "/allow/user/,                false",
        "/allow/admin?param=value,    false",
        "/allow,                      false",
        "/allow/admin/temp,           true",
        "/allow/admin/temp.txt,       true",
        "/allow/admin/foo/temp.txt,   true",
        "/foo/buzz/bar/bat.txt,       true",
        "/foo/buzz/bar/bat.temp.txt,  true",
        "/foo/buzz/bar/bat/fuzz.txt,  true",
        "/foo/bar/bat.txt,            false",
        "/foo//bar/bat.txt,           false",
        "/foo/buzz/bar/bat,           true",
        "/store//cart,                true",
        "/store/cart,                 false",
        "/store/foo/cart,             true",
        "/store/foo/bar/cart,         true"
    })
    void templates(String path, boolean passes) {
        ask(
                mesh(
                        "rules: [{to: [{operation: {paths: ['/allow/admin/{**}',"
                                + " '/foo/{*}/bar/{**}', '/store/{**}/cart']}}]}]"),
                path,
                passes);
    }

    @ParameterizedTest
    @CsvSource({
        "/public,                        true",
        "/public/../public,              true",
        "/private,                       false",
        "/public/../private,             false",
        "/public/./../private,           false",
        "/public/.././private,           false",
        "/public/%2E%2E/private,         false",
        "/public/%2e%2e/private,         false",
        "/public/%2E/%2E%2E/private,     false",
        "/public/%2e/%2e%2e/private,     false",
        "/public/%2E%2E/%2E/private,     false",
        "/public/%2e%2e/%2e/private,     false"
    })
    void aPathIsWrittenInOneWayFirst(String path, boolean passes) {
        ask(
                mesh("rules: [{to: [{operation: {paths: ['/public*'], methods: [GET]}}]}]"),
                path,
                passes);
    }

    private static final String GATEWAY =
            "action: DENY, rules: [{to: [{operation: {hosts: [deny.b.com, '*.suffix.b.com',"
                    + " 'prefix.b.*']}}]}, {to: [{operation: {hosts: [internal.b.com]}},"
                    + " {operation: {paths: [/private]}}]}, {from: [{source: {remoteIpBlocks:"
                    + " [172.17.72.46, 192.168.4.0/23]}}], to: [{operation: {hosts:"
                    + " [remoteipblocks.b.com]}}]}, {from: [{source: {notRemoteIpBlocks:"
                    + " [172.23.240.0/22]}}], to: [{operation: {hosts: [notremoteipblocks.b.com]}}]},"
                    + " {to: [{operation: {hosts: [remoteipattr.b.com]}}], when: [{key: remote.ip,"
                    + " values: [10.242.5.7, 10.124.99.0/24]}]}]";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deny.b.com",
                "DENY.b.COM",
                "Deny.b.Com",
                "deny.suffix.b.com",
                "DENY.SUFFIX.b.COM",
                "Deny.Suffix.b.Com",
                "prefix.b.com",
                "PREFIX.b.COM",
                "Prefix.b.Com"
            })
    void hostsWhateverTheirLettersCase(String host) {
        assertThat(mesh(GATEWAY).call("ns1/a", "ns1/b", Port.HTTP).header("host", host).passes())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "www,               /,        172.16.0.1,     true",
        "www,               /private, 172.16.0.1,     false",
        "www,               /public,  172.16.0.1,     true",
        "internal,          /,        172.16.0.1,     false",
        "internal,          /private, 172.16.0.1,     false",
        "remoteipblocks,    /,        172.17.72.46,   false",
        "remoteipblocks,    /,        192.168.5.233,  false",
        "remoteipblocks,    /,        10.4.5.6,       true",
        "notremoteipblocks, /,        10.2.3.4,       false",
        "notremoteipblocks, /,        172.23.242.188, true",
        "remoteipattr,      /,        10.242.5.7,     false",
        "remoteipattr,      /,        10.124.99.10,   false",
        "remoteipattr,      /,        10.4.5.6,       true"
    })
    void whereARequestIsFrom(String host, String path, String client, boolean passes) {
        assertThat(
                        mesh(GATEWAY)
                                .call("ns1/a", "ns1/b", Port.HTTP)
                                .path(path)
                                .header("host", host + ".b.com")
                                .header("x-forwarded-for", client)
                                .passes())
                .isEqualTo(passes);
    }
}
