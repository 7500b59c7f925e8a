package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.Balancer.Warmup;
import dev.fairlead.pilot.state.ConnectionPool.HttpLimits;
import dev.fairlead.pilot.state.ConnectionPool.KeepAlive;
import dev.fairlead.pilot.state.ConnectionPool.Tcp;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.TrafficPolicy;
import dev.fairlead.pilot.state.HealthCheck;
import dev.fairlead.pilot.state.HealthCheck.Check;
import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.MeshSettings.Destinations;
import dev.fairlead.pilot.state.OutlierDetection;
import dev.fairlead.pilot.state.RetryBudget;
import dev.fairlead.pilot.state.Service;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client may ask of a cluster, and what it does about bad endpoints.
 *
 * @param keepAlive null: none
 * @param outliers null: nobody is left alone
 * @param check null: nobody is asked how it is
 * @param nodeWide whether limits are those of all pods of a node together
 * @param placement null: endpoints are the same for clients everywhere
 */
public record ClusterPolicy(
        Tcp tcp,
        HttpLimits limits,
        Duration connectTimeout,
        @Nullable KeepAlive keepAlive,
        @Nullable OutlierDetection outliers,
        @Nullable Check check,
        @Nullable RetryBudget retryBudget,
        @Nullable Warmup warmup,
        boolean nodeWide,
        @Nullable Placement placement) {

    static ClusterPolicy of(
            Client client,
            Neighbours neighbours,
            TrafficPolicy policy,
            Destinations mesh,
            Service service,
            @Nullable DestinationRule rule,
            @Nullable HealthCheck check) {
        Tcp tcp = policy.pool() == null ? Tcp.NONE : policy.pool().tcp();
        return new ClusterPolicy(
                tcp,
                policy.pool() == null ? HttpLimits.NONE : policy.pool().limits(),
                tcp.connectTimeout() == null ? mesh.connectTimeout() : tcp.connectTimeout(),
                KeepAlive.over(tcp.keepAlive(), mesh.keepAlive()),
                policy.outliers(),
                check == null ? null : check.check(),
                policy.retryBudget(),
                policy.balancer() == null ? null : policy.balancer().warmup(),
                rule != null && rule.nodeWide(),
                placement(client, neighbours, policy, mesh.locality(), service.reach()));
    }

    /**
     * Where endpoints are matters where the rule says so, else where the Service does, else as in
     * the mesh; without outlier detection nobody would ever be passed over, so that priorities
     * would only take endpoints away.
     */
    private static @Nullable Placement placement(
            Client client,
            Neighbours neighbours,
            TrafficPolicy policy,
            LocalityBalancing ofMesh,
            Service.Reach reach) {
        LocalityBalancing own = policy.balancer() == null ? null : policy.balancer().locality();
        LocalityBalancing setting =
                own != null
                        ? own
                        : switch (reach) {
                            case PREFER_ZONE -> LocalityBalancing.preferringZone();
                            case PREFER_NODE -> LocalityBalancing.preferringNode();
                            case ANYWHERE, NODE -> ofMesh;
                        };
        boolean distributes = !setting.distribute().isEmpty();
        boolean fails = setting.forced() || policy.outliers() != null;
        boolean ownNode = reach == Service.Reach.NODE;
        if (!setting.enabled() || !(distributes || fails)) {
            return ownNode ? Placement.OWN_NODE : null;
        }
        boolean explicit =
                !setting.failover().isEmpty()
                        || !setting.priorities().isEmpty()
                        || setting.zones() != null;
        return new Placement(
                ownNode,
                setting.seenBy(label -> Objects.requireNonNullElse(client.value(label), "")),
                distributes || explicit,
                setting.zones() == null ? Map.of() : neighbours.of(client));
    }
}
