package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.e2e.Launcher.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Istio 1.2.2's own samples, unmodified, in namespace bookshop of a lab. They are no part of this
 * project: FAIRLEAD_SUITES names their folder, else ../shared/suites; skipped where there is none.
 */
record IstioSamples(Lab lab, Path folder) {

    static final String NAMESPACE = "bookshop";
    private static final Pattern COLOUR = Pattern.compile("<font color=\"(\\w+)\">");

    /** Bookinfo with its subsets, and sleep. */
    static IstioSamples bookinfo(Lab lab) {
        lab.apply(
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: bookshop, labels: {istio-injection: enabled}}
                """);
        IstioSamples samples = new IstioSamples(lab, place());
        samples.apply("bookinfo/platform/kube/bookinfo.yaml");
        samples.apply("sleep/sleep.yaml");
        samples.apply("bookinfo/networking/destination-rule-all.yaml");
        return samples;
    }

    /** Skips the class, loudly, where it is not there. */
    static Path need(String test) {
        Path folder = place();
        if (!Files.isDirectory(folder)) {
            System.err.println("SKIPPED " + test + ": no folder " + folder);
        }
        assumeTrue(Files.isDirectory(folder), "no folder " + folder);
        return folder;
    }

    private static Path place() {
        String given = System.getenv().getOrDefault("FAIRLEAD_SUITES", "../shared/suites");
        return Launcher.ROOT.resolve(given).resolve("istio-samples-1.2.2").normalize();
    }

    void apply(String file) {
        lab.run("apply", "--wait", "-n", NAMESPACE, "-f", folder.resolve(file).toString()).ok();
    }

    /** One of bookinfo's rules. */
    void network(String rule) {
        apply("bookinfo/networking/" + rule + ".yaml");
    }

    String networking(String rule) {
        return folder.resolve("bookinfo/networking/" + rule + ".yaml").toString();
    }

    Result sleep(String script) {
        return lab.run(
                "exec", "-n", NAMESPACE, "-c", "sleep", "deploy/sleep", "--", "sh", "-c", script);
    }

    Curl curl(String... arguments) {
        return Curl.from(lab, NAMESPACE, "deploy/sleep", arguments);
    }

    Set<String> stars(int pages, String... options) {
        String quoted = options.length == 0 ? "" : "-H '" + options[1] + "' ";
        String text =
                sleep(
                                "curl -sf -m 60 "
                                        + quoted
                                        + "'http://productpage:9080/productpage?n=[1-"
                                        + pages
                                        + "]'")
                        .ok();
        assertThat(text.split("</html>", -1)).as(text).hasSize(pages + 1);
        return starsOf(text);
    }

    static Set<String> starsOf(String text) {
        return COLOUR.matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
