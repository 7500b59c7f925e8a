package dev.fairlead.cli.uninstall;

import dev.fairlead.kubernetes.KubernetesApi;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code uninstall}: pods leave the mesh in order, nodes are cleaned, our objects deleted. May be
 * run again where it was interrupted.
 */
@Command(
        name = "uninstall",
        description = {
            "Takes the mesh off a cluster: pods leave it in order, nodes are cleaned, its objects go.",
            "Your objects and the resource definitions stay."
        })
public final class Uninstall implements Callable<Integer> {

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "default: as kubectl")
    @Nullable Path kubeconfig;

    @Option(
            names = "--purge-crds",
            description =
                    "also the definitions that we created; refused while objects of them exist")
    boolean purge;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "longest wait for each step; default ${DEFAULT-VALUE}")
    int seconds = 120;

    @Override
    public Integer call() throws InterruptedException {
        try (var client = KubernetesApi.client("fairlead-cli", kubeconfig)) {
            var definitions = new Definitions(client);
            if (purge) {
                List<String> inUse = definitions.inUse();
                if (!inUse.isEmpty()) {
                    System.err.println(
                            "fairlead: --purge-crds: nothing was done, because objects exist:");
                    inUse.forEach(object -> System.err.println("  " + object));
                    return 1;
                }
            }
            var removal = new Removal(client, Duration.ofSeconds(seconds), System.out::println);
            removal.run();
            if (purge) {
                definitions.delete().forEach(name -> System.out.println("deleted crd/" + name));
            }
            return 0;
        } catch (Removal.Stuck e) {
            System.err.println("fairlead: " + e.getMessage());
            return 1;
        } catch (KubernetesClientException e) {
            Throwable cause = e.getCause();
            System.err.println(
                    "fairlead: the API server: " + (cause == null ? e.getMessage() : cause));
            return 1;
        }
    }
}
