package dev.fairlead.agent.data.header;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.detect.FirstBytes;
import dev.fairlead.agent.data.detect.HeldInput;
import dev.fairlead.agent.data.header.ProxyHeaderReader.Outcome;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Headers in pieces, what follows them, silence and ends; and the order in which one is written.
 */
class ProxyHeaderReaderTest {

    private static final ProxyHeader HEADER =
            new ProxyHeader(
                    new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 8080),
                    new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 443));
    private static final String LINE = "PROXY TCP4 10.0.0.1 10.0.0.2 8080 443\r\n";

    private final List<Outcome> outcomes = new ArrayList<>();

    private static byte[] withHeader(ProxyProtocol version, String rest) {
        ByteBuf bytes = Unpooled.buffer();
        HEADER.write(version, bytes);
        bytes.writeCharSequence(rest, StandardCharsets.ISO_8859_1);
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        return all;
    }

    private static String passedOn(EmbeddedChannel channel) {
        StringBuilder all = new StringBuilder();
        for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
            all.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
        return all.toString();
    }

    private EmbeddedChannel reading(Duration timeout) {
        var channel = new EmbeddedChannel();
        channel.freezeTime();
        ProxyHeaderReader.read(channel, timeout, outcomes::add);
        return channel;
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void everySplitIntoTwo(ProxyProtocol version) {
        byte[] all = withHeader(version, "hello");
        for (int cut = 0; cut <= all.length; cut++) {
            outcomes.clear();
            EmbeddedChannel channel = reading(Duration.ofSeconds(5));
            channel.writeInbound(Unpooled.copiedBuffer(all, 0, cut));
            channel.writeInbound(Unpooled.copiedBuffer(all, cut, all.length - cut));
            assertThat(outcomes).containsExactly(new Outcome.Found(HEADER));
            assertThat(passedOn(channel)).isEqualTo("hello");
            assertThat(channel.pipeline().names()).hasSize(1); // the tail
            assertThat(channel.finishAndReleaseAll()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aByteAtATime(ProxyProtocol version) {
        EmbeddedChannel channel = reading(Duration.ZERO);
        for (byte b : withHeader(version, "hello")) {
            channel.writeInbound(Unpooled.buffer(1).writeByte(b));
        }
        assertThat(outcomes).containsExactly(new Outcome.Found(HEADER));
        assertThat(passedOn(channel)).isEqualTo("hello");
    }

    @Test
    void whatFollowsIsLookedAtByWhoCameMeanwhile() {
        var channel = new EmbeddedChannel();
        HeldInput.hold(channel);
        List<FirstBytes.Found> found = new ArrayList<>();
        ProxyHeaderReader.read(
                channel,
                Duration.ZERO,
                outcome -> {
                    outcomes.add(outcome);
                    FirstBytes.read(channel, true, Duration.ZERO, found::add);
                });
        channel.writeInbound(bytes(LINE + "GET / HTTP/1.1\r\nHost: a\r\n"));
        assertThat(found).singleElement().matches(FirstBytes.Found::speaksHttp1);
        HeldInput.passOn(channel);
        assertThat(passedOn(channel)).isEqualTo("GET / HTTP/1.1\r\nHost: a\r\n");
        channel.finishAndReleaseAll();
    }

    @Test
    void anEndBehindTheHeaderReachesWhoCameMeanwhile() {
        var channel = new EmbeddedChannel();
        List<FirstBytes.Found> found = new ArrayList<>();
        ProxyHeaderReader.read(
                channel,
                Duration.ZERO,
                outcome -> FirstBytes.read(channel, true, Duration.ZERO, found::add));
        channel.writeInbound(bytes("PRO"));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(found).containsExactly(FirstBytes.Found.NOTHING);
        assertThat(passedOn(channel)).isEqualTo("PRO");
    }

    @Test
    void otherBytesGoOnAsTheyAre() {
        EmbeddedChannel channel = reading(Duration.ofSeconds(5));
        channel.writeInbound(bytes("PR"), bytes("INT"));
        assertThat(outcomes).containsExactly(new Outcome.Absent(false));
        assertThat(passedOn(channel)).isEqualTo("PRINT");
    }

    @Test
    void silenceIsNoHeader() {
        EmbeddedChannel channel = reading(Duration.ofSeconds(5));
        channel.advanceTimeBy(4999, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(outcomes).isEmpty();
        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(outcomes).containsExactly(new Outcome.Absent(true));
        channel.writeInbound(bytes(LINE));
        assertThat(passedOn(channel)).isEqualTo(LINE);
    }

    @Test
    void aHeaderThatDoesNotEndInTimeIsMalformed() {
        EmbeddedChannel channel = reading(Duration.ofSeconds(5));
        channel.writeInbound(bytes("PROXY TCP4"));
        channel.advanceTimeBy(5, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(outcomes).singleElement().isInstanceOf(Outcome.Malformed.class);
        channel.finishAndReleaseAll();
    }

    @Test
    void aHeaderThatIsCutShortIsMalformed() {
        EmbeddedChannel channel = reading(Duration.ofSeconds(5));
        channel.writeInbound(bytes(LINE.substring(0, 20)));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(outcomes).singleElement().isInstanceOf(Outcome.Malformed.class);
        channel.finishAndReleaseAll();
    }

    @Test
    void aConnectionThatEndsBeforeIsToldToNobody() {
        EmbeddedChannel channel = reading(Duration.ofSeconds(5));
        ByteBuf piece = bytes("PROXY ");
        channel.writeInbound(piece);
        channel.close();
        channel.advanceTimeBy(6, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(outcomes).isEmpty();
        assertThat(piece.refCnt()).isZero();
    }

    /** Stands for TLS: writes as soon as the connection is there. */
    private static final class SpeaksAtOnce extends ChannelDuplexHandler {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(bytes("hello"));
            ctx.fireChannelActive();
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            throw new AssertionError("the header went through TLS");
        }
    }

    private static String sent(EmbeddedChannel channel) {
        StringBuilder all = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            all.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
        return all.toString();
    }

    @Test
    void aHeaderIsWrittenBeforeAllElse() throws Exception {
        var channel = new EmbeddedChannel(false, false);
        channel.pipeline()
                .addLast(new ProxyHeaderWriter(ProxyProtocol.V1, HEADER), new SpeaksAtOnce());
        channel.register();
        assertThat(sent(channel)).isEqualTo(LINE + "hello");
        assertThat(channel.pipeline().get(ProxyHeaderWriter.class)).isNull();
    }

    @Test
    void aHeaderIsWrittenOnce() {
        var writer = new ProxyHeaderWriter(ProxyProtocol.V1, HEADER);
        var channel = new EmbeddedChannel(writer);
        writer.write();
        channel.pipeline().fireChannelActive();
        assertThat(sent(channel)).isEqualTo(LINE);
    }
}
