package dev.fairlead.pilot.validate;

import com.google.common.net.InetAddresses;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks the specs of ServiceEntry and WorkloadEntry. Source: istio.io, those two pages. */
final class ServiceEntryCheck {

    private static final int MAX_PORT = 65_535;
    private static final String UNIX = "unix://";

    private ServiceEntryCheck() {}

    static void serviceEntry(Fields spec, String namespace) {
        List<String> hosts = spec.stringList("hosts");
        if (hosts.isEmpty()) {
            spec.problem("hosts", "at least one host is needed");
        }
        for (int i = 0; i < hosts.size(); i++) {
            if (hosts.get(i).isEmpty() || hosts.get(i).equals("*")) {
                spec.problem("hosts[" + i + "]", "a host is needed, not \"" + hosts.get(i) + "\"");
            }
        }
        String resolution = spec.string("resolution");
        if (!Set.of("", "NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS")
                .contains(resolution)) {
            spec.problem("resolution", "unknown value " + resolution);
        }
        addresses(spec, resolution);
        String location = spec.string("location");
        if (!Set.of("", "MESH_EXTERNAL", "MESH_INTERNAL").contains(location)) {
            spec.problem("location", "unknown value " + location);
        }
        ports(spec);
        int endpoints = spec.list("endpoints", ServiceEntryCheck::workload).size();
        if (spec.has("workloadSelector") && spec.has("endpoints")) {
            spec.problem("endpoints", "cannot be given with workloadSelector");
        }
        if (endpoints > 0 && (resolution.isEmpty() || resolution.equals("NONE"))) {
            spec.problem("endpoints", "cannot be given with resolution NONE");
        }
        if (endpoints > 1 && resolution.equals("DNS_ROUND_ROBIN")) {
            spec.problem("endpoints", "only one can be given with resolution DNS_ROUND_ROBIN");
        }
        spec.object(
                "workloadSelector",
                selector -> {
                    Checks.labels(selector, "labels");
                    return true;
                });
        ExportTo.words(spec, "exportTo", namespace, true);
        Checks.texts(spec, "subjectAltNames");
    }

    private static void addresses(Fields spec, String resolution) {
        Checks.ranges(spec, "addresses");
        List<String> addresses = spec.stringList("addresses");
        for (int i = 0; i < addresses.size(); i++) {
            if (addresses.get(i).contains("/")
                    && !Set.of("", "NONE", "STATIC").contains(resolution)) {
                spec.problem("addresses[" + i + "]", "ranges go with NONE and STATIC only");
            }
        }
    }

    private static void ports(Fields spec) {
        Set<String> names = new HashSet<>();
        Set<Integer> numbers = new HashSet<>();
        spec.list(
                "ports",
                port -> {
                    String name = Checks.needed(port, "name");
                    if (!name.isEmpty() && !names.add(name)) {
                        port.problem("name", "duplicate " + name);
                    }
                    int number = port.integer("number", 1, MAX_PORT, 0);
                    if (!port.has("number")) {
                        port.problem("number", "is needed");
                    } else if (number > 0 && !numbers.add(number)) {
                        port.problem("number", "duplicate " + number);
                    }
                    port.string("protocol");
                    port.integer("targetPort", 1, MAX_PORT, 0);
                    return true;
                });
    }

    /** A WorkloadEntry, or an endpoint of a ServiceEntry. */
    static boolean workload(Fields workload) {
        String address = workload.string("address");
        Map<String, Integer> ports = workload.integers("ports", 1, MAX_PORT);
        if (address.isEmpty() && workload.string("network").isEmpty()) {
            workload.problem("address", "is needed where there is no network");
        } else if (address.startsWith(UNIX)) {
            String path = address.substring(UNIX.length());
            if (!path.startsWith("/") && !path.startsWith("@")) {
                workload.problem("address", "an absolute path or an abstract socket is needed");
            } else if (path.endsWith("/")) {
                workload.problem("address", "is a folder");
            }
            if (!ports.isEmpty()) {
                workload.problem("ports", "cannot be given with a Unix socket");
            }
        } else if (!address.isEmpty()
                && !InetAddresses.isInetAddress(address)
                && !HostNames.hostProblem(address, false).isEmpty()) {
            workload.problem("address", "\"" + address + "\" is neither address nor host");
        }
        for (String name : ports.keySet()) {
            if (!name.matches("[a-zA-Z0-9]([-a-zA-Z0-9]{0,60}[a-zA-Z0-9])?")) {
                workload.problem("ports." + name, "is not a port's name");
            }
        }
        workload.string("network");
        workload.string("locality");
        workload.string("serviceAccount");
        workload.strings("labels");
        workload.integer("weight", 0, Integer.MAX_VALUE, 0);
        return true;
    }
}
