package dev.fairlead.pilot.generate;

import com.google.protobuf.BoolValue;
import dev.fairlead.pilot.compile.RouteTable;
import dev.fairlead.pilot.compile.RouteTable.Route;
import dev.fairlead.pilot.compile.WeightedCluster;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.VirtualService.HttpMatch;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes route configurations. */
final class RouteGenerator {

    /** That CONNECT is passed on to the cluster as it came. */
    static final RouteAction.UpgradeConfig CONNECT =
            RouteAction.UpgradeConfig.newBuilder()
                    .setUpgradeType("CONNECT")
                    .setEnabled(BoolValue.of(true))
                    .build();

    private static final String SOURCE = "fairlead.source";
    private static final String ANY_DOMAIN = "*";

    private final Egress egress;
    private final Audience audience;

    RouteGenerator(Egress egress, Audience audience) {
        this.egress = egress;
        this.audience = audience;
    }

    VersionedResource routes(RouteTable table) {
        var routes = RouteConfiguration.newBuilder().setName(table.name());
        boolean anyTaken = false;
        for (RouteTable.VirtualHost host : table.hosts()) {
            routes.addVirtualHosts(host(host));
            anyTaken |= host.domains().contains(ANY_DOMAIN);
        }
        if (!anyTaken) {
            routes.addVirtualHosts(otherwise());
        }
        return VersionedResource.of(table.name(), routes.build(), Set.of());
    }

    private VirtualHost host(RouteTable.VirtualHost view) {
        var host = VirtualHost.newBuilder().setName(view.name()).addAllDomains(view.domains());
        for (Route route : view.routes()) {
            if (mayApply(route.match())) {
                host.addRoutes(
                        io.envoyproxy.envoy.config.route.v3.Route.newBuilder()
                                .setName(route.name())
                                .setMatch(match(route.match()))
                                .setRoute(action(route)));
            }
        }
        return host.build();
    }

    /** An agent decides per request; of an Envoy's one pod the labels are known. */
    private boolean mayApply(HttpMatch match) {
        return switch (audience) {
            case Audience.Agent _ -> audience.knowsHttp2() || !match.connect();
            case Audience.Envoy(var pod, _) ->
                    pod.pod().labels().entrySet().containsAll(match.sourceLabels().entrySet());
        };
    }

    private RouteMatch match(HttpMatch view) {
        var match = RouteMatch.newBuilder();
        path(view, match);
        addHeader(match, ":scheme", view.scheme());
        addHeader(match, ":method", view.connect() ? null : view.method());
        addHeader(match, ":authority", view.authority());
        new TreeMap<>(view.headers()).forEach((name, value) -> addHeader(match, name, value));
        if (audience instanceof Audience.Agent) {
            new TreeMap<>(view.sourceLabels())
                    .forEach((key, value) -> match.addDynamicMetadata(label(key, value)));
        }
        return match.build();
    }

    private static void path(HttpMatch view, RouteMatch.Builder match) {
        if (view.connect()) {
            match.setConnectMatcher(RouteMatch.ConnectMatcher.getDefaultInstance());
            return;
        }
        switch (view.uri()) {
            case StringMatch.Exact(String path) -> match.setPath(path);
            case StringMatch.Prefix(String prefix) -> match.setPrefix(prefix);
            case StringMatch.Regex(String regex) -> match.setSafeRegex(Protos.regex(regex));
            case StringMatch.Present() -> match.setPrefix("/");
            case null -> match.setPrefix("/");
        }
        if (view.ignoreUriCase()) {
            match.setCaseSensitive(BoolValue.of(false));
        }
    }

    private static void addHeader(
            RouteMatch.Builder match, String name, @Nullable StringMatch value) {
        var header = HeaderMatcher.newBuilder().setName(name);
        switch (value) {
            case null -> {
                return;
            }
            case StringMatch.Present() -> header.setPresentMatch(true);
            case StringMatch.Exact(String text) -> header.setStringMatch(Protos.exact(text));
            case StringMatch.Prefix(String text) ->
                    header.setStringMatch(StringMatcher.newBuilder().setPrefix(text));
            case StringMatch.Regex(String text) ->
                    header.setStringMatch(
                            StringMatcher.newBuilder().setSafeRegex(Protos.regex(text)));
        }
        match.addHeaders(header);
    }

    private static MetadataMatcher label(String key, String value) {
        return MetadataMatcher.newBuilder()
                .setFilter(SOURCE)
                .addPath(MetadataMatcher.PathSegment.newBuilder().setKey(key))
                .setValue(ValueMatcher.newBuilder().setStringMatch(Protos.exact(value)))
                .build();
    }

    /** A route's timeout, which also bounds what a gRPC client may ask for, as in Istio. */
    static void setTimeout(RouteAction.Builder action, Duration timeout, Audience audience) {
        action.setTimeout(Protos.millis(timeout.toMillis()));
        if (audience.knowsHttp2()) {
            action.setMaxStreamDuration(
                    RouteAction.MaxStreamDuration.newBuilder()
                            .setGrpcTimeoutHeaderMax(Protos.millis(timeout.toMillis())));
        }
    }

    private RouteAction action(Route route) {
        var action = RouteAction.newBuilder();
        setTimeout(action, route.timeout(), audience);
        if (route.match().connect()) {
            action.addUpgradeConfigs(CONNECT);
        }
        List<WeightedCluster> shares = shares(route.targets());
        if (shares.size() == 1) {
            action.setCluster(shares.getFirst().cluster());
        } else {
            var weighted = io.envoyproxy.envoy.config.route.v3.WeightedCluster.newBuilder();
            for (WeightedCluster share : shares) {
                weighted.addClusters(
                        io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight
                                .newBuilder()
                                .setName(share.cluster())
                                .setWeight(Protos.number(share.weight())));
            }
            action.setWeightedClusters(weighted);
        }
        return action.build();
    }

    /** Without those that get nothing; a lone target gets everything, whatever its weight. */
    static List<WeightedCluster> shares(List<WeightedCluster> targets) {
        return targets.size() == 1
                ? targets
                : targets.stream().filter(target -> target.weight() > 0).toList();
    }

    private VirtualHost otherwise() {
        boolean allow = egress == Egress.ALLOW_ANY;
        var route =
                io.envoyproxy.envoy.config.route.v3.Route.newBuilder()
                        .setName(allow ? "allow_any" : "block_all")
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"));
        switch (egress) {
            case ALLOW_ANY -> {
                var action = RouteAction.newBuilder().setCluster(ClusterGenerator.PASSTHROUGH);
                setTimeout(action, Duration.ZERO, audience);
                route.setRoute(action);
            }
            case REGISTRY_ONLY -> route.setDirectResponse(status(502));
            case NOT_FOUND -> route.setDirectResponse(status(404));
        }
        return VirtualHost.newBuilder()
                .setName(route.getName())
                .addDomains(ANY_DOMAIN)
                .addRoutes(route)
                .build();
    }

    private static DirectResponseAction status(int status) {
        return DirectResponseAction.newBuilder().setStatus(status).build();
    }
}
