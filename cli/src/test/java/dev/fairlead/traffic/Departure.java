package dev.fairlead.traffic;

import dev.fairlead.access.App;
import dev.fairlead.access.PaperMesh;
import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.http.RouteEditing;
import dev.fairlead.agent.model.listener.ConnectionFacts;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.route.CorsDecision;
import dev.fairlead.agent.model.route.FaultDecision;
import dev.fairlead.agent.model.route.HeaderFact;
import dev.fairlead.agent.model.route.HeaderFacts;
import dev.fairlead.agent.model.route.Redirect;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteDecision;
import dev.fairlead.agent.model.route.RoutePolicy;
import dev.fairlead.agent.model.route.RouteTable;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One request, or one connection of bytes, that leaves a pod: what its agent makes of it. */
final class Departure {

    /** What is spoken on the connection, as far as it can be told from its first bytes. */
    enum Spoken {
        HTTP(false, List.of("http/1.1")),
        HTTP2(false, List.of("h2c")),
        BYTES(false, List.of()),
        TLS(true, List.of());

        private final boolean tls;
        private final List<String> protocols;

        Spoken(boolean tls, List<String> protocols) {
            this.tls = tls;
            this.protocols = protocols;
        }
    }

    private final PaperMesh mesh;
    private final App from;
    private final String address;
    private final int port;
    private final HttpRequest request =
            new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    private Spoken spoken = Spoken.HTTP;
    private RandomGenerator random = new SplittableRandom(1);

    /**
     * @param address that the client connects to
     */
    Departure(PaperMesh mesh, App from, String address, int port) {
        this.mesh = mesh;
        this.from = from;
        this.address = address;
        this.port = port;
    }

    Departure speaking(Spoken what) {
        spoken = what;
        return this;
    }

    Departure host(String of) {
        return header(HttpHeaderNames.HOST.toString(), of);
    }

    Departure path(String of) {
        request.setUri(of);
        return this;
    }

    Departure method(String of) {
        request.setMethod(HttpMethod.valueOf(of));
        return this;
    }

    Departure header(String name, String value) {
        request.headers().set(name, value);
        return this;
    }

    Departure chance(RandomGenerator of) {
        random = of;
        return this;
    }

    /** As it would arrive, after {@link #outcome} was asked. */
    HttpRequest sent() {
        return request;
    }

    /**
     * The cluster, {@code bytes } before its name if nothing is known of requests; a status, with
     * the location of a redirect or the gRPC status; {@code not HTTP}; {@code reset}.
     */
    String outcome() {
        FilterChain chain =
                mesh.outbound(from)
                        .select(
                                new ConnectionFacts(
                                        Objects.requireNonNull(
                                                NetUtil.createInetAddressFromIpAddressString(
                                                        address)),
                                        port,
                                        spoken.tls,
                                        "",
                                        spoken.protocols));
        if (chain == null) {
            return "reset";
        }
        return switch (chain.filter()) {
            case Filter.Tcp tcp -> "bytes " + name(tcp.clusters().pick(random).name());
            case Filter.Http http ->
                    spoken == Spoken.HTTP || spoken == Spoken.HTTP2 ? routed(http) : "not HTTP";
        };
    }

    private String routed(Filter.Http http) {
        RouteTable table =
                switch (http.routes()) {
                    case Filter.Routes.Inline(RouteTable own) -> own;
                    case Filter.Routes.Named(String name) -> mesh.routes(from, name);
                };
        return switch (RouteDecision.decide(table, new NettyRequestView(request), from.labels())) {
            case RouteDecision.Matched(var _, Route route) -> taken(route);
            case RouteDecision.NoVirtualHost(), RouteDecision.NoRoute(var _) -> "404";
        };
    }

    private String taken(Route route) {
        NettyRequestView view = new NettyRequestView(request);
        RoutePolicy policy = route.policy();
        if (policy.cors() != null
                && CorsDecision.decide(policy.cors(), view)
                        instanceof
                        CorsDecision.Preflight(
                                String origin,
                                String methods,
                                String headers,
                                String age)) {
            return "200 " + origin + " " + methods + " " + headers + " " + age;
        }
        FaultDecision.Answer fault =
                policy.fault() == null ? null : FaultDecision.abort(policy.fault(), view, random);
        if (fault != null) {
            return fault.grpcStatus() < 0
                    ? "" + fault.httpStatus()
                    : fault.httpStatus() + " grpc " + fault.grpcStatus();
        }
        return switch (route.action()) {
            case RouteAction.Respond respond -> "" + respond.status();
            case Redirect redirect ->
                    redirect.status() + " " + redirect.location(view, route.match().path());
            case RouteAction.Forward forward -> {
                RouteAction.WeightedCluster share = forward.pick(random);
                RouteEditing.forUpstream(request, route, policy, share, new Nothing());
                yield name(share.name());
            }
        };
    }

    /** Without its scope, and without the mesh's domain. */
    private static String name(String cluster) {
        int scope = cluster.indexOf('@');
        return (scope < 0 ? cluster : cluster.substring(0, scope))
                .replace(".svc.cluster.local", "");
    }

    /** No header of a table's speaks of its request. */
    private static final class Nothing implements HeaderFacts {
        @Override
        public @Nullable String known(HeaderFact fact) {
            return null;
        }

        @Override
        public @Nullable String header(boolean ofResponse, String name) {
            return null;
        }
    }
}
