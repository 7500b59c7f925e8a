package dev.fairlead.pilot.testing;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import dev.fairlead.pilot.generate.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An agent that does what the protocol asks: subscribes to what clusters and listeners need,
 * acknowledges everything, remembers versions over a reconnect. Subclasses misbehave.
 *
 * <p>Thread: gRPC's for what comes in, the test's for what is asked of it; guarded by this.
 */
public class FakeAgent implements StreamObserver<DeltaDiscoveryResponse>, AutoCloseable {

    private static final List<ResourceType> WILDCARD =
            List.of(ResourceType.WORKLOAD, ResourceType.CLUSTER, ResourceType.LISTENER);

    private final Channel channel;
    private final Struct metadata;
    private final Map<ResourceType, Map<String, Resource>> held = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Set<String>> asked = new EnumMap<>(ResourceType.class);
    private final List<DeltaDiscoveryResponse> log = new ArrayList<>();
    private @Nullable StreamObserver<DeltaDiscoveryRequest> requests;
    private @Nullable Throwable failure;

    public FakeAgent(Channel channel) {
        this(channel, Map.of());
    }

    public FakeAgent(Channel channel, Map<String, String> metadata) {
        this(channel, strings(metadata));
    }

    private static Struct strings(Map<String, String> metadata) {
        var struct = Struct.newBuilder();
        metadata.forEach((key, value) ->
                struct.putFields(key, Value.newBuilder().setStringValue(value).build()));
        return struct.build();
    }

    private FakeAgent(Channel channel, Struct metadata) {
        this.channel = channel;
        this.metadata = metadata;
        for (ResourceType type : ResourceType.values()) {
            held.put(type, new TreeMap<>());
        }
    }

    /** An agent that understands a profile. */
    public FakeAgent(Channel channel, int profile) {
        this(
                channel,
                Struct.newBuilder()
                        .putFields(
                                "FAIRLEAD_PROFILE",
                                Value.newBuilder().setNumberValue(profile).build())
                        .build());
        if (profile >= 2) {
            asked.put(ResourceType.ENROLMENT, new HashSet<>());
        }
    }

    /** Goes on, on another channel, with what {@code other} holds. */
    public FakeAgent(Channel channel, FakeAgent other) {
        this(channel);
        synchronized (other) {
            other.held.forEach((type, some) -> of(type).putAll(some));
            other.asked.forEach((type, names) -> asked.put(type, new HashSet<>(names)));
        }
    }

    /** Opens a stream; what is held is offered as initial_resource_versions. */
    public synchronized FakeAgent connect() {
        failure = null;
        log.clear();
        requests = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
        for (ResourceType type : WILDCARD) {
            first(type);
        }
        for (ResourceType type : List.copyOf(asked.keySet())) {
            first(type);
        }
        return this;
    }

    private void first(ResourceType type) {
        var request =
                DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(type.url())
                        .setNode(Node.newBuilder().setId("test").setMetadata(metadata))
                        .addAllResourceNamesSubscribe(asked.getOrDefault(type, Set.of()));
        of(type).forEach((name, r) -> request.putInitialResourceVersions(name, r.getVersion()));
        send(request.build());
    }

    protected final synchronized void send(DeltaDiscoveryRequest request) {
        if (requests != null) {
            requests.onNext(request);
        }
    }

    @Override
    public synchronized void onNext(DeltaDiscoveryResponse response) {
        log.add(response);
        take(response, ResourceType.of(response.getTypeUrl()));
        notifyAll();
    }

    private void take(DeltaDiscoveryResponse response, @Nullable ResourceType type) {
        if (type == null) {
            throw new IllegalStateException("type " + response.getTypeUrl());
        }
        Map<String, String> refused = refused(response);
        for (Resource resource : response.getResourcesList()) {
            if (!refused.containsKey(resource.getName())) {
                of(type).put(resource.getName(), resource);
            }
        }
        response.getRemovedResourcesList().forEach(of(type)::remove);
        answer(response, refused);
        if (type == ResourceType.CLUSTER) {
            ask(ResourceType.ENDPOINTS, endpointsNeeded());
        } else if (type == ResourceType.LISTENER) {
            ask(ResourceType.ROUTES, routesNeeded());
        }
    }

