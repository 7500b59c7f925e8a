package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import dev.fairlead.agent.model.listener.NetworkFilter;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.AccessRules.Purpose;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What stands before the last filter of a chain: {@code extensions.filters.network.rbac.v3} and
 * {@code ext_authz.v3}.
 */
final class ConnectionFilters {

    /** Of their stats. */
    private static final String STAT_PREFIX = "tcp.";

    private ConnectionFilters() {}

    /** Gathers the names of clusters into {@code clusters}. */
    static List<NetworkFilter> compile(FilterChain chain, Set<String> clusters, At at)
            throws Refusal {
        List<NetworkFilter> filters = new ArrayList<>(chain.getFiltersCount() - 1);
        for (int i = 0; i < chain.getFiltersCount() - 1; i++) {
            Any config = chain.getFilters(i).getTypedConfig();
            At configAt = at.element("filters", i).field("typed_config");
            filters.add(
                    config.is(ExtAuthz.class)
                            ? external(
                                    Profile.typed(config, ExtAuthz.class, configAt),
                                    clusters,
                                    configAt)
                            : access(Profile.typed(config, RBAC.class, configAt), configAt));
        }
        return filters;
    }

    private static NetworkFilter external(ExtAuthz config, Set<String> clusters, At at)
            throws Refusal {
        requirePrefix(config.getStatPrefix(), at);
        return new NetworkFilter.External(ExternalFilters.compile(config, clusters, at));
    }

    private static void requirePrefix(String prefix, At at) throws Refusal {
        if (!prefix.equals(STAT_PREFIX)) {
            throw at.field("stat_prefix").refuse("not \"" + STAT_PREFIX + "\"");
        }
    }

    private static NetworkFilter access(RBAC config, At at) throws Refusal {
        requirePrefix(config.getStatPrefix(), at);
        Purpose purpose =
                AccessFilters.purpose(
                        config.getShadowRulesStatPrefix(), at.field("shadow_rules_stat_prefix"));
        return new NetworkFilter.Access(
                new AccessRules(
                        config.hasRules()
                                ? AccessFilters.rbac(config.getRules(), at.field("rules"))
                                : null,
                        config.hasShadowRules()
                                ? AccessFilters.rbac(
                                        config.getShadowRules(), at.field("shadow_rules"))
                                : null,
                        purpose));
    }
}
