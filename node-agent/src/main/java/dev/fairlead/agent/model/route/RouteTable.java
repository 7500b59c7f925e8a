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
 * <p>Source: Envoy, config.route.v3.VirtualHost, "domains".
 */
public final class RouteTable {

    private final String name;
    private final List<VirtualHost> virtualHosts;
    private final Map<String, VirtualHost> exact = new HashMap<>();
    private final List<Wildcard> suffixes = new ArrayList<>();
    private final List<Wildcard> prefixes = new ArrayList<>();
    private final @Nullable VirtualHost any;

    private record Wildcard(String part, VirtualHost host) {}

    /** IllegalArgumentException names a domain that is claimed twice. */
    public RouteTable(String name, List<VirtualHost> virtualHosts) {
        this.name = name;
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

    public String name() {
        return name;
    }

    public List<VirtualHost> virtualHosts() {
        return virtualHosts;
    }
}
