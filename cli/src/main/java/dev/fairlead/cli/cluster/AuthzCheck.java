package dev.fairlead.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.lab.cluster.objects.ManifestException;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.lab.state.LabFolder;
import dev.fairlead.pilot.compile.Authorization;
import dev.fairlead.pilot.compile.Authorization.Named;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.source.Analysis;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authz check}: which rules hold for a pod, in the order in which they decide. */
@Command(
        name = "check",
        description = {
            "Lists which authorization rules hold for a pod, port by port, in the order in",
            "which they decide. Objects are those of files with -f, of a cluster with",
            "--kubeconfig or KUBECONFIG, else of the lab."
        })
public final class AuthzCheck implements Callable<Integer> {

    private final PrintStream out;

    @Parameters(
            paramLabel = "POD",
            description = "a pod's name, or its workload's; NAME.NAMESPACE as well")
    String pod = "";

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            description = "a file, or a folder of *.yaml and *.json")
    List<Path> files = List.of();

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "default: KUBECONFIG")
    @Nullable Path kubeconfig;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "default: default")
    String namespace = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "which lab (default: FAIRLEAD_LAB or fairlead)")
    String lab = System.getenv().getOrDefault("FAIRLEAD_LAB", "fairlead");

    public AuthzCheck() {
        this(System.out);
    }

    AuthzCheck(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        int dot = pod.indexOf('.');
        String name = dot < 0 ? pod : pod.substring(0, dot);
        String within = dot < 0 ? namespace : pod.substring(dot + 1);
        String of = within.isEmpty() ? "default" : within;
        List<PodView> found =
                MeshCompiler.compile(Analysis.of(objects(of)).state()).pods().values().stream()
                        .filter(view -> view.pod().namespace().equals(of))
                        .filter(view -> isNamed(view, name))
                        .sorted(Comparator.comparing(view -> view.pod().meta().name()))
                        .toList();
        if (found.isEmpty()) {
            throw new IOException("no pod of namespace " + of + " is " + name);
        }
        found.forEach(this::print);
        return 0;
    }

    private static boolean isNamed(PodView view, String name) {
        return view.pod().meta().name().equals(name) || view.pod().workload().equals(name);
    }

    private Map<ObjectKey, JsonNode> objects(String of) throws IOException {
        Map<ObjectKey, JsonNode> objects = new HashMap<>();
        if (!files.isEmpty()) {
            for (Path file : files) {
                try {
                    Manifests.read(file, of)
                            .forEach(object -> objects.put(ObjectKey.of(object), object));
                } catch (ManifestException e) {
                    throw new IOException(e.getMessage(), e);
                }
            }
            return objects;
        }
        if (kubeconfig != null || !System.getenv().getOrDefault("KUBECONFIG", "").isEmpty()) {
            try (KubernetesClient client = KubernetesApi.client("fairlead-cli", kubeconfig)) {
                return LiveObjects.read(client);
            } catch (KubernetesClientException e) {
                throw new IOException("cluster not read: " + e.getMessage(), e);
            }
        }
        Path cluster = LabFolder.of(LabFolder.stateRoot(System.getenv()), lab).cluster();
        for (String part : new String[] {"applied", "observed"}) {
            try (var directory = new ObjectDirectory(cluster.resolve(part))) {
                objects.putAll(directory.read());
            }
        }
        return objects;
    }

    private void print(PodView view) {
        out.println("pod " + view.pod().namespace() + "/" + view.pod().meta().name());
        for (PodView.Port port : view.ports()) {
            print(Integer.toString(port.port()), view.authorization(port.port()));
        }
        print("others", view.authorization(0));
    }

    private void print(String port, Authorization authorization) {
        List<String> lines = new ArrayList<>();
        for (Authorization.Custom custom : authorization.custom()) {
            String asked =
                    custom.provider() == null
                            ? "DENY, nobody is " + custom.name()
                            : "CUSTOM, " + custom.name() + " decides";
            add(lines, asked, custom.rules());
        }
        add(lines, "DENY", authorization.deny().inForce());
        add(lines, "DENY, dry run", authorization.deny().tried());
        add(lines, "ALLOW", authorization.allow().inForce());
        add(lines, "ALLOW, dry run", authorization.allow().tried());
        add(lines, "ALLOW, roles", authorization.roles().inForce());
        add(lines, "ALLOW, roles, PERMISSIVE", authorization.roles().tried());
        add(lines, "AUDIT", authorization.audit().inForce());
        if (lines.isEmpty()) {
            lines.add("no rules: everybody may");
        }
        out.println("  port " + port);
        lines.forEach(line -> out.println("    " + line));
    }

    private static void add(List<String> lines, String action, List<Named> rules) {
        for (Named rule : rules) {
            boolean never = rule.rule().from().isEmpty() && rule.rule().to().isEmpty();
            lines.add(action + ": " + rule.name() + (never ? " (fits nothing)" : ""));
        }
    }
}
