package dev.fairlead.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.access.App;
import dev.fairlead.access.PaperMesh;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a VirtualService's HTTP routes make of requests.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/pilot/common/routing.go
 * (virtualServiceCases); pilot/pkg/networking/core/route/route_test.go. Gateways are left out.
 */
class RequestRoutesTest {

    private static final String TO_B = "route: [{destination: {host: b}}]";
    private static final String B = "outbound|80||b.ns1";
    private static final String TEAPOT =
            "fault: {abort: {percentage: {value: 100}, httpStatus: 418}}";

    private static final List<App> APPS =
            List.of(
                    App.of("ns1", "a", 1),
                    App.of("ns1", "b", 2),
                    App.of("ns1", "c", 3),
                    App.of("ns1", "d", 4));

    private static PaperMesh mesh(String routes) {
        return PaperMesh.of(
                APPS,
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: rule, namespace: ns1}
                spec: {hosts: [b], http: [%s]}
                """
                        .formatted(routes));
    }

    private static Departure call(String routes, int port) {
        PaperMesh mesh = mesh(routes);
        return new Departure(mesh, mesh.app("ns1/a"), "198.19.0.2", port).host("b");
    }

    private static Departure call(String routes) {
        return call(routes, 80);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "headers: {request: {add: {x-added: one}}};         x-added; one",
                "headers: {request: {set: {x-set: two}}};           x-set;   two",
                "headers: {request: {set: {x-there: two}}};         x-there; two",
                "headers: {request: {add: {x-there: two}}};         x-there; 'zero,two'",
                "headers: {request: {remove: [x-there]}};           x-there; ''"
            })
    void headersOfRequests(String headers, String name, String value) {
        Departure call = call("{" + headers + ", " + TO_B + "}").header("x-there", "zero");
        assertThat(call.outcome()).isEqualTo(B);
        assertThat(String.join(",", call.sent().headers().getAll(name))).isEqualTo(value);
    }

    /** Of a route that names an authority and a destination that does, the route's counts. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "-",
            value = {
                ":authority; -;          1; of-route",
                "Host;       -;          1; of-route",
                "-;          Host;       1; of-destination",
                "-;          :authority; 1; of-destination",
                ":authority; Host;       1; of-route",
                ":authority; Host;       2; of-route",
                "-;          Host;       2; of-destination"
            })
    void theAuthorityIsAHeader(String ofRoute, String ofDestination, int shares, String seen) {
        String destination =
                "{destination: {host: b}, weight: "
                        + 100 / shares
                        + (ofDestination == null
                                ? ""
                                : ", headers: {request: {set: {\""
                                        + ofDestination
                                        + "\": of-destination}}}")
                        + "}";
        String all = shares == 1 ? destination : destination + ", " + destination;
        Departure call =
                call(
                        "{route: ["
                                + all
                                + "]"
                                + (ofRoute == null
                                        ? ""
                                        : ", headers: {request: {set: {\""
                                                + ofRoute
                                                + "\": of-route}}}")
                                + "}");
        assertThat(call.outcome()).isEqualTo(B);
        assertThat(call.sent().headers().get("host")).isEqualTo(seen);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "uri: /new/path;                                   80; b;    /old?k=v; http://b/new/path?k=v",
                "scheme: https, derivePort: FROM_REQUEST_PORT;     80; b;    /old;     https://b:80/old",
                "derivePort: FROM_REQUEST_PORT;                    80; b;    /old;     http://b/old",
                "derivePort: FROM_REQUEST_PORT;                    80; b:80; /old;     http://b:80/old",
                "derivePort: FROM_REQUEST_PORT;                    85; b;    /old;     http://b:85/old",
                "derivePort: FROM_REQUEST_PORT;                    85; b:85; /old;     http://b:85/old",
                "authority: elsewhere.example;                     80; b;    /old;     http://elsewhere.example/old"
            })
    void redirects(String redirect, int port, String host, String path, String location) {
        String outcome =
                call("{match: [{uri: {exact: /old}}], redirect: {" + redirect + "}}", port)
                        .host(host)
                        .path(path)
                        .outcome();
        assertThat(outcome).isEqualTo("301 " + location);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "prefix: /old/;   redirect: {prefixRewrite: /new/};            /old/page; 301 http://b/new/page",
                "exact: /old;     redirect: {uri: /new, redirectCode: 308};    /old;      308 http://b/new",
                "prefix: /;       directResponse: {status: 503};               /old;      503",
                "prefix: /other;  redirect: {uri: /new};                       /old;      404"
            })
    void answersThatNeedNoUpstream(String match, String action, String path, String outcome) {
        assertThat(call("{match: [{uri: {" + match + "}}], " + action + "}").path(path).outcome())
                .isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "exact: /old;           uri: /new/path;            /old?k=v;    /new/path?k=v; b",
                "exact: /old;           authority: elsewhere;      /old;        /old;          elsewhere",
                "prefix: /old;          uri: /new;                 /old/page;   /new/page;     b",
                "prefix: /old;          uri: /;                    /old/page;   //page;        b",
                "prefix: /old/;         uri: /;                    /old/page;   /page;         b",
                "prefix: /old;          'uri: /new, authority: x'; /old;        /new;          x",
                "regex: '/o.*/([a-z]+)'; 'uriRegexRewrite: {match: \"/o.*/([a-z]+)\", rewrite: /\\1}'; /old/page; /page; b"
            })
    void rewrites(String match, String rewrite, String path, String seen, String host) {
        Departure call =
                call("{match: [{uri: {" + match + "}}], rewrite: {" + rewrite + "}, " + TO_B + "}")
                        .path(path);
        assertThat(call.outcome()).isEqualTo(B);
        assertThat(call.sent().uri()).isEqualTo(seen);
        assertThat(call.sent().headers().get("host")).isEqualTo(host);
    }

    /** All characters that a name may have. */
    @ParameterizedTest
    @CsvSource({"why, true", "who, false", "'', false"})
    void namesOfHeadersMayBeOdd(String value, boolean matches) {
        String name = "a!#$%&'*+-.^_`|~z";
        Departure call =
                call("{match: [{headers: {\"" + name + "\": {exact: why}}}], " + TO_B + "}");
        if (!value.isEmpty()) {
            call.header(name, value);
        }
        assertThat(call.outcome()).isEqualTo(matches ? B : "404");
    }

    @ParameterizedTest
    @CsvSource({
        ":method, GET, GET, true",
        ":method, GET, POST, false",
        ":authority, b, GET, true",
        ":authority, c, GET, false",
        ":scheme, http, GET, true",
        ":path, /, GET, true"
    })
    void pseudoHeadersAreMatched(String name, String value, String method, boolean matches) {
        assertThat(
                        call("{match: [{headers: {\""
                                        + name
                                        + "\": {exact: "
                                        + value
                                        + "}}}], "
                                        + TO_B
                                        + "}")
                                .method(method)
                                .outcome())
                .isEqualTo(matches ? B : "404");
    }

    /** {@code *} is whatever there is; {@code .*} matches where there is nothing, too. */
    @ParameterizedTest
    @CsvSource({
        "exact: jason, jason,   " + B,
        "exact: jason, another, 418",
        "exact: jason, -,       418",
        "regex: '*',   jason,   " + B,
        "regex: '*',   '',      " + B,
        "regex: '*',   -,       418",
        "regex: '.*',  jason,   " + B,
        "regex: '.*',  '',      " + B,
        "regex: '.*',  -,       " + B
    })
    void withoutHeaders(String matcher, String user, String outcome) {
        Departure call =
                call(
                        "{match: [{withoutHeaders: {end-user: {"
                                + matcher
                                + "}}}], "
                                + TO_B
                                + ", "
                                + TEAPOT
                                + "}, {"
                                + TO_B
                                + "}");
        if (!user.equals("-")) {
            call.header("end-user", user);
        }
        assertThat(call.outcome()).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "httpStatus: 418;                      418",
                "grpcStatus: UNAVAILABLE;              200 grpc 14",
                "'httpStatus: 418, percentage: {value: 0}'; " + B
            })
    void aborts(String abort, String outcome) {
        String share = abort.contains("percentage") ? "" : ", percentage: {value: 100}";
        assertThat(call("{fault: {abort: {" + abort + share + "}}, " + TO_B + "}").outcome())
                .isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({"'match: [{uri: {regex: .*}}], '", "'match: [{uri: {prefix: /}}], '", "''"})
    void aRouteThatTakesEverythingHidesTheNext(String match) {
        assertThat(call("{" + match + TO_B + ", " + TEAPOT + "}, {" + TO_B + "}").outcome())
                .isEqualTo("418");
    }

    private static final String CORS =
            "corsPolicy: {allowOrigins: [{exact: cors.example}], allowMethods: [POST, GET],"
                    + " allowCredentials: false, allowHeaders: [X-One, X-Two], maxAge: 24h}, ";

    /** The answer says what is allowed, not whether what was asked for is. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "OPTIONS; cors.example;  DELETE; '200 cors.example POST,GET X-One,X-Two 86400'",
                "GET;     cors.example;  '';     " + B,
                "GET;     '';            '';     " + B,
                "OPTIONS; cors.example;  '';     " + B
            })
    void preflights(String method, String origin, String asked, String outcome) {
        Departure call = call("{" + CORS + TO_B + "}").method(method);
        if (!origin.isEmpty()) {
            call.header("origin", origin);
        }
        if (!asked.isEmpty()) {
            call.header("access-control-request-method", asked);
        }
        assertThat(call.outcome()).isEqualTo(outcome);
    }

    /** Within ten of a hundred of what was asked for, as in Istio's suite; here of 1,000. */
    @ParameterizedTest
    @CsvSource({"50 25 25", "80 10 10", "50 50", "80 20", "100 0"})
    void shares(String weights) {
        String[] hosts = {"b", "c", "d"};
        int[] parts = Arrays.stream(weights.split(" ")).mapToInt(Integer::parseInt).toArray();
        StringBuilder targets = new StringBuilder();
        for (int i = 0; i < parts.length; i++) {
            targets.append(i == 0 ? "" : ", ")
                    .append("{destination: {host: ")
                    .append(hosts[i])
                    .append("}, weight: ")
                    .append(parts[i])
                    .append('}');
        }
        PaperMesh mesh = mesh("{route: [" + targets + "]}");
        var random = new SplittableRandom(7);
        Map<String, Integer> reached = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            reached.merge(
                    new Departure(mesh, mesh.app("ns1/a"), "198.19.0.2", 80)
                            .host("b")
                            .chance(random)
                            .outcome(),
                    1,
                    Integer::sum);
        }
        for (int i = 0; i < parts.length; i++) {
            int times = reached.getOrDefault("outbound|80||" + hosts[i] + ".ns1", 0);
            assertThat(times).as(hosts[i]).isCloseTo(10 * parts[i], within(40));
        }
    }
}
