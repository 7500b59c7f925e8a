package dev.fairlead.pilot.source;

import com.google.common.base.Splitter;
import dev.fairlead.pilot.state.Pod.Exclusions;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a pod's annotations keep out of capture, under Istio's names and our own. */
final class PodExclusions {

    private static final Logger log = LoggerFactory.getLogger(PodExclusions.class);
    private static final Splitter COMMA = Splitter.on(',').trimResults().omitEmptyStrings();
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final Pattern CIDR = Pattern.compile("[0-9a-fA-F.:]{2,45}(/[0-9]{1,3})?");
    private static final int MAX_PORT = 65_535;
    private static final List<String> PREFIXES =
            List.of("traffic.sidecar.istio.io/", "fairlead.dev/");

    private PodExclusions() {}

    /** Entries that make no sense are left out, with a warning. */
    static Exclusions read(ObjectKey pod, Map<String, String> annotations) {
        return new Exclusions(
                ports(pod, annotations, "excludeInboundPorts"),
                ports(pod, annotations, "excludeOutboundPorts"),
                cidrs(pod, annotations));
    }

    private static List<Integer> ports(
            ObjectKey pod, Map<String, String> annotations, String name) {
        List<Integer> ports = new ArrayList<>();
        for (String entry : entries(annotations, name)) {
            if (PORT.matcher(entry).matches() && Integer.parseInt(entry) <= MAX_PORT) {
                ports.add(Integer.parseInt(entry));
            } else {
                warn(pod, name, entry);
            }
        }
        return ports;
    }

    private static List<String> cidrs(ObjectKey pod, Map<String, String> annotations) {
        String name = "excludeOutboundIPRanges";
        List<String> cidrs = new ArrayList<>();
        for (String entry : entries(annotations, name)) {
            if (CIDR.matcher(entry).matches()) {
                cidrs.add(entry);
            } else {
                warn(pod, name, entry);
            }
        }
        return cidrs;
    }

    private static List<String> entries(Map<String, String> annotations, String name) {
        List<String> entries = new ArrayList<>();
        for (String prefix : PREFIXES) {
            entries.addAll(COMMA.splitToList(annotations.getOrDefault(prefix + name, "")));
        }
        return entries;
    }

    private static void warn(ObjectKey pod, String name, String entry) {
        log.warn(
                "annotation ignored object=\"{}\" name={} entry=\"{}\"",
                pod.display(),
                name,
                entry);
    }
}
