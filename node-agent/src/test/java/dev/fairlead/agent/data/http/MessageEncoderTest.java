package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The judge is Netty's encoder. */
class MessageEncoderTest {

    private static final int[] STATUS = {
        100, 103, 200, 201, 204, 205, 206, 301, 304, 404, 429, 500, 503
    };

    private static final String[] METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PURGE"};

    /** Netty's, told of HEAD requests. */
    private static final class Judge extends HttpResponseEncoder {

        private boolean head;

        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            return head || super.isContentAlwaysEmpty(response);
        }
    }

    private static String written(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound();
                bytes != null;
                bytes = channel.readOutbound()) {
            text.append(bytes.toString(StandardCharsets.ISO_8859_1));
            bytes.release();
        }
        return text.toString();
    }

    private static void send(EmbeddedChannel channel, HttpObject message, boolean flush) {
        channel.write(message, channel.voidPromise());
        if (flush) {
            channel.flush();
        }
    }

    private static ByteBuf bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Unpooled.wrappedBuffer(bytes);
    }

    private static int length(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextInt(20);
            case 2 -> random.nextInt(1100);
            default -> random.nextInt(9000);
        };
    }

    private static String value(Random random) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(60); left > 0; left--) {
            text.append(
                    (char)
                            (random.nextInt(20) == 0
                                    ? 0xA1 + random.nextInt(400)
                                    : 'a' + random.nextInt(26)));
        }
        return text.toString();
    }

    private static List<HttpContent> contents(Random random) {
        List<HttpContent> contents = new ArrayList<>();
        for (int left = random.nextInt(5); left > 0; left--) {
            contents.add(new DefaultHttpContent(bytes(random, length(random))));
        }
        if (random.nextBoolean()) {
            contents.add(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            DefaultLastHttpContent last = new DefaultLastHttpContent(bytes(random, length(random)));
            if (random.nextBoolean()) {
                last.trailingHeaders().set("x-trailer", value(random));
            }
            contents.add(last);
        }
        return contents;
    }

    /** A head, the pieces of its body, and whether it answers HEAD. */
    private record Message(HttpObject head, List<HttpContent> body, boolean asksHead) {}

    private static Message request(Random random) {
        DefaultHttpRequest head =
                new DefaultHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.valueOf(METHODS[random.nextInt(METHODS.length)]),
                        "/" + value(random).replaceAll("[^\\x21-\\x7e]", ""));
        framing(random, head.headers());
        return new Message(head, contents(random), false);
    }

    private static Message response(Random random) {
        DefaultHttpResponse head =
                new DefaultHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(STATUS[random.nextInt(STATUS.length)]));
        framing(random, head.headers());
        return new Message(head, contents(random), random.nextInt(5) == 0);
    }

    private static void framing(Random random, io.netty.handler.codec.http.HttpHeaders headers) {
        for (int left = random.nextInt(12); left > 0; left--) {
            headers.add("x-" + left, value(random));
        }
        switch (random.nextInt(3)) {
            case 0 -> headers.set("transfer-encoding", "chunked");
            case 1 -> headers.set("content-length", "12");
            default -> {}
        }
    }

    private static HttpObject copy(HttpObject head) {
        if (head instanceof DefaultHttpRequest request) {
            return new DefaultHttpRequest(
                    request.protocolVersion(),
                    request.method(),
                    request.uri(),
                    request.headers().copy());
        }
        DefaultHttpResponse response = (DefaultHttpResponse) head;
        return new DefaultHttpResponse(
                response.protocolVersion(), response.status(), response.headers().copy());
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs();
    }

    @Property(tries = 500)
    void requestsAreWrittenAsNettyWritesThem(@ForAll("seeds") long seed) {
        same(seed, new RequestEncoder(), new HttpRequestEncoder(), false);
    }

    @Property(tries = 500)
    void responsesAreWrittenAsNettyWritesThem(@ForAll("seeds") long seed) {
        same(seed, new ResponseEncoder(), new Judge(), true);
    }

    private static void same(
            long seed, MessageEncoder encoder, ChannelOutboundHandler judge, boolean responses) {
        Random random = new Random(seed);
        EmbeddedChannel ours = new EmbeddedChannel(encoder);
        EmbeddedChannel theirs = new EmbeddedChannel(judge);
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            Message message = responses ? response(random) : request(random);
            if (encoder instanceof ResponseEncoder response && judge instanceof Judge known) {
                response.answering(message.asksHead());
                known.head = message.asksHead();
            }
            send(theirs, copy(message.head()), true);
            send(ours, message.head(), random.nextBoolean());
            for (HttpContent content : message.body()) {
                send(theirs, content.copy(), true);
                send(ours, content, random.nextBoolean());
            }
        }
        ours.flush();
        assertThat(written(ours)).isEqualTo(written(theirs));
        ours.finishAndReleaseAll();
        theirs.finishAndReleaseAll();
    }

    @Test
    void aSmallMessageIsOneBuffer() {
        EmbeddedChannel channel = new EmbeddedChannel(new ResponseEncoder());
        DefaultHttpResponse head =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set("content-length", "5");
        send(channel, head, false);
        send(
                channel,
                new DefaultLastHttpContent(
                        Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII)),
                false);
        assertThat(channel.<Object>readOutbound()).isNull();
        channel.flush();
        ByteBuf whole = channel.readOutbound();
        assertThat(whole.toString(StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
        assertThat(channel.<Object>readOutbound()).isNull();
        whole.release();
        channel.finishAndReleaseAll();
    }

    @Test
    void aLargeBodyIsNotCopied() {
        EmbeddedChannel channel = new EmbeddedChannel(new ResponseEncoder());
        ByteBuf body = Unpooled.directBuffer().writeZero(100_000);
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
        response.headers().set("content-length", "100000");
        send(channel, response, true);
        ByteBuf head = channel.readOutbound();
        Object sent = channel.readOutbound();
        assertThat(sent).isSameAs(body);
        assertThat(body.refCnt()).isEqualTo(1);
        head.release();
        body.release();
        channel.finishAndReleaseAll();
    }

    @Test
    void whoWaitsForWhatIsWrittenHearsWhenAllOfItIs() {
        EmbeddedChannel channel = new EmbeddedChannel(new RequestEncoder());
        send(channel, new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"), false);
        List<String> heard = new ArrayList<>();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> heard.add(written(channel)));
        channel.runPendingTasks();
        assertThat(heard).containsExactly("GET / HTTP/1.1\r\n\r\n");
        channel.finishAndReleaseAll();
    }

    @Test
    void whatIsHeldLeavesBeforeTheBytesOfATunnel() {
        EmbeddedChannel channel = new EmbeddedChannel(new ResponseEncoder());
        send(
                channel,
                new DefaultHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS),
                false);
        channel.pipeline().remove(ResponseEncoder.class);
        channel.writeOutbound(Unpooled.copiedBuffer("bytes", StandardCharsets.US_ASCII));
        assertThat(written(channel)).isEqualTo("HTTP/1.1 101 Switching Protocols\r\n\r\nbytes");
        channel.finishAndReleaseAll();
    }

    @Test
    void aTargetsBytesStayAsTheyCame() {
        EmbeddedChannel channel = new EmbeddedChannel(new RequestEncoder());
        send(
                channel,
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/caf\u00e9"),
                true);
        assertThat(written(channel)).isEqualTo("GET /caf\u00e9 HTTP/1.1\r\n\r\n");
        channel.finishAndReleaseAll();
    }

    @Test
    void aConnectionThatIsOverKeepsNothing() {
        EmbeddedChannel channel = new EmbeddedChannel(new RequestEncoder());
        send(channel, new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"), false);
        channel.close();
        channel.runPendingTasks();
        assertThat(channel.<Object>readOutbound()).isNull();
        channel.finishAndReleaseAll();
    }
}
