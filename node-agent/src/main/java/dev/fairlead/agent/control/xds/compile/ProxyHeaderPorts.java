package dev.fairlead.agent.control.xds.compile;

import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.type.v3.Int32Range;
import java.util.HashSet;
import java.util.Set;

/**
 * On which ports the proxy_protocol filter is in force, from its filter_disabled: not one port, or
 * not any of several. The header must be optional.
 */
final class ProxyHeaderPorts {

    private ProxyHeaderPorts() {}

    static Set<Integer> of(ListenerFilter filter, At at) throws Refusal {
        At configAt = at.field("typed_config");
        var config = Profile.typed(filter.getTypedConfig(), ProxyProtocol.class, configAt);
        if (!config.getAllowRequestsWithoutProxyProtocol()) {
            throw configAt.field("allow_requests_without_proxy_protocol").refuse("must be true");
        }
        At disabledAt = at.field("filter_disabled");
        if (!filter.getFilterDisabled().hasNotMatch()) {
            throw disabledAt.refuse("no not_match");
        }
        At notAt = disabledAt.field("not_match");
        var enabled = filter.getFilterDisabled().getNotMatch();
        Set<Integer> ports = new HashSet<>();
        switch (enabled.getRuleCase()) {
            case DESTINATION_PORT_RANGE -> ports.add(port(enabled, notAt));
            case OR_MATCH -> {
                for (int i = 0; i < enabled.getOrMatch().getRulesCount(); i++) {
                    At ruleAt = notAt.field("or_match").element("rules", i);
                    ports.add(port(enabled.getOrMatch().getRules(i), ruleAt));
                }
            }
            default -> throw notAt.refuse("neither destination_port_range nor or_match");
        }
        return ports;
    }

    private static int port(ListenerFilterChainMatchPredicate rule, At at) throws Refusal {
        At rangeAt = at.field("destination_port_range");
        if (!rule.hasDestinationPortRange()) {
            throw rangeAt.refuse("unset");
        }
        Int32Range range = rule.getDestinationPortRange();
        int port = Values.port(range.getStart(), rangeAt.field("start"));
        if (range.getEnd() != port + 1) {
            throw rangeAt.field("end").refuse("not one port: " + range.getEnd());
        }
        return port;
    }
}
