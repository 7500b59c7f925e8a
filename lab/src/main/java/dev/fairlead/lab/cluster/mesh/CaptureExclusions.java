package dev.fairlead.lab.cluster.mesh;

import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.wire.pods.PodSocketProtocol.Exclusions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What the annotations of a pod keep out of capture, in Istio's words and in ours, added up. */
final class CaptureExclusions {

    private static final String ISTIO = "traffic.sidecar.istio.io/";
    private static final String OURS = "fairlead.dev/";
    private static final int MAX_PORT = 65535;
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern CIDR =
            Pattern.compile(
                    OCTET
                            + "(\\."
                            + OCTET
                            + "){3}(/(3[0-2]|[12]?\\d))?"
                            + "|[0-9a-fA-F:]*:[0-9a-fA-F:.]*(/(12[0-8]|1[01]\\d|[1-9]?\\d))?");

    private CaptureExclusions() {}

    /** IllegalArgumentException names pod and annotation. */
    static Exclusions of(PodLaunch pod) {
        return new Exclusions(
                ports(pod, ISTIO + "excludeInboundPorts", OURS + "exclude-inbound-ports"),
                ports(pod, ISTIO + "excludeOutboundPorts", OURS + "exclude-outbound-ports"),
                cidrs(pod, ISTIO + "excludeOutboundIPRanges", OURS + "exclude-outbound-cidrs"));
    }

    /** Annotations of the same family that mean something we do not do. */
    static List<String> warnings(PodLaunch pod) {
        List<String> warnings = new ArrayList<>();
        for (String name :
                List.of(
                        "includeInboundPorts",
                        "includeOutboundPorts",
                        "includeOutboundIPRanges",
                        "excludeInterfaces",
                        "kubevirtInterfaces")) {
            String value = pod.annotations().getOrDefault(ISTIO + name, "*");
            if (!value.equals("*")) {
                warnings.add("pod " + pod.key() + ": " + ISTIO + name + ": not supported yet");
            }
        }
        return warnings;
    }

    private static List<Integer> ports(PodLaunch pod, String... annotations) {
        TreeSet<Integer> ports = new TreeSet<>();
        for (String annotation : annotations) {
            for (String item : items(pod, annotation)) {
                ports.add(port(pod, annotation, item));
            }
        }
        return List.copyOf(ports);
    }

    private static int port(PodLaunch pod, String annotation, String item) {
        try {
            int port = Integer.parseInt(item);
            if (port >= 1 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // falls through to the one error for both
        }
        throw bad(pod, annotation, item, "no port number");
    }

    private static List<String> cidrs(PodLaunch pod, String... annotations) {
        TreeSet<String> cidrs = new TreeSet<>();
        for (String annotation : annotations) {
            for (String item : items(pod, annotation)) {
                if (!CIDR.matcher(item).matches()) {
                    throw bad(pod, annotation, item, "no CIDR");
                }
                boolean range = item.contains("/");
                cidrs.add(range ? item : item + (item.contains(":") ? "/128" : "/32"));
            }
        }
        return List.copyOf(cidrs);
    }

    private static List<String> items(PodLaunch pod, String annotation) {
        String value = pod.annotations().getOrDefault(annotation, "").strip();
        if (value.isEmpty()) {
            return List.of();
        }
        return List.of(value.split(",", -1)).stream().map(String::strip).toList();
    }

    private static IllegalArgumentException bad(
            PodLaunch pod, String annotation, String item, String what) {
        return new IllegalArgumentException(
                "pod " + pod.key() + ": " + annotation + ": \"" + item + "\" is " + what);
    }
}
