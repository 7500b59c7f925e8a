package dev.fairlead.agent.model.listener;

import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteTable;

/** What carries a connection's bytes. */
public sealed interface Filter {

    /** Prefix of its stats, {@code http.<prefix>.} or {@code tcp.<prefix>.} */
    String statPrefix();

    /** HTTP/1.x, routed request by request. */
    record Http(String statPrefix, Routes routes) implements Filter {}

    /** Bytes, to a cluster chosen once. */
    record Tcp(String statPrefix, RouteAction.Forward clusters) implements Filter {}

    /** Where an HTTP filter's routes are. */
    sealed interface Routes {
        record Named(String name) implements Routes {}

        record Inline(RouteTable table) implements Routes {}
    }
}
