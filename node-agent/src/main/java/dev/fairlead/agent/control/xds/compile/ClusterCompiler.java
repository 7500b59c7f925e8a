package dev.fairlead.agent.control.xds.compile;

import static io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy.CLUSTER_PROVIDED;

import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Cluster.Discovery;
import dev.fairlead.agent.model.cluster.Cluster.LbPolicy;
import java.time.Duration;

/** {@code config.cluster.v3.Cluster} to {@link Cluster}. */
public final class ClusterCompiler
        extends ResourceCompiler<io.envoyproxy.envoy.config.cluster.v3.Cluster, Cluster> {

    private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5); // Envoy's

    public ClusterCompiler() {
        super(io.envoyproxy.envoy.config.cluster.v3.Cluster.class);
    }

    @Override
    Outcome<Cluster> translate(io.envoyproxy.envoy.config.cluster.v3.Cluster cluster)
            throws Refusal {
        Discovery discovery = discovery(cluster);
        HttpOptions http = HttpOptions.compile(cluster);
        var model =
                new Cluster(
                        Values.notEmpty(cluster.getName(), At.ROOT.field("name")),
                        cluster.getAltStatName().isEmpty()
                                ? cluster.getName()
                                : cluster.getAltStatName(),
                        discovery,
                        discovery == Discovery.EDS ? edsName(cluster) : "",
                        lbPolicy(cluster, discovery),
                        connectTimeout(cluster),
                        UpstreamTransports.compile(ProxyTransports.unwrapped(cluster), http),
                        http.protocol(),
                        http.maxConcurrentStreams(),
                        ProxyTransports.version(cluster),
                        TrafficPolicies.compile(cluster));
        return new Outcome.Compiled<>(model, References.NONE);
    }

    private static Discovery discovery(io.envoyproxy.envoy.config.cluster.v3.Cluster cluster)
            throws Refusal {
        Discovery discovery =
                switch (cluster.getType()) {
                    case EDS -> Discovery.EDS;
                    case ORIGINAL_DST -> Discovery.ORIGINAL_DESTINATION;
                    case STATIC -> Discovery.EMPTY;
                    default ->
                            throw At.ROOT
                                    .field("type")
                                    .refuse(cluster.getType() + " is outside the profile");
                };
        if (cluster.hasEdsClusterConfig() && discovery != Discovery.EDS) {
            throw At.ROOT.field("eds_cluster_config").refuse("of a cluster that is not EDS");
        }
        if (cluster.hasLoadAssignment() && discovery != Discovery.EMPTY) {
            throw At.ROOT.field("load_assignment").refuse("of a cluster that is not STATIC");
        }
        if (cluster.getLoadAssignment().getEndpointsCount() > 0) {
            throw At.ROOT
                    .field("load_assignment")
                    .field("endpoints")
                    .refuse("static endpoints are outside the profile");
        }
        return discovery;
    }

    private static String edsName(io.envoyproxy.envoy.config.cluster.v3.Cluster cluster)
            throws Refusal {
        At at = At.ROOT.field("eds_cluster_config");
        var eds = cluster.getEdsClusterConfig();
        Values.requireAds(eds.getEdsConfig(), at.field("eds_config"));
        return eds.getServiceName().isEmpty() ? cluster.getName() : eds.getServiceName();
    }

    private static LbPolicy lbPolicy(
            io.envoyproxy.envoy.config.cluster.v3.Cluster cluster, Discovery discovery)
            throws Refusal {
        var policy = cluster.getLbPolicy();
        boolean provided = discovery == Discovery.ORIGINAL_DESTINATION;
        if (provided != (policy == CLUSTER_PROVIDED)) {
            throw At.ROOT.field("lb_policy").refuse(policy + " with type " + cluster.getType());
        }
        return switch (policy) {
            case CLUSTER_PROVIDED, ROUND_ROBIN -> LbPolicy.ROUND_ROBIN; // provided: no choice
            case LEAST_REQUEST -> LbPolicy.LEAST_REQUEST;
            case RANDOM -> LbPolicy.RANDOM;
            case RING_HASH -> LbPolicy.RING_HASH;
            case MAGLEV -> LbPolicy.MAGLEV;
            default -> throw At.ROOT.field("lb_policy").refuse(policy + " is outside the profile");
        };
    }

    private static Duration connectTimeout(io.envoyproxy.envoy.config.cluster.v3.Cluster cluster)
            throws Refusal {
        if (!cluster.hasConnectTimeout()) {
            return DEFAULT_CONNECT_TIMEOUT;
        }
        At at = At.ROOT.field("connect_timeout");
        Duration timeout = Values.duration(cluster.getConnectTimeout(), at);
        if (timeout.isZero()) {
            throw at.refuse("0");
        }
        return timeout;
    }

    @Override
    String nameOf(io.envoyproxy.envoy.config.cluster.v3.Cluster cluster) {
        return cluster.getName();
    }

    @Override
    String nameField() {
        return "name";
    }
}
