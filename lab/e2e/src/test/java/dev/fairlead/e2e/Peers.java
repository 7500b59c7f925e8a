package dev.fairlead.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;

/** Real programs that judge or are compared with; {@code samples/tools/provision} gets them. */
final class Peers {

    private Peers() {}

    /** Skips the test, naming the tool, where one of {@code tools} is not in the cache. */
    static void need(String... tools) {
        for (String tool : tools) {
            var found =
                    Launcher.run(
                            Map.of(),
                            "",
                            List.of(
                                    Launcher.ROOT.resolve("samples/tools/provision").toString(),
                                    "--path",
                                    tool));
            assumeTrue(
                    found.status() == 0,
                    () -> tool + " is not there: samples/tools/provision " + tool);
        }
    }
}
