package dev.fairlead.cli;

import dev.fairlead.lab.outside.Lab;
import dev.fairlead.lab.state.LabFolder;
import picocli.CommandLine.Option;

/** Which lab a command is about. */
final class LabName {

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "which lab (default: FAIRLEAD_LAB or fairlead)")
    String name = System.getenv().getOrDefault("FAIRLEAD_LAB", "fairlead");

    Lab lab() {
        if (!name.matches("[-a-z0-9]+")) {
            throw new IllegalArgumentException(
                    "lab name \"" + name + "\": lower-case letters, digits and - only");
        }
        return new Lab(LabFolder.of(LabFolder.stateRoot(System.getenv()), name));
    }
}
