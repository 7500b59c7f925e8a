package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who else decides: a provider is asked about what the rules of CUSTOM name, and about nothing
 * else; of several all must agree, by the order of their names.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/security/authz_test.go
 * (TestAuthz_CustomServer), authz_multiple_providers_test.go and testdata/authz.
 */
class ProvidersTest {

    private static final List<App> APPS =
            List.of(
                    App.of("ns1", "a", 1),
                    App.of("ns1", "b", 2),
                    App.of("ns2", "b", 12),
                    App.of("ext", "one", 21),
                    App.of("ext", "two", 22));

    private static final String ONE = "outbound|80||one.ext.svc.cluster.local";
    private static final String TWO = "outbound|7070||two.ext.svc.cluster.local";

    private static final String MESH =
            Policies.mesh(
                    "extensionProviders: [{name: by-http, envoyExtAuthzHttp: {service:"
                            + " one.ext.svc.cluster.local, port: 80}}, {name: by-grpc,"
                            + " envoyExtAuthzGrpc: {service: two.ext.svc.cluster.local, port:"
                            + " 7070}}]");

    private static String custom(String name, String provider, String rules) {
        return Policies.authorization(
                "ns1",
                name,
                "action: CUSTOM, provider: {name: " + provider + "}, rules: [" + rules + "]");
    }

    private static String paths(String paths) {
        return "{to: [{operation: {ports: ['80', '85'], methods: [GET], paths: [" + paths + "]}}]}";
    }

    private static final String GRPC =
            "{to: [{operation: {ports: ['7070'], methods: [POST], paths:"
                    + " [/proto.EchoTestService/Echo]}}]}";

    @ParameterizedTest
    @CsvSource({
        "HTTP,  /custom, allow, 200, true",
        "HTTP,  /custom, deny,  403, true",
        "HTTP2, /custom, allow, 200, true",
        "HTTP2, /custom, deny,  403, true",
        "GRPC,  '',      allow, 200, true",
        "GRPC,  '',      deny,  403, true",
        "HTTP,  /health, allow, 200, false",
        "HTTP,  /health, deny,  200, false",
        "HTTP2, /health, deny,  200, false"
    })
    void aProviderDecides(Port port, String path, String says, int status, boolean asked) {
        for (String provider : List.of("by-http", "by-grpc")) {
            PaperMesh mesh =
                    PaperMesh.of(
                            APPS, MESH, custom("ask", provider, paths("/custom") + ", " + GRPC));
            Answer answer =
                    mesh.call("ns1/a", "ns1/b", port)
                            .path(path)
                            .header("x-ext-authz", says)
                            .authorizer((_, request) ->
                                    "allow".equals(request.headers().get("x-ext-authz")))
                            .answer();
            assertThat(answer.status()).as(provider).isEqualTo(status);
            assertThat(answer.asked())
                    .as(provider)
                    .isEqualTo(asked ? List.of(provider.equals("by-http") ? ONE : TWO) : List.of());
        }
    }

    /** Of connections only one that is asked by gRPC is asked; it goes by who calls. */
    @ParameterizedTest
    @CsvSource({"by-grpc, ns1/a, 200", "by-grpc, ns2/b, 0", "by-http, ns2/b, 200"})
    void connections(String provider, String client, int status) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        MESH,
                        custom("ask", provider, "{to: [{operation: {ports: ['90']}}]}"));
        Answer answer =
                mesh.call(client, "ns1/b", Port.TCP)
                        .authorizer((_, _) -> client.endsWith("/a"))
                        .answer();
        assertThat(answer.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/users,       allow, 200, by-http",
        "/api/data,        deny,  403, by-http",
        "/admin/settings,  allow, 200, by-grpc",
        "/admin/config,    deny,  403, by-grpc",
        "/public/info,     deny,  200, ''"
    })
    void eachForPathsOfItsOwn(String path, String says, int status, String asked) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        MESH,
                        custom("api", "by-http", paths("/api, '/api/*'") + ", " + GRPC),
                        custom("admin", "by-grpc", paths("/admin, '/admin/*'")));
        Answer answer =
                mesh.call("ns1/a", "ns1/b", Port.HTTP)
                        .path(path)
                        .authorizer((_, _) -> says.equals("allow"))
                        .answer();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.asked())
                .isEqualTo(
                        switch (asked) {
                            case "by-http" -> List.of(ONE);
                            case "by-grpc" -> List.of(TWO);
                            default -> List.of();
                        });
    }

    /** The second is asked only where the first has agreed. */
    @ParameterizedTest
    @CsvSource({
        "HTTP,  /api/users,        both,    200, one",
        "HTTP,  /api/admin/users,  both,    200, two-one",
        "HTTP,  /api/admin/config, nobody,  403, two",
        "HTTP,  /api/admin/config, by-grpc, 403, two-one",
        "HTTP,  /api/admin/config, by-http, 403, two",
        "HTTP,  /api/admin,        both,    200, two-one",
        "HTTP2, /api/admin/test,   both,    200, two-one"
    })
    void allMustAgree(Port port, String path, String agree, int status, String asked) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        MESH,
                        custom("broad", "by-http", paths("'/api/*'")),
                        custom("narrow", "by-grpc", paths("/api/admin, '/api/admin/*'")));
        Answer answer =
                mesh.call("ns1/a", "ns1/b", port)
                        .path(path)
                        .authorizer((cluster, _) ->
                                switch (agree) {
                                    case "both" -> true;
                                    case "by-http" -> cluster.equals(ONE);
                                    case "by-grpc" -> cluster.equals(TWO);
                                    default -> false;
                                })
                        .answer();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.asked())
                .isEqualTo(
                        switch (asked) {
                            case "one" -> List.of(ONE);
                            case "two" -> List.of(TWO);
                            default -> List.of(TWO, ONE); // by-grpc is before by-http
                        });
    }
}
