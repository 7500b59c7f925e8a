package dev.fairlead.cli.cluster;

import picocli.CommandLine.Command;

/** {@code authz}: who may do what. */
@Command(name = "authz", description = "Who may do what to a pod.", subcommands = AuthzCheck.class)
public final class Authz {

    public Authz() {}
}
