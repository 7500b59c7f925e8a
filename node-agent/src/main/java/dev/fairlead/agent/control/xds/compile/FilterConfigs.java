package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.route.Cors;
import dev.fairlead.agent.model.route.Fault;
import dev.fairlead.agent.model.route.RateLimit;
import dev.fairlead.agent.model.route.StringMatcher;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code typed_per_filter_config}: what routes say to HTTP filters, by these filters' names. A
 * route's comes before its virtual host's.
 */
final class FilterConfigs {

    static final String CORS = "envoy.filters.http.cors";
    static final String FAULT = "envoy.filters.http.fault";

    private static final Set<String> KNOWN =
            Set.of(CORS, FAULT, HttpFilter.LIMIT, HttpFilter.ACCESS);

    private final Map<String, Any> route;
    private final Map<String, Any> host;
    private final At at;

    FilterConfigs(Map<String, Any> route, Map<String, Any> host, At at) {
        this.route = route;
        this.host = host;
        this.at = at;
    }

    /** Every name is one of a filter that routes may speak to. */
    void requireKnown() throws Refusal {
        for (String name : route.keySet()) {
            if (!KNOWN.contains(name)) {
                throw at(name).refuse("no filter of that name");
            }
        }
        for (String name : host.keySet()) {
            if (!KNOWN.contains(name)) {
                throw at.refuse("its virtual host has " + name + ": no filter of that name");
            }
        }
    }

    private At at(String name) {
        return at.field("typed_per_filter_config[" + name + "]");
    }

    private @Nullable Any of(String name) {
        Any own = route.get(name);
        return own == null ? host.get(name) : own;
    }

    /**
     * @param place whose buckets these are
     */
    @Nullable RateLimit limit(String place, Replies replies) throws Refusal {
        Any config = of(HttpFilter.LIMIT);
        if (config == null) {
            return null;
        }
        At limitAt = at(HttpFilter.LIMIT);
        LocalRateLimit limit = Profile.typed(config, LocalRateLimit.class, limitAt);
        if (!limit.hasTokenBucket()) {
            throw limitAt.field("token_bucket").refuse("not set, as it must be for a route");
        }
        return RateLimits.compile(limit, place, replies.of(HttpFilter.LIMIT), limitAt);
    }

    @Nullable AccessRules access(Replies replies) throws Refusal {
        Any config = of(HttpFilter.ACCESS);
        if (config == null) {
            return null;
        }
        At accessAt = at(HttpFilter.ACCESS);
        RBACPerRoute access = Profile.typed(config, RBACPerRoute.class, accessAt);
        return access.hasRbac()
                ? AccessFilters.compile(
                        access.getRbac(), replies.of(HttpFilter.ACCESS), accessAt.field("rbac"))
                : AccessRules.NONE;
    }

    @Nullable Cors cors() throws Refusal {
        Any config = of(CORS);
        if (config == null) {
            return null;
        }
        At corsAt = at(CORS);
        if (route.containsKey(CORS) && host.containsKey(CORS)) {
            throw corsAt.refuse("of the route and of its virtual host: they are not merged");
        }
        CorsPolicy policy = Profile.typed(config, CorsPolicy.class, corsAt);
        return enabled(policy, corsAt) ? cors(policy, corsAt) : null;
    }

    private static boolean enabled(CorsPolicy policy, At at) throws Refusal {
        if (!policy.hasFilterEnabled()) {
            return true;
        }
        At enabledAt = at.field("filter_enabled");
        Fault.Share share =
                Shares.compile(
                        policy.getFilterEnabled().getDefaultValue(),
                        enabledAt.field("default_value"));
        if (share.numerator() > 0 && share.numerator() < share.denominator()) {
            throw enabledAt.refuse("neither none nor all");
        }
        return share.numerator() > 0;
    }

    private static Cors cors(CorsPolicy policy, At at) throws Refusal {
        List<StringMatcher> origins = new ArrayList<>();
        for (int i = 0; i < policy.getAllowOriginStringMatchCount(); i++) {
            origins.add(
                    StringMatchers.compile(
                            policy.getAllowOriginStringMatch(i),
                            at.element("allow_origin_string_match", i)));
        }
        return new Cors(
                origins,
                HttpText.checkValue(policy.getAllowMethods(), at.field("allow_methods")),
                HttpText.checkValue(policy.getAllowHeaders(), at.field("allow_headers")),
                HttpText.checkValue(policy.getExposeHeaders(), at.field("expose_headers")),
                HttpText.checkValue(policy.getMaxAge(), at.field("max_age")),
                policy.hasAllowCredentials() ? policy.getAllowCredentials().getValue() : null,
                !policy.hasForwardNotMatchingPreflights()
                        || policy.getForwardNotMatchingPreflights().getValue());
    }

    @Nullable Fault fault() throws Refusal {
        Any config = of(FAULT);
        if (config == null) {
            return null;
        }
        At faultAt = at(FAULT);
        HTTPFault fault = Profile.typed(config, HTTPFault.class, faultAt);
        return new Fault(
                fault.hasDelay() ? delay(fault.getDelay(), faultAt.field("delay")) : null,
                fault.hasAbort() ? abort(fault.getAbort(), faultAt.field("abort")) : null);
    }

    private static Fault.Delay delay(FaultDelay delay, At at) throws Refusal {
        Fault.Share share = Shares.compile(delay.getPercentage(), at.field("percentage"));
        return switch (delay.getFaultDelaySecifierCase()) {
            case FIXED_DELAY -> {
                At fixedAt = at.field("fixed_delay");
                Duration fixed = Values.duration(delay.getFixedDelay(), fixedAt);
                if (fixed.isZero()) {
                    throw fixedAt.refuse("0");
                }
                yield new Fault.Delay(fixed, share);
            }
            case HEADER_DELAY -> new Fault.Delay(null, share);
            default -> throw at.refuse("no fixed_delay or header_delay");
        };
    }

    private static Fault.Abort abort(FaultAbort abort, At at) throws Refusal {
        Fault.Share share = Shares.compile(abort.getPercentage(), at.field("percentage"));
        return switch (abort.getErrorTypeCase()) {
            case HTTP_STATUS -> {
                int status = abort.getHttpStatus();
                if (status < 200 || status > 599) {
                    throw at.field("http_status").refuse(status + " is no status");
                }
                yield new Fault.Abort(status, -1, share);
            }
            case GRPC_STATUS -> {
                int status = abort.getGrpcStatus();
                if (status < 0) {
                    throw at.field("grpc_status").refuse("out of range");
                }
                yield new Fault.Abort(0, status, share);
            }
            case HEADER_ABORT -> new Fault.Abort(0, -1, share);
            default -> throw at.refuse("no http_status, grpc_status or header_abort");
        };
    }
}
