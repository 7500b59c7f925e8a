package dev.fairlead.pilot.generate;

import com.google.protobuf.ByteString;
import dev.fairlead.pilot.compile.RouteTable.Action;
import dev.fairlead.pilot.compile.RouteTable.Answered;
import dev.fairlead.pilot.compile.RouteTable.Copy;
import dev.fairlead.pilot.compile.RouteTable.Destination;
import dev.fairlead.pilot.compile.RouteTable.Forward;
import dev.fairlead.pilot.compile.RouteTable.Otherwise;
import dev.fairlead.pilot.compile.RouteTable.Redirected;
import dev.fairlead.pilot.compile.RouteTable.Refused;
import dev.fairlead.pilot.state.HttpPolicy.Rewrite;
import dev.fairlead.pilot.state.HttpRoute.DirectResponse;
import dev.fairlead.pilot.state.HttpRoute.Redirect;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction.RedirectResponseCode;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** Writes what is done with requests that a route has taken. */
final class RouteActions {

    /** Of an answer of a route's own; what validation lets pass. */
    static final int MAX_BODY = 1024 * 1024;

    private static final int NO_ROUTE = 404;
    private static final int BLOCKED = 502;

    private final Egress egress;
    private final Audience audience;

    RouteActions(Egress egress, Audience audience) {
        this.egress = egress;
        this.audience = audience;
    }

    /** Whether the audience knows such an action; an older agent has no redirects, for instance. */
    boolean canBeTaken(Action action) {
        return switch (action) {
            case Redirected _ -> audience.knowsTrafficPolicy();
            case Answered(DirectResponse response) ->
                    audience.knowsTrafficPolicy() || response.base64().isEmpty();
            case Forward _, Refused _, Otherwise _ -> true;
        };
    }

    void set(Route.Builder route, dev.fairlead.pilot.compile.RouteTable.Route view) {
        switch (view.action()) {
            case Forward forward -> route.setRoute(forward(forward, view.match().connect()));
            case Redirected(Redirect redirect, int port) ->
                    route.setRedirect(redirect(redirect, port));
            case Answered(DirectResponse response) -> route.setDirectResponse(answer(response));
            case Refused() -> route.setDirectResponse(status(NO_ROUTE));
            case Otherwise() -> setOtherwise(route);
        }
    }

    private RouteAction forward(Forward view, boolean connect) {
        var action = RouteAction.newBuilder();
        RouteGenerator.setTimeout(action, view.timeout(), audience);
        if (connect) {
            action.addUpgradeConfigs(RouteGenerator.CONNECT);
        }
        List<Destination> shares = shares(view.targets());
        if (view.targets().size() == 1 || (shares.size() == 1 && isPlain(shares.getFirst()))) {
            action.setCluster(shares.getFirst().cluster());
        } else {
            action.setWeightedClusters(weighted(shares));
        }
        if (audience.knowsTrafficPolicy()) {
            setPolicy(action, view);
        }
        return action.build();
    }

    private static List<Destination> shares(List<Destination> targets) {
        return targets.size() == 1
                ? targets
                : targets.stream().filter(target -> target.weight() > 0).toList();
    }

    private boolean isPlain(Destination target) {
        return target.headers().isEmpty() || !audience.knowsTrafficPolicy();
    }

    private WeightedCluster weighted(List<Destination> shares) {
        var weighted = WeightedCluster.newBuilder();
        for (Destination share : shares) {
            var cluster =
                    ClusterWeight.newBuilder()
                            .setName(share.cluster())
                            .setWeight(Protos.number(share.weight()));
            if (!isPlain(share)) {
                cluster.addAllRequestHeadersToAdd(RoutePolicies.added(share.headers().request()))
                        .addAllRequestHeadersToRemove(share.headers().request().remove())
                        .addAllResponseHeadersToAdd(RoutePolicies.added(share.headers().response()))
                        .addAllResponseHeadersToRemove(share.headers().response().remove());
                if (!share.headers().authority().isEmpty()) {
                    cluster.setHostRewriteLiteral(share.headers().authority());
                }
            }
            weighted.addClusters(cluster);
        }
        return weighted.build();
    }

    private static void setPolicy(RouteAction.Builder action, Forward view) {
        if (view.retries() != null) {
            action.setRetryPolicy(RoutePolicies.retries(view.retries()));
        }
        Rewrite rewrite = view.rewrite();
        if (rewrite != null && !rewrite.pattern().isEmpty()) {
            action.setRegexRewrite(
                    RegexMatchAndSubstitute.newBuilder()
                            .setPattern(Protos.regex(rewrite.pattern()))
                            .setSubstitution(rewrite.substitution()));
        } else if (rewrite != null) {
            action.setPrefixRewrite(rewrite.uri());
        }
        if (!view.authority().isEmpty()) {
            action.setHostRewriteLiteral(view.authority());
        }
        view.hashing().forEach(key -> action.addHashPolicy(HashPolicies.route(key)));
        for (Copy copy : view.copies()) {
            action.addRequestMirrorPolicies(RoutePolicies.mirror(copy));
        }
    }

    private static RedirectAction redirect(Redirect view, int port) {
        var redirect =
                RedirectAction.newBuilder()
                        .setHostRedirect(view.authority())
                        .setPortRedirect(port)
                        .setResponseCode(code(view.code()));
        if (!view.scheme().isEmpty()) {
            redirect.setSchemeRedirect(view.scheme());
        }
        if (!view.prefixRewrite().isEmpty()) {
            redirect.setPrefixRewrite(view.prefixRewrite());
        } else if (!view.uri().isEmpty()) {
            redirect.setPathRedirect(view.uri());
        }
        return redirect.build();
    }

    private static RedirectResponseCode code(int code) {
        return switch (code) {
            case 301 -> RedirectResponseCode.MOVED_PERMANENTLY;
            case 302 -> RedirectResponseCode.FOUND;
            case 303 -> RedirectResponseCode.SEE_OTHER;
            case 307 -> RedirectResponseCode.TEMPORARY_REDIRECT;
            case 308 -> RedirectResponseCode.PERMANENT_REDIRECT;
            default -> throw new IllegalArgumentException("redirect by " + code);
        };
    }

    private static DirectResponseAction answer(DirectResponse view) {
        var answer = DirectResponseAction.newBuilder().setStatus(view.status());
        if (!view.base64().isEmpty()) {
            ByteString bytes = ByteString.copyFrom(Base64.getDecoder().decode(view.base64()));
            answer.setBody(DataSource.newBuilder().setInlineBytes(bytes));
        } else if (!view.text().isEmpty()) {
            answer.setBody(DataSource.newBuilder().setInlineString(view.text()));
        }
        return answer.build();
    }

    /** What takes requests to hosts that nobody knows. */
    Route otherwise() {
        var route =
                Route.newBuilder()
                        .setName(egress == Egress.ALLOW_ANY ? "allow_any" : "block_all")
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"));
        setOtherwise(route);
        return route.build();
    }

    private void setOtherwise(Route.Builder route) {
        switch (egress) {
            case ALLOW_ANY -> {
                var action = RouteAction.newBuilder().setCluster(ClusterGenerator.PASSTHROUGH);
                RouteGenerator.setTimeout(action, Duration.ZERO, audience);
                route.setRoute(action);
            }
            case REGISTRY_ONLY -> route.setDirectResponse(status(BLOCKED));
            case NOT_FOUND -> route.setDirectResponse(status(NO_ROUTE));
        }
    }

    private static DirectResponseAction status(int status) {
        return DirectResponseAction.newBuilder().setStatus(status).build();
    }
}
