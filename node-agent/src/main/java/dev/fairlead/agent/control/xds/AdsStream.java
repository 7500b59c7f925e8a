package dev.fairlead.agent.control.xds;

import com.google.rpc.Code;
import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.ResourceTable;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceStub;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One delta ADS stream, from its opening to its end. Its methods belong to the owner of the client;
 * what the server says goes to the {@link Sink}, from gRPC's thread.
 */
final class AdsStream
        implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {

    /** Responses taken from the network before the first of them is handled. */
    private static final int WINDOW = 16;

    interface Sink {
        /** The stream has reached a server, which may still refuse it. */
        void onReady(AdsStream stream);

        void onResponse(AdsStream stream, DeltaDiscoveryResponse response);

        void onEnd(AdsStream stream, Status status);
    }

    private final Node node;
    private final Sink sink;
    private final Map<ResourceType, Set<String>> subscribed = new EnumMap<>(ResourceType.class);
    private @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> requests;
    private boolean introduced;
    private volatile boolean ended;

    private AdsStream(Node node, Sink sink) {
        this.node = node;
        this.sink = sink;
    }

    static AdsStream open(AggregatedDiscoveryServiceStub stub, Node node, Sink sink) {
        var stream = new AdsStream(node, sink);
        stub.deltaAggregatedResources(stream);
        return stream;
    }

    /** Asks for everything of a type, telling which versions are here already. */
    void subscribeToAll(ResourceTable<?> table) {
        var request = DeltaDiscoveryRequest.newBuilder();
        table.all().forEach(g -> request.putInitialResourceVersions(g.name(), g.version()));
        send(table.type(), request);
    }

    /** Asks for exactly {@code names} of a type from now on. */
    void subscribe(ResourceTable<?> table, Set<String> names) {
        Set<String> before = subscribed.getOrDefault(table.type(), Set.of());
        if (before.equals(names)) {
            return;
        }
        var request = DeltaDiscoveryRequest.newBuilder();
        for (String name : names) {
            if (!before.contains(name)) {
                request.addResourceNamesSubscribe(name);
                var good = table.get(name);
                if (good != null && !subscribed.containsKey(table.type())) {
                    request.putInitialResourceVersions(name, good.version());
                }
            }
        }
        for (String name : before) {
            if (!names.contains(name)) {
                request.addResourceNamesUnsubscribe(name);
            }
        }
        subscribed.put(table.type(), new HashSet<>(names));
        send(table.type(), request);
    }

    /**
     * Answers a response.
     *
     * @param error what was refused of it; empty: nothing
     */
    void answer(String typeUrl, String nonce, String error) {
        var request = DeltaDiscoveryRequest.newBuilder().setResponseNonce(nonce);
        if (!error.isEmpty()) {
            request.getErrorDetailBuilder().setCode(Code.INVALID_ARGUMENT_VALUE).setMessage(error);
        }
        send(typeUrl, request);
    }

    /** A response has been handled: the next may come. */
    void taken() {
        if (!ended) {
            Objects.requireNonNull(requests).request(1);
        }
    }

    void close() {
        ended = true;
        Objects.requireNonNull(requests).cancel("the agent ends the stream", null);
    }

    private void send(ResourceType type, DeltaDiscoveryRequest.Builder request) {
        send(type.typeUrl(), request);
    }

    private void send(String typeUrl, DeltaDiscoveryRequest.Builder request) {
        if (ended) {
            return;
        }
        request.setTypeUrl(typeUrl);
        if (!introduced) {
            introduced = true;
            request.setNode(node);
        }
        Objects.requireNonNull(requests).onNext(request.build());
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> observer) {
        observer.disableAutoRequestWithInitial(WINDOW);
        observer.setOnReadyHandler(() -> sink.onReady(this));
        requests = observer;
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
        sink.onResponse(this, response);
    }

    @Override
    public void onError(Throwable failure) {
        ended = true;
        sink.onEnd(this, Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        ended = true;
        sink.onEnd(this, Status.UNAVAILABLE.withDescription("the server ended the stream"));
    }
}
