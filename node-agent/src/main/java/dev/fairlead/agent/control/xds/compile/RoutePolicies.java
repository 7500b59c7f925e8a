package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.Fault;
import dev.fairlead.agent.model.route.HashPolicy;
import dev.fairlead.agent.model.route.Mirror;
import dev.fairlead.agent.model.route.Rewrite;
import dev.fairlead.agent.model.route.RoutePolicy;
import dev.fairlead.agent.model.route.RoutePolicy.AttemptCount;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What else {@code config.route.v3.Route} says of its requests. */
final class RoutePolicies {

    private static final Fault.Share ALL = new Fault.Share(100, 100);

    private RoutePolicies() {}

    /** Adds the clusters that get copies to {@code clusters}. */
    static RoutePolicy compile(Route route, VirtualHost host, At at, Set<String> clusters)
            throws Refusal {
        var filters =
                new FilterConfigs(
                        route.getTypedPerFilterConfigMap(), host.getTypedPerFilterConfigMap(), at);
        filters.requireKnown();
        Replies replies = Replies.of(route.getMetadata(), at.field("metadata"));
        String place = host.getName() + "/" + (route.getName().isEmpty() ? at : route.getName());
        RouteAction action = route.getRoute();
        At actionAt = at.field("route");
        RoutePolicy policy =
                new RoutePolicy(
                        HeaderOptions.of(route, at),
                        route.hasRoute() ? RouteActions.rewrite(action, actionAt) : Rewrite.NONE,
                        action.hasRetryPolicy()
                                ? RetryPolicies.compile(
                                        action.getRetryPolicy(), actionAt.field("retry_policy"))
                                : null,
                        idleTimeout(action, actionAt),
                        filters.fault(),
                        filters.cors(),
                        filters.limit(place, replies),
                        mirrors(action, actionAt, clusters),
                        hashing(action, actionAt),
                        statName(route, host),
                        attempts(host),
                        filters.access(replies));
        return policy.equals(RoutePolicy.NONE) ? RoutePolicy.NONE : policy;
    }

    private static String statName(Route route, VirtualHost host) {
        String prefix = route.getStatPrefix();
        return prefix.isEmpty() ? "" : host.getName() + ".route." + prefix;
    }

    private static AttemptCount attempts(VirtualHost host) {
        return new AttemptCount(
                host.getIncludeRequestAttemptCount(), host.getIncludeAttemptCountInResponse());
    }

    private static @Nullable Duration idleTimeout(RouteAction action, At at) throws Refusal {
        return action.hasIdleTimeout()
                ? Values.duration(action.getIdleTimeout(), at.field("idle_timeout"))
                : null;
    }

    private static List<Mirror> mirrors(RouteAction action, At at, Set<String> clusters)
            throws Refusal {
        List<Mirror> mirrors = new ArrayList<>(action.getRequestMirrorPoliciesCount());
        for (int i = 0; i < action.getRequestMirrorPoliciesCount(); i++) {
            var policy = action.getRequestMirrorPolicies(i);
            At mirrorAt = at.element("request_mirror_policies", i);
            String cluster = Values.notEmpty(policy.getCluster(), mirrorAt.field("cluster"));
            clusters.add(cluster);
            Fault.Share share =
                    policy.hasRuntimeFraction()
                            ? Shares.compile(
                                    policy.getRuntimeFraction().getDefaultValue(),
                                    mirrorAt.field("runtime_fraction").field("default_value"))
                            : ALL;
            mirrors.add(new Mirror(cluster, share));
        }
        return mirrors;
    }

    private static List<HashPolicy> hashing(RouteAction action, At at) throws Refusal {
        List<HashPolicy> policies = new ArrayList<>(action.getHashPolicyCount());
        for (int i = 0; i < action.getHashPolicyCount(); i++) {
            var policy = action.getHashPolicy(i);
            At policyAt = at.element("hash_policy", i);
            if (i < action.getHashPolicyCount() - 1 && !policy.getTerminal()) {
                throw policyAt.field("terminal").refuse("false before another policy");
            }
            policies.add(hashPolicy(policy, policyAt));
        }
        return policies;
    }

    private static HashPolicy hashPolicy(RouteAction.HashPolicy policy, At at) throws Refusal {
        return switch (policy.getPolicySpecifierCase()) {
            case HEADER -> {
                At nameAt = at.field("header").field("header_name");
                String name = Values.notEmpty(policy.getHeader().getHeaderName(), nameAt);
                yield new HashPolicy.Header(name.toLowerCase(Locale.ROOT));
            }
            case COOKIE -> cookie(policy.getCookie(), at.field("cookie"));
            case CONNECTION_PROPERTIES -> {
                if (!policy.getConnectionProperties().getSourceIp()) {
                    throw at.field("connection_properties").field("source_ip").refuse("false");
                }
                yield new HashPolicy.SourceAddress();
            }
            case QUERY_PARAMETER ->
                    new HashPolicy.QueryParameter(
                            Values.notEmpty(
                                    policy.getQueryParameter().getName(),
                                    at.field("query_parameter").field("name")));
            default ->
                    throw at.refuse("no header, cookie, connection_properties or query_parameter");
        };
    }

    private static HashPolicy cookie(RouteAction.HashPolicy.Cookie cookie, At at) throws Refusal {
        At nameAt = at.field("name");
        if (!HttpText.isName(cookie.getName())) {
            throw nameAt.refuse("\"" + cookie.getName() + "\" is no cookie's name");
        }
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < cookie.getAttributesCount(); i++) {
            var attribute = cookie.getAttributes(i);
            At attributeAt = at.element("attributes", i);
            if (!HttpText.isName(attribute.getName())) {
                throw attributeAt.field("name").refuse("no attribute's name");
            }
            attributes.put(
                    attribute.getName(),
                    cookieText(attribute.getValue(), attributeAt.field("value")));
        }
        return new HashPolicy.Cookie(
                cookie.getName(),
                cookie.hasTtl() ? Values.duration(cookie.getTtl(), at.field("ttl")) : null,
                cookieText(cookie.getPath(), at.field("path")),
                attributes);
    }

    private static String cookieText(String text, At at) throws Refusal {
        if (text.indexOf(';') >= 0) {
            throw at.refuse("; ends it");
        }
        return HttpText.checkValue(text, at);
    }
}
