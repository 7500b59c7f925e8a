package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.listener.ChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import java.util.Set;

/**
 * The listener filters of a listener. The agent looks at first bytes wherever a chain asks for it;
 * Envoy only where the filter is listed: so what a chain needs must be listed, or the two differ.
 */
final class Inspectors {

    /** What http_inspector reports, of plaintext. */
    private static final Set<String> DETECTED = Set.of("http/1.0", "http/1.1", "h2c");

    private boolean tls;
    private boolean http;
    private Set<Integer> proxyHeaderPorts = Set.of();

    Inspectors(Listener listener) throws Refusal {
        boolean originalDst = false;
        for (int i = 0; i < listener.getListenerFiltersCount(); i++) {
            var filter = listener.getListenerFilters(i);
            tls |= filter.getTypedConfig().is(TlsInspector.class);
            http |= filter.getTypedConfig().is(HttpInspector.class);
            originalDst |= filter.getTypedConfig().is(OriginalDst.class);
            At at = At.ROOT.element("listener_filters", i);
            if (!filter.hasTypedConfig()) {
                throw at.field("typed_config").refuse("unset");
            }
            if (filter.getTypedConfig().is(ProxyProtocol.class)) {
                if (tls || http) {
                    throw at.refuse("behind an inspector, which would look at the header");
                }
                proxyHeaderPorts = ProxyHeaderPorts.of(filter, at);
            } else if (filter.hasFilterDisabled()) {
                throw at.field("filter_disabled").refuse("of another filter than proxy_protocol");
            }
        }
        if (listener.getName().startsWith(ListenerCompiler.OUTBOUND) && !originalDst) {
            throw At.ROOT.field("listener_filters").refuse("no original_dst");
        }
        if ((tls || http) && !listener.getContinueOnListenerFiltersTimeout()) {
            throw At.ROOT.field("continue_on_listener_filters_timeout").refuse("must be true");
        }
    }

    /** Ports on which a PROXY header is taken off. */
    Set<Integer> proxyHeaderPorts() {
        return proxyHeaderPorts;
    }

    void require(ChainMatch match, At at) throws Refusal {
        boolean wantsTls = Boolean.TRUE.equals(match.tls());
        if (wantsTls && !tls) {
            throw at.field("transport_protocol").refuse("needs the tls_inspector");
        }
        if (!match.serverNames().isEmpty() && !tls) {
            throw at.field("server_names").refuse("needs the tls_inspector");
        }
        if (!wantsTls
                && !http
                && match.applicationProtocols().stream().anyMatch(DETECTED::contains)) {
            throw at.field("application_protocols").refuse("needs the http_inspector");
        }
    }
}
