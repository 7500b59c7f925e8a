package dev.fairlead.pilot.serve;

import dev.fairlead.wire.tokens.Caller;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** Delta ADS for nodes. Thread: any. */
public final class AdsService extends AggregatedDiscoveryServiceImplBase {

    private final Agents agents;
    private final Executor executor;

    /** {@code executor} runs streams, each of them one step at a time. */
    public AdsService(Agents agents, Executor executor) {
        this.agents = agents;
        this.executor = executor;
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> responses) {
        if (!(Caller.current() instanceof Caller.Node(String node))) {
            responses.onError(
                    Status.PERMISSION_DENIED
                            .withDescription("configuration is served to nodes")
                            .asRuntimeException());
            return new Deaf();
        }
        var stream =
                new DeltaStream(
                        node,
                        (ServerCallStreamObserver<DeltaDiscoveryResponse>) responses,
                        agents,
                        executor);
        agents.opened(stream);
        return stream;
    }

    /** Takes what a refused caller still sends. */
    private static final class Deaf implements StreamObserver<DeltaDiscoveryRequest> {
        @Override
        public void onNext(DeltaDiscoveryRequest request) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
