package dev.fairlead.cli;

import dev.fairlead.lab.control.ControlProtocol;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lab restart}: ends a process of the mesh and waits for its successor. */
@Command(name = "restart", description = "Restart agent, pilot or ca.")
final class LabRestart implements Callable<Integer> {

    private static final Set<String> PROCESSES = Set.of("agent", "pilot", "ca");

    @Mixin LabName name = new LabName();

    @Parameters(index = "0", paramLabel = "PROCESS", description = "agent, pilot or ca")
    String what = "";

    @Parameters(index = "1", paramLabel = "NODE", arity = "0..1", description = "whose agent (all)")
    String node = "";

    @Option(names = "--signal", paramLabel = "SIGNAL", description = "TERM (default) or KILL")
    String signal = "TERM";

    @Override
    public Integer call() throws Exception {
        if (!PROCESSES.contains(what)) {
            throw new IllegalArgumentException("restart agent, pilot or ca, not " + what);
        }
        if (!signal.equals("TERM") && !signal.equals("KILL")) {
            throw new IllegalArgumentException("signal TERM or KILL, not " + signal);
        }
        return name.lab().ask(new ControlProtocol.Restart(what, node, signal), Terminal.standard());
    }
}
