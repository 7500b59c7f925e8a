package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.e2e.Launcher.Result;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Istio 1.2.2's own samples, unmodified, with the defaults of their time. */
@Tag("lab")
class IstioSamplesTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.ISTIO_1_0;

    private static IstioSamples samples;

    @BeforeAll
    static void bookinfo() {
        IstioSamples.need("IstioSamplesTest");
        samples = IstioSamples.bookinfo(LAB.lab());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "virtual-service-all-v1,              ,      ",
                "virtual-service-reviews-test-v2,     ,      black",
                "virtual-service-reviews-v3,          red,   red",
                "virtual-service-reviews-jason-v2-v3, red,   black"
            })
    void pageHasTheStarsThatTheRuleSays(String rule, String others, String jason) {
        samples.network(rule);
        assertThat(samples.stars(5)).isEqualTo(others == null ? Set.of() : Set.of(others));
        assertThat(samples.stars(5, "-H", "end-user: jason"))
                .isEqualTo(jason == null ? Set.of() : Set.of(jason));
    }

    /** n = 1,000: the deviation at 50 % is 1.6 points, so the documented 10 are 6 of them. */
    @ParameterizedTest
    @CsvSource({
        "virtual-service-reviews-50-v3, red,   50",
        "virtual-service-reviews-80-20, black, 20",
        "virtual-service-reviews-90-10, black, 10"
    })
    void weightsAreKept(String rule, String colour, int percent) {
        samples.network(rule);
        int n = 1000;
        List<String> answers =
                samples.sleep(
                                "curl -sf -m 120 'http://reviews:9080/reviews/[1-"
                                        + n
                                        + "]' -w '\\n'")
                        .ok()
                        .lines()
                        .filter(line -> line.contains("\"id\""))
                        .toList();
        assertThat(answers).hasSize(n);
        Map<Boolean, Long> coloured =
                answers.stream()
                        .collect(
                                Collectors.partitioningBy(
                                        line -> line.contains('"' + colour + '"'),
                                        Collectors.counting()));
        new Share(n, coloured.getOrDefault(true, 0L).intValue()).isAbout(percent, 10);
    }

    /** What is not done yet is refused by its name, and nothing else suffers. */
    @Test
    void whatIsNotSupportedIsRefusedByName() {
        samples.network("virtual-service-all-v1");
        refused(
                "bookinfo-gateway",
                "gateway.networking.istio.io/bookinfo-gateway",
                "not supported");
        refused("bookinfo-gateway", "virtualservice.networking.istio.io/bookinfo", "gateways");
        refused(
                "egress-rule-google-apis",
                "serviceentry.networking.istio.io/googleapis",
                "not supported");
        assertThat(samples.stars(2)).isEmpty();
    }

    private static void refused(String file, String object, String reason) {
        Result result =
                LAB.lab()
                        .run("apply", "-n", IstioSamples.NAMESPACE, "-f", samples.networking(file));
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out())
                .containsPattern(Pattern.quote(object) + " refused: .*" + Pattern.quote(reason));
        LAB.lab().run("delete", "-n", IstioSamples.NAMESPACE, "-f", samples.networking(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"200", "404", "418", "503"})
    void httpbinAnswers(String status) {
        httpbin();
        assertThat(
                        samples.sleep(
                                        "curl -s -o /dev/null -w '%{http_code}'"
                                                + " http://httpbin:8000/status/"
                                                + status)
                                .ok())
                .isEqualTo(status);
    }

    @Test
    void httpbinSeesWhatWasSent() {
        httpbin();
        String headers =
                samples.sleep("curl -s -H 'x-given: as it was' http://httpbin:8000/headers").ok();
        var seen = Curl.json(headers).get("headers");
        assertThat(seen.get("X-Given").asText()).isEqualTo("as it was");
        assertThat(seen.get("Host").asText()).isEqualTo("httpbin:8000");
    }

    private static void httpbin() {
        Result tool =
                Launcher.run(
                        Map.of(),
                        "",
                        List.of(
                                Launcher.ROOT.resolve("samples/tools/provision").toString(),
                                "httpbin"));
        if (tool.status() != 0) {
            System.err.println("SKIPPED IstioSamplesTest with httpbin: " + tool.err());
        }
        assumeTrue(tool.status() == 0, "httpbin cannot be had here");
        samples.apply("httpbin/httpbin.yaml");
    }
}
