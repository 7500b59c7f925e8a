package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.NetworkFilter;
import dev.fairlead.agent.model.route.RouteAction.Forward;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The network filters of a chain: http_connection_manager alone, or tcp_proxy and before it, where
 * connections enter a pod, what guards it.
 */
final class Filters {

    private final Set<String> routes;
    private final Set<String> clusters;
    private final boolean inbound;

    /** Gathers the names that filters refer to into {@code routes} and {@code clusters}. */
    Filters(Set<String> routes, Set<String> clusters, boolean inbound) {
        this.routes = routes;
        this.clusters = clusters;
        this.inbound = inbound;
    }

    /** Not one character that could be read as the end of a line. */
    private static final Pattern TARGET =
            Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9a-fA-F:.]{2,45}\\]):[0-9]{1,5}");

    Filter compile(FilterChain chain, At at) throws Refusal {
        int last = chain.getFiltersCount() - 1;
        if (last < 0) {
            throw at.field("filters").refuse("empty");
        }
        var config = chain.getFilters(last).getTypedConfig();
        At configAt = at.element("filters", last).field("typed_config");
        boolean tcp = config.is(TcpProxy.class);
        if (last > 0 && !(tcp && inbound)) {
            throw at.field("filters").refuse(chain.getFiltersCount() + " filters, not one");
        }
        return tcp
                ? tcp(
                        Profile.typed(config, TcpProxy.class, configAt),
                        ConnectionFilters.compile(chain, clusters, at),
                        configAt)
                : http(
                        Profile.typed(config, HttpConnectionManager.class, configAt),
                        Replies.of(chain.getMetadata(), at.field("metadata")),
                        configAt);
    }

    private Filter tcp(TcpProxy proxy, List<NetworkFilter> checks, At at) throws Refusal {
        String prefix = Values.notEmpty(proxy.getStatPrefix(), at.field("stat_prefix"));
        return new Filter.Tcp(
                prefix,
                forward(proxy, at),
                proxy.hasIdleTimeout()
                        ? Values.duration(proxy.getIdleTimeout(), at.field("idle_timeout"))
                        : Filter.Tcp.IDLE_TIMEOUT,
                proxy.hasMaxDownstreamConnectionDuration()
                        ? Values.positive(
                                proxy.getMaxDownstreamConnectionDuration(),
                                at.field("max_downstream_connection_duration"))
                        : null,
                checks,
                proxy.hasTunnelingConfig()
                        ? tunnel(
                                proxy.getTunnelingConfig().getHostname(),
                                at.field("tunneling_config").field("hostname"))
                        : null);
    }

    private String tunnel(String target, At at) throws Refusal {
        if (inbound) {
            throw at.refuse("of an inbound listener");
        }
        if (!TARGET.matcher(target).matches()) {
            throw at.refuse("\"" + target + "\" is not host:port");
        }
        return target;
    }

    private Forward forward(TcpProxy proxy, At at) throws Refusal {
        var weights = new Weights(clusters);
        return switch (proxy.getClusterSpecifierCase()) {
            case CLUSTER -> weights.single(proxy.getCluster(), at.field("cluster"));
            case WEIGHTED_CLUSTERS -> {
                At listAt = at.field("weighted_clusters");
                for (int i = 0; i < proxy.getWeightedClusters().getClustersCount(); i++) {
                    var share = proxy.getWeightedClusters().getClusters(i);
                    At shareAt = listAt.element("clusters", i);
                    if (share.getWeight() == 0) {
                        throw shareAt.field("weight").refuse("0"); // Envoy refuses it, for TCP
                    }
                    weights.add(share.getName(), share.getWeight(), shareAt);
                }
                yield weights.forward(listAt);
            }
            default -> throw at.refuse("no cluster or weighted_clusters");
        };
    }

    private Filter http(HttpConnectionManager manager, Replies replies, At at) throws Refusal {
        String prefix = Values.notEmpty(manager.getStatPrefix(), at.field("stat_prefix"));
        return new Filter.Http(
                prefix,
                routes(manager, at),
                upgrades(manager, at),
                HttpManagers.compile(manager, replies, clusters, inbound, at));
    }

    private static Set<String> upgrades(HttpConnectionManager manager, At at) throws Refusal {
        var upgrades = new Upgrades();
        for (int i = 0; i < manager.getUpgradeConfigsCount(); i++) {
            var config = manager.getUpgradeConfigs(i);
            upgrades.add(
                    config.getUpgradeType(),
                    !config.hasEnabled() || config.getEnabled().getValue(),
                    at.element("upgrade_configs", i));
        }
        return upgrades.enabled();
    }

    private Filter.Routes routes(HttpConnectionManager manager, At at) throws Refusal {
        return switch (manager.getRouteSpecifierCase()) {
            case RDS -> {
                At rdsAt = at.field("rds");
                var rds = manager.getRds();
                Values.requireAds(rds.getConfigSource(), rdsAt.field("config_source"));
                String name =
                        Values.notEmpty(rds.getRouteConfigName(), rdsAt.field("route_config_name"));
                routes.add(name);
                yield new Filter.Routes.Named(name);
            }
            case ROUTE_CONFIG -> {
                At tableAt = at.field("route_config");
                yield new Filter.Routes.Inline(
                        RouteTables.compile(manager.getRouteConfig(), tableAt, clusters));
            }
            default -> throw at.refuse("no rds or route_config");
        };
    }
}
