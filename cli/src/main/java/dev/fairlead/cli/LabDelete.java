package dev.fairlead.cli;

import dev.fairlead.lab.control.ControlProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lab delete}: removes the objects that manifests name. */
@Command(name = "delete", description = "Delete the objects of manifests.")
final class LabDelete implements Callable<Integer> {

    @Mixin LabName name = new LabName();

    @Option(names = "-f", paramLabel = "PATH", arity = "1..*", required = true)
    List<String> files = new ArrayList<>();

    @Option(
            names = {"-n", "--namespace"},
            description = "namespace of objects that name none")
    String namespace = "default";

    @Option(names = "--wait", description = "until all agents have it and the pods are gone")
    boolean wait;

    @Override
    public Integer call() throws Exception {
        var request = new ControlProtocol.Delete(Manifest.read(files), namespace, wait);
        return name.lab().ask(request, Terminal.standard());
    }
}
