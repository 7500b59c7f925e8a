package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.Visibility;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The labels that objects ask of clients: TLS and TCP routes, and DestinationRules. A connection is
 * not asked for them one by one, as a request is: pods that differ in what they have of them are
 * different scopes.
 */
record SourceLabels(Set<Asked> all) {

    /** Ten bytes: no two sets of labels of one namespace have the same by chance. */
    private static final int NAME_BYTES = 10;

    /** What is asked of those clients that see who asks. */
    sealed interface Asked {

        /** Labels that a pod has of what is asked; none: it is not asked, or has none of it. */
        Map<String, String> of(Pod pod);
    }

    /** Whether a client has certain labels; of a namespace, or, where that is empty, of any. */
    record Has(Visibility visibility, String namespace, Map<String, String> labels)
            implements Asked {

        @Override
        public Map<String, String> of(Pod pod) {
            return visibility.to(pod.namespace())
                            && (namespace.isEmpty() || namespace.equals(pod.namespace()))
                            && pod.labels().entrySet().containsAll(labels.entrySet())
                    ? labels
                    : Map.of();
        }
    }

    /** What a client has for a label; its workload's name is one, too. */
    record Value(Visibility visibility, String label) implements Asked {

        @Override
        public Map<String, String> of(Pod pod) {
            String value =
                    label.equals(LocalityBalancing.WORKLOAD)
                            ? pod.workload()
                            : pod.labels().get(label);
            return value != null && visibility.to(pod.namespace())
                    ? Map.of(label, value)
                    : Map.of();
        }
    }

    SourceLabels {
        all = Set.copyOf(all);
    }

    static SourceLabels of(ClusterState state) {
        return new SourceLabels(
                Stream.of(
                                state.virtualServices().stream().flatMap(SourceLabels::asked),
                                state.destinationRules().stream().flatMap(SourceLabels::asked),
                                state.mesh().destinations().locality().clientLabels().stream()
                                        .map(label -> new Value(Visibility.PUBLIC, label)))
                        .flatMap(asked -> asked)
                        .collect(Collectors.toSet()));
    }

    static SourceLabels of(VirtualService rule) {
        return new SourceLabels(asked(rule).collect(Collectors.toSet()));
    }

    static SourceLabels of(DestinationRule rule) {
        return new SourceLabels(asked(rule).collect(Collectors.toSet()));
    }

    private static Stream<Asked> asked(VirtualService rule) {
        return rule.connections()
                .filter(match -> !match.sourceLabels().isEmpty())
                .map(match ->
                        new Has(rule.visibility(), match.sourceNamespace(), match.sourceLabels()));
    }

    private static Stream<Asked> asked(DestinationRule rule) {
        Map<String, String> selector = rule.selector();
        Stream<Asked> selecting =
                selector == null || selector.isEmpty()
                        ? Stream.of()
                        : Stream.of(new Has(rule.visibility(), rule.meta().namespace(), selector));
        return Stream.concat(
                selecting,
                rule.clientLabels().stream().map(label -> new Value(rule.visibility(), label)));
    }

    /** Those that a pod has. */
    Set<Map<String, String>> of(Pod pod) {
        Set<Map<String, String>> had = new HashSet<>();
        for (Asked asked : all) {
            Map<String, String> labels = asked.of(pod);
            if (!labels.isEmpty()) {
                had.add(labels);
            }
        }
        return had;
    }

    /** What tells a name for clients that have these from that for clients that have none. */
    static String suffix(Set<Map<String, String>> labels) {
        if (labels.isEmpty()) {
            return "";
        }
        List<String> sorted =
                labels.stream().map(one -> new TreeMap<>(one).toString()).sorted().toList();
        String text = sorted.stream().collect(Collectors.joining("\n"));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return "#" + HexFormat.of().formatHex(digest, 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
