package dev.fairlead.e2e;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/**
 * One run of h2spec, strict cases included.
 *
 * @param failures of each case in h2spec's order, named {@code http2/5.1.1: what it sends}, what
 *     was expected and what came; empty where it passed
 */
record H2Spec(Map<String, String> failures) {

    /** The report has a peer's bytes as they came, which XML does not allow. */
    private static final String NO_XML = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\xff]";

    /** Cases that h2spec 2.2.1 has; fewer in a report are no run. */
    static final int CASES = 146;

    /**
     * Runs it in {@code pod}, which has the program, against what answers there: with 200 and some
     * bytes for {@code /debug}.
     */
    static H2Spec run(Lab lab, String namespace, String pod, String host, int port) {
        String report = "/tmp/" + host + "-" + port + ".xml";
        String script =
                "h2spec -S -P /debug -h %1$s -p %2$d -j %3$s >/tmp/h2spec.log 2>&1; cat %3$s || cat /tmp/h2spec.log"
                        .formatted(host, port, report);
        return parse(lab.run("exec", "-n", namespace, pod, "--", "sh", "-c", script).ok());
    }

    static CompletableFuture<H2Spec> start(
            Lab lab, String namespace, String pod, String host, int port) {
        return CompletableFuture.supplyAsync(
                () -> run(lab, namespace, pod, host, port), work -> Thread.ofVirtual().start(work));
    }

    static H2Spec parse(String report) {
        Map<String, String> failures = new LinkedHashMap<>();
        for (Element test : elements(report)) {
            String name = test.getAttribute("package") + ": " + test.getAttribute("classname");
            var errors = test.getElementsByTagName("error");
            String error =
                    errors.getLength() == 0
                            ? ""
                            : errors.item(0).getTextContent().strip().replace("\n", " | ");
            if (failures.put(name, error) != null) {
                throw new AssertionError("two cases named " + name);
            }
        }
        if (failures.size() != CASES) {
            throw new AssertionError(failures.size() + " cases in the report:\n" + report);
        }
        return new H2Spec(failures);
    }

    private static List<Element> elements(String report) {
        try {
            byte[] xml = report.replaceAll(NO_XML, "?").getBytes(StandardCharsets.ISO_8859_1);
            var nodes =
                    DocumentBuilderFactory.newDefaultInstance()
                            .newDocumentBuilder()
                            .parse(new ByteArrayInputStream(xml))
                            .getElementsByTagName("testcase");
            List<Element> elements = new ArrayList<>();
            for (int i = 0; i < nodes.getLength(); i++) {
                elements.add((Element) nodes.item(i));
            }
            return elements;
        } catch (java.io.IOException
                | javax.xml.parsers.ParserConfigurationException
                | org.xml.sax.SAXException e) {
            throw new AssertionError("no report:\n" + report, e);
        }
    }

    boolean passes(String test) {
        return failures.get(test).isEmpty();
    }

    long passed() {
        return failures.values().stream().filter(String::isEmpty).count();
    }

    /** Those of {@code cases} that failed here, with the other's verdict below each. */
    String table(Predicate<String> cases, String other, H2Spec beside) {
        StringBuilder text = new StringBuilder();
        failures.forEach((test, failure) -> {
            if (!failure.isEmpty() && cases.test(test)) {
                text.append(
                        "  %s\n    expected, actual: %s\n    %s: %s\n"
                                .formatted(
                                        test,
                                        failure,
                                        other,
                                        beside.passes(test)
                                                ? "passes"
                                                : beside.failures.get(test)));
            }
        });
        return text.toString();
    }
}
