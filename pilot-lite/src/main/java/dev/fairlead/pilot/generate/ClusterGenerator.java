package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.compile.ServiceCluster;
import dev.fairlead.pilot.compile.UpstreamProtocol;
import dev.fairlead.pilot.state.DestinationRule.LoadBalancing;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.TlsSettings;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.EdsClusterConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.TransportSocketMatch;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes clusters. */
final class ClusterGenerator {

    static final String PASSTHROUGH = "PassthroughCluster";
    static final String BLACK_HOLE = "BlackHoleCluster";
    static final String INBOUND_PASSTHROUGH = "InboundPassthroughCluster";
    static final String TLS_MODE = "tlsMode";
    static final String TLS_MODE_ISTIO = "istio";
    private static final long CONNECT_TIMEOUT_MILLIS = 10_000;

    private final MeshSettings mesh;
    private final Audience audience;
    private final TlsContexts contexts;

    ClusterGenerator(MeshSettings mesh, Audience audience) {
        this.mesh = mesh;
        this.audience = audience;
        this.contexts = new TlsContexts(mesh);
    }

    VersionedResource service(ServiceCluster view) {
        Cluster.Builder cluster = view.headless() ? originalDestination(view.name()) : eds(view);
        if (audience.knowsHttp2()) {
            HttpOptions.add(
                    cluster,
                    view.protocol(),
                    view.maxConcurrentStreams(),
                    audience.knowsTrafficPolicy() ? view.policy() : null,
                    names(view),
                    errors(view));
        }
        if (audience.knowsTrafficPolicy()) {
            cluster.setConnectTimeout(Protos.millis(view.policy().connectTimeout().toMillis()));
            ClusterPolicies.add(cluster, view, audience);
        }
        if (!view.statName().isEmpty()) {
            cluster.setAltStatName(view.statName());
        }
        switch (view.tls()) {
            case NONE -> {}
            case MUTUAL -> cluster.setTransportSocket(mutual(view));
            case ORIGINATED -> {
                TlsSettings settings = Objects.requireNonNull(view.settings());
                cluster.setTransportSocket(
                        contexts.originated(settings, Alpn.originated(view.protocol())));
            }
            case AUTO -> addMatches(cluster, mutual(view));
        }
        ProxyTransports.wrap(cluster, view.proxyProtocol(), audience);
        return VersionedResource.of(
                view.name(), cluster.build(), view.headless() ? Set.of() : Set.of(view.name()));
    }

    private Cluster.Builder eds(ServiceCluster view) {
        var cluster =
                named(view.name())
                        .setType(DiscoveryType.EDS)
                        .setEdsClusterConfig(
                                EdsClusterConfig.newBuilder()
                                        .setEdsConfig(Protos.ADS)
                                        .setServiceName(view.name()))
                        .setLbPolicy(policy(view.balancing()));
        if (view.hash() != null && audience.knowsTrafficPolicy()) {
            HashPolicies.set(cluster, view.hash());
        }
        return cluster;
    }

    private static LbPolicy policy(LoadBalancing balancing) {
        return switch (balancing) {
            case ROUND_ROBIN -> LbPolicy.ROUND_ROBIN;
            case LEAST_REQUEST -> LbPolicy.LEAST_REQUEST;
            case RANDOM -> LbPolicy.RANDOM;
            case PASSTHROUGH -> LbPolicy.CLUSTER_PROVIDED;
        };
    }

    /**
     * What the request's host decides of TLS, where the rule says neither a name to ask for nor one
     * to find; null: nothing. Istio 1.0 to 1.2 asked for no name then.
     */
    private @Nullable UpstreamHttpProtocolOptions names(ServiceCluster view) {
        TlsSettings settings = view.settings();
        if (settings == null || !settings.sni().isEmpty() || !mesh.modern()) {
            return null;
        }
        return UpstreamHttpProtocolOptions.newBuilder()
                .setAutoSni(true)
                .setAutoSanValidation(
                        settings.subjectAltNames().isEmpty() && contexts.verifies(settings))
                .build();
    }

    /** The statuses that are errors to outlier detection, where the rule says so. */
    private List<Integer> errors(ServiceCluster view) {
        var outliers = view.policy().outliers();
        return outliers == null || !audience.knowsNewerFields() ? List.of() : outliers.errorCodes();
    }

