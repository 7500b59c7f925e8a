package dev.fairlead.agent.control.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.fairlead.agent.control.xds.compile.ResourceType;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A control plane that serves what it is told to, over delta ADS on the loopback interface. Its
 * kinds are named by what they do wrong. Guarded by itself.
 */
class FakePilot extends AggregatedDiscoveryServiceImplBase implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 20_000;

    /** An ACK, or a NACK with its message. */
    record Answer(ResourceType type, String nonce, String error) {}

    private final Map<ResourceType, Map<String, Resource>> resources =
            new EnumMap<>(ResourceType.class);
    final List<DeltaDiscoveryRequest> requests = new ArrayList<>();
    final List<Answer> answers = new ArrayList<>();
    private final List<Stream> streams = new ArrayList<>();
    private Server server;
    private int port;
    private int nonces;
    private int generation = 1;

    FakePilot() throws IOException {
        server = listen(0);
        port = server.getPort();
    }

    private Server listen(int wanted) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", wanted))
                .addService(this)
                .build()
                .start();
    }

    ManagedChannel channel() {
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    /** Whether subscriptions to {@code type} are answered. */
    boolean answers(ResourceType type) {
        return true;
    }

    /** What is sent where {@code wanted} was asked for. */
    List<Resource> choose(List<Resource> wanted, Map<String, String> held) {
        return wanted.stream().filter(r -> !r.getVersion().equals(held.get(r.getName()))).toList();
    }

    /** Serves {@code message} from now on; says nothing of it yet. */
    synchronized FakePilot with(ResourceType type, String name, String version, Message message) {
        resources
                .computeIfAbsent(type, any -> new LinkedHashMap<>())
                .put(
                        name,
                        Resource.newBuilder()
                                .setName(name)
                                .setVersion(version)
                                .setResource(Any.pack(message))
                                .build());
        return this;
    }

    synchronized FakePilot without(ResourceType type, String name) {
        resources.getOrDefault(type, Map.of()).remove(name);
        return this;
    }

    /**
     * Sends these resources of a type, and the removal of those that it no longer has. Returns the
     * nonce.
     */
    synchronized String push(ResourceType type, String... names) {
        generation++;
        Map<String, Resource> all = resources.getOrDefault(type, Map.of());
        List<Resource> present = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        for (String name : names) {
            if (all.containsKey(name)) {
                present.add(all.get(name));
            } else {
                removed.add(name);
            }
        }
        return streams.getLast().send(type, present, removed);
    }

    /** Ends the process, as the client sees it. */
    void die() {
        server.shutdownNow();
        try {
            server.awaitTermination();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void comeBack() throws IOException {
        server = listen(port);
    }

    /** Waits for the client's answer to a response, and returns its error. */
    String awaitAnswerTo(String nonce) {
        return awaitAnswer(answer -> answer.nonce().equals(nonce)).error();
    }

    Answer awaitAnswer(Predicate<Answer> wanted) {
        return await(answers, wanted);
    }

    synchronized boolean hasAnswerTo(String nonce) {
        return answers.stream().anyMatch(answer -> answer.nonce().equals(nonce));
    }

    DeltaDiscoveryRequest awaitRequest(Predicate<DeltaDiscoveryRequest> wanted) {
        return await(requests, wanted);
    }

    private synchronized <T> T await(List<T> list, Predicate<T> wanted) {
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (true) {
            for (T one : list) {
                if (wanted.test(one)) {
                    return one;
                }
            }
            long left = end - System.currentTimeMillis();
            if (left <= 0) {
                throw new AssertionError("not within 20 s; there were " + list);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Forgets what was said so far. */
    synchronized void forget() {
        requests.clear();
        answers.clear();
    }

    @Override
    public void close() {
        die();
    }

    @Override
    public synchronized StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> responses) {
        Stream stream = new Stream(responses);
        streams.add(stream);
        return stream;
    }

    private final class Stream implements StreamObserver<DeltaDiscoveryRequest> {
        private final StreamObserver<DeltaDiscoveryResponse> responses;
        private final Set<ResourceType> asked = new HashSet<>();

        Stream(StreamObserver<DeltaDiscoveryResponse> responses) {
            this.responses = responses;
        }

        String send(ResourceType type, List<Resource> present, List<String> removed) {
            String nonce = "n" + ++nonces;
            responses.onNext(
                    DeltaDiscoveryResponse.newBuilder()
                            .setTypeUrl(type.typeUrl())
                            .setNonce(nonce)
                            .setSystemVersionInfo(Integer.toString(generation))
                            .addAllResources(present)
                            .addAllRemovedResources(removed)
                            .build());
            return nonce;
        }

        @Override
        public void onNext(DeltaDiscoveryRequest request) {
            synchronized (FakePilot.this) {
                ResourceType type = Objects.requireNonNull(ResourceType.of(request.getTypeUrl()));
                requests.add(request);
                if (!request.getResponseNonce().isEmpty()) {
                    answers.add(
                            new Answer(
                                    type,
                                    request.getResponseNonce(),
                                    request.getErrorDetail().getMessage()));
                }
                FakePilot.this.notifyAll();
                subscribe(type, request);
            }
        }

        private void subscribe(ResourceType type, DeltaDiscoveryRequest request) {
            boolean first = asked.add(type);
            var names = request.getResourceNamesSubscribeList();
            if (!answers(type) || (names.isEmpty() && !(first && type.wildcard()))) {
                return;
            }
            Map<String, Resource> all = resources.getOrDefault(type, Map.of());
            Map<String, String> held = request.getInitialResourceVersionsMap();
            List<Resource> wanted = new ArrayList<>(all.values());
            wanted.removeIf(r -> !type.wildcard() && !names.contains(r.getName()));
            List<String> removed = new ArrayList<>(type.wildcard() ? held.keySet() : names);
            removed.removeAll(all.keySet());
            send(type, choose(wanted, held), removed);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
