package dev.fairlead.cli.demo;

import dev.fairlead.cli.demo.LauncherShell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The demo's steps. Each observes through a real client: curl in a pod, tcpdump, the agents' pages.
 */
final class DemoSteps {

    private static final int SHARE_REQUESTS = 200;

    /** 4.5 standard deviations of 200 fair draws: 3.54 points each. */
    private static final int SHARE_TOLERANCE_POINTS = 16;

    private static final Pattern PRINCIPALS =
            Pattern.compile("source_principal=\"([^\"]*)\".*?destination_principal=\"([^\"]*)\"");
    private static final Pattern PRINCIPALS_REVERSED =
            Pattern.compile("destination_principal=\"([^\"]*)\".*?source_principal=\"([^\"]*)\"");

    private final LauncherShell shell;

    DemoSteps(LauncherShell shell) {
        this.shell = shell;
    }

    List<Step> all() {
        return List.of(
                new Step(
                        "Every pod of namespace default is captured, none of legacy",
                        this::capture),
                new Step("reviews -> v1: no stars on any page", this::allV1),
                new Step("user jason -> v2: black stars; everybody else stays on v1", this::jason),
                new Step("reviews 50/50 between v1 and v3, counted", this::shares),
                new Step("Who calls whom, by verified identity", this::identities),
                new Step("What crosses between the nodes is TLS", this::wire),
                new Step("STRICT: a client outside the mesh is refused", this::strict),
                new Step("What the agents counted", this::stats));
    }

    private Observed capture() throws IOException, InterruptedException {
        List<String> details = new ArrayList<>();
        int captured = 0;
        boolean legacy = false;
        for (String node : List.of("node-1", "node-2")) {
            for (String line : shell.admin(node, "/workloads?format=text").lines().toList()) {
                details.add(node + "  " + line);
                captured += line.contains("default/") && line.contains("captured") ? 1 : 0;
                legacy |= line.contains("legacy/");
            }
        }
        int pods =
                (int)
                        shell.lab("get", "pods", "-n", "default")
                                .out()
                                .lines()
                                .filter(line -> line.contains("1/1"))
                                .count();
        return new Observed(
                captured == pods && pods >= 7 && !legacy,
                captured
                        + " of "
                        + pods
                        + " ready pods of default are captured by their node's agent; legacy is "
                        + (legacy ? "captured too" : "left alone"),
                details);
    }

    private Observed allV1() throws IOException, InterruptedException {
        Observed refused =
                apply(
                        "bookinfo/networking/destination-rule-all.yaml",
                        "bookinfo/networking/virtual-service-all-v1.yaml");
        if (refused != null) {
            return refused;
        }
        int stars = 0;
        int pages = 0;
        for (int i = 0; i < 10; i++) {
            String page = productpage();
            pages += page.contains("Book Reviews") ? 1 : 0;
            stars += page.contains("glyphicon-star") ? 1 : 0;
        }
        return Observed.of(
                pages == 10 && stars == 0, pages + " pages with reviews, " + stars + " with stars");
    }

    private Observed jason() throws IOException, InterruptedException {
        Observed refused = apply("bookinfo/networking/reviews-test-v2.yaml");
        if (refused != null) {
            return refused;
        }
        String his = productpage("-H", "end-user: jason");
        String other = productpage("-H", "end-user: mary");
        boolean black = his.contains("color=\"black\"");
        boolean none = other.contains("Book Reviews") && !other.contains("glyphicon-star");
        return Observed.of(
                black && none,
                "jason sees "
                        + (black ? "black stars" : "no black stars")
                        + ", mary sees "
                        + (none ? "none" : "something else"));
    }

    private Observed shares() throws IOException, InterruptedException {
        Observed refused = apply("bookinfo/networking/reviews-50-v3.yaml");
        if (refused != null) {
            return refused;
        }
        String many = "http://reviews:9080/reviews/0?[1-" + SHARE_REQUESTS + "]";
        String out = shell.exec("default", "sleep", "curl", "-sS", "-m", "60", many).out();
        int red = occurrences(out, "\"red\"") / 2;
        int all = occurrences(out, "\"reviews\"");
        double share = 100.0 * red / Math.max(1, all);
        return Observed.of(
                all == SHARE_REQUESTS && Math.abs(share - 50) <= SHARE_TOLERANCE_POINTS,
                "%d of %d answers came from v3: %.1f %% (50 ± %d expected)"
                        .formatted(red, all, share, SHARE_TOLERANCE_POINTS));
    }

