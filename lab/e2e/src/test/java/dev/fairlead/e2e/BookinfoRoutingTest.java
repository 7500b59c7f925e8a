package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routing walk-throughs on bookinfo, with the samples' own YAML and curl. */
@Tag("lab")
class BookinfoRoutingTest {

    private static final String SAMPLES = "samples/bookinfo/networking/";
    private static final String PAGE = "http://productpage:9080/productpage";
    private static final Pattern COLOUR = Pattern.compile("<font color=\"(\\w+)\">");
    private static final Pattern RATING = Pattern.compile("\"color\": \"(\\w+)\"");

    /** At 50 % its standard deviation is 1.12 points, so 5 points are 4.5 of them. */
    private static final int REQUESTS = 2000;

    @RegisterExtension static final SharedLab LAB = SharedLab.BOOKINFO;

    private static Lab lab;

    @BeforeAll
    static void lab() {
        lab = LAB.lab();
    }

    @Test
    void everyPodRunsWithoutASidecarAndIsCaptured() {
        JsonNode pods = Curl.json(lab.run("get", "pods", "-o", "json").ok()).get("items");
        Set<String> names = new TreeSet<>();
        for (JsonNode pod : pods) {
            names.add(pod.at("/metadata/name").asText());
            assertThat(pod.at("/spec/containers")).hasSize(1);
            for (JsonNode container : pod.at("/status/containerStatuses")) {
                assertThat(container.get("ready").asBoolean()).isTrue();
                assertThat(container.get("restartCount").asInt()).isZero();
            }
        }
        Set<String> captured = new TreeSet<>();
        for (String node : List.of("node-1", "node-2")) {
            String list = lab.node(node, "curl", "-s", "http://127.0.0.1:15000/workloads").ok();
            for (JsonNode workload : Curl.json(list).get("workloads")) {
                assertThat(workload.get("state").asText()).isEqualTo("captured");
                if (workload.get("namespace").asText().equals("default")) { // others have theirs
                    captured.add(workload.get("name").asText());
                }
            }
        }
        assertThat(captured).isEqualTo(names).hasSizeGreaterThanOrEqualTo(9);
    }

    @Test
    void allToV1ShowsNoStars() {
        apply("virtual-service-all-v1.yaml");
        assertThat(starsOf(pages(20))).isEmpty();
    }

    @Test
    void jasonSeesBlackStarsAndOthersNone() {
        apply("virtual-service-all-v1.yaml");
        apply("reviews-test-v2.yaml");
        assertThat(starsOf(pages(10, "-H", "end-user: jason"))).containsOnly("black");
        assertThat(starsOf(pages(10, "-H", "end-user: jasonine"))).isEmpty();
        assertThat(starsOf(pages(10))).isEmpty();
        apply("reviews-jason-v2-v3.yaml");
        assertThat(starsOf(pages(10, "-H", "end-user: jason"))).containsOnly("black");
        assertThat(starsOf(pages(10))).containsOnly("red");
    }

    /** As a browser does it: a form, a cookie, the page. */
    @Test
    void jasonSignsIn() {
        apply("reviews-test-v2.yaml");
        String page =
                lab.sh(
                                "deploy/sleep",
                                "curl -s -o /dev/null -c /tmp/jar -d 'username=jason&passwd=x'"
                                        + " http://productpage:9080/login; curl -s -b /tmp/jar "
                                        + PAGE)
                        .ok();
        assertThat(starsOf(page)).containsOnly("black");
    }

    @ParameterizedTest
    @CsvSource({
        "reviews-50-v3.yaml, red,   50",
        "reviews-80-20.yaml, black, 20",
        "reviews-90-10.yaml, black, 10"
    })
    void weightsAreKeptWithinFivePoints(String rule, String colour, int percent) {
        apply(rule);
        String answers =
                lab.sh(
                                "deploy/sleep",
                                "curl -sf -m 120 'http://reviews:9080/reviews/[1-"
                                        + REQUESTS
                                        + "]' | sed 's/}{\"id\"/}\\n{\"id\"/g'")
                        .ok();
        List<String> bodies = answers.lines().toList();
        assertThat(bodies).hasSize(REQUESTS);
        long coloured = bodies.stream().filter(body -> body.contains("color")).count();
        assertThat(colours(RATING, answers)).containsOnly(colour);
        new Share(REQUESTS, (int) coloured).isAbout(percent, 5);
    }

