package dev.fairlead.cli.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An agent as pilot-lite sees it: subscribes as agents do, acknowledges everything, keeps the
 * routes. What a real one does after that, installing them, is not in it.
 *
 * <p>Thread: gRPC's for what comes in; guarded by this.
 */
final class SimulatedAgent implements StreamObserver<DeltaDiscoveryResponse> {

    private static final String PREFIX = "type.googleapis.com/";
    private static final String CLUSTER = PREFIX + "envoy.config.cluster.v3.Cluster";
    private static final String LISTENER = PREFIX + "envoy.config.listener.v3.Listener";
    private static final String ENDPOINTS =
            PREFIX + "envoy.config.endpoint.v3.ClusterLoadAssignment";
    private static final String ROUTES = PREFIX + "envoy.config.route.v3.RouteConfiguration";
    private static final List<String> WILDCARD =
            List.of(
                    PREFIX + "fairlead.wire.v1.Enrolment",
                    PREFIX + "fairlead.wire.v1.Workload",
                    CLUSTER,
                    LISTENER);
    private static final int PROFILE = 3;

    private final Set<String> tables = new HashSet<>();
    private final Map<String, ByteString> routes = new HashMap<>();
    private final Set<String> asked = new HashSet<>();
    private final Map<String, Long> marks = new LinkedHashMap<>();
    private final StreamObserver<DeltaDiscoveryRequest> requests;
    private long responses;
    private long bytes;
    private @Nullable Throwable failure;
    private @Nullable String awaited;

    SimulatedAgent(Channel channel, CallCredentials token) {
        requests =
                AggregatedDiscoveryServiceGrpc.newStub(channel)
                        .withCallCredentials(token)
                        .deltaAggregatedResources(this);
        var node =
                Node.newBuilder()
                        .setMetadata(
                                Struct.newBuilder()
                                        .putFields(
                                                "FAIRLEAD_PROFILE",
                                                Value.newBuilder()
                                                        .setNumberValue(PROFILE)
                                                        .build()));
        for (String type : WILDCARD) {
            requests.onNext(
                    DeltaDiscoveryRequest.newBuilder().setNode(node).setTypeUrl(type).build());
        }
    }

    @Override
    public synchronized void onNext(DeltaDiscoveryResponse response) {
        long now = System.nanoTime();
        responses++;
        bytes += response.getSerializedSize();
        try {
            take(response, now);
        } catch (InvalidProtocolBufferException e) {
            failure = e;
        }
        notifyAll();
    }

    private void take(DeltaDiscoveryResponse response, long now)
            throws InvalidProtocolBufferException {
        String type = response.getTypeUrl();
        Set<String> needed = new HashSet<>();
        for (Resource resource : response.getResourcesList()) {
            ByteString body = resource.getResource().getValue();
            switch (type) {
                case CLUSTER -> {
                    Cluster cluster = Cluster.parseFrom(body);
                    if (cluster.getType() == Cluster.DiscoveryType.EDS) {
                        needed.add(cluster.getEdsClusterConfig().getServiceName());
                    }
                }
                case LISTENER -> needed.addAll(tables(Listener.parseFrom(body)));
                case ROUTES -> {
                    routes.put(resource.getName(), body);
                    look(body, now);
                }
                default -> {}
            }
        }
        requests.onNext(
                DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(type)
                        .setResponseNonce(response.getNonce())
                        .build());
        needed.removeIf(name -> !asked.add(type + name));
        if (!needed.isEmpty()) {
            requests.onNext(
                    DeltaDiscoveryRequest.newBuilder()
                            .setTypeUrl(type.equals(CLUSTER) ? ENDPOINTS : ROUTES)
                            .addAllResourceNamesSubscribe(needed)
                            .build());
        }
    }

    private Set<String> tables(Listener listener) throws InvalidProtocolBufferException {
        Set<String> names = new HashSet<>();
        for (var chain : listener.getFilterChainsList()) {
            for (var filter : chain.getFiltersList()) {
                if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                    var http = filter.getTypedConfig().unpack(HttpConnectionManager.class);
                    if (http.hasRds()) {
                        names.add(http.getRds().getRouteConfigName());
                    }
                }
            }
        }
        tables.addAll(names);
        return names;
    }

    /** From now on looks for a route of this name. */
    synchronized void expect(String mark) {
        awaited = mark;
    }

    private void look(ByteString body, long now) {
        String mark = awaited;
        if (mark != null && contains(body, mark)) {
            marks.putIfAbsent(mark, now);
        }
    }

    private static boolean contains(ByteString body, String mark) {
        return body.toString(java.nio.charset.StandardCharsets.ISO_8859_1).contains(mark);
    }

    /** Waits for the route; when it came, in nanoTime, or -1 where it did not within the time. */
    synchronized long await(String mark, long seconds) throws InterruptedException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (!marks.containsKey(mark) && failure == null) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return -1;
            }
            wait(left);
        }
        return marks.getOrDefault(mark, -1L);
    }

    /** Whether it has the routes that its listeners name, and there are any. */
    synchronized boolean complete() {
        return !tables.isEmpty() && routes.keySet().containsAll(tables);
    }

    synchronized long responses() {
        return responses;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized @Nullable Throwable failure() {
        return failure;
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
}
