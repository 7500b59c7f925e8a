package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.HeaderChanges;
import dev.fairlead.pilot.state.HeaderChanges.Entry;
import dev.fairlead.pilot.state.HttpMatch;
import dev.fairlead.pilot.state.HttpPolicy;
import dev.fairlead.pilot.state.HttpPolicy.Fault;
import dev.fairlead.pilot.state.HttpPolicy.Mirror;
import dev.fairlead.pilot.state.HttpRoute;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Retries;
import dev.fairlead.pilot.state.Share;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.Target;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP routes of VirtualServices: the fields, and what Istio's validation says of them. */
class HttpRoutesTest {

    private static final String TO = "route: [{destination: {host: a}}]";

    private static JsonNode object(String spec) {
        return Yaml.documents(
                        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name:"
                                + " v}\nspec: "
                                + spec)
                .getFirst();
    }

    private static Verdict<ConfigObject> verdict(String spec) {
        JsonNode object = object(spec);
        var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
        return new ConfigReader(MeshSettings.DEFAULT).read(meta, object);
    }

    private static List<String> problems(String spec) {
        return switch (verdict(spec)) {
            case Verdict.Accepted<ConfigObject> _ -> List.of();
            case Verdict.Refused<ConfigObject>(List<Problem> problems) ->
                    problems.stream().map(Problem::toString).toList();
        };
    }

    private static VirtualService read(String spec) {
        if (verdict(spec) instanceof Verdict.Accepted<ConfigObject>(VirtualService rule)) {
            return rule;
        }
        throw new AssertionError("refused: " + problems(spec));
    }

    /** The route that {@code fields} make, with a destination. */
    private static HttpRoute route(String fields) {
        return read("{hosts: [a], http: [{" + fields + ", " + TO + "}]}").http().getFirst();
    }

    private static HttpMatch match(String fields) {
        return route("match: [{" + fields + "}]").matches().getFirst();
    }