    private static int occurrences(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
            count++;
        }
        return count;
    }

    private Observed identities() throws IOException, InterruptedException {
        TreeSet<String> calls = new TreeSet<>();
        for (String node : List.of("node-1", "node-2")) {
            for (String line : shell.admin(node, "/stats/prometheus").lines().toList()) {
                if (line.startsWith("istio_requests_total")
                        && line.contains("reporter=\"destination\"")
                        && line.contains("mutual_tls")) {
                    calls.add(call(line));
                }
            }
        }
        boolean whole =
                calls.stream()
                                .anyMatch(c ->
                                        c.contains("sa/bookinfo-productpage")
                                                && c.endsWith("sa/bookinfo-reviews"))
                        && calls.stream()
                                .anyMatch(c ->
                                        c.contains("sa/bookinfo-reviews ")
                                                && c.endsWith("sa/bookinfo-ratings"));
        return new Observed(
                whole, calls.size() + " pairs, each side proven by mTLS", List.copyOf(calls));
    }

    private static String call(String line) {
        Matcher match = PRINCIPALS.matcher(line);
        if (match.find()) {
            return match.group(1) + " -> " + match.group(2);
        }
        Matcher reversed = PRINCIPALS_REVERSED.matcher(line);
        return reversed.find() ? reversed.group(2) + " -> " + reversed.group(1) : line;
    }

    private Observed wire() throws IOException, InterruptedException {
        Path file = Files.createTempFile("fairlead-demo", ".pcap");
        try {
            Process capture = shell.start("capture", "node-1", "-w", file.toString());
            try {
                for (int i = 0; Files.size(file) == 0 && i < 200; i++) { // its header: it listens
                    Thread.sleep(20);
                }
                for (int i = 0; i < 5; i++) {
                    productpage();
                }
            } finally {
                capture.destroy();
                capture.waitFor();
            }
            return wireSeen(Files.readAllBytes(file));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static Observed wireSeen(byte[] bytes) {
        String seen = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        int records = occurrences(seen, "\u0017\u0003\u0003");
        int plain = occurrences(seen, "HTTP/1.1");
        return Observed.of(
                records > 0 && plain == 0,
                "%,d bytes captured on node-1's link: %d TLS records, %d plain HTTP lines"
                        .formatted(bytes.length, records, plain));
    }

    private Observed strict() throws IOException, InterruptedException {
        Result before = reviewsFrom("legacy");
        Observed refused = apply("bookinfo/networking/strict.yaml");
        if (refused != null) {
            return refused;
        }
        Result after = reviewsFrom("legacy");
        Result inside = reviewsFrom("default");
        return Observed.of(
                before.out().equals("200")
                        && after.out().equals("000")
                        && after.exit() == 56
                        && inside.out().equals("200"),
                "legacy client: %s before, then %s (curl exit %d); client in the mesh: %s"
                        .formatted(before.out(), after.out(), after.exit(), inside.out()));
    }

    private Result reviewsFrom(String namespace) throws IOException, InterruptedException {
        return shell.exec(
                namespace,
                "sleep",
                "curl",
                "-s",
                "-m",
                "10",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "http://reviews.default:9080/reviews/0");
    }

    private Observed stats() throws IOException, InterruptedException {
        List<String> details = new ArrayList<>();
        for (String node : List.of("node-1", "node-2")) {
            shell.admin(
                            node,
                            "/stats?usedonly&filter=cluster.outbound.*upstream_rq_(total|2xx|same_node)$")
                    .lines()
                    .filter(line -> line.contains("reviews"))
                    .forEach(line -> details.add(node + "  " + line));
        }
        return new Observed(
                !details.isEmpty(), details.size() + " of the counters, by Envoy's names", details);
    }

    /** Null when all was accepted and every agent has it. */
    private @org.jspecify.annotations.Nullable Observed apply(String... samples)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--wait"));
        for (String sample : samples) {
            arguments.add("-f");
            arguments.add(shell.sample(sample).toString());
        }
        Result result = shell.lab("apply", arguments.toArray(String[]::new));
        return result.exit() == 0
                ? null
                : Observed.of(false, "apply was refused: " + result.out() + result.err());
    }

    private String productpage(String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-m", "15"));
        command.addAll(List.of(more));
        command.add("http://productpage:9080/productpage");
        return shell.exec("default", "sleep", command.toArray(String[]::new)).out();
    }
}
