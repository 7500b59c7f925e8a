package dev.fairlead.cli;

import dev.fairlead.cli.cluster.ClusterStatus;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code status}: of a cluster's agents where a kubeconfig is named, else of the labs. */
@Command(
        name = "status",
        description = {
            "With --kubeconfig, or KUBECONFIG set: the cluster's agents, how far each is",
            "behind, what they reject and which objects are not in force.",
            "Else: the labs that are up."
        })
final class Status implements Callable<Integer> {

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "default: KUBECONFIG")
    @Nullable Path kubeconfig;

    @Override
    public Integer call() throws Exception {
        if (kubeconfig == null && System.getenv().getOrDefault("KUBECONFIG", "").isEmpty()) {
            return new LabStatus().call();
        }
        ClusterStatus.lines(kubeconfig).forEach(System.out::println);
        return 0;
    }
}