    /** Of a route with a destination, and of one with nothing else. */
    static Stream<Arguments> refused() {
        return Stream.of(
                // what stands beside what
                arguments("redirect: {uri: /b}, " + TO, "route: cannot stand beside redirect"),
                arguments(
                        "redirect: {uri: /b}, fault: {abort: {httpStatus: 500}}",
                        "fault: cannot stand beside redirect"),
                arguments(
                        "redirect: {uri: /b}, rewrite: {uri: /c}",
                        "rewrite: cannot stand beside redirect"),
                arguments(
                        "redirect: {uri: /b}, direct_response: {status: 200}",
                        "direct_response: cannot stand beside redirect"),
                arguments(
                        "redirect: {uri: /b}, websocketUpgrade: true",
                        "websocketUpgrade: cannot stand beside redirect"),
                arguments(
                        "directResponse: {status: 200}, " + TO,
                        "route: cannot stand beside directResponse"),
                arguments(
                        "directResponse: {status: 200}, fault: {abort: {httpStatus: 500}}",
                        "fault: cannot stand beside directResponse"),
                arguments(
                        "directResponse: {status: 200}, rewrite: {uri: /c}",
                        "rewrite: cannot stand beside directResponse"),
                arguments("delegate: {name: d}, " + TO, "route: cannot stand beside delegate"),
                arguments(
                        "delegate: {name: d}, redirect: {uri: /b}",
                        "redirect: cannot stand beside delegate"),
                arguments("delegate: {namespace: n}", "delegate.name: is needed"),
                arguments(
                        "mirror: {host: b}, mirrors: [{destination: {host: b}}], " + TO,
                        "mirrors: cannot stand beside mirror"),
                arguments("mirrorPercent: 5, " + TO, "mirrorPercent: says nothing without mirror"),
                // matches
                arguments(
                        "match: [{headers: {x: {prefix: ''}}}], " + TO,
                        "match[0].headers.x.prefix: is empty"),
                arguments(
                        "match: [{headers: {x: null}}], " + TO,
                        "match[0].headers.x: must be an object"),
                arguments(
                        "match: [{headers: {'a b': {}}}], " + TO,
                        "match[0].headers.a b: not a header name"),
                arguments(
                        "match: [{headers: {'@request.auth.claims.x': {exact: b}}}], " + TO,
                        "match[0].headers.@request.auth.claims.x: claims can be looked at by"
                                + " gateways only"),
                arguments(
                        "match: [{headers: {X: {}, x: {}}}], " + TO,
                        "match[0].headers.x: given twice, in other letters too"),
                arguments(
                        "match: [{withoutHeaders: {x: {regex: '?'}}}], " + TO,
                        "match[0].withoutHeaders.x.regex: not an RE2 expression: missing argument"
                                + " to repetition operator"),
                arguments(
                        "match: [{queryParams: {q: {regex: ''}}}], " + TO,
                        "match[0].queryParams.q.regex: is empty"),
                arguments(
                        "match: [{scheme: {prefix: ''}}], " + TO,
                        "match[0].scheme.prefix: is empty"),
                arguments(
                        "match: [{sourceNamespace: A}], " + TO,
                        "match[0].sourceNamespace: \"A\" is not a namespace"),
                arguments(
                        "match: [{gateways: ['b@d']}], " + TO,
                        "match[0].gateways[0]: \"b@d\" is not the name of a gateway"),
                // redirect
                arguments(
                        "redirect: {}",
                        "redirect: says nothing: uri, authority, scheme or port is needed"),
                arguments(
                        "redirect: {uri: /a, prefixRewrite: /b}",
                        "redirect.prefixRewrite: cannot stand beside uri"),
                arguments(
                        "match: [{uri: {exact: /a}}], redirect: {prefixRewrite: /b}",
                        "redirect.prefixRewrite: needs matches whose uri, if any, is a prefix"),
                arguments(
                        "redirect: {port: 80, derivePort: FROM_REQUEST_PORT}",
                        "redirect.derivePort: cannot stand beside port"),
                arguments("redirect: {scheme: ftp}", "redirect.scheme: must be http or https"),
                arguments(
                        "redirect: {uri: /b, redirectCode: 299}",
                        "redirect.redirectCode: must be a whole number from 300 to 399"),
                arguments(
                        "redirect: {uri: /b, redirectCode: 304}",
                        "redirect.redirectCode: 304 is none of 301, 302, 303, 307, 308"),
                arguments(
                        "redirect: {uri: \"/b\\r\\nx\"}",
                        "redirect.uri: cannot stand in a Location"),
                // direct response
                arguments("directResponse: {}", "directResponse.status: is needed"),
                arguments(
                        "directResponse: {status: 199}",
                        "directResponse.status: must be a whole number from 200 to 599"),
                arguments(
                        "directResponse: {status: 200, body: {string: a, bytes: YQ==}}",
                        "directResponse.body.bytes: cannot stand beside string"),
                arguments(
                        "directResponse: {status: 200, body: {bytes: '?'}}",
                        "directResponse.body.bytes: is not base64"),
                arguments(
                        "directResponse: {status: 200, body: {string: "
                                + "a".repeat(1024 * 1024 + 1)
                                + "}}",
                        "directResponse.body: is longer than 1 MiB"),
                // rewrite
                arguments(
                        "rewrite: {}, " + TO,
                        "rewrite: says nothing: uri, uriRegexRewrite or authority is needed"),
                arguments(
                        "rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}, " + TO,
                        "rewrite.uriRegexRewrite: cannot stand beside uri"),
                arguments(
                        "rewrite: {uriRegexRewrite: {match: '(a)', rewrite: '\\2'}}, " + TO,
                        "rewrite.uriRegexRewrite.rewrite: \\2 is a group that match does not have"),
                arguments(
                        "rewrite: {uriRegexRewrite: {match: a, rewrite: 'b\\'}}, " + TO,
                        "rewrite.uriRegexRewrite.rewrite: a backslash stands before a digit or"
                                + " another one"),
                arguments(
                        "rewrite: {uriRegexRewrite: {match: a}}, " + TO,
                        "rewrite.uriRegexRewrite.rewrite: is needed"),
                arguments(
                        "rewrite: {uriRegexRewrite: {match: '[', rewrite: a}}, " + TO,
                        "rewrite.uriRegexRewrite.match: not an RE2 expression: missing closing ]"),
                arguments(
                        "rewrite: {authority: b}, headers: {request: {set: {host: c}}}, " + TO,
                        "rewrite: the authority is set twice, in headers.request too"),
                // headers
                arguments(
                        "headers: {request: {set: {host: b}, add: {':authority': c}}}, " + TO,
                        "headers.request.add.:authority: the authority is set twice"),
                arguments(
                        "headers: {request: {set: {':path': /}}}, " + TO,
                        "headers.request.set.:path: what a message is for cannot be changed here"),
                arguments(
                        "headers: {request: {remove: [Host]}}, " + TO,
                        "headers.request.remove[0]: what a message is for cannot be changed here"),
                arguments(
                        "headers: {response: {set: {host: b}}}, " + TO,
                        "headers.response.set.host: what a message is for cannot be changed here"),
                arguments(
                        "headers: {response: {add: {'': b}}}, " + TO,
                        "headers.response.add.: not a header name"),
                arguments(
                        "headers: {request: {set: {x: 'abc%123'}}}, " + TO,
                        "headers.request.set.x: has a % that belongs to nothing; %% is one"),
                arguments(
                        "headers: {request: {set: {x: '%START_TIME%%'}}}, " + TO,
                        "headers.request.set.x: has a % that belongs to nothing; %% is one"),
                arguments(
                        "headers: {request: {set: {x: '%DYNAMIC_METADATA(a:b)%'}}}, " + TO,
                        "headers.request.set.x: %DYNAMIC_METADATA(a:b)%: not supported yet"),
                arguments(
                        "headers: {request: {set: {x: \"a\\nb\"}}}, " + TO,
                        "headers.request.set.x: has characters that no header may have"),
                arguments(
                        "route: [{destination: {host: a}, headers: {request: {set: {'x y': b}}}}]",
                        "route[0].headers.request.set.x y: not a header name"),
                // retries
                arguments(
                        "retries: {attempts: -1}, " + TO,
                        "retries.attempts: must be a whole number from 0 to 2147483647"),
                arguments(
                        "retries: {attempts: 0, perTryTimeout: 2s}, " + TO,
                        "retries.perTryTimeout: says nothing where attempts is 0"),
                arguments(
                        "retries: {retryRemoteLocalities: false}, " + TO,
                        "retries.retryRemoteLocalities: says nothing where attempts is 0"),
                arguments(
                        "retries: {attempts: 1, perTryTimeout: 2s1ns}, " + TO,
                        "retries.perTryTimeout: \"2s1ns\" is finer than a millisecond"),
                arguments(
                        "retries: {attempts: 1, backoff: 999ns}, " + TO,
                        "retries.backoff: \"999ns\" is not a duration of at least 1ms, at most a"
                                + " year"),
                arguments(
                        "retries: {attempts: 1, retryOn: '5xx,invalid policy'}, " + TO,
                        "retries.retryOn: \"invalid policy\" is nothing to retry on"),
                arguments(
                        "retries: {attempts: 1, retryOn: '600'}, " + TO,
                        "retries.retryOn: \"600\" is nothing to retry on"),
                // faults
                arguments("fault: {}, " + TO, "fault: says nothing: delay or abort is needed"),
                arguments(
                        "fault: {abort: {percentage: {value: 20}}}, " + TO,
                        "fault.abort.httpStatus: this, or grpcStatus, is needed"),
                arguments(
                        "fault: {abort: {httpStatus: 100}}, " + TO,
                        "fault.abort.httpStatus: must be a whole number from 200 to 599"),
                arguments(
                        "fault: {abort: {grpcStatus: BAD}}, " + TO,
                        "fault.abort.grpcStatus: \"BAD\" is not a gRPC status"),
                arguments(
                        "fault: {abort: {http2Error: REFUSED_STREAM}}, " + TO,
                        "fault.abort.http2Error: not supported yet"),
                arguments(
                        "fault: {abort: {httpStatus: 500, percentage: {value: -1}}}, " + TO,
                        "fault.abort.percentage.value: must be a number from 0.0 to 100.0"),
                arguments(
                        "fault: {abort: {httpStatus: 500, percentage: {value: 0.00001}}}, " + TO,
                        "fault.abort.percentage.value: must be 0, or a number from 1.0E-4"),
                arguments(
                        "fault: {delay: {exponentialDelay: 1s}}, " + TO,
                        "fault.delay.exponentialDelay: not supported yet"),
                arguments(
                        "fault: {delay: {percent: 5}}, " + TO, "fault.delay.fixedDelay: is needed"),
                arguments(
                        "fault: {delay: {fixedDelay: 1s, percent: 101}}, " + TO,
                        "fault.delay.percent: must be a whole number from 0 to 100"),
                // mirrors
                arguments("mirrors: [{}], " + TO, "mirrors[0].destination: is needed"),
                arguments(
                        "mirror: {host: b}, mirrorPercentage: {value: 101}, " + TO,
                        "mirrorPercentage.value: must be a number from 0.0 to 100.0"),
                // CORS
                arguments(
                        "corsPolicy: {allowMethods: [PUTT]}, " + TO,
                        "corsPolicy.allowMethods[0]: \"PUTT\" is not a method"),
                arguments(
                        "corsPolicy: {exposeHeaders: ['']}, " + TO,
                        "corsPolicy.exposeHeaders[0]: not a header name"),
                arguments(
                        "corsPolicy: {maxAge: 1500ms}, " + TO,
                        "corsPolicy.maxAge: must be whole seconds"),
                arguments(
                        "corsPolicy: {allowOrigins: [{exact: ''}]}, " + TO,
                        "corsPolicy.allowOrigins[0].exact: is empty"),
                arguments(
                        "corsPolicy: {unmatchedPreflights: DROP}, " + TO,
                        "corsPolicy.unmatchedPreflights: unknown value DROP"));
    }

