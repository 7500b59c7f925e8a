package dev.fairlead.agent.model.listener;

import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteTable;
import java.util.Set;

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

    /** Bytes, to a cluster chosen once. */
    record Tcp(String statPrefix, RouteAction.Forward clusters) implements Filter {}

    /** Where an HTTP filter's routes are. */
    sealed interface Routes {
        record Named(String name) implements Routes {}

        record Inline(RouteTable table) implements Routes {}
    }
}
