package dev.fairlead.cli;

import dev.fairlead.lab.control.ControlProtocol;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lab stop}: ends a process of the mesh and keeps it down until {@code lab start}. */
@Command(name = "stop", description = "Stop agent, pilot or ca until lab start.")
final class LabStop implements Callable<Integer> {

    @Mixin LabName name = new LabName();
    @Mixin MeshProcess process = new MeshProcess();
    @Mixin MeshProcess.Signal signal = new MeshProcess.Signal();

    @Override
    public Integer call() throws Exception {
        return name.lab()
                .ask(
                        new ControlProtocol.Stop(process.what(), process.node(), signal.signal()),
                        Terminal.standard());
    }
}
