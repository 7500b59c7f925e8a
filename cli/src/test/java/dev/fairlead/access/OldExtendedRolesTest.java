package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What 1.2 added to roles: the not-forms, names and groups, inline roles, roles of the root
 * namespace. Its own AuthorizationPolicy is refused by its kind; what its rows give to a workload
 * by selector, roles give here by a constraint on labels.
 *
 * <p>Source of the rows: istio/istio 1.2.2, tests/integration/security/rbac/v2.
 */
class OldExtendedRolesTest {

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

    private static String label(String app) {
        return "{key: 'destination.labels[app]', values: [" + app + "]}";
    }

    private static final String PORT_90 = "{key: destination.port, values: ['90']}";

    private static final String[] BASIC = {
        Policies.role("ns1", "access-a", "{methods: [GET], constraints: [" + label("a") + "]}"),
        Policies.bound("ns1", "access-a", "{not_names: [allUsers]}"),
        Policies.role(
                "ns1",
                "access-b",
                "{methods: [GET], not_paths: [/secret*], constraints: ["
                        + label("b")
                        + "]}, {constraints: ["
                        + PORT_90
                        + ", "
                        + label("b")
                        + "]}"),
        Policies.bound("ns1", "access-b", "{names: [allAuthenticatedUsers]}"),
        Policies.role(
                "ns1",
                "no-admin",
                "{methods: [GET], not_paths: ['*/admin'], paths: ['*'], constraints: ["
                        + label("c")
                        + "]}"),
        Policies.bound("ns1", "no-admin", "{names: [cluster.local/ns/ns1/sa/d]}"),
        Policies.role("ns1", "nothing", "{not_methods: ['*'], constraints: [" + label("c") + "]}"),
        Policies.bound("ns1", "nothing", "{names: [cluster.local/ns/ns1/sa/b]}"),
        Policies.role(
                "ns1",
                "access-d",
                "{methods: ['*'], constraints: ["
                        + label("d")
                        + "]}, {not_ports: [90], constraints: ["
                        + label("d")
                        + "]}"),
        Policies.bound("ns1", "access-d", "{names: [allUsers]}")
    };

    /** Verdicts: yes, no, or known: only with mTLS. */
    @ParameterizedTest
    @CsvSource({
        "b, a, HTTP, /xyz,               no",
        "b, a, TCP,  /,                  no",
        "c, a, HTTP, /,                  no",
        "c, a, TCP,  /,                  no",
        "d, a, HTTP, /,                  no",
        "d, a, TCP,  /,                  no",
        "a, b, HTTP, /xyz,               known",
        "a, b, HTTP, /secret,            no",
        "a, b, TCP,  /,                  known",
        "c, b, HTTP, /,                  known",
        "c, b, TCP,  /,                  known",
        "d, b, HTTP, /,                  known",
        "d, b, TCP,  /,                  known",
        "a, c, HTTP, /,                  no",
        "a, c, HTTP, /secrets/admin,     no",
        "a, c, TCP,  /,                  no",
        "b, c, HTTP, /,                  no",
        "b, c, HTTP, /credentials/admin, no",
        "b, c, TCP,  /,                  no",
        "d, c, HTTP, /,                  known",
        "d, c, HTTP, /any_path/admin,    no",
        "d, c, TCP,  /,                  no",
        "a, d, HTTP, /xyz,               yes",
        "a, d, TCP,  /,                  no",
        "b, d, HTTP, /,                  yes",
        "b, d, TCP,  /,                  no",
        "c, d, HTTP, /any_path,          yes",
        "c, d, TCP,  /,                  no"
    })
    void notForms(String from, String to, Port port, String path, String verdict) {
        for (boolean mutual : new boolean[] {true, false}) {
            assertThat(
                            mesh(mutual, BASIC)
                                    .call("ns1/" + from, "ns1/" + to, port)
                                    .path(path)
                                    .passes())
                    .as("mutual %s", mutual)
                    .isEqualTo(verdict.equals("yes") || mutual && verdict.equals("known"));
        }
    }

    private static final String[] EXTENDED = {
        Policies.role(
                "istio-system",
                "access",
                "{methods: [GET], not_paths: [/bad-path*], constraints: ["
                        + label("a")
                        + "]}, {constraints: ["
                        + PORT_90
                        + ", "
                        + label("a")
                        + "]}"),
        Policies.role(
                "ns1",
                "access",
                "{methods: [GET], paths: [/good*], constraints: [" + label("a") + "]}"),
        Policies.binding("ns1", "of-root", "{names: [cluster.local/ns/ns1/sa/b]}", "role: /access"),
        Policies.binding("ns1", "of-own", "{names: [cluster.local/ns/ns1/sa/c]}", "role: access"),
        Policies.binding(
                "ns1",
                "inline",
                "{names: [allUsers]}",
                "actions: [{methods: [GET], not_paths: [/secret*], constraints: ["
                        + label("b")
                        + "]}, {constraints: ["
                        + PORT_90
                        + ", "
                        + label("b")
                        + "]}]")
    };

    @ParameterizedTest
    @CsvSource({
        "b, a, HTTP, /some-path,           known",
        "b, a, HTTP, /bad-path/black-hole, no",
        "b, a, TCP,  /,                    known",
        "c, a, HTTP, /,                    no",
        "c, a, HTTP, /good-path,           known",
        "c, a, TCP,  /,                    no",
        "a, b, HTTP, /xyz,                 yes",
        "a, b, HTTP, /secret,              no",
        "a, b, TCP,  /,                    yes",
        "c, b, HTTP, /,                    yes",
        "c, b, TCP,  /,                    yes"
    })
    void rolesOfTheRootNamespaceAndInlineOnes(
            String from, String to, Port port, String path, String verdict) {
        for (boolean mutual : new boolean[] {true, false}) {
            assertThat(
                            mesh(mutual, EXTENDED)
                                    .call("ns1/" + from, "ns1/" + to, port)
                                    .path(path)
                                    .passes())
                    .as("mutual %s", mutual)
                    .isEqualTo(verdict.equals("yes") || mutual && verdict.equals("known"));
        }
    }

    @Test
    void itsAuthorizationPolicyIsRefusedByName() {
        assertThat(
                        PaperMesh.refusals(
                                APPS,
                                """
                                apiVersion: rbac.istio.io/v1alpha1
                                kind: AuthorizationPolicy
                                metadata: {name: a, namespace: ns1}
                                spec: {allow: [{subjects: [{names: [allUsers]}], role: access}]}
                                """))
                .singleElement()
                .asString()
                .contains("AuthorizationPolicy", "not supported");
    }
}