    @ParameterizedTest
    @MethodSource
    void refused(String route, String problem) {
        assertThat(problems("{hosts: [a], http: [{" + route + "}]}"))
                .containsExactly("spec.http[0]." + problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{hosts: [a], http: [{delegate: {name: d}}]}",
                "{hosts: [a], http: [{delegate: {name: d}, mirrorPercentage: {value: 5}}]}",
                "{hosts: [a], http: [{match: [{headers: {'a!#$%&''*+-.^_`|~z': {exact: why}}}], "
                        + TO
                        + "}]}",
                "{hosts: [a], http: [{retries: {attempts: 3, perTryTimeout: 2s, retryOn:"
                        + " 'gateway-error,connect-failure,refused-stream,reset-before-request',"
                        + " retryRemoteLocalities: true}, "
                        + TO
                        + "}]}",
                "{hosts: [a], gateways: [mesh, ns/gw, gw.ns.svc.cluster.local], http: [{"
                        + TO
                        + "}]}",
                "{http: [{match: [{sourceNamespace: test}], " + TO + "}]}",
                "{hosts: [a], http: [{match: [{uri: {prefix: ''}}], " + TO + "}]}",
                "{hosts: [a], http: [{match: [{headers: {':method': {exact: GET}}}], " + TO + "}]}",
                "{hosts: [a], http: [{match: [{queryParams: {q: {exact: ''}}}], " + TO + "}]}",
                "{hosts: [a], http: [{headers: {request: {set: {x: '100%%'}}}, " + TO + "}]}",
                "{hosts: [a], http: [{headers: {request: {set: {x: 'a %HOSTNAME% b'}}}, "
                        + TO
                        + "}]}",
                "{hosts: [a], http: [{headers: {response: {add: {x: '%REQ(:path?y):5%'}}}, "
                        + TO
                        + "}]}",
                "{hosts: [a], http: [{retries: {attempts: 0}, " + TO + "}]}",
                "{hosts: [a], http: [{fault: {abort: {grpcStatus: INTERNAL}}, " + TO + "}]}",
                "{hosts: [a], http: [{fault: {delay: {fixedDelay: 3s, percentage: {value: 0.001}}}, "
                        + TO
                        + "}]}"
            })
    void accepted(String spec) {
        assertThat(problems(spec)).isEmpty();
    }

