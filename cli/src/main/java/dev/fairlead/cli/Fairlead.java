package dev.fairlead.cli;

import dev.fairlead.lab.outside.LabException;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Composition root of the commands. */
@Command(
        name = "./fairlead",
        description = "A service mesh with one agent per node.",
        subcommands = {
            LabCommand.class,
            Status.class,
            dev.fairlead.cli.cluster.Authn.class,
            dev.fairlead.cli.cluster.Analyze.class,
            dev.fairlead.cli.cluster.Authz.class,
            dev.fairlead.cli.demo.Demo.class,
            dev.fairlead.cli.uninstall.Uninstall.class
        })
public final class Fairlead {

    private Fairlead() {}

    static void main(String[] args) {
        CommandLine line =
                new CommandLine(new Fairlead())
                        .setExpandAtFiles(false)
                        .setExecutionExceptionHandler((e, command, _) -> report(e, command));
        System.exit(line.execute(args));
    }

    private static int report(Exception e, CommandLine command) {
        boolean expected = e instanceof LabException || e instanceof IllegalArgumentException;
        String what =
                expected || e instanceof IOException
                        ? String.valueOf(e.getMessage())
                        : e.toString();
        command.getErr().println("fairlead: " + what);
        if (!expected && !(e instanceof IOException)) {
            e.printStackTrace(command.getErr());
        }
        return e instanceof IllegalArgumentException ? 2 : 1;
    }
}
