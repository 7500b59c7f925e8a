package dev.fairlead.cli.cluster;

import dev.fairlead.pilot.compile.Authorization;
import dev.fairlead.pilot.compile.Authorization.Named;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Pod;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

    @Mixin MeshObjects objects = new MeshObjects();

    public AuthzCheck() {
        this(System.out);
    }

    AuthzCheck(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        ClusterState state = objects.state();
        var pods = MeshCompiler.compile(state).pods();
        for (Pod pod : objects.pods(state)) {
            print(Objects.requireNonNull(pods.get(pod.uid())));
        }
        return 0;
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
