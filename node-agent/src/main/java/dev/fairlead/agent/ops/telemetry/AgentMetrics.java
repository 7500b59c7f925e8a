package dev.fairlead.agent.ops.telemetry;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Every metric that the agent exposes to Prometheus. A metric that is not declared here is not
 * exposed: the exposition takes names, types, labels and help from this list.
 *
 * <p>Envoy's are declared one by one in ClusterStat, HttpStat, TcpStat, ListenerStat and
 * ServerStat.
 */
public final class AgentMetrics {

    private AgentMetrics() {}

    static List<Metric> declared() {
        return Stream.of(
                        EnvoyFamilies.declared(),
                        IstioFamilies.declared(),
                        ProcessFamilies.declared())
                .flatMap(List::stream)
                .sorted(Comparator.comparing(Metric::name))
                .toList();
    }

    /** The list as a Markdown table. */
    public static String markdown() {
        StringBuilder table = new StringBuilder();
        table.append("| metric | type | unit | labels | meaning | stability |\n");
        table.append("|---|---|---|---|---|---|\n");
        for (Metric metric : declared()) {
            table.append("| `").append(metric.name()).append("` | ");
            table.append(word(metric.type())).append(" | ");
            table.append(metric.unit()).append(" | ");
            table.append(String.join(", ", metric.labels())).append(" | ");
            table.append(metric.help()).append(" | ");
            table.append(word(metric.stability())).append(" |\n");
        }
        return table.toString();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Prints the table for docs/metrics.md. */
    public static void main(String[] arguments) {
        System.out.print(markdown());
    }
}