    private TransportSocket mutual(ServiceCluster view) {
        return contexts.upstream(
                audience.clientSecret(),
                view.sni(),
                audience.knowsHttp2()
                        ? Alpn.upstream(view.protocol(), audience)
                        : Alpn.opaqueHttp2(view.http1()),
                view.identities());
    }

    /** TLS towards endpoints whose metadata says so, none towards others. */
    private static void addMatches(Cluster.Builder cluster, TransportSocket mutual) {
        cluster.addTransportSocketMatches(
                        TransportSocketMatch.newBuilder()
                                .setName("tlsMode-istio")
                                .setMatch(Protos.struct(TLS_MODE, TLS_MODE_ISTIO))
                                .setTransportSocket(mutual))
                .addTransportSocketMatches(
                        TransportSocketMatch.newBuilder()
                                .setName("tlsMode-disabled")
                                .setMatch(com.google.protobuf.Struct.getDefaultInstance())
                                .setTransportSocket(TlsContexts.raw()));
    }

    VersionedResource passthrough() {
        Cluster.Builder cluster = unlimited(PASSTHROUGH);
        if (mesh.modern()) {
            List<String> alpn =
                    audience.knowsHttp2()
                            ? Alpn.upstream(UpstreamProtocol.DOWNSTREAM, audience)
                            : Alpn.opaqueHttp2(false);
            addMatches(cluster, contexts.upstream(audience.clientSecret(), "", alpn, List.of()));
        }
        if (audience.knowsHttp2()) {
            HttpOptions.add(cluster, UpstreamProtocol.DOWNSTREAM, 0, null, null, List.of());
        }
        return VersionedResource.of(PASSTHROUGH, cluster.build(), Set.of());
    }

    static VersionedResource blackHole() {
        return VersionedResource.of(
                BLACK_HOLE, named(BLACK_HOLE).setType(DiscoveryType.STATIC).build(), Set.of());
    }

    /** A local application, at the address that was called. */
    VersionedResource inbound(PodView.Port port) {
        String name = inboundName(port, audience);
        Cluster.Builder cluster = unlimited(name);
        if (audience.knowsHttp2()) {
            HttpOptions.add(cluster, port.upstream(), 0, null, null, List.of());
        }
        ProxyTransports.wrap(cluster, port.proxyProtocol(), audience);
        if (!name.equals(port.cluster())) {
            cluster.setAltStatName(port.cluster());
        }
        return VersionedResource.of(name, cluster.build(), Set.of());
    }

    /**
     * The name of a port's inbound cluster. Pods of a node that speak differently on ports of one
     * number must not share it.
     */
    static String inboundName(PodView.Port port, Audience audience) {
        if (!audience.knowsHttp2()) {
            return port.cluster();
        }
        String name =
                switch (port.upstream()) {
                    case OPAQUE, HTTP1 -> port.cluster();
                    case HTTP2 -> port.cluster() + "@http2";
                    case DOWNSTREAM -> port.cluster() + "@downstream";
                };
        return switch (port.proxyProtocol()) {
            case null -> name;
            case V1 -> name + "@proxy1";
            case V2 -> name + "@proxy2";
        };
    }

    /** A local application on a port that no Service names. */
    VersionedResource inboundPassthrough() {
        Cluster.Builder cluster = unlimited(INBOUND_PASSTHROUGH);
        if (audience.knowsHttp2()) {
            HttpOptions.add(cluster, UpstreamProtocol.DOWNSTREAM, 0, null, null, List.of());
        }
        return VersionedResource.of(INBOUND_PASSTHROUGH, cluster.build(), Set.of());
    }

    private Cluster.Builder unlimited(String name) {
        Cluster.Builder cluster = originalDestination(name);
        if (audience.knowsTrafficPolicy()) {
            cluster.setConnectTimeout(
                    Protos.millis(mesh.destinations().connectTimeout().toMillis()));
            ClusterPolicies.unlimited(cluster);
        }
        return cluster;
    }

    private static Cluster.Builder originalDestination(String name) {
        return named(name)
                .setType(DiscoveryType.ORIGINAL_DST)
                .setLbPolicy(LbPolicy.CLUSTER_PROVIDED);
    }

    private static Cluster.Builder named(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setConnectTimeout(Protos.millis(CONNECT_TIMEOUT_MILLIS));
    }
}