    @Test
    void tcpWeightsAreKeptWithinFivePoints() {
        lab.apply(
                """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: tcp-echo}
                spec:
                  host: tcp-echo
                  subsets:
                  - {name: v1, labels: {version: v1}}
                  - {name: v2, labels: {version: v2}}
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: tcp-echo}
                spec:
                  hosts: [tcp-echo]
                  tcp:
                  - match: [{port: 9000}]
                    route:
                    - {destination: {host: tcp-echo, port: {number: 9000}, subset: v1}, weight: 80}
                    - {destination: {host: tcp-echo, port: {number: 9000}, subset: v2}, weight: 20}
                """);
        int connections = 1200; // standard deviation 1.15 points
        Map<String, Long> answers =
                lab.exec(
                                "deploy/sleep",
                                "python3",
                                "-c",
                                "import socket\nfor i in range("
                                        + connections
                                        + "):\n"
                                        + " with socket.create_connection(('tcp-echo', 9000)) as s:\n"
                                        + "  s.sendall(b'x\\n')\n"
                                        + "  print(s.makefile().readline().strip())")
                        .ok()
                        .lines()
                        .collect(Collectors.groupingBy(line -> line, Collectors.counting()));
        assertThat(answers).containsOnlyKeys("one x", "two x");
        new Share(connections, answers.getOrDefault("two x", 0L).intValue()).isAbout(20, 5);
    }

    /** When apply --wait has answered, not one more request goes the old way. */
    @Test
    void applyWithWaitIsInForceWhenItReturns() {
        for (String version : List.of("v1", "v3", "v2", "v1", "v3")) {
            lab.apply(reviewsTo(version));
            Set<String> expected =
                    switch (version) {
                        case "v2" -> Set.of("black");
                        case "v3" -> Set.of("red");
                        default -> Set.of();
                    };
            String answers =
                    lab.sh("deploy/sleep", "curl -sf 'http://reviews:9080/reviews/[1-10]'").ok();
            assertThat(answers.split("\"id\"", -1)).hasSize(11);
            assertThat(colours(RATING, answers)).as(version).isEqualTo(expected);
        }
    }

    @Test
    void deletedRuleLeavesTheServiceToRoundRobin() {
        String rule = reviewsTo("v1");
        lab.apply(rule);
        lab.delete(rule);
        String answers =
                lab.sh("deploy/sleep", "curl -sf 'http://reviews:9080/reviews/[1-60]'").ok();
        assertThat(colours(RATING, answers)).containsExactlyInAnyOrder("black", "red");
        assertThat(answers.split("\"id\"", -1)).hasSize(61);
    }

    @Test
    void pageSaysThatRatingsAreUnavailable() {
        apply("reviews-jason-v2-v3.yaml");
        String noRatings = to("ratings", "nosuch");
        lab.apply(noRatings);
        assertThat(pages(1)).contains("Ratings service is currently unavailable");
        lab.delete(noRatings);
        assertThat(starsOf(pages(1))).containsOnly("red");
    }

    @Test
    void pageSaysThatReviewsAreUnavailable() {
        lab.apply(to("reviews", "nosuch"));
        assertThat(pages(1))
                .contains("Error fetching product reviews!")
                .contains("Sorry, product reviews are currently unavailable for this book.")
                .contains("Book Details");
    }

    private static void apply(String sample) {
        lab.run("apply", "--wait", "-f", SAMPLES + sample).ok();
    }

    private static String reviewsTo(String version) {
        return to("reviews", version);
    }

    private static String to(String service, String subset) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %1$s}
        spec:
          hosts: [%1$s]
          http: [{route: [{destination: {host: %1$s, subset: %2$s}}]}]
        """
                .formatted(service, subset);
    }

    /** The product page, so many times, with one curl. */
    private static String pages(int n, String... options) {
        List<String> command = new java.util.ArrayList<>(List.of("curl", "-sf", "-m", "60"));
        command.addAll(List.of(options));
        command.add(PAGE + "?n=[1-" + n + "]");
        String pages = lab.exec("deploy/sleep", command.toArray(String[]::new)).ok();
        assertThat(pages.split("</html>", -1)).as(pages).hasSize(n + 1);
        assertThat(pages).contains("Book Details");
        return pages;
    }

    private static Set<String> starsOf(String pages) {
        return colours(COLOUR, pages);
    }

    private static Set<String> colours(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
