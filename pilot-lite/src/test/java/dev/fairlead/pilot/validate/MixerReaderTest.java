package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.source.Analysis;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of Mixer's kinds is accepted, ignored, or refused, and why. */
class MixerReaderTest {

    private static String read(String kind, String spec) {
        ObjectNode object =
                Yaml.documents(
                                "apiVersion: config.istio.io/v1alpha2\nkind: "
                                        + kind
                                        + "\nmetadata: {name: a}\nspec: "
                                        + spec)
                        .getFirst();
        var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
        return switch (new ConfigReader(MeshSettings.DEFAULT).read(meta, object)) {
            case Verdict.Accepted<?> _ -> "accepted";
            case Verdict.Refused<?>(List<Problem> problems) -> problems.toString();
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    logentry      | {severity: '"warning"', variables: {a: response.code}}
                    metric        | {value: '1'}
                    stdio         | {outputAsJson: true}
                    handler       | {compiledAdapter: prometheus, params: {metrics: []}}
                    handler       | {adapter: mine, connection: {address: "a:1"}}
                    instance      | {compiledTemplate: metric, params: {value: response.size}}
                    instance      | {compiledTemplate: checknothing}
                    checknothing  | {}
                    denier        | {}
                    handler       | {compiledAdapter: denier, params: {status: {code: 7, message: Never}, validDuration: 5s}}
                    listchecker   | {overrides: ["a.*"], entryType: REGEX}
                    rule          | {match: response.code >= 400, actions: [{handler: logs, instances: [entry]}]}
                    rule          | {actions: [{handler: a.b.c, instances: [d]}]}
                    QuotaSpec     | {rules: [{quotas: [{quota: a, charge: "1"}]}]}
                    QuotaSpecBinding | {quotaSpecs: [{name: a}], services: [{service: '*'}]}
                    """)
    void isAccepted(String kind, String spec) {
        assertThat(read(kind, spec)).isEqualTo("accepted");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    redisquota  | {} | kind redisquota not supported yet
                    handler     | {compiledAdapter: redisquota, params: {}} | spec.params: adapter redisquota not supported yet: use memquota, which counts for each pod
                    handler     | {compiledAdapter: opa} | spec: adapter opa not supported yet
                    handler     | {compiledAdapter: memquota} | spec.params: is needed
                    memquota    | {quotas: [{name: a, maxAmount: 1}]} | spec.quotas[0].validDuration: is needed
                    listchecker | {providerUrl: "http://a"} | spec.providerUrl: not supported yet
                    listchecker | {overrides: [a], entryType: IP_ADDRESSES} | spec.overrides[0]: "a" is no range of addresses
                    denier      | {status: {code: 99}} | spec.status.code: 99 is no error's code
                    quota       | {dimensions: {a: api.key}} | spec.dimensions.a: attribute api.key is not supported yet
                    listentry   | {} | spec.value: is needed
                    instance    | {compiledTemplate: quota} | spec.compiledTemplate: quota needs params
                    instance    | {compiledTemplate: authorization, params: {}} | spec.params: template authorization not supported yet
                    rule        | {match: response.code == 1, actions: [{handler: a.denier, instances: [b]}]} | spec.match: attribute response.code is not supported yet
                    rule        | {actions: [{handler: a, instances: [b]}], sampling: {}} | spec.sampling: not supported yet
                    QuotaSpec   | {rules: [{quotas: [{quota: a, charge: 2}]}]} | spec.rules[0].quotas[0].charge: other than 1: not supported yet
                    QuotaSpecBinding | {quotaSpecs: [{name: a}], services: []} | spec.services: at least one is needed
                    """)
    void isRefused(String kind, String spec, String problem) {
        assertThat(read(kind, spec)).contains(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "match(request.headers[\"cookie\"], \"session=*\") == false",
                "(source.labels[\"istio\"] | \"\") == \"ingressgateway\" && (request.headers[\"x\"] | \"\") == \"john\"",
                "destination.service.host == \"a.default.svc.cluster.local\" || context.protocol != \"tcp\"",
                "source.ip == ip(\"198.18.0.1\")",
                "request.path.startsWith(\"/a\") && \"^/a.*\".matches(request.url_path)",
                "request.headers[`x`].endsWith(\"y\") != true",
                "connection.mtls | false",
                "destination.port == 9080",
                "true"
            })
    void expressionIsRead(String text) throws Exception {
        assertThat(ExpressionParser.truth(text)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    response.code == 200 ; attribute response.code is not supported yet
                    source.labels["a"] == destination.labels["b"] && request.auth.claims["c"] == "d" ; attribute request.auth.claims is not supported yet
                    source.labels["a"] == request.headers["b"] ; comparing two attributes
                    conditional(true, "a", "b") == "c" ; function conditional is not supported yet
                    request.size.foo("a") ; function request.size.foo
                    source.ip == "a" ; source.ip can only be compared
                    match(source.ip, "a*") ; source.ip can only be compared
                    request.time.matches("a") ; attribute request.time
                    "a" ; text stands where true or false is needed
                    true | ; ends too early
                    a == "b ; attribute a
                    request.path == "b ; ends too early
                    request.path == "a" ) ; ")" is not understood
                    request.path > "a" ; ">" is not understood
                    "(".matches(request.path) ; not an RE2 expression
                    """)
    void expressionIsRefused(String text, String reason) {
        try {
            assertThat(ExpressionParser.truth(text)).isNull();
        } catch (ExpressionParser.Unreadable e) {
            assertThat(e.reason()).contains(reason);
        }
    }

    /** Whatever is thrown at it, nothing but an expression or a reason comes of it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anythingIsReadOrRefused(long seed) {
        String[] parts = {
            "request.path",
            "request.headers",
            "source.labels",
            "[",
            "]",
            "(",
            ")",
            "\"a\"",
            "`b`",
            "==",
            "!=",
            "&&",
            "||",
            "|",
            ".",
            ",",
            "match",
            "ip",
            "true",
            "false",
            " ",
            "1",
            "\\",
            "\"",
            "é",
            "startsWith",
            "source.ip",
            "connection.mtls",
            "\"198.18.0.1\""
        };
        var random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            int length = 1 + random.nextInt(9);
            for (int j = 0; j < length; j++) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            try {
                assertThat(ExpressionParser.truth(text.toString())).isNotNull();
                read++;
            } catch (ExpressionParser.Unreadable e) {
                assertThat(e.reason()).isNotBlank();
            }
        }
        assertThat(read).isPositive();
        assertThat(deep()).contains("nested deeper");
    }

    private static String deep() {
        try {
            return ExpressionParser.truth("(".repeat(2000) + "true").toString();
        } catch (ExpressionParser.Unreadable e) {
            return e.reason();
        }
    }

    private static List<String> findings(String yaml) {
        Map<ObjectKey, JsonNode> objects = new TreeMap<>();
        Yaml.documents(yaml).forEach(object -> objects.put(ObjectKey.of(object), object));
        return Analysis.of(objects).findings().stream()
                .map(found -> found.level() + " " + found.object().name() + " " + found.problem())
                .toList();
    }

    @Test
    void whatOnlyObservesIsIgnored() {
        assertThat(
                        findings(
                                """
                                apiVersion: config.istio.io/v1alpha2
                                kind: instance
                                metadata: {name: entry}
                                spec: {compiledTemplate: logentry, params: {timestamp: request.time}}
                                ---
                                apiVersion: config.istio.io/v1alpha2
                                kind: handler
                                metadata: {name: out}
                                spec: {compiledAdapter: stdio, params: {outputAsJson: true}}
                                ---
                                apiVersion: config.istio.io/v1alpha2
                                kind: rule
                                metadata: {name: tell}
                                spec: {match: response.code == 200, actions: [{handler: out, instances: [entry]}]}
                                """))
                .containsExactlyInAnyOrder(
                        "WARNING entry Ignored: use Telemetry",
                        "WARNING out Ignored: use Telemetry",
                        "WARNING tell Ignored: use Telemetry");
    }

    @Test
    void whatARuleNamesMustBeThere() {
        assertThat(
                        findings(
                                """
                                apiVersion: config.istio.io/v1alpha2
                                kind: handler
                                metadata: {name: refuser}
                                spec: {compiledAdapter: denier}
                                ---
                                apiVersion: config.istio.io/v1alpha2
                                kind: rule
                                metadata: {name: a}
                                spec: {match: response.code == 200, actions: [{handler: refuser, instances: [x]}]}
                                ---
                                apiVersion: config.istio.io/v1alpha2
                                kind: rule
                                metadata: {name: b}
                                spec: {actions: [{handler: refuser, instances: [x]}, {handler: nobody, instances: [x]}]}
                                """))
                .containsExactlyInAnyOrder(
                        "WARNING a spec.match: not in force: attribute response.code is not supported yet",
                        "WARNING b spec.actions[0].instances[0]: there is no instance x",
                        "WARNING b spec.actions[1].handler: there is no handler nobody");
    }
}