    static Stream<Arguments> refusedDelegates() {
        return Stream.of(
                arguments(
                        "{http: [{delegate: {name: d}}]}",
                        "spec.http[0].delegate: cannot stand in a delegate"),
                arguments(
                        "{http: [{}]}",
                        "spec.http[0]: a route with at least one destination is needed"),
                arguments(
                        "{tcp: [{" + TO + "}]}",
                        "spec.tcp: cannot stand in a delegate, which is one that has no hosts"),
                arguments(
                        "{gateways: [mesh], http: [{" + TO + "}]}",
                        "spec.gateways: cannot stand in a delegate, which is one that has no hosts"),
                arguments("{}", "spec: http, tls or tcp routes are needed"));
    }

    @ParameterizedTest
    @MethodSource
    void refusedDelegates(String spec, String problem) {
        assertThat(problems(spec)).containsExactly(problem);
    }

    @Test
    void gatewaysBesideTheMeshAreLeftToThem() {
        String spec =
                """
                {hosts: [a], gateways: [gw, mesh], http: [
                  {match: [{gateways: [gw]}, {gateways: [mesh]}, {}], %1$s}],
                 tcp: [{match: [{gateways: [gw], port: 1}, {port: 2}], %1$s},
                  {match: [{gateways: [gw]}], %1$s}]}
                """;
        var rule = read(spec.formatted(TO));
        assertThat(rule.http().getFirst().matches())
                .extracting(HttpMatch::forMesh)
                .containsExactly(false, true, true);
        assertThat(rule.tcp()).hasSize(1);
        assertThat(rule.tcp().getFirst().matches()).extracting(m -> m.port()).containsExactly(2);
    }

