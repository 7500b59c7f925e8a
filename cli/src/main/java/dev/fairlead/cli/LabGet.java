package dev.fairlead.cli;

import dev.fairlead.lab.control.ControlProtocol;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lab get}: shows objects as kubectl does. */
@Command(name = "get", description = "Show objects.")
final class LabGet implements Callable<Integer> {

    @Mixin LabName name = new LabName();

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            description = "pods, services, nodes, any kind; or KIND/NAME")
    String kind = "";

    @Parameters(
            index = "1",
            paramLabel = "OBJECT",
            arity = "0..1",
            description = "one object's name")
    String object = "";

    @Option(names = {"-n", "--namespace"})
    String namespace = "default";

    @Option(names = {"-A", "--all-namespaces"})
    boolean all;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            description = "wide, yaml, json or name")
    String output = "";

    @Override
    public Integer call() throws Exception {
        int slash = kind.indexOf('/');
        String wanted = slash < 0 ? object : kind.substring(slash + 1);
        String kindOnly = slash < 0 ? kind : kind.substring(0, slash);
        var request = new ControlProtocol.Get(kindOnly, wanted, all ? "" : namespace, output);
        return name.lab().ask(request, Terminal.standard());
    }
}
