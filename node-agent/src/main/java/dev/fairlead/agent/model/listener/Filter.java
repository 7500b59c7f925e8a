package dev.fairlead.agent.model.listener;

import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteTable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What carries a connection's bytes. */
public sealed interface Filter {

    /** Prefix of its stats, {@code http.<prefix>.} or {@code tcp.<prefix>.} */
    String statPrefix();

    /**
     * HTTP of any version, routed request by request.
     *
     * @param upgrades what routes allow unless they say otherwise, lower case: {@code websocket}
     */
    record Http(String statPrefix, Routes routes, Set<String> upgrades, HttpManager manager)
            implements Filter {
        public Http {
            upgrades = Set.copyOf(upgrades);
        }

        public Http(String statPrefix, Routes routes, Set<String> upgrades) {
            this(statPrefix, routes, upgrades, HttpManager.DEFAULT);
        }

        public Http(String statPrefix, Routes routes) {
            this(statPrefix, routes, Set.of());
        }
    }

    /**
     * Bytes, to a cluster chosen once.
     *
     * @param idleTimeout without a byte in either direction; zero: never
     * @param maxDuration null: as long as it goes on
     * @param checks that the connection must pass, in order
     * @param tunnel {@code host:port} that the cluster's endpoint is asked to connect to, by
     *     CONNECT; null: the endpoint is where the bytes go
     */
    record Tcp(
            String statPrefix,
            RouteAction.Forward clusters,
            Duration idleTimeout,
            @Nullable Duration maxDuration,
            List<NetworkFilter> checks,
            @Nullable String tunnel)
            implements Filter {

        public Tcp {
            checks = List.copyOf(checks);
        }

        /** Envoy's own. */
        public static final Duration IDLE_TIMEOUT = Duration.ofHours(1);

        public Tcp(String statPrefix, RouteAction.Forward clusters) {
            this(statPrefix, clusters, IDLE_TIMEOUT, null);
        }

        public Tcp(
                String statPrefix,
                RouteAction.Forward clusters,
                Duration idleTimeout,
                @Nullable Duration maxDuration) {
            this(statPrefix, clusters, idleTimeout, maxDuration, List.of());
        }

        /** To where the bytes go. */
        public Tcp(
                String statPrefix,
                RouteAction.Forward clusters,
                Duration idleTimeout,
                @Nullable Duration maxDuration,
                List<NetworkFilter> checks) {
            this(statPrefix, clusters, idleTimeout, maxDuration, checks, null);
        }
    }

    /** Where an HTTP filter's routes are. */
    sealed interface Routes {
        record Named(String name) implements Routes {}

        record Inline(RouteTable table) implements Routes {}
    }
}
