package dev.fairlead.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lab down}: ends a lab and removes what it left, also when it was killed. */
@Command(name = "down", description = "End a lab; nothing of it stays.")
final class LabDown implements Callable<Integer> {

    @Mixin LabName name = new LabName();

    @Override
    public Integer call() throws Exception {
        boolean was = name.lab().end();
        Terminal.standard().out("lab " + name.name + (was ? " is down" : " was not up"));
        return 0;
    }
}
