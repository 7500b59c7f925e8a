package dev.fairlead.agent.model.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Virtual hosts by domain, in Envoy's order: exact, longest {@code *suffix}, longest {@code
 * prefix*}, {@code *}. Domains with a port are names of their own.
 *
 * <p>Source: Envoy, config.route.v3.VirtualHost, "domains"; RouteConfiguration,
 * ignore_port_in_host_matching.
 */
public final class RouteTable {

    private final String name;
    private final List<VirtualHost> virtualHosts;
    private final boolean anyPort;
    private final Map<String, VirtualHost> exact = new HashMap<>();
    private final List<Wildcard> suffixes = new ArrayList<>();
    private final List<Wildcard> prefixes = new ArrayList<>();
    private final @Nullable VirtualHost any;

    private record Wildcard(String part, VirtualHost host) {}

    public RouteTable(String name, List<VirtualHost> virtualHosts) {
        this(name, virtualHosts, false);
    }

    /**
     * IllegalArgumentException names a domain that is claimed twice.
     *
     * @param anyPort whether a domain without a port is meant by an authority with one, too
     */
    public RouteTable(String name, List<VirtualHost> virtualHosts, boolean anyPort) {
        this.name = name;
        this.anyPort = anyPort;
        this.virtualHosts = List.copyOf(virtualHosts);
        Map<String, VirtualHost> owners = new HashMap<>();
        VirtualHost anyHost = null;
        for (VirtualHost host : this.virtualHosts) {
            for (String domain : host.domains()) {
                String lower = domain.toLowerCase(Locale.ROOT);
                claim(owners.put(lower, host), host, lower);
                if (lower.equals("*")) {
                    anyHost = host;
                } else if (lower.startsWith("*")) {
                    suffixes.add(new Wildcard(lower.substring(1), host));
                } else if (lower.endsWith("*")) {
                    prefixes.add(new Wildcard(lower.substring(0, lower.length() - 1), host));
                } else {
                    exact.put(lower, host);
                }
            }
        }
        any = anyHost;
        Comparator<Wildcard> longestFirst =
                Comparator.comparingInt((Wildcard w) -> w.part.length()).reversed();
        suffixes.sort(longestFirst);
        prefixes.sort(longestFirst);
    }

    private static void claim(@Nullable VirtualHost owner, VirtualHost host, String domain) {
        if (owner != null) {
            throw new IllegalArgumentException(
                    "domain "
                            + domain
                            + " in virtual hosts "
                            + owner.name()
                            + " and "
                            + host.name());
        }
    }

    /** The virtual host for a request's authority, or null. */
    public @Nullable VirtualHost virtualHost(String authority) {
        VirtualHost host = exact.get(authority);
        if (host != null) {
            return host;
        }
        String lower = authority.toLowerCase(Locale.ROOT);
        if (anyPort) {
            lower = withoutPort(lower);
        }
        host = exact.get(lower);
        if (host != null) {
            return host;
        }
        for (Wildcard suffix : suffixes) {
            if (lower.length() > suffix.part.length() && lower.endsWith(suffix.part)) {
                return suffix.host;
            }
        }
        for (Wildcard prefix : prefixes) {
            if (lower.length() > prefix.part.length() && lower.startsWith(prefix.part)) {
                return prefix.host;
            }
        }
        return any;
    }

    /** Brackets of an address stay. */
    private static String withoutPort(String authority) {
        int digits = authority.length();
        while (digits > 0
                && authority.charAt(digits - 1) >= '0'
                && authority.charAt(digits - 1) <= '9') {
            digits--;
        }
        boolean port =
                digits > 0 && digits < authority.length() && authority.charAt(digits - 1) == ':';
        return port ? authority.substring(0, digits - 1) : authority;
    }

    public String name() {
        return name;
    }

    public List<VirtualHost> virtualHosts() {
        return virtualHosts;
    }
}
