package dev.fairlead.cli;

import dev.fairlead.pilot.compile.TlsCheck;
import dev.fairlead.pilot.state.ClusterState;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authn tls-check}: whether clients speak what servers accept. */
@Command(
        name = "authn",
        description = "Questions about authentication.",
        subcommands = Authn.Check.class)
final class Authn {

    private static final List<String> KINDS =
            List.of(
                    "destinationrules.networking.istio.io",
                    "peerauthentications.security.istio.io",
                    "policies.authentication.istio.io",
                    "meshpolicies.authentication.istio.io");
    private static final String ROW = "%-50s %-9s %-11s %-7s %-25s %s%n";

    private Authn() {}

    /** One line a port of a Service, as istioctl 1.0 to 1.2 had it. */
    @Command(
            name = "tls-check",
            description = {
                "What a pod speaks to each Service that it can see, and what is accepted there.",
                "CONFLICT: requests to some of its pods fail. Exits 1 when there is one.",
                "With --kubeconfig, or KUBECONFIG set: of a cluster; else of a lab."
            })
    static final class Check implements Callable<Integer> {

        @Mixin MeshObjects objects = new MeshObjects();

        @Parameters(index = "0", paramLabel = "POD", description = "who asks")
        String pod = "";

        @Parameters(
                index = "1",
                paramLabel = "SERVICE",
                arity = "0..1",
                description = "a name, or its beginning, as in httpbin.foo; default: all")
        String service = "";

        @Option(names = {"-n", "--namespace"})
        String namespace = "default";

        @Override
        public Integer call() throws Exception {
            ClusterState state = objects.state(KINDS);
            var lines =
                    TlsCheck.of(state, MeshObjects.pod(state, namespace, pod)).stream()
                            .filter(line ->
                                    service.isEmpty()
                                            || line.host().equals(service)
                                            || line.host().startsWith(service + "."))
                            .toList();
            if (lines.isEmpty()) {
                throw new IllegalArgumentException("no Service " + service);
            }
            print(lines, System.out);
            return lines.stream().anyMatch(TlsCheck.Line::conflict) ? 1 : 0;
        }
    }

    static void print(List<TlsCheck.Line> lines, PrintStream out) {
        out.printf(
                ROW, "HOST:PORT", "STATUS", "SERVER", "CLIENT", "AUTHN POLICY", "DESTINATION RULE");
        for (TlsCheck.Line line : lines) {
            out.printf(
                    ROW,
                    line.host() + ":" + line.port(),
                    line.conflict() ? "CONFLICT" : "OK",
                    line.server(),
                    line.client(),
                    line.policy(),
                    line.rule());
        }
    }
}
