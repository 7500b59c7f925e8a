package dev.fairlead.lab.pods;

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

/** gRPC's health service by grpc-java, messages in bytes as the protocol's text has them. */
final class HealthServer implements AutoCloseable {

    static final int SERVING = 1;
    static final int NOT_SERVING = 2;

    /** In place of a status: the question stays without an answer. */
    static final int SILENT = -1;

    /** Status by name of a service; "" is the server's own. */
    final Map<String, Integer> statuses = new ConcurrentHashMap<>();

    private final Server server;

    HealthServer() throws IOException {
        MethodDescriptor<byte[], byte[]> check =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodType.UNARY)
                        .setFullMethodName("grpc.health.v1.Health/Check")
                        .setRequestMarshaller(new Bytes())
                        .setResponseMarshaller(new Bytes())
                        .build();
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(
                                ServerServiceDefinition.builder("grpc.health.v1.Health")
                                        .addMethod(check, ServerCalls.asyncUnaryCall(this::check))
                                        .build())
                        .build()
                        .start();
    }

    private void check(byte[] question, StreamObserver<byte[]> answer) {
        // field 1, a string shorter than 128 bytes, or nothing
        String service =
                question.length < 2
                        ? ""
                        : new String(question, 2, question.length - 2, StandardCharsets.UTF_8);
        Integer status = statuses.get(service);
        if (status == null) {
            answer.onError(Status.NOT_FOUND.asException());
            return;
        }
        if (status != SILENT) {
            answer.onNext(new byte[] {8, status.byteValue()});
            answer.onCompleted();
        }
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

    int port() {
        return server.getPort();
    }

    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    }
}
