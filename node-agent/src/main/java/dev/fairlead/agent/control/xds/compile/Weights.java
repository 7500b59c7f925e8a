package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.RouteAction.Forward;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The clusters of one route or tcp_proxy, being gathered. */
final class Weights {

    private final Set<String> names;
    private final List<WeightedCluster> shares = new ArrayList<>();
    private long total;

    /**
     * @param names where each cluster's name is added
     */
    Weights(Set<String> names) {
        this.names = names;
    }

    Forward single(String cluster, At at) throws Refusal {
        names.add(Values.notEmpty(cluster, at));
        return Forward.to(cluster);
    }

    void add(String cluster, int weight, At at) throws Refusal {
        names.add(Values.notEmpty(cluster, at.field("name")));
        total += Integer.toUnsignedLong(weight);
        if (total > Integer.MAX_VALUE) {
            throw at.field("weight").refuse("the sum is " + total + ", beyond 2^31-1");
        }
        shares.add(new WeightedCluster(cluster, weight));
    }

    /** A route's, which may say more of its requests. */
    void add(ClusterWeight share, At at) throws Refusal {
        add(share.getName(), share.getWeight().getValue(), at);
        WeightedCluster plain = shares.removeLast();
        shares.add(
                new WeightedCluster(
                        plain.name(),
                        plain.weight(),
                        HeaderOptions.of(share, at),
                        RouteActions.authority(
                                share.getHostRewriteLiteral(), at.field("host_rewrite_literal"))));
    }

    Forward forward(At at) throws Refusal {
        if (total < 1) {
            throw at.refuse("no cluster of weight");
        }
        return Forward.weighted(shares);
    }
}