    @Test
    void everyPartOfAMatch() {
        HttpMatch match =
                match(
                        "name: m, uri: {regex: a+}, ignore_uri_case: true, scheme: {exact: http},"
                                + " method: {prefix: G}, authority: {exact: a}, headers: {X-A: {}},"
                                + " withoutHeaders: {X-B: {regex: '*'}, x-c: {exact: d}},"
                                + " queryParams: {q: {}, r: {exact: ''}}, port: 80, sourceLabels:"
                                + " {app: s}, sourceNamespace: n, gateways: [mesh], statPrefix: st");
        assertThat(match)
                .isEqualTo(
                        new HttpMatch(
                                "m",
                                new StringMatch.Regex("a+"),
                                true,
                                new StringMatch.Exact("http"),
                                new StringMatch.Prefix("G"),
                                new StringMatch.Exact("a"),
                                Map.of("x-a", new StringMatch.Present()),
                                Map.of(
                                        "x-b",
                                        new StringMatch.Present(),
                                        "x-c",
                                        new StringMatch.Exact("d")),
                                Map.of(
                                        "q",
                                        new StringMatch.Present(),
                                        "r",
                                        new StringMatch.Exact("")),
                                80,
                                Map.of("app", "s"),
                                "n",
                                List.of("mesh"),
                                "st"));
    }

    @Test
    void headersOfAllSpellingsComeInIstiosOrder() {
        HttpRoute route =
                route(
                        "headers: {request: {set: {B: '1', Host: h}, add: {a: '2'}, remove: [C]},"
                                + " response: {set: {d: '3'}}}, appendHeaders: {e: '4'},"
                                + " appendRequestHeaders: {f: '5'}, removeRequestHeaders: [g],"
                                + " appendResponseHeaders: {h: '6'}, removeResponseHeaders: [i]");
        assertThat(route.policy().headers())
                .isEqualTo(
                        new HeaderChanges(
                                new HeaderChanges.Side(
                                        List.of(
                                                new Entry("b", "1", true),
                                                new Entry("a", "2", false),
                                                new Entry("e", "4", false),
                                                new Entry("f", "5", false)),
                                        List.of("c", "g")),
                                new HeaderChanges.Side(
                                        List.of(
                                                new Entry("d", "3", true),
                                                new Entry("h", "6", false)),
                                        List.of("i")),
                                "h"));
    }

