package dev.fairlead.pilot.compile;

import java.util.List;

/** What is done with outbound connections to a port. */
public sealed interface Chain {

    int port();

    /** What tells it from its neighbours on the port. */
    String name();

    /**
     * HTTP to any address: routed by Host.
     *
     * @param http1 whether a Service declares HTTP/1.1 there; others are for agents that know
     *     HTTP/2
     */
    record Http(int port, String routes, boolean http1) implements Chain {
        @Override
        public String name() {
            return "";
        }
    }

    /**
     * TLS connections that ask for one of some names.
     *
     * @param prefixes addresses, in CIDR form; none: all that no other chain names
     * @param serverNames names or {@code *.suffix}; none: whatever they ask for
     */
    record Tls(
            int port,
            String name,
            List<String> prefixes,
            List<String> serverNames,
            List<WeightedCluster> targets)
            implements Chain {
        public Tls {
            prefixes = List.copyOf(prefixes);
            serverNames = List.copyOf(serverNames);
            targets = List.copyOf(targets);
        }
    }

    /**
     * Connections to these addresses, in CIDR form.
     *
     * @param name VIP, or what else tells it from its neighbours on the port
     * @param detect HTTP where the first bytes look like it, by {@code routes}
     * @param opaqueHttp2 declared HTTP/2: for agents before {@link Profile#HTTP2}, beside the chain
     *     by Host for others
     */
    record Tcp(
            int port,
            String name,
            List<String> prefixes,
            boolean detect,
            String routes,
            boolean opaqueHttp2,
            List<WeightedCluster> targets)
            implements Chain {
        public Tcp {
            prefixes = List.copyOf(prefixes);
            targets = List.copyOf(targets);
        }
    }
}
