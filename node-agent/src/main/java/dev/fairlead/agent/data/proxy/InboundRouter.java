package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.ForwardedClientCert;
import dev.fairlead.agent.data.http.ForwardedFor;
import dev.fairlead.agent.data.http.HeaderNames;
import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.http.RequestControl;
import dev.fairlead.agent.data.policy.RequestChecks;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.Listener;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Routes the requests of one connection that enters a pod: to the application, at the address that
 * was asked for.
 *
 * <p>Thread: the pod's loop.
 */
final class InboundRouter extends PodRouter {

    private final InboundPeer peer;
    private final Facts facts;
    private FilterChain chain;
    private ForwardedClientCert clientCertificate;
    private @Nullable Listener listener;
    private @Nullable RequestKinds series;
    private @Nullable Object seriesFor;

    InboundRouter(
            PodRuntime pod,
            FilterChain chain,
            Filter.Http filter,
            InetSocketAddress destination,
            InboundPeer peer) {
        this(pod, chain, filter, destination, peer, peer.facts(destination));
    }

    private InboundRouter(
            PodRuntime pod,
            FilterChain chain,
            Filter.Http filter,
            InetSocketAddress destination,
            InboundPeer peer,
            Facts facts) {
        super(pod, filter, destination, facts);
        this.chain = chain;
        this.listener = pod.snapshot().inbound().get(pod.uid());
        this.peer = peer;
        this.facts = facts;
        this.clientCertificate = clientCertificate(filter.manager());
    }

    private ForwardedClientCert clientCertificate(HttpManager manager) {
        InboundHandler.Peer proven = peer.proven();
        return ForwardedClientCert.of(
                manager.clientCert(),
                pod.context().pod().identity(),
                proven == null ? List.of() : proven.chain());
    }

    /** What holds for requests holds for the next one, on a connection of before too. */
    @SuppressWarnings("ReferenceEquality") // a changed listener is a new object
    private void followConfiguration() {
        Listener now = pod.snapshot().inbound().get(pod.uid());
        if (now == listener) {
            return;
        }
        listener = now;
        FilterChain successor = now == null ? null : now.successor(chain);
        if (successor != null && successor.filter() instanceof Filter.Http http) {
            chain = successor;
            if (!http.manager().clientCert().equals(manager().clientCert())) {
                clientCertificate = clientCertificate(http.manager());
            }
            follow(http, facts);
        }
    }

    @Override
    public void receive(HttpRequest request) {
        followConfiguration();
        HttpHeaders headers = request.headers();
        String passing = clientCertificate.passing(headers);
        RequestControl.take(headers, false);
        InetAddress client = ForwardedFor.single(headers);
        if (client != null && pod.snapshot().workloads().at(client) != null) {
            headers.set(HeaderNames.X_ENVOY_INTERNAL, "true"); // the mesh is who is within
        }
        if (peer.proven() != null && !headers.contains(HeaderNames.X_FORWARDED_PROTO)) {
            headers.set(HeaderNames.X_FORWARDED_PROTO, "https"); // a proxy would have said so
        }
        clientCertificate.set(headers, passing);
    }

    @Override
    public Target route(NettyRequestView view) {
        return route(view, Map.of());
    }

    @Override
    public @Nullable String revocation(HttpExchange exchange) {
        followConfiguration();
        return RequestChecks.refuses(
                manager().checks(), exchange.policy(), exchange.checked(facts));
    }

    @Override
    public void edit(HttpRequest request) {
        RequestEdit.introduce(request.headers(), this);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a new index is a new object
    public RequestKinds series(
            @Nullable PodCluster cluster, @Nullable UpstreamHost host, boolean mutual) {
        Object workloads = pod.snapshot().workloads();
        RequestKinds current = series;
        if (current == null || seriesFor != workloads) {
            current = peer.requestSeries();
            series = current;
            seriesFor = workloads;
        }
        return current;
    }

    @Override
    public boolean honoursControl() {
        return false;
    }

    @Override
    public @Nullable InetAddress from() {
        return peer.address();
    }
}
