package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.Redirect;
import dev.fairlead.agent.model.route.Rewrite;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.Substitution;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction.RedirectResponseCode;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code config.route.v3.Route} does with a request: route, redirect, direct_response. */
final class RouteActions {

    /** Of a direct response; an Envoy is told as much (max_direct_response_body_size_bytes). */
    private static final int MAX_BODY = 1024 * 1024;

    private RouteActions() {}

    static RouteAction.Forward forward(
            io.envoyproxy.envoy.config.route.v3.RouteAction action, At at, Set<String> clusters)
            throws Refusal {
        var weights = new Weights(clusters);
        RouteAction.Forward forward =
                switch (action.getClusterSpecifierCase()) {
                    case CLUSTER -> weights.single(action.getCluster(), at.field("cluster"));
                    case WEIGHTED_CLUSTERS -> {
                        At listAt = at.field("weighted_clusters");
                        var list = action.getWeightedClusters().getClustersList();
                        for (int i = 0; i < list.size(); i++) {
                            weights.add(list.get(i), listAt.element("clusters", i));
                        }
                        yield weights.forward(listAt);
                    }
                    default -> throw at.refuse("no cluster or weighted_clusters");
                };
        return forward.withUpgrades(upgrades(action, at));
    }

    private static Map<String, Boolean> upgrades(
            io.envoyproxy.envoy.config.route.v3.RouteAction action, At at) throws Refusal {
        var upgrades = new Upgrades();
        for (int i = 0; i < action.getUpgradeConfigsCount(); i++) {
            var config = action.getUpgradeConfigs(i);
            upgrades.add(
                    config.getUpgradeType(),
                    !config.hasEnabled() || config.getEnabled().getValue(),
                    at.element("upgrade_configs", i));
        }
        return upgrades.all();
    }

    static Rewrite rewrite(io.envoyproxy.envoy.config.route.v3.RouteAction action, At at)
            throws Refusal {
        String prefix = action.getPrefixRewrite();
        if (!prefix.isEmpty() && action.hasRegexRewrite()) {
            throw at.field("regex_rewrite").refuse("beside prefix_rewrite");
        }
        Rewrite.PathRewrite path = null;
        if (!prefix.isEmpty()) {
            path = matched(prefix, at.field("prefix_rewrite"));
        } else if (action.hasRegexRewrite()) {
            path = regex(action.getRegexRewrite(), at.field("regex_rewrite"));
        }
        String authority =
                authority(action.getHostRewriteLiteral(), at.field("host_rewrite_literal"));
        return path == null && authority == null ? Rewrite.NONE : new Rewrite(path, authority);
    }

    /** Null where there is none. */
    static @Nullable String authority(String literal, At at) throws Refusal {
        return literal.isEmpty() ? null : HttpText.checkTarget(literal, at);
    }

    private static Rewrite.PathRewrite matched(String replacement, At at) throws Refusal {
        return new Rewrite.PathRewrite.Matched(HttpText.checkTarget(replacement, at));
    }

    private static Rewrite.PathRewrite regex(RegexMatchAndSubstitute rewrite, At at)
            throws Refusal {
        var pattern =
                BoundedRegex.compile(
                        rewrite.getPattern().getRegex(), at.field("pattern").field("regex"));
        At substitutionAt = at.field("substitution");
        HttpText.checkTarget(rewrite.getSubstitution(), substitutionAt);
        try {
            return new Rewrite.PathRewrite.Regex(
                    pattern, Substitution.of(rewrite.getSubstitution(), pattern));
        } catch (IllegalArgumentException e) {
            throw substitutionAt.refuse(String.valueOf(e.getMessage()));
        }
    }

    static Redirect redirect(RedirectAction redirect, At at) throws Refusal {
        int port = redirect.getPortRedirect();
        return new Redirect(
                scheme(redirect, at),
                HttpText.checkTarget(redirect.getHostRedirect(), at.field("host_redirect")),
                port == 0 ? 0 : Values.port(port, at.field("port_redirect")),
                HttpText.checkTarget(redirect.getPathRedirect(), at.field("path_redirect")),
                switch (redirect.getPathRewriteSpecifierCase()) {
                    case PREFIX_REWRITE ->
                            redirect.getPrefixRewrite().isEmpty()
                                    ? null
                                    : matched(
                                            redirect.getPrefixRewrite(),
                                            at.field("prefix_rewrite"));
                    case REGEX_REWRITE ->
                            regex(redirect.getRegexRewrite(), at.field("regex_rewrite"));
                    default -> null;
                },
                status(redirect.getResponseCode(), at.field("response_code")),
                redirect.getStripQuery());
    }

    private static String scheme(RedirectAction redirect, At at) throws Refusal {
        if (redirect.getHttpsRedirect()) {
            return "https";
        }
        String scheme = redirect.getSchemeRedirect();
        if (!scheme.isEmpty() && !scheme.equals("http") && !scheme.equals("https")) {
            throw at.field("scheme_redirect").refuse("\"" + scheme + "\" is not http or https");
        }
        return scheme;
    }

    private static int status(RedirectResponseCode code, At at) throws Refusal {
        return switch (code) {
            case MOVED_PERMANENTLY -> 301;
            case FOUND -> 302;
            case SEE_OTHER -> 303;
            case TEMPORARY_REDIRECT -> 307;
            case PERMANENT_REDIRECT -> 308;
            case UNRECOGNIZED -> throw at.refuse("unknown");
        };
    }

    static RouteAction respond(DirectResponseAction response, At at) throws Refusal {
        int status = response.getStatus();
        if (status < 200 || status > 599) {
            throw at.field("status").refuse(Integer.toUnsignedString(status) + " is no status");
        }
        return new RouteAction.Respond(status, body(response.getBody(), at.field("body")));
    }

    private static ByteBuffer body(DataSource source, At at) throws Refusal {
        var bytes =
                source.hasInlineBytes() ? source.getInlineBytes() : source.getInlineStringBytes();
        if (bytes.size() > MAX_BODY) {
            throw at.refuse(bytes.size() + " bytes, at most " + MAX_BODY);
        }
        return bytes.asReadOnlyByteBuffer();
    }
}
