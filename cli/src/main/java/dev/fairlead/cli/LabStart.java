package dev.fairlead.cli;

import dev.fairlead.lab.control.ControlProtocol;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lab start}: starts what {@code lab stop} ended. */
@Command(name = "start", description = "Start agent, pilot or ca after lab stop.")
final class LabStart implements Callable<Integer> {

    @Mixin LabName name = new LabName();
    @Mixin MeshProcess process = new MeshProcess();

    @Option(names = "--wait", negatable = true, defaultValue = "true", fallbackValue = "true")
    boolean wait = true;

    @Override
    public Integer call() throws Exception {
        return name.lab()
                .ask(
                        new ControlProtocol.Start(process.what(), process.node(), wait),
                        Terminal.standard());
    }
}