    /** Names that it does not take, each with field and reason. */
    protected Map<String, String> refused(DeltaDiscoveryResponse response) {
        return Map.of();
    }

    /** Acknowledges, or refuses by name. */
    protected void answer(DeltaDiscoveryResponse response, Map<String, String> refused) {
        var request =
                DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(response.getTypeUrl())
                        .setResponseNonce(response.getNonce());
        if (!refused.isEmpty()) {
            var lines = new StringBuilder();
            refused.forEach((name, reason) -> lines.append(name + ": " + reason + "\n"));
            request.setErrorDetail(Status.newBuilder().setCode(3).setMessage(lines.toString()));
        }
        send(request.build());
    }

    private void ask(ResourceType type, Set<String> names) {
        boolean first = !asked.containsKey(type);
        Set<String> before = asked.computeIfAbsent(type, t -> new HashSet<>());
        Set<String> more = new HashSet<>(names);
        more.removeAll(before);
        Set<String> less = new HashSet<>(before);
        less.removeAll(names);
        before.addAll(more);
        before.removeAll(less);
        less.forEach(of(type)::remove);
        if (first && !names.isEmpty()) {
            first(type);
        } else if (first) {
            asked.remove(type);
        } else if (!more.isEmpty() || !less.isEmpty()) {
            send(
                    DeltaDiscoveryRequest.newBuilder()
                            .setTypeUrl(type.url())
                            .addAllResourceNamesSubscribe(more)
                            .addAllResourceNamesUnsubscribe(less)
                            .build());
        }
    }

    private Set<String> endpointsNeeded() {
        Set<String> names = new HashSet<>();
        for (Resource resource : of(ResourceType.CLUSTER).values()) {
            Cluster cluster = Unpack.as(Cluster.class, resource);
            if (cluster.getType() == Cluster.DiscoveryType.EDS) {
                names.add(cluster.getEdsClusterConfig().getServiceName());
            }
        }
        return names;
    }

    private Set<String> routesNeeded() {
        Set<String> names = new HashSet<>();
        for (Resource resource : of(ResourceType.LISTENER).values()) {
            for (FilterChain chain : Unpack.as(Listener.class, resource).getFilterChainsList()) {
                for (Filter filter : chain.getFiltersList()) {
                    if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                        String name =
                                Unpack.any(HttpConnectionManager.class, filter.getTypedConfig())
                                        .getRds()
                                        .getRouteConfigName();
                        if (!name.isEmpty()) {
                            names.add(name);
                        }
                    }
                }
            }
        }
        return names;
    }

    @Override
    public synchronized void onError(Throwable cause) {
        failure = cause;
        notifyAll();
    }

    @Override
    public void onCompleted() {
        onError(new IllegalStateException("stream completed"));
    }

    /** Breaks the stream off; what is held stays held. */
    public synchronized void disconnect() {
        if (requests != null) {
            requests.onError(io.grpc.Status.CANCELLED.asRuntimeException());
            requests = null;
        }
    }

    @Override
    public void close() {
        disconnect();
    }

    private Map<String, Resource> of(ResourceType type) {
        return java.util.Objects.requireNonNull(held.get(type));
    }

    /** What it holds of a type, by name. */
    public synchronized Map<String, Resource> held(ResourceType type) {
        return Map.copyOf(of(type));
    }

    /** The responses of this stream, in order. */
    public synchronized List<DeltaDiscoveryResponse> log() {
        return List.copyOf(log);
    }

    /** Forgets the responses so far. */
    public synchronized void forget() {
        log.clear();
    }

    /** Why the stream ended, or null. */
    public synchronized @Nullable Throwable failure() {
        return failure;
    }
}
