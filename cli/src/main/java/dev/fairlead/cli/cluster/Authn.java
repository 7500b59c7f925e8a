package dev.fairlead.cli.cluster;

import dev.fairlead.pilot.compile.TlsCheck;
import dev.fairlead.pilot.state.ClusterState;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code authn tls-check}: whether clients speak what servers accept. */
@Command(
        name = "authn",
        description = "Questions about authentication.",
        subcommands = Authn.Check.class)
public final class Authn {

    private static final String ROW = "%-50s %-9s %-11s %-7s %-25s %s%n";

    public Authn() {}

    /** One line a port of a Service, as istioctl 1.0 to 1.2 had it. */
    @Command(
            name = "tls-check",
            description = {
                "What a pod speaks to each Service that it can see, and what is accepted there.",
                "CONFLICT: requests to some of its pods fail. Exits 1 when there is one.",
                "Objects are those of files with -f, of a cluster with --kubeconfig or KUBECONFIG,",
                "else of the lab."
            })
    static final class Check implements Callable<Integer> {

        @Mixin MeshObjects objects = new MeshObjects();

        @Parameters(
                index = "1",
                paramLabel = "SERVICE",
                arity = "0..1",
                description = "a name, or its beginning, as in httpbin.foo; default: all")
        String service = "";

        @Override
        public Integer call() throws IOException {
            ClusterState state = objects.state();
            var lines =
                    TlsCheck.of(state, objects.pods(state).getFirst()).stream()
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
