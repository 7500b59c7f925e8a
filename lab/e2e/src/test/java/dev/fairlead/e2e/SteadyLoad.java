package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * 200 requests a second out of a pod over a few kept connections, from {@link #on} until {@link
 * #stop}, and at least for the given time. Nothing is tried twice: what is lost shows.
 */
final class SteadyLoad implements AutoCloseable {

    static final int REQUESTS_PER_SECOND = 200;
    private static final int CONNECTIONS = 8;

    /** Whether the long forms run: {@code ./fairlead soak}. */
    static final boolean SOAK = "1".equals(System.getenv("FAIRLEAD_SOAK"));

    private final InPod program;

    private SteadyLoad(InPod program) {
        this.program = program;
    }

    /** Returns when the first requests were answered. */
    static SteadyLoad on(Lab lab, String namespace, String pod, String url, Duration atLeast) {
        return on(lab, namespace, pod, url, REQUESTS_PER_SECOND, atLeast);
    }

    static SteadyLoad on(
            Lab lab, String namespace, String pod, String url, int perSecond, Duration atLeast) {
        InPod program =
                new InPod(
                        lab,
                        namespace,
                        pod,
                        "steady_load.py",
                        url,
                        Integer.toString(perSecond),
                        Long.toString(atLeast.toSeconds()),
                        Integer.toString(CONNECTIONS));
        assertThat(program.read()).isEqualTo("started");
        return new SteadyLoad(program);
    }

    /** As long as is honest in a quick run, or as the issue has it. */
    static Duration quickOrLong(int quickSeconds, int longSeconds) {
        return Duration.ofSeconds(SOAK ? longSeconds : quickSeconds);
    }

    /** What became of it. */
    record Outcome(JsonNode figures) {

        int requests() {
            return figures.get("requests").asInt();
        }

        /** How many the pods whose names begin so have answered. */
        int answeredBy(String pods) {
            int sum = 0;
            for (var each : figures.get("pods").properties()) {
                sum += each.getKey().startsWith(pods) ? each.getValue().asInt() : 0;
            }
            return sum;
        }

        Set<String> pods() {
            Set<String> names = new TreeSet<>();
            figures.get("pods").fieldNames().forEachRemaining(names::add);
            return names;
        }

        /** Every request was answered with 200. */
        Outcome lostNothing() {
            assertThat(figures.get("faults").asInt()).as("%s", figures.toPrettyString()).isZero();
            return this;
        }
    }

    Outcome stop() {
        program.endInput();
        Outcome outcome = new Outcome(Curl.json(program.read()));
        System.out.println("steady load: " + outcome.figures());
        return outcome;
    }

    @Override
    public void close() {
        program.close();
    }
}
