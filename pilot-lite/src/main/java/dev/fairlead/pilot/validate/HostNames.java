package dev.fairlead.pilot.validate;

import java.util.regex.Pattern;

/** Checks of names that users write. */
final class HostNames {

    private static final Pattern HOST =
            Pattern.compile(
                    "(\\*|(\\*\\.)?[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?"
                            + "(\\.[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?)*)");
    private static final Pattern SUBSET =
            Pattern.compile("[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
    private static final int MAX_HOST = 253;
    private static final int MAX_SUBSET = 63;

    private HostNames() {}

    /**
     * The host that the field holds, fully qualified by {@code namespace}; wildcards if allowed.
     */
    static String host(Fields fields, String name, String namespace, boolean wildcard) {
        String host = fields.string(name);
        String reason = hostProblem(host, wildcard);
        if (!reason.isEmpty()) {
            fields.problem(name, reason);
        }
        return dev.fairlead.pilot.state.Hosts.qualified(host, namespace);
    }

    /** What is wrong with a host, or "". */
    static String hostProblem(String host, boolean wildcard) {
        if (host.isEmpty()) {
            return "host is empty";
        }
        if (host.startsWith("*") && !wildcard) {
            return "wildcard " + host + " is not allowed here";
        }
        if (host.length() > MAX_HOST || !HOST.matcher(host).matches()) {
            return "\"" + host + "\" is not a host name";
        }
        return "";
    }

    /** Whether Kubernetes takes it for a namespace's name. */
    static boolean isLabel(String name) {
        return name.length() <= MAX_SUBSET && LABEL.matcher(name).matches();
    }

    static boolean isSubset(String name) {
        return name.length() <= MAX_SUBSET && SUBSET.matcher(name).matches();
    }
}
