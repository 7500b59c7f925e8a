package dev.fairlead.agent.data.http;

import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Bytes through {@link RequestDecoder} and {@link RequestHeadCheck}, as a connection sees them. */
final class Heads {

    /**
     * What came of some bytes.
     *
     * @param requests heads that were found in order, each with its refusal
     * @param bodyFailed whether a piece of a body could not be decoded
     */
    record Outcome(List<HttpRequest> requests, List<Refusal> refusals, boolean bodyFailed) {

        Refusal only() {
            if (refusals.size() != 1) {
                throw new AssertionError("one head expected, not " + refusals);
            }
            return refusals.getFirst();
        }

        HttpRequest request() {
            return requests.getFirst();
        }
    }

    private Heads() {}

    static Outcome of(String bytes) {
        return of(bytes, Integer.MAX_VALUE);
    }

    /** The same, in two pieces. */
    static Outcome of(String bytes, int splitAt) {
        byte[] all = bytes.getBytes(StandardCharsets.ISO_8859_1);
        int split = Math.min(splitAt, all.length);
        EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder());
        channel.writeInbound(Unpooled.wrappedBuffer(all, 0, split));
        channel.writeInbound(Unpooled.wrappedBuffer(all, split, all.length - split));
        try {
            return read(channel);
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private static Outcome read(EmbeddedChannel channel) {
        List<HttpRequest> requests = new ArrayList<>();
        List<Refusal> refusals = new ArrayList<>();
        boolean bodyFailed = false;
        for (HttpObject message = channel.readInbound();
                message != null;
                message = channel.readInbound()) {
            if (message instanceof HttpRequest request) {
                requests.add(request);
                refusals.add(RequestHeadCheck.check(request));
            }
            if (message instanceof HttpContent) {
                bodyFailed |= message.decoderResult().isFailure();
            }
            ReferenceCountUtil.release(message);
        }
        return new Outcome(requests, refusals, bodyFailed);
    }
}
