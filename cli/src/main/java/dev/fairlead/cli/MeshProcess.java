package dev.fairlead.cli;

import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which process of the mesh a command means, and how it is ended. */
final class MeshProcess {

    private static final Set<String> PROCESSES = Set.of("agent", "pilot", "ca");

    @Parameters(index = "0", paramLabel = "PROCESS", description = "agent, pilot or ca")
    private String what = "";

    @Parameters(index = "1", paramLabel = "NODE", arity = "0..1", description = "whose agent (all)")
    private String node = "";

    /** The signal of a command that ends it. */
    static final class Signal {

        @Option(names = "--signal", paramLabel = "SIGNAL", description = "TERM (default) or KILL")
        private String signal = "TERM";

        String signal() {
            if (!signal.equals("TERM") && !signal.equals("KILL")) {
                throw new IllegalArgumentException("signal TERM or KILL, not " + signal);
            }
            return signal;
        }
    }

    String what() {
        if (!PROCESSES.contains(what)) {
            throw new IllegalArgumentException("agent, pilot or ca, not " + what);
        }
        return what;
    }

    /** Empty for all. */
    String node() {
        return node;
    }
}
