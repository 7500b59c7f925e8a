package dev.fairlead.cli;

import picocli.CommandLine.Command;

/** {@code lab}: a mesh on this machine. exec, node, logs and capture are the launcher's own. */
@Command(
        name = "lab",
        description = "A mesh on this machine, in network namespaces.",
        footer = {
            "In the launcher, without a JVM:",
            "  exec [-n NS] [-c CONTAINER] POD|deploy/NAME -- CMD…   status 125: failed before CMD",
            "  node NODE -- CMD…                in the node's network namespace",
            "  logs [-f] [-n NS] POD            what a container wrote",
            "  capture NODE -w FILE             what crosses to the other nodes, as pcap"
        },
        subcommands = {
            LabUp.class,
            LabApply.class,
            LabDelete.class,
            LabGet.class,
            LabRestart.class,
            LabStop.class,
            LabStart.class,
            LabStatus.class,
            LabDown.class
        })
final class LabCommand {}
