package dev.fairlead.cli;

import dev.fairlead.lab.control.ControlProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lab apply}: returns when pilot-lite has accepted or refused each object. */
@Command(name = "apply", description = "Apply manifests; exit 1 when an object is refused.")
final class LabApply implements Callable<Integer> {

    @Mixin LabName name = new LabName();

    @Option(names = "-f", paramLabel = "PATH", arity = "1..*", required = true)
    List<String> files = new ArrayList<>();

    @Option(
            names = {"-n", "--namespace"},
            description = "namespace of objects that name none")
    String namespace = "default";

    @Option(names = "--wait", description = "until all agents have it and the pods are ready")
    boolean wait;

    @Override
    public Integer call() throws Exception {
        var request = new ControlProtocol.Apply(Manifest.read(files), namespace, wait);
        return name.lab().ask(request, Terminal.standard());
    }
}
