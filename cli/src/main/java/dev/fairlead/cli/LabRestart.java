package dev.fairlead.cli;

import dev.fairlead.lab.control.ControlProtocol;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lab restart}: ends a process of the mesh and waits for its successor. */
@Command(name = "restart", description = "Restart agent, pilot or ca.")
final class LabRestart implements Callable<Integer> {

    @Mixin LabName name = new LabName();
    @Mixin MeshProcess process = new MeshProcess();
    @Mixin MeshProcess.Signal signal = new MeshProcess.Signal();

    @Override
    public Integer call() throws Exception {
        return name.lab()
                .ask(
                        new ControlProtocol.Restart(
                                process.what(), process.node(), signal.signal()),
                        Terminal.standard());
    }
}
