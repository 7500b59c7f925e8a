import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@code HOST PORT COUNT}: keeps streams open that ask and are answered ten times a second. Says
 * {@code open} when each was answered once; on a line of input says how many live, by one more
 * answer each; at the end of input ends them and says how each ended, {@code STATUS=COUNT}.
 */
class GrpcStreams {

    private static final class Stream implements StreamObserver<StreamingOutputCallResponse> {

        final AtomicInteger answers = new AtomicInteger();
        final Semaphore answered = new Semaphore(0);
        final CountDownLatch ended = new CountDownLatch(1);
        volatile Status status = Status.OK;
        volatile StreamObserver<StreamingOutputCallRequest> requests;

        @Override
        public void onNext(StreamingOutputCallResponse response) {
            answers.incrementAndGet();
            answered.release();
        }

        @Override
        public void onError(Throwable t) {
            status = Status.fromThrowable(t);
            ended.countDown();
            answered.release();
        }

        @Override
        public void onCompleted() {
            ended.countDown();
        }

        void ask() {
            if (ended.getCount() > 0) {
                requests.onNext(
                        StreamingOutputCallRequest.newBuilder()
                                .addResponseParameters(ResponseParameters.newBuilder().setSize(8))
                                .setPayload(Payload.newBuilder().setBody(ByteString.copyFromUtf8("hello")))
                                .build());
            }
        }

        boolean lives() throws InterruptedException {
            answered.drainPermits();
            return answered.tryAcquire(20, TimeUnit.SECONDS) && ended.getCount() > 0;
        }
    }

    public static void main(String[] arguments) throws Exception {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(arguments[0], Integer.parseInt(arguments[1]))
                        .usePlaintext()
                        .build();
        List<Stream> streams = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
            Stream stream = new Stream();
            stream.requests = TestServiceGrpc.newStub(channel).fullDuplexCall(stream);
            streams.add(stream);
        }
        Thread asking = Thread.ofVirtual().start(() -> ask(streams));
        System.out.println("open " + living(streams));
        while (System.in.read() >= 0) {
            System.in.skip(System.in.available());
            System.out.println("live " + living(streams));
        }
        asking.interrupt();
        asking.join();
        TreeMap<String, Integer> ends = new TreeMap<>();
        for (Stream stream : streams) {
            if (stream.ended.getCount() > 0) {
                stream.requests.onCompleted();
            }
            boolean in = stream.ended.await(20, TimeUnit.SECONDS);
            Status status = stream.status;
            String end = status.getCode() + (status.isOk() ? "" : ": " + status.getDescription());
            ends.merge(in ? end : "no end", 1, Integer::sum);
        }
        System.out.println(ends);
        System.exit(0);
    }

    private static int living(List<Stream> streams) throws InterruptedException {
        int living = 0;
        for (Stream stream : streams) {
            living += stream.lives() ? 1 : 0;
        }
        return living;
    }

    private static void ask(List<Stream> streams) {
        try {
            while (true) {
                streams.forEach(Stream::ask);
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            // over
        }
    }
}
