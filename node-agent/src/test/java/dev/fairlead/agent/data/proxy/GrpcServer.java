package dev.fairlead.agent.data.proxy;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A gRPC server by grpc-java whose messages are text, with a method of each kind. */
final class GrpcServer implements AutoCloseable {

    static final MethodDescriptor<String, String> ECHO = method(MethodType.UNARY, "Echo");
    static final MethodDescriptor<String, String> JOIN =
            method(MethodType.CLIENT_STREAMING, "Join");
    static final MethodDescriptor<String, String> SPLIT =
            method(MethodType.SERVER_STREAMING, "Split");
    static final MethodDescriptor<String, String> EACH = method(MethodType.BIDI_STREAMING, "Each");

    /** Fails with a message and without an answer: trailers only. */
    static final MethodDescriptor<String, String> FAIL = method(MethodType.UNARY, "Fail");

    /** Answers once and then no more. */
    static final MethodDescriptor<String, String> HANG =
            method(MethodType.SERVER_STREAMING, "Hang");

    final AtomicInteger cancelled = new AtomicInteger();
    final AtomicInteger asked = new AtomicInteger();
    private final Server server;

    GrpcServer() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(service())
                        .build()
                        .start();
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test.Text")
                .addMethod(ECHO, ServerCalls.asyncUnaryCall(GrpcServer::echo))
                .addMethod(JOIN, ServerCalls.asyncClientStreamingCall(GrpcServer::join))
                .addMethod(SPLIT, ServerCalls.asyncServerStreamingCall(GrpcServer::split))
                .addMethod(EACH, ServerCalls.asyncBidiStreamingCall(GrpcServer::each))
                .addMethod(
                        FAIL,
                        ServerCalls.asyncUnaryCall((text, answer) ->
                                answer.onError(
                                        Status.NOT_FOUND.withDescription(text).asException())))
                .addMethod(HANG, ServerCalls.asyncServerStreamingCall(this::hang))
                .build();
    }

    private static void echo(String text, StreamObserver<String> answer) {
        answer.onNext(text);
        answer.onCompleted();
    }

    private static void split(String text, StreamObserver<String> answer) {
        text.chars().forEach(each -> answer.onNext(Character.toString(each)));
        answer.onCompleted();
    }

    private static StreamObserver<String> join(StreamObserver<String> answer) {
        List<String> parts = new ArrayList<>();
        return new Ending(answer) {
            @Override
            public void onNext(String part) {
                parts.add(part);
            }

            @Override
            public void onCompleted() {
                answer.onNext(String.join("", parts));
                answer.onCompleted();
            }
        };
    }

    private static StreamObserver<String> each(StreamObserver<String> answer) {
        return new Ending(answer) {
            @Override
            public void onNext(String part) {
                answer.onNext(part);
            }

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    private void hang(String text, StreamObserver<String> answer) {
        ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(cancelled::incrementAndGet);
        asked.incrementAndGet();
        if (!text.isEmpty()) {
            answer.onNext(text);
        }
    }

    private abstract static class Ending implements StreamObserver<String> {
        private final StreamObserver<String> answer;

        Ending(StreamObserver<String> answer) {
            this.answer = answer;
        }

        @Override
        public void onError(Throwable cause) {
            answer.onError(cause);
        }
    }

    private static MethodDescriptor<String, String> method(MethodType type, String name) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName("test.Text/" + name)
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Its address as the mesh knows it. */
    InetSocketAddress address() {
        return Mesh.address(server.getPort());
    }

    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    }
}
