package dev.fairlead.access;

import dev.fairlead.agent.data.policy.ConnectionChecks;
import dev.fairlead.agent.data.stats.ConnectionAccessStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.upstream.OfferedAlpn;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.listener.ConnectionFacts;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One request, or one connection of bytes, from a pod to another: what its own agent makes of it,
 * and what the other's says. Any client's clock stands at {@link #NOW}.
 */
final class Call {

    static final long NOW = 1_700_000_000;

    private static final String ECHO = "/proto.EchoTestService/Echo";

    private final PaperMesh mesh;
    private final App from;
    private final App to;
    private final Port port;
    private final Map<String, String> headers = new HashMap<>();
    private String method;
    private String path;
    private String host;
    private String subset = "";
    private @Nullable Boolean mutual;
    private BiPredicate<String, HttpRequest> authorizer = (_, _) -> true;

    Call(PaperMesh mesh, App from, App to, Port port) {
        this.mesh = mesh;
        this.from = from;
        this.to = to;
        this.port = port;
        host = to.host();
        method = port == Port.GRPC ? "POST" : "GET";
        path = port == Port.GRPC ? ECHO : "/";
    }

    Call path(String of) {
        path = of.isEmpty() ? path : of;
        return this;
    }

    Call method(String of) {
        method = of;
        return this;
    }

    Call header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /**
     * @param text empty: none
     */
    Call token(String text) {
        return text.isEmpty() ? this : header("authorization", "Bearer " + text);
    }

    Call subset(String of) {
        subset = of;
        return this;
    }

    /** A Service of another name that leads to the pod, too. */
    Call host(String of) {
        host = of;
        return this;
    }

    /** Whatever rules say to the client. Mutually bytes are spoken, as over a port that is TCP. */
    Call mutually(boolean really) {
        mutual = really;
        return this;
    }

    /**
     * @param says whether a request, or a connection (null), may pass, by the provider's Service
     */
    Call authorizer(BiPredicate<String, HttpRequest> says) {
        authorizer = says;
        return this;
    }

    /** What the client sees, and what the application would. */
    Answer answer() {
        UpstreamTls tls = null;
        if (mutual == null ? from.enrolled() : mutual) {
            try {
                tls = mutual == null ? told() : spoken(mutual);
            } catch (NoSuchCluster _) {
                return Answer.NOWHERE;
            }
        }
        if (!to.enrolled()) { // its application understands no TLS of ours
            return tls == null ? new Answer(200, false, request(), List.of()) : Answer.BROKEN;
        }
        ConnectionFacts facts =
                new ConnectionFacts(
                        address(to),
                        port.number,
                        tls != null || port == Port.HTTPS,
                        tls == null ? "" : tls.sni(),
                        tls == null ? detected() : tls.alpn());
        FilterChain chain = mesh.inbound(to).select(facts);
        if (chain == null || (chain.tls() != null) != (tls != null)) {
            return Answer.BROKEN;
        }
        var caller =
                new CallerFacts(
                        address(from),
                        address(to),
                        port.number,
                        facts.serverName(),
                        tls == null ? null : "spiffe://" + from.principal());
        return switch (chain.filter()) {
            case Filter.Http http when port.http == null ->
                    throw new AssertionError("bytes on a port of HTTP: " + http);
            case Filter.Http http ->
                    new RequestCourse(http.manager(), caller, authorizer, tls != null)
                            .of(request());
            case Filter.Tcp tcp -> bytes(tcp, caller, tls != null);
        };
    }

    boolean passes() {
        return answer().status() == 200;
    }

    /** There is no such Service, port or subset. */
    private static final class NoSuchCluster extends Exception {
        private static final long serialVersionUID = 1;
    }

    /** How the client's cluster says to speak to this endpoint; null: plainly. */
    private @Nullable UpstreamTls told() throws NoSuchCluster {
        Cluster cluster =
                mesh.cluster(from, port.name.isEmpty() ? "PassthroughCluster" : clusterName());
        if (cluster == null) {
            throw new NoSuchCluster();
        }
        Endpoint endpoint = mesh.endpoint(from, cluster, to);
        if (endpoint == null && cluster.discovery() == Cluster.Discovery.EDS) {
            throw new NoSuchCluster();
        }
        return switch (cluster.transport()) {
            case UpstreamTransport.Plaintext() -> null;
            case UpstreamTransport.Mutual(UpstreamTls tls) -> OfferedAlpn.of(tls, port.http);
            case UpstreamTransport.Auto(UpstreamTls tls) ->
                    speaksMutualTls(endpoint) ? OfferedAlpn.of(tls, port.http) : null;
            case UpstreamTransport.Originated _ -> throw new AssertionError("not the mesh's TLS");
        };
    }

    private boolean speaksMutualTls(@Nullable Endpoint endpoint) {
        if (endpoint == null) { // whose address is asked for: a pod's, or a Service's
            boolean ofPod = to.headless() || port.name.isEmpty();
            return ofPod && mesh.workload(from, to).speaksMutualTls(port.number);
        }
        return endpoint.mutualTls();
    }

    private static @Nullable UpstreamTls spoken(boolean mutually) {
        return mutually ? new UpstreamTls("", List.of("istio"), Set.of(), false) : null;
    }

    private String clusterName() {
        return "outbound|" + port.number + "|" + subset + "|" + host;
    }

    private List<String> detected() {
        if (port.http == null) {
            return port == Port.HTTPS ? List.of("h2", "http/1.1") : List.of();
        }
        return List.of(port.http == HttpProtocol.HTTP2 ? "h2c" : "http/1.1");
    }

    private static InetAddress address(App of) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(of.address());
        if (address == null) {
            throw new IllegalArgumentException(of.address());
        }
        return address;
    }

    private HttpRequest request() {
        HttpRequest request =
                new DefaultHttpRequest(
                        port.http == HttpProtocol.HTTP2
                                ? HttpVersion.valueOf("HTTP/2.0")
                                : HttpVersion.HTTP_1_1,
                        HttpMethod.valueOf(method),
                        path);
        request.headers().set(HttpHeaderNames.HOST, to.name() + "." + to.namespace());
        if (port == Port.GRPC) {
            request.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/grpc");
        }
        headers.forEach((name, value) -> request.headers().set(name, value));
        return request;
    }

    private Answer bytes(Filter.Tcp tcp, CallerFacts caller, boolean proven) {
        var checks = new ConnectionChecks(new Counters<>(ConnectionAccessStat.class));
        var passage = new ConnectionChecks.Passage(tcp.checks());
        List<String> asked = new ArrayList<>();
        while (true) {
            switch (checks.next(passage, caller)) {
                case ConnectionChecks.Step.Passes() -> {
                    return new Answer(200, proven, request(), asked);
                }
                case ConnectionChecks.Step.Refused() -> {
                    return Answer.BROKEN;
                }
                case ConnectionChecks.Step.Asks(var rules) -> {
                    asked.add(rules.service().cluster());
                    if (!authorizer.test(rules.service().cluster(), request())) {
                        return Answer.BROKEN;
                    }
                }
            }
        }
    }
}
