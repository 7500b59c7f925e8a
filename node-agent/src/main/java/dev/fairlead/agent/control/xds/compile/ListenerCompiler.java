package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.listener.ChainMatch;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.listener.ServerTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code config.listener.v3.Listener} to {@link Listener}: {@code outbound|<scope>} for the pods of
 * a client scope, {@code inbound|<uid>} for one pod.
 */
public final class ListenerCompiler
        extends ResourceCompiler<io.envoyproxy.envoy.config.listener.v3.Listener, Listener> {

    public static final String OUTBOUND = "outbound|";
    public static final String INBOUND = "inbound|";

    private static final int OUTBOUND_PORT = 15001;
    private static final int INBOUND_PORT = 15006;
    private static final Duration DEFAULT_DETECT_TIMEOUT = Duration.ofSeconds(15); // Envoy's

    public ListenerCompiler() {
        super(io.envoyproxy.envoy.config.listener.v3.Listener.class);
    }

    @Override
    Outcome<Listener> translate(io.envoyproxy.envoy.config.listener.v3.Listener listener)
            throws Refusal {
        requirePlace(listener);
        Set<String> routes = new HashSet<>();
        Set<String> clusters = new HashSet<>();
        var filters = new Filters(routes, clusters, listener.getName().startsWith(INBOUND));
        var inspectors = new Inspectors(listener);
        var matches = new ChainMatches();
        List<FilterChain> chains = new ArrayList<>(listener.getFilterChainsCount());
        for (int i = 0; i < listener.getFilterChainsCount(); i++) {
            At chainAt = At.ROOT.element("filter_chains", i);
            At matchAt = chainAt.field("filter_chain_match");
            var wire = listener.getFilterChains(i);
            ChainMatch match = matches.compile(wire.getFilterChainMatch(), i, matchAt);
            inspectors.require(match, matchAt);
            chains.add(chain(wire, match, filters, chainAt));
        }
        FilterChain fallback = null;
        if (listener.hasDefaultFilterChain()) {
            At at = At.ROOT.field("default_filter_chain");
            if (listener.getDefaultFilterChain().hasFilterChainMatch()) {
                throw at.field("filter_chain_match").refuse("of the default chain");
            }
            fallback = chain(listener.getDefaultFilterChain(), ChainMatch.ANY, filters, at);
        }
        var model =
                new Listener(
                        listener.getName(),
                        chains,
                        fallback,
                        detectTimeout(listener),
                        inspectors.proxyHeaderPorts());
        return new Outcome.Compiled<>(model, new References(routes, clusters));
    }

    private static FilterChain chain(
            io.envoyproxy.envoy.config.listener.v3.FilterChain chain,
            ChainMatch match,
            Filters filters,
            At at)
            throws Refusal {
        ServerTls tls =
                chain.hasTransportSocket()
                        ? TlsContexts.server(
                                chain.getTransportSocket(), at.field("transport_socket"))
                        : null;
        return new FilterChain(chain.getName(), match, tls, filters.compile(chain, at));
    }

    private static void requirePlace(io.envoyproxy.envoy.config.listener.v3.Listener listener)
            throws Refusal {
        String name = listener.getName();
        int port;
        if (name.startsWith(OUTBOUND) && name.length() > OUTBOUND.length()) {
            port = OUTBOUND_PORT;
        } else if (name.startsWith(INBOUND) && name.length() > INBOUND.length()) {
            port = INBOUND_PORT;
        } else {
            throw At.ROOT.field("name").refuse("neither outbound|<scope> nor inbound|<uid>");
        }
        At addressAt = At.ROOT.field("address");
        var address = Values.socketAddress(listener.getAddress(), addressAt);
        if (address.getPort() != port) {
            throw addressAt.field("socket_address").field("port_value").refuse("not " + port);
        }
        if (!listener.hasBindToPort() || listener.getBindToPort().getValue()) {
            throw At.ROOT.field("bind_to_port").refuse("must be false");
        }
    }

    private static Duration detectTimeout(io.envoyproxy.envoy.config.listener.v3.Listener listener)
            throws Refusal {
        return listener.hasListenerFiltersTimeout()
                ? Values.duration(
                        listener.getListenerFiltersTimeout(),
                        At.ROOT.field("listener_filters_timeout"))
                : DEFAULT_DETECT_TIMEOUT;
    }

    @Override
    String nameOf(io.envoyproxy.envoy.config.listener.v3.Listener listener) {
        return listener.getName();
    }

    @Override
    String nameField() {
        return "name";
    }
}
