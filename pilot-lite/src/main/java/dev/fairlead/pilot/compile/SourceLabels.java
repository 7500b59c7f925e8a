package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
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
 * The labels that TLS and TCP routes ask of their clients. A connection is not asked for them one
 * by one, as a request is: pods that differ in what they have of them are different scopes.
 */
record SourceLabels(Set<Asked> all) {

    /** Ten bytes: no two sets of labels of one namespace have the same by chance. */
    private static final int NAME_BYTES = 10;

    /** Labels that some routes ask for, of clients that see the routes. */
    record Asked(Visibility visibility, String namespace, Map<String, String> labels) {

        boolean fits(Pod pod) {
            return visibility.to(pod.namespace())
                    && (namespace.isEmpty() || namespace.equals(pod.namespace()))
                    && pod.labels().entrySet().containsAll(labels.entrySet());
        }
    }

    SourceLabels {
        all = Set.copyOf(all);
    }

    static SourceLabels of(ClusterState state) {
        return new SourceLabels(
                state.virtualServices().stream()
                        .flatMap(SourceLabels::asked)
                        .collect(Collectors.toSet()));
    }

    static SourceLabels of(VirtualService rule) {
        return new SourceLabels(asked(rule).collect(Collectors.toSet()));
    }

    private static Stream<Asked> asked(VirtualService rule) {
        return rule.connections()
                .filter(match -> !match.sourceLabels().isEmpty())
                .map(match ->
                        new Asked(
                                rule.visibility(), match.sourceNamespace(), match.sourceLabels()));
    }

    /** Those that a pod has. */
    Set<Map<String, String>> of(Pod pod) {
        Set<Map<String, String>> had = new HashSet<>();
        for (Asked asked : all) {
            if (asked.fits(pod)) {
                had.add(asked.labels);
            }
        }
        return had;
    }

    /** What tells a scope's name from that of the scope that has none of them. */
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
