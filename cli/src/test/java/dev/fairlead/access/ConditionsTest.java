package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Conditions ({@code when}), each with values and notValues, a path for each; a of ns1 is meant, a
 * of ns2 is the other. Then which pods a policy is for.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/security/authz_test.go
 * (TestAuthz_Conditions, WorkloadSelector) and testdata/authz/conditions.yaml.tmpl, workload*.
 */
class ConditionsTest {

    private static final App A1 = App.of("ns1", "a", 1);
    private static final App A2 = App.of("ns2", "a", 11);
    private static final App B = App.of("ns1", "b", 2);
    private static final List<App> APPS = List.of(A1, B, A2);

    private static String when(String path, String key, String values) {
        return "{to: [{operation: {paths: [%s]}}], when: [{key: '%s', %s}]}"
                .formatted(path, key, values);
    }

    private static PaperMesh mesh() {
        List<String> rules = new ArrayList<>();
        rules.add(when("/request-headers", "request.headers[x-foo]", "values: [foo]"));
        rules.add(when("/request-headers-not", "request.headers[x-foo]", "notValues: [bar]"));
        rules.add(when("/source-ip", "source.ip", "values: [" + A1.address() + "]"));
        rules.add(when("/source-ip-not", "source.ip", "notValues: [" + A2.address() + "]"));
        rules.add(when("/source-namespace", "source.namespace", "values: [ns1]"));
        rules.add(when("/source-namespace-not", "source.namespace", "notValues: [ns2]"));
        rules.add(
                when("/source-principal", "source.principal", "values: [" + A1.principal() + "]"));
        rules.add(
                when(
                        "/source-principal-not",
                        "source.principal",
                        "notValues: [" + A2.principal() + "]"));
        rules.add(when("/trust-domain", "source.trustDomain", "values: [cluster.local]"));
        rules.add(when("/trust-domain-not", "source.trustDomain", "notValues: [bad.example.com]"));
        rules.add(when("/destination-ip", "destination.ip", "values: [" + B.address() + "]"));
        rules.add(when("/destination-ip-bad", "destination.ip", "values: [1.2.3.4]"));
        rules.add(
                when("/destination-ip-not", "destination.ip", "notValues: [" + B.address() + "]"));
        rules.add(when("/destination-port", "destination.port", "values: ['80']"));
        rules.add(when("/destination-port-bad", "destination.port", "values: ['1']"));
        rules.add(when("/destination-port-not", "destination.port", "notValues: ['80']"));
        rules.add(when("/sni", "connection.sni", "values: ['*." + B.host() + "']"));
        rules.add(when("/sni-bad", "connection.sni", "values: [never-matched]"));
        rules.add(when("/sni-not", "connection.sni", "notValues: ['*." + B.host() + "']"));
        return PaperMesh.of(
                APPS,
                Policies.peers("ns1", "strict", "mtls: {mode: STRICT}"),
                Policies.authorization("ns1", "when", "rules: [" + String.join(", ", rules) + "]"));
    }

    @ParameterizedTest
    @CsvSource({
        "/request-headers,      foo, true,  true",
        "/request-headers,      bar, false, false",
        "/request-headers,      '',  false, false",
        "/request-headers-not,  foo, true,  true",
        "/request-headers-not,  bar, false, false",
        "/source-ip,            '',  true,  false",
        "/source-ip-not,        '',  true,  false",
        "/source-namespace,     '',  true,  false",
        "/source-namespace-not, '',  true,  false",
        "/source-principal,     '',  true,  false",
        "/source-principal-not, '',  true,  false",
        "/trust-domain,         '',  true,  true",
        "/trust-domain-not,     '',  true,  true",
        "/destination-ip,       '',  true,  true",
        "/destination-ip-bad,   '',  false, false",
        "/destination-ip-not,   '',  false, false",
        "/destination-port,     '',  true,  true",
        "/destination-port-bad, '',  false, false",
        "/destination-port-not, '',  false, false",
        "/sni,                  '',  true,  true",
        "/sni-bad,              '',  false, false",
        "/sni-not,              '',  false, false",
        "/other,                '',  false, false"
    })
    void conditions(String path, String header, boolean meant, boolean other) {
        PaperMesh mesh = mesh();
        assertThat(call(mesh, "ns1/a", path, header).passes()).isEqualTo(meant);
        assertThat(call(mesh, "ns2/a", path, header).passes()).isEqualTo(other);
    }

    private static Call call(PaperMesh mesh, String from, String path, String header) {
        Call call = mesh.call(from, "ns1/b", Port.HTTP).path(path);
        return header.isEmpty() ? call : call.header("x-foo", header);
    }

    private static String opens(String namespace, String name, String selector, String path) {
        return Policies.authorization(
                namespace,
                name,
                (selector.isEmpty() ? "" : "selector: {matchLabels: {" + selector + "}}, ")
                        + "rules: [{to: [{operation: {paths: ["
                        + path
                        + "]}}]}]");
    }

    private static PaperMesh selecting(List<App> apps) {
        return PaperMesh.of(
                apps,
                opens("ns1", "b", "app: b", "/policy-ns1-b"),
                opens("ns1", "c", "app: c", "/policy-ns1-c"),
                opens("ns1", "b-bad", "app: b, foo: bla", "/policy-ns1-b-bad"),
                opens("ns1", "all", "", "/policy-ns1-all"),
                opens("ns2", "all", "", "/policy-ns2-all"),
                opens("istio-system", "system-b", "app: b", "/policy-system-b"),
                opens("istio-system", "system-c", "app: c", "/policy-system-c"));
    }

    @ParameterizedTest
    @CsvSource({
        "/policy-ns1-b-bad, false",
        "/policy-ns1-all,   true",
        "/policy-ns2-all,   false",
        "/policy-ns1-b,     true",
        "/policy-system-b,  true",
        "/policy-ns1-c,     false",
        "/policy-system-c,  false"
    })
    void aPolicyIsForThePodsThatItSelects(String path, boolean passes) {
        PaperMesh mesh = selecting(List.of(A1, B, App.of("ns1", "c", 3), A2));
        for (Port port : List.of(Port.HTTP, Port.HTTP2)) {
            assertThat(mesh.call("ns1/a", "ns1/b", port).path(path).passes()).isEqualTo(passes);
        }
    }

    @Test
    void andForThoseThatGetTheLabelLater() {
        PaperMesh mesh = selecting(List.of(A1, B.labelled("foo", "bla")));
        assertThat(mesh.call("ns1/a", "ns1/b", Port.HTTP).path("/policy-ns1-b-bad").passes())
                .isTrue();
    }
}