    @Test
    void everyPartOfAPolicy() {
        HttpPolicy policy =
                route(
                                "rewrite: {uriRegexRewrite: {match: '^/a/(.*)$', rewrite: '/b/\\1'},"
                                        + " authority: c}, timeout: 2s, retries: {attempts: 3,"
                                        + " per_try_timeout: 1s, retryOn: '5xx,503,reset',"
                                        + " retryRemoteLocalities: true, retryIgnorePreviousHosts:"
                                        + " false, backoff: 25ms}, fault: {delay: {fixedDelay: 7s,"
                                        + " percent: 10}, abort: {grpcStatus: UNAVAILABLE,"
                                        + " percentage: {value: 0.5}}}, mirror: {host: b, subset:"
                                        + " v2}, mirror_percent: 50, corsPolicy: {allowOrigins:"
                                        + " [{prefix: 'https://'}], allowMethods: [GET],"
                                        + " allowHeaders: ['*'], exposeHeaders: [x], maxAge: 1m,"
                                        + " allowCredentials: false, unmatchedPreflights: IGNORE}")
                        .policy();
        String b = "b.default.svc.cluster.local";
        assertThat(policy)
                .isEqualTo(
                        new HttpPolicy(
                                new HttpPolicy.Rewrite("", "^/a/(.*)$", "/b/\\1", "c"),
                                Duration.ofSeconds(2),
                                new Retries(
                                        3,
                                        Duration.ofSeconds(1),
                                        List.of("5xx", "reset"),
                                        List.of(503),
                                        false,
                                        true,
                                        Duration.ofMillis(25)),
                                new Fault(
                                        new Fault.Delay(Duration.ofSeconds(7), new Share(100_000)),
                                        new Fault.Abort(0, 14, new Share(5_000))),
                                new Target(b, "v2", 0, 0),
                                new Share(500_000),
                                null,
                                new HttpPolicy.Cors(
                                        List.of(new StringMatch.Prefix("https://")),
                                        List.of("GET"),
                                        List.of("*"),
                                        List.of("x"),
                                        60,
                                        false,
                                        false),
                                null));
        assertThat(policy.copies())
                .containsExactly(new Mirror(new Target(b, "v2", 0, 0), new Share(500_000)));
    }

    @Test
    void aPercentageTakesPrecedenceOverAPercent() {
        Fault fault =
                route(
                                "fault: {abort: {httpStatus: 555, percent: 100, percentage: {value:"
                                        + " 1}}}")
                        .policy()
                        .fault();
        assertThat(Objects.requireNonNull(Objects.requireNonNull(fault).abort()).share())
                .isEqualTo(Share.ofPercent(1));
    }

    /** As in Istio: nobody is delayed who is not counted. */
    @Test
    void aFaultWithoutPercentageIsNobodys() {
        Fault fault = route("fault: {delay: {fixedDelay: 1s}}").policy().fault();
        assertThat(Objects.requireNonNull(Objects.requireNonNull(fault).delay()).share())
                .isEqualTo(Share.NONE);
    }

    @Test
    void mirrorsHaveAShareOfTheirOwnAndNoneIsLeftOut() {
        assertThat(
                        route(
                                        "mirrors: [{destination: {host: b}}, {destination: {host: c},"
                                                + " percentage: {value: 0}}, {destination: {host: d},"
                                                + " percentage: {value: 12.5}}]")
                                .policy()
                                .copies())
                .extracting(Mirror::share)
                .containsExactly(Share.ALL, Share.ofPercent(12.5));
    }

    @Test
    void redirectsAndAnswers() {
        assertThat(
                        read("{hosts: [a], http: [{redirect: {uri: /b, authority: c, scheme: https,"
                                        + " derivePort: FROM_REQUEST_PORT, redirectCode: 308}}]}")
                                .http()
                                .getFirst()
                                .redirect())
                .isEqualTo(new HttpRoute.Redirect("/b", "", "c", "https", 0, true, 308));
        assertThat(
                        read("{hosts: [a], http: [{directResponse: {status: 503, body: {string:"
                                        + " sorry}}}]}")
                                .http()
                                .getFirst()
                                .directResponse())
                .isEqualTo(new HttpRoute.DirectResponse(503, "sorry", ""));
    }
}
