package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.e2e.Launcher.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one malformed object does: it is named wherever somebody looks, and all else goes on. */
@Tag("lab")
class BadConfigurationTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String NAMESPACE = "mistakes";

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        String rule =
                """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: %1$s, namespace: mistakes}
                spec:
                  host: %1$s
                  subsets:
                  - {name: v1, labels: {version: v1}}
                  - {name: v2, labels: {version: v2}}
                ---
                """;
        lab.apply(
                Echo.namespace(NAMESPACE, true)
                        + pod("echo-v1", "node-1", Map.of("app", "echo", "version", "v1"))
                        + pod("echo-v2", "node-2", Map.of("app", "echo", "version", "v2"))
                        + pod("client", "node-1", Map.of("app", "client"))
                        + Echo.service(NAMESPACE, "good", Map.of("app", "echo"), "")
                        + Echo.service(NAMESPACE, "bad", Map.of("app", "echo"), "")
                        + rule.formatted("good")
                        + rule.formatted("bad"));
    }

    private static String pod(String name, String node, Map<String, String> labels) {
        return new Echo(NAMESPACE, name, node, labels, Map.of()).manifest();
    }

    private static String route(String name, String subset) {
        return http(
                name, "{route: [{destination: {host: %s, subset: %s}}]}".formatted(name, subset));
    }

    private static String http(String name, String rule) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %1$s, namespace: mistakes}
        spec: {hosts: [%1$s], http: [%2$s]}
        ---
        """
                .formatted(name, rule);
    }

    @AfterEach
    void noRules() {
        lab.runWithInput(route("good", "v1") + route("bad", "v1"), "delete", "-f", "-", "--wait");
    }

    /** A rule, the field that is wrong in it, and a word of the reason. */
    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{match: [{uri: {regex: '('}}], route: [{destination: {host: bad}}]} | spec.http[0].match[0].uri.regex | missing",
                "{route: [{destination: {host: bad, subset: 'no such'}}]} | spec.http[0].route[0].destination.subset | subset name",
                "{route: [{destination: {host: bad}, weight: -1}]} | spec.http[0].route[0].weight | 0",
                "{rout: [{destination: {host: bad}}]} | spec.http[0].rout | unknown",
                "{route: [{destination: {host: bad}}], fault: {abort: {http2Error: REFUSED_STREAM, percentage: {value: 100}}}} | spec.http[0].fault.abort.http2Error | not supported yet",
                "{route: [{destination: {host: bad, port: {number: 70000}}}]} | spec.http[0].route[0].destination.port.number | 65535"
            })
    void malformedRuleIsNamedWithFieldAndReasonEverywhere(String rule, String field, String reason)
            throws IOException {
        long logBefore = pilotLog().length();
        Result result = lab.tryApply(route("good", "v2") + http("bad", rule));

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out())
                .contains("virtualservice.networking.istio.io/good created")
                .containsPattern(
                        "virtualservice.networking.istio.io/bad refused: .*" + quote(field));
        assertThat(line(result.out(), "/bad refused")).containsIgnoringCase(reason);

        JsonNode accepted = accepted("bad");
        assertThat(accepted.get("status").asText()).isEqualTo("False");
        assertThat(accepted.get("message").asText()).contains(field).containsIgnoringCase(reason);
        assertThat(accepted("good").get("status").asText()).isEqualTo("True");
        assertThat(pilotLog().substring((int) logBefore))
                .contains("object refused")
                .contains("bad")
                .contains("field=" + field);

        Lab.await("good rule in force", () -> answerers("good").equals(Map.of("echo-v2", 10)));
        assertThat(answerers("bad")).as("no rule in force").hasSize(2);
    }

    @Test
    void lastGoodVersionStaysInForceUntilTheRuleIsDeleted() throws IOException {
        lab.apply(route("bad", "v2"));
        assertThat(answerers("bad")).isEqualTo(Map.of("echo-v2", 10));

        Result refused = lab.tryApply(http("bad", "{route: [{destination: {host: ''}}]}"));
        assertThat(refused.status()).isEqualTo(1);
        assertThat(answerers("bad")).isEqualTo(Map.of("echo-v2", 10));
        assertThat(status("bad").at("/lastGood/spec/http/0/route/0/destination/subset").asText())
                .isEqualTo("v2");

        assertThat(lab.run("restart", "pilot").ok()).contains("restarted");
        lab.apply(route("good", "v1"));
        assertThat(answerers("bad"))
                .as("after a restart of pilot-lite")
                .isEqualTo(Map.of("echo-v2", 10));

        lab.apply(route("bad", "v1"));
        assertThat(answerers("bad")).isEqualTo(Map.of("echo-v1", 10));
        assertThat(status("bad").has("lastGood")).isFalse();
        lab.delete(route("bad", "v1"));
        assertThat(answerers("bad")).hasSize(2);
        assertThat(statusFile("bad")).doesNotExist();
    }

    /** Nothing of a text that is no YAML is applied. */
    @Test
    void textThatIsNoManifestIsRefusedAsAWhole() {
        Result result = lab.tryApply(route("good", "v1") + "kind: [");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).startsWith("error: ");
        assertThat(statusFile("good")).doesNotExist();
        assertThat(lab.tryApply("just words").status()).isEqualTo(1);
    }

    /** A selector that matches no subset is for the requests of that rule only. */
    @Test
    void ruleWithoutItsSubsetCostsItsOwnRequestsOnly() {
        lab.apply(route("good", "v1") + route("bad", "v9"));
        assertThat(call("bad").status()).isEqualTo(503);
        assertThat(answerers("good")).isEqualTo(Map.of("echo-v1", 10));
    }

    private static Curl call(String host) {
        return Curl.from(lab, NAMESPACE, "client", "http://" + host + ":8080/");
    }

    /** How often each pod answered, of 10 requests. */
    private static Map<String, Integer> answerers(String host) {
        Map<String, Integer> counts = new java.util.TreeMap<>();
        lab.run(
                        "exec",
                        "-n",
                        NAMESPACE,
                        "client",
                        "--",
                        "curl",
                        "-sf",
                        "-m",
                        "20",
                        "http://" + host + ":8080/[1-10]")
                .ok()
                .lines()
                .map(line -> Curl.json(line).get("pod").asText())
                .forEach(pod -> counts.merge(pod, 1, Integer::sum));
        return counts;
    }

    private static JsonNode accepted(String name) throws IOException {
        for (JsonNode condition : status(name).get("conditions")) {
            if (condition.get("type").asText().equals("Accepted")) {
                return condition;
            }
        }
        throw new AssertionError("no condition Accepted: " + status(name));
    }

    private static JsonNode status(String name) throws IOException {
        return Curl.json(Files.readString(statusFile(name)));
    }

    private static Path statusFile(String name) {
        return lab.folder()
                .resolve("cluster/status/networking.istio.io/VirtualService/mistakes")
                .resolve(name + ".json");
    }

    private static String pilotLog() throws IOException {
        return Files.readString(lab.folder().resolve("logs/pilot-lite.log"));
    }

    private static String line(String text, String part) {
        return text.lines().filter(line -> line.contains(part)).findFirst().orElse("");
    }

    private static String quote(String text) {
        return java.util.regex.Pattern.quote(text);
    }
}
