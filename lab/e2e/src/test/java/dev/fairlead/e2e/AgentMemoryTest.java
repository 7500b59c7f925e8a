package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an agent that carries bookinfo takes of the node after five minutes of load. */
@Tag("soak")
class AgentMemoryTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.BOOKINFO;

    private static final Duration LENGTH = Duration.ofMinutes(5);

    /** Each page is four more requests through the mesh. */
    private static final int PAGES_PER_SECOND = 50;

    private static final long MAX_RESIDENT_BYTES = 150L << 20;
    private static final Pattern RESIDENT =
            Pattern.compile("(?m)^process_resident_memory_bytes(?:\\{.*})? (\\S+)$");

    @Test
    void staysSmall() {
        try (SteadyLoad load =
                SteadyLoad.on(
                        LAB.lab(),
                        "default",
                        "deploy/sleep",
                        "http://productpage:9080/productpage",
                        PAGES_PER_SECOND,
                        LENGTH)) {
            load.stop().lostNothing();
        }
        for (String node : new String[] {"node-1", "node-2"}) {
            long bytes = residentBytes(LAB.lab(), node);
            System.out.println("agent of " + node + ": " + (bytes >> 20) + " MiB resident");
            assertThat(bytes).isLessThanOrEqualTo(MAX_RESIDENT_BYTES);
        }
    }

    /** What the kernel says that the agent of {@code node} takes. */
    static long residentBytes(Lab lab, String node) {
        String page = lab.node(node, "curl", "-s", "http://127.0.0.1:15000/stats/prometheus").ok();
        Matcher resident = RESIDENT.matcher(page);
        assertThat(resident.find()).isTrue();
        return (long) Double.parseDouble(resident.group(1));
    }
}
