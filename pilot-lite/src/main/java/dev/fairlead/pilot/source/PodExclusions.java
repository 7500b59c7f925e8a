package dev.fairlead.pilot.source;

import com.google.common.base.Splitter;
import dev.fairlead.pilot.state.Pod.Exclusions;
import dev.fairlead.pilot.validate.Problem;
import dev.fairlead.wire.directory.ObjectKey;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a pod's annotations keep out of capture, under Istio's names and our own. */
public final class PodExclusions {

    private static final Logger log = LoggerFactory.getLogger(PodExclusions.class);
    private static final Splitter COMMA = Splitter.on(',').trimResults().omitEmptyStrings();
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final int MAX_PORT = 65_535;
    private static final String ISTIO = "traffic.sidecar.istio.io/";
    private static final String OURS = "fairlead.dev/exclude-";

    private PodExclusions() {}

    /** Entries that make no sense are left out, with a warning; the same in both names adds up. */
    static Exclusions read(ObjectKey pod, Map<String, String> annotations) {
        return read(annotations, (name, entry) -> warn(pod, name, entry));
    }

    /** The entries that make no sense. */
    public static List<Problem> problems(Map<String, String> annotations) {
        List<Problem> problems = new ArrayList<>();
        read(
                annotations,
                (name, entry) ->
                        problems.add(
                                new Problem(
                                        "metadata.annotations[" + name + "]",
                                        "\"" + entry + "\" makes no sense here: ignored")));
        return problems;
    }

    private static Exclusions read(
            Map<String, String> annotations, BiConsumer<String, String> ignored) {
        return new Exclusions(
                ports(ignored, annotations, ISTIO + "excludeInboundPorts", OURS + "inbound-ports"),
                ports(
                        ignored,
                        annotations,
                        ISTIO + "excludeOutboundPorts",
                        OURS + "outbound-ports"),
                ranges(
                        ignored,
                        annotations,
                        ISTIO + "excludeOutboundIPRanges",
                        OURS + "outbound-cidrs"));
    }

    private static List<Integer> ports(
            BiConsumer<String, String> ignored, Map<String, String> annotations, String... names) {
        SortedSet<Integer> ports = new TreeSet<>();
        for (String name : names) {
            for (String entry : entries(annotations, name)) {
                if (PORT.matcher(entry).matches() && Integer.parseInt(entry) <= MAX_PORT) {
                    ports.add(Integer.parseInt(entry));
                } else {
                    ignored.accept(name, entry);
                }
            }
        }
        return List.copyOf(ports);
    }

    private static List<String> ranges(
            BiConsumer<String, String> ignored, Map<String, String> annotations, String... names) {
        SortedSet<String> ranges = new TreeSet<>();
        for (String name : names) {
            for (String entry : entries(annotations, name)) {
                String range = range(entry);
                if (range != null) {
                    ranges.add(range);
                } else {
                    ignored.accept(name, entry);
                }
            }
        }
        return List.copyOf(ranges);
    }

    /** An address and a prefix length; an address alone is itself; null: it is neither. */
    private static @Nullable String range(String entry) {
        int slash = entry.indexOf('/');
        try {
            String address = slash < 0 ? entry : entry.substring(0, slash);
            int bits = InetAddress.ofLiteral(address).getAddress().length * 8;
            int prefix =
                    slash < 0
                            ? bits
                            : Integer.parseUnsignedInt(entry, slash + 1, entry.length(), 10);
            return prefix <= bits ? address + "/" + prefix : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static List<String> entries(Map<String, String> annotations, String name) {
        return COMMA.splitToList(annotations.getOrDefault(name, ""));
    }

    private static void warn(ObjectKey pod, String name, String entry) {
        log.warn(
                "annotation ignored object=\"{}\" name={} entry=\"{}\"",
                pod.display(),
                name,
                entry);
    }
}
