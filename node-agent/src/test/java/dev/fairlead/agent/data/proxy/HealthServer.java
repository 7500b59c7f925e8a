package dev.fairlead.agent.data.proxy;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A gRPC server by grpc-java that has {@code grpc.health.v1.Health} only. */
final class HealthServer implements AutoCloseable {

    private static final byte[] SERVING = {0x08, 1};
    private static final byte[] NOT_SERVING = {0x08, 2};

    private final Map<String, Boolean> services = new ConcurrentHashMap<>(Map.of("a.B", true));
    private final Server server;

    HealthServer() throws IOException {
        MethodDescriptor<byte[], byte[]> check =
                MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                        .setType(MethodType.UNARY)
                        .setFullMethodName("grpc.health.v1.Health/Check")
                        .build();
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(
                                ServerServiceDefinition.builder("grpc.health.v1.Health")
                                        .addMethod(
                                                check,
                                                ServerCalls.<byte[], byte[]>asyncUnaryCall(
                                                        this::check))
                                        .build())
                        .build()
                        .start();
    }

    private void check(byte[] request, StreamObserver<byte[]> answer) {
        String service =
                request.length < 2
                        ? ""
                        : new String(request, 2, request.length - 2, StandardCharsets.UTF_8);
        Boolean serving = services.get(service);
        if (serving == null) {
            answer.onError(Status.NOT_FOUND.asRuntimeException());
        } else {
            answer.onNext(serving ? SERVING : NOT_SERVING);
            answer.onCompleted();
        }
    }

    void serving(String service, boolean yes) {
        services.put(service, yes);
    }

    InetSocketAddress address() {
        return Mesh.address(server.getPort());
    }

    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
